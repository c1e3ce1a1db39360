//! Which language a text is in, as far as its signs tell.

/// Signs that differ between the two ways to write Chinese, at the same place in both.
const TRADITIONAL: &str = "們這來時說國會對發經過還開問關讓給見覺現應學樣實話謝請誰動車東長門間進遠邊個沒為與後點麼從頭電話務處產業議題報";
const SIMPLIFIED: &str = "们这来时说国会对发经过还开问关让给见觉现应学样实话谢请谁动车东长门间进远边个没为与后点么从头电话务处产业议题报";
/// Words that hardly any English text is without.
const ENGLISH: [&str; 14] =
    ["the", "and", "to", "of", "is", "we", "you", "it", "that", "in", "will", "have", "for", "i"];

/// BCP 47; `und` where the signs don't tell.
pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> String {
    let (mut kana, mut hangul, mut han, mut letters) = (0_u32, 0_u32, 0_u32, 0_u32);
    for sign in texts.clone().flat_map(str::chars).filter(|sign| sign.is_alphabetic()) {
        match sign {
            '\u{3040}'..='\u{30ff}' => kana += 1,
            '\u{ac00}'..='\u{d7af}' => hangul += 1,
            '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' => han += 1,
            _ => letters += 1,
        }
    }
    // A sign of theirs says as much as several letters.
    let signs = kana + hangul + han;
    let language = if signs * 3 >= letters && signs > 0 {
        if hangul > han {
            "ko"
        } else if kana * 10 >= signs {
            "ja"
        } else {
            script(texts)
        }
    } else if is_english(texts) {
        "en"
    } else {
        "und"
    };
    language.to_owned()
}

fn script<'a>(texts: impl Iterator<Item = &'a str>) -> &'static str {
    let (mut traditional, mut simplified) = (0_u32, 0_u32);
    for sign in texts.flat_map(str::chars) {
        match (TRADITIONAL.contains(sign), SIMPLIFIED.contains(sign)) {
            (true, false) => traditional += 1,
            (false, true) => simplified += 1,
            (true, true) | (false, false) => {}
        }
    }
    match traditional.cmp(&simplified) {
        std::cmp::Ordering::Greater => "zh-Hant",
        std::cmp::Ordering::Less => "zh-Hans",
        std::cmp::Ordering::Equal => "zh",
    }
}

/// Whether at least an eighth of the words are such as only English has.
fn is_english<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let (mut english, mut all) = (0_u32, 0_u32);
    for word in texts.flat_map(str::split_whitespace) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        all += 1;
        english += u32::from(ENGLISH.contains(&word.as_str()));
    }
    english > 0 && english * 8 >= all
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_signs_tell_the_language() {
        let told = |text: &'static str| of([text].into_iter());
        assert_eq!(told("Please send the report to the sales team."), "en");
        assert_eq!(told("我們下個星期再開會，謝謝。"), "zh-Hant");
        assert_eq!(told("我们下个星期再开会，谢谢。"), "zh-Hans");
        assert_eq!(told("我們用 Notion 和 Google Drive 寫報告。"), "zh-Hant");
        assert_eq!(told("好，明天上午十二"), "zh");
        assert_eq!(told("来週の会議で話しましょう。"), "ja");
        assert_eq!(told("다음 주에 다시 만나요."), "ko");
        assert_eq!(told("Nächste Woche treffen wir uns."), "und");
        assert_eq!(told(""), "und");
    }
}
