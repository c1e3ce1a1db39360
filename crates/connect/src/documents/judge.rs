//! Whether letters are a text. A font may number its letters as it likes and not say which is which; what is read then
//! looks like a text from afar and would only mislead.
//!
//! The thresholds come from real texts in 35 languages, cut into pages, and from the same texts in wrong encodings.

/// Fewer letters than this prove nothing.
const ENOUGH: usize = 100;

/// Whether the text of a page is no language.
pub(super) fn is_garbage(page: &str) -> bool {
    let signs = Signs::count(page);
    // Signs that no writing has: none in real texts, 9 % and more in wrong encodings.
    signs.meaningless * 10 > signs.all
        // Letters and digits: at least 82 % in real texts.
        || signs.all >= ENOUGH && signs.alphanumeric * 2 < signs.all
        // Accented letters among Latin ones: at most 33 % in Vietnamese, 52 % and more in wrong encodings.
        || signs.latin() >= ENOUGH && signs.accented * 100 > signs.latin() * 45
        // The nine commonest letters: at least 45 % in real texts, 33 % by chance, 25 % where letters are shifted.
        || signs.plain >= ENOUGH && signs.common * 100 < signs.plain * 40
}

#[derive(Debug, Default)]
struct Signs {
    all: usize,
    meaningless: usize,
    alphanumeric: usize,
    /// Latin letters of ASCII.
    plain: usize,
    /// … the commonest in the languages of Europe among them.
    common: usize,
    /// Latin letters that are not in ASCII.
    accented: usize,
}

impl Signs {
    fn count(page: &str) -> Self {
        let mut signs = Signs::default();
        let mut last = ' ';
        for sign in page.chars() {
            // Leaders ("Budget ........ 4") and rules are one sign. A meaningless one counts each time.
            let repeated = sign == last && !sign.is_alphanumeric() && !is_meaningless(sign);
            last = sign;
            if !sign.is_whitespace() && !repeated {
                signs.add(sign);
            }
        }
        signs
    }

    fn add(&mut self, sign: char) {
        self.all += 1;
        self.meaningless += usize::from(is_meaningless(sign));
        self.alphanumeric += usize::from(sign.is_alphanumeric());
        if sign.is_ascii_alphabetic() {
            self.plain += 1;
            self.common += usize::from("aeilnorst".contains(sign.to_ascii_lowercase()));
        } else if sign.is_alphabetic() {
            self.accented += usize::from(matches!(sign, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}'));
        }
    }

    fn latin(&self) -> usize {
        self.plain + self.accented
    }
}

fn is_meaningless(sign: char) -> bool {
    match sign {
        // Bullets of word processors.
        '\u{f0a7}' | '\u{f0b7}' => false,
        '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. => true,
        _ => sign.is_control() && !sign.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "Priya presents the numbers of last quarter. The move to the new office: Tomás has asked three \
        companies. Hiring: two engineers and a designer for the Aurora project. Please read the attached report.";
    const VIETNAMESE: &str = "Chúng ta sẽ họp lại vào thứ năm tuần tới để xem xét ngân sách của quý trước. Đề nghị mọi người \
        đọc báo cáo đính kèm trước khi đến họp và gửi ý kiến cho nhóm trước ngày thứ ba, để còn kịp sửa lại.";
    const CHINESE: &str =
        "檢討上一季的銷售數字與客戶意見。決定新版行動應用程式的上線日期。請陳怡君在星期五以前寄出預算表。";

    fn shifted(text: &str) -> String {
        let shift = |letter: char| char::from_u32(u32::from(letter).saturating_sub(29)).unwrap();
        text.chars().map(|letter| if letter.is_ascii_graphic() { shift(letter) } else { letter }).collect()
    }

    fn as_latin_1(text: &str) -> String {
        text.bytes().map(char::from).collect()
    }

    #[test]
    fn texts_in_any_language_are_no_garbage() {
        let hindi = "बैठक में पिछले तिमाही के आँकड़ों पर चर्चा होगी। ".repeat(4);
        let russian = "Просим прочитать отчёт до совещания в четверг. ".repeat(4);
        let arabic = "يرجى قراءة التقرير المرفق قبل الاجتماع يوم الخميس. ".repeat(4);
        let korean = "목요일 회의 전에 첨부된 보고서를 읽어 주시기 바랍니다. ".repeat(4);
        for text in
            [ENGLISH, VIETNAMESE, CHINESE, &hindi, &russian, &arabic, &korean, &ENGLISH.to_uppercase()]
        {
            assert!(!is_garbage(text), "{text}");
        }
    }

    #[test]
    fn numbers_lists_and_leaders_are_no_garbage() {
        assert!(!is_garbage(""));
        assert!(!is_garbage("Q3 – 4.5 %"));
        assert!(!is_garbage(&"Introduction ................................ 4\n".repeat(20)));
        assert!(!is_garbage(&"1,024.50 | 2,048.75 | -12.00 | 3.5 %\n".repeat(20)));
        assert!(!is_garbage(&"\u{f0b7} Introduction\n".repeat(20)));
    }

    #[test]
    fn shifted_letters_are_garbage() {
        assert!(is_garbage(&shifted(ENGLISH)));
        // Without the signs that give it away at once.
        let letters: String =
            shifted(ENGLISH).chars().filter(|letter| letter.is_alphabetic() || *letter == ' ').collect();
        assert!(is_garbage(&letters));
    }

    #[test]
    fn a_wrong_encoding_is_garbage() {
        assert!(is_garbage(&as_latin_1(CHINESE)));
        assert!(is_garbage(&as_latin_1(
            "Просим прочитать отчёт до совещания в четверг и прислать замечания."
        )));
        // Cyrillic of one byte each, read as Western letters: "Просим прочитать отчёт до совещания".
        assert!(is_garbage(&"Ïðîñèì ïðî÷èòàòü îò÷¸ò äî ñîâåùàíèÿ ".repeat(4)));
    }

    #[test]
    fn letters_that_are_none_are_garbage() {
        assert!(is_garbage("\u{fffd}\u{fffd}\u{fffd} a \u{fffd}"));
        assert!(is_garbage(&"\u{e001}\u{e002} und ".repeat(9)));
        assert!(is_garbage(&"#$%&'()*+,-./:;<=>?@ ".repeat(9)));
    }
}
