//! In which language and script a text is, and what a language is called where a model is asked to write in it.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::transcript::Transcript;

/// Characters that only one of the two scripts has: a Simplified one and the Traditional one for it, side by side.
const PAIRS: &str = "们們这這个個来來时時会會对對说說国國学學开開关關问問题題间間现現发發过過还還没沒给給让讓请請谢謝认認识識记記录錄计計划劃设設议議讨討论論订訂单單据據报報告告价價预預产產业業务務员員经經理理总總结結纪紀约約约約线線级級组組织織统統继繼续續绩績网網环環节節应應该該为為从從与與两兩东東车車书書电電话話语語读讀写寫听聽见見观觀视視觉覺规規则則责責货貨质質费費资資购購贷貸账賬销銷钱錢银銀铁鐵错錯长長门門闻聞队隊阶階际際陆陸险險难難页頁项項顺順须須顾顧领領频頻风風飞飛饭飯饮飲马馬验驗鱼魚鸟鳥龙龍归歸当當样樣标標权權条條极極机機构構杀殺决決况況准準减減测測济濟游游满滿灯燈点點热熱爱愛状狀独獨礼禮种種积積称稱确確码碼签簽简簡类類纸紙细細终終绍紹练練维維编編总總脑腦脚腳艺藝节節范範荐薦虑慮补補装裝复復讲講证證评評词詞试試诉訴详詳误誤课課调調谁誰谈談贵貴赛賽赶趕转轉软軟轻輕较較输輸达達运運进進远遠连連迟遲适適选選递遞释釋钟鐘链鏈锁鎖错錯键鍵闭閉阅閱随隨韩韓显顯预預题題额額驱驅义義乐樂习習买買卖賣乱亂亲親亿億仅僅优優传傳伤傷伦倫侧側债債储儲儿兒党黨内內册冊农農冲衝击擊创創办辦动動劳勞势勢区區医醫华華协協单單卫衛厂廠历歷压壓县縣参參双雙变變叶葉号號员員响響园園围圍图圖场場块塊坏壞处處备備够夠头頭奖獎妈媽实實宝寶审審宽寬寻尋导導将將尔爾尝嘗层層岁歲岛島师師帮幫带帶库庫庆慶异異张張强強弹彈彻徹忆憶态態怀懷恶惡惯慣户戶执執扩擴扫掃护護报報担擔择擇挂掛挥揮损損换換据據摄攝数數断斷无無旧舊显顯";

static SIMPLIFIED: LazyLock<HashSet<char>> = LazyLock::new(|| side(0));
static TRADITIONAL: LazyLock<HashSet<char>> = LazyLock::new(|| side(1));

fn side(which: usize) -> HashSet<char> {
    let chars: Vec<char> = PAIRS.chars().collect();
    chars.chunks(2).filter(|pair| pair[0] != pair[1]).map(|pair| pair[which]).collect()
}

/// Whether `c` is a Chinese character.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}')
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7af}' | '\u{1100}'..='\u{11ff}')
}

/// Whether most of a text is Chinese characters, a word of another script counting as one.
pub(super) fn is_mostly_han(text: &str) -> bool {
    let counts = Counts::of(text);
    counts.han > counts.words
}

/// The characters of a text by script.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    han: usize,
    kana: usize,
    hangul: usize,
    /// Words of letters of other scripts.
    words: usize,
    simplified: usize,
    traditional: usize,
}

impl Counts {
    fn of(text: &str) -> Counts {
        let mut counts = Counts::default();
        let mut in_word = false;
        for c in text.chars() {
            let letter = c.is_alphabetic() && !is_han(c) && !is_kana(c) && !is_hangul(c);
            counts.words += usize::from(letter && !in_word);
            in_word = letter || (in_word && (c.is_alphanumeric() || c == '\''));
            counts.han += usize::from(is_han(c));
            counts.kana += usize::from(is_kana(c));
            counts.hangul += usize::from(is_hangul(c));
            counts.simplified += usize::from(SIMPLIFIED.contains(&c));
            counts.traditional += usize::from(TRADITIONAL.contains(&c));
        }
        counts
    }

    fn all(self) -> usize {
        self.han + self.kana + self.hangul + self.words
    }
}

/// The language that the notes are to be in: the chosen one or the transcript's, Chinese always with its script
/// (`zh-Hant` or `zh-Hans`).
pub fn of_notes(transcript: &Transcript, chosen: Option<&str>) -> String {
    let language = chosen.filter(|chosen| !chosen.trim().is_empty()).unwrap_or(&transcript.language);
    let small = language.to_lowercase().replace('_', "-");
    let mut parts = small.split('-');
    if !matches!(parts.next(), Some("zh" | "cmn" | "yue")) {
        return language.to_owned();
    }
    for part in parts {
        match part {
            "hant" | "tw" | "hk" | "mo" => return "zh-Hant".to_owned(),
            "hans" | "cn" | "sg" => return "zh-Hans".to_owned(),
            _ => {} // Variants say nothing of the script.
        }
    }
    let mut counts = Counts::default();
    for segment in &transcript.segments {
        let more = Counts::of(&segment.text);
        counts.simplified += more.simplified;
        counts.traditional += more.traditional;
    }
    if counts.simplified > counts.traditional { "zh-Hans".to_owned() } else { "zh-Hant".to_owned() }
}

/// A language's name for a model. The two ways to write Chinese are told apart in their own words.
pub fn name(language: &str) -> String {
    let primary = language.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let named = match (language, primary.as_str()) {
        ("zh-Hant", _) => {
            "繁體中文（台灣用語）, that is Traditional Chinese as written in Taiwan, never Simplified"
        }
        ("zh-Hans", _) => "简体中文, that is Simplified Chinese, never Traditional",
        (_, "en") => "English",
        (_, "ja") => "Japanese (日本語)",
        (_, "ko") => "Korean (한국어)",
        (_, "es") => "Spanish (español)",
        (_, "fr") => "French (français)",
        (_, "de") => "German (Deutsch)",
        (_, "pt") => "Portuguese (português)",
        (_, "it") => "Italian (italiano)",
        (_, "nl") => "Dutch (Nederlands)",
        (_, "vi") => "Vietnamese (tiếng Việt)",
        (_, "id") => "Indonesian (Bahasa Indonesia)",
        (_, "th") => "Thai (ไทย)",
        _ => return format!("the language with the BCP 47 code {language}"),
    };
    named.to_owned()
}

/// Whether `text` is in that language, as far as its letters tell. A few words of another one are fine.
///
/// # Errors
/// What is wrong, in words for a model.
pub fn check(text: &str, language: &str) -> Result<(), String> {
    let counts = Counts::of(text);
    // What is only a name or two can be in any script.
    if counts.all() < 12 {
        return Ok(());
    }
    let primary = language.split('-').next().unwrap_or_default().to_lowercase();
    let all = counts.all();
    let wrong = match primary.as_str() {
        "zh" => counts.han * 3 < all || counts.kana * 5 > all,
        "ja" => (counts.han + counts.kana) * 3 < all,
        "ko" => counts.hangul * 3 < all,
        _ => (counts.han + counts.kana + counts.hangul) * 2 > all,
    };
    if wrong {
        Err(format!("It is in the wrong language. Write everything in {}.", name(language)))
    } else {
        Ok(())
    }
}

/// Whether Chinese is in the script of `language`; other languages are always fine.
///
/// # Errors
/// What is wrong, in words for a model.
pub fn check_script(text: &str, language: &str) -> Result<(), String> {
    let counts = Counts::of(text);
    let wrong = match language {
        "zh-Hant" => counts.simplified > 2 && counts.simplified > counts.traditional,
        "zh-Hans" => counts.traditional > 2 && counts.traditional > counts.simplified,
        _ => false, // There is one script for it.
    };
    if wrong {
        Err(format!("It is in the wrong script. Write everything in {}.", name(language)))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_has_two_sides_and_no_character_is_on_both() {
        assert_eq!(PAIRS.chars().count() % 2, 0);
        let both: Vec<&char> = SIMPLIFIED.intersection(&TRADITIONAL).collect();
        assert!(both.is_empty(), "{both:?}");
    }

    #[test]
    fn a_reply_in_another_language_or_script_is_told_so() {
        let traditional = "我們決定把上市日期延到十二月三號，因為付款功能還有錯誤。";
        let simplified = "我们决定把上市日期延到十二月三号，因为付款功能还有错误。";
        let english = "We decided to move the launch to the third of December because payments still fail.";
        assert_eq!(check(traditional, "zh-Hant"), Ok(()));
        assert!(check(english, "zh-Hant").unwrap_err().contains("繁體中文（台灣用語）"));
        assert!(check(traditional, "en").unwrap_err().contains("English"));
        assert!(check_script(simplified, "zh-Hant").unwrap_err().contains("Traditional"));
        assert!(check_script(traditional, "zh-Hans").unwrap_err().contains("简体中文"));
        assert_eq!(check_script(simplified, "zh-Hans"), Ok(()));
        assert_eq!(
            check("用 Notion API 的 webhook 把 job queue 改成 async，下週 deploy 到 staging。", "zh-Hant"),
            Ok(())
        );
    }

    #[test]
    fn names_in_any_script_are_no_language() {
        assert_eq!(check("林小美、Ana", "en"), Ok(()));
        assert_eq!(check("Kubernetes", "zh-Hant"), Ok(()));
    }
}
