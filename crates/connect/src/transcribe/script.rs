//! Chinese as the person writes it, whatever the engine writes.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use debrief_core::failure::Failure;
use debrief_core::job::ChineseScript;
use debrief_core::ports::{Audio, Hints, Transcriber};
use debrief_core::stage::{StageCx, StepResult};
use debrief_core::transcript::{Word, Words};
use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

use super::primary_language;

/// The Simplified character for one that is Traditional, whatever its neighbours; others as they are. For comparing alone.
pub fn simplified(c: char) -> char {
    SIMPLIFIED.get(&c).copied().unwrap_or(c)
}

/// Made of the dictionaries, each character on a line of its own so that none has neighbours.
static SIMPLIFIED: LazyLock<BTreeMap<char, char>> = LazyLock::new(|| {
    let lines: String = ('\u{3400}'..='\u{9fff}').flat_map(|c| [c, '\n']).collect();
    let converted = built_in(BuiltinConfig::T2s).convert(&lines);
    let only = |line: &str| line.chars().next().filter(|c| c.len_utf8() == line.len());
    let pairs = lines.lines().zip(converted.lines()).filter_map(|(from, to)| Some((only(from)?, only(to)?)));
    pairs.filter(|(from, to)| from != to).collect()
});

/// Words that are looked at together: enough to see which of the two scripts they are in. An engine may change it midway.
const PASSAGE: usize = 400;

/// An engine whose Chinese is written in one script.
pub(super) struct InScript {
    pub(super) engine: Arc<dyn Transcriber>,
    pub(super) script: ChineseScript,
}

#[async_trait]
impl Transcriber for InScript {
    fn label(&self) -> String {
        self.engine.label()
    }

    fn is_local(&self) -> bool {
        self.engine.is_local()
    }

    async fn ready(&self) -> Result<(), Failure> {
        self.engine.ready().await
    }

    async fn transcribe(&self, audio: &Audio, hints: &Hints, cx: StageCx) -> StepResult<Words> {
        self.written(self.engine.transcribe(audio, hints, cx).await?).await
    }

    async fn written(&self, words: Words) -> StepResult<Words> {
        let script = self.script;
        let written = tokio::task::spawn_blocking(move || in_script(words, script)).await;
        Ok(written.map_err(Failure::internal)?)
    }
}

/// The same words, their Chinese in that script. Other languages stay as they are, Japanese among them.
fn in_script(mut words: Words, script: ChineseScript) -> Words {
    if !matches!(primary_language(&words.language).as_str(), "zh" | "yue") {
        return words;
    }
    for passage in words.words.chunks_mut(PASSAGE) {
        rewrite(passage, script);
    }
    words.language = match script {
        ChineseScript::Traditional => "zh-Hant".into(),
        ChineseScript::Simplified => "zh-Hans".into(),
    };
    words
}

static TO_TRADITIONAL: LazyLock<OpenCC> = LazyLock::new(|| built_in(BuiltinConfig::S2tw));
static TO_SIMPLIFIED: LazyLock<OpenCC> = LazyLock::new(|| built_in(BuiltinConfig::Tw2s));

fn built_in(config: BuiltinConfig) -> OpenCC {
    OpenCC::from_config(config).expect("its dictionaries are built in")
}

/// `text` with its Chinese in the script of `language` (`zh-Hant`, `zh-Hans`); unchanged for other languages, and where it is
/// in that script already.
pub(crate) fn chinese_in(text: &str, language: &str) -> String {
    let script = match language {
        "zh-Hant" => ChineseScript::Traditional,
        "zh-Hans" => ChineseScript::Simplified,
        _ => return text.to_owned(), // There is one script for it.
    };
    let (traditional, simplified) = (TO_TRADITIONAL.convert(text), TO_SIMPLIFIED.convert(text));
    let is_simplified = changes(text, &traditional) > changes(text, &simplified);
    match (script, is_simplified) {
        (ChineseScript::Traditional, true) => traditional,
        (ChineseScript::Simplified, false) => simplified,
        (ChineseScript::Traditional, false) | (ChineseScript::Simplified, true) => text.to_owned(),
    }
}

fn rewrite(passage: &mut [Word], script: ChineseScript) {
    // One text, as the right character may depend on its neighbours: 頭髮, but 發現.
    let text: String = passage.iter().map(|word| word.text.as_str()).collect();
    let (traditional, simplified) = (TO_TRADITIONAL.convert(&text), TO_SIMPLIFIED.convert(&text));
    // Some characters are in both scripts and mean more in one of them (后, 里): a text in the right script stays.
    let is_simplified = changes(&text, &traditional) > changes(&text, &simplified);
    let (converter, written) = match (script, is_simplified) {
        (ChineseScript::Traditional, true) => (&*TO_TRADITIONAL, traditional),
        (ChineseScript::Simplified, false) => (&*TO_SIMPLIFIED, simplified),
        (ChineseScript::Traditional, false) | (ChineseScript::Simplified, true) => return,
    };
    let is_even = written.chars().count() == text.chars().count();
    let mut written = written.chars();
    for word in passage {
        word.text = match is_even {
            true => written.by_ref().take(word.text.chars().count()).collect(),
            false => converter.convert(&word.text),
        };
    }
}

fn changes(before: &str, after: &str) -> usize {
    before.chars().zip(after.chars()).filter(|(before, after)| before != after).count()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use debrief_core::transcript::EngineLabel;

    use super::*;

    fn written(text: &str, language: &str, script: ChineseScript) -> (String, String) {
        let word = |text: char| Word { text: text.into(), start_ms: 0, end_ms: 1, confidence: None };
        let words = Words {
            words: text.chars().map(word).collect(),
            language: language.into(),
            engine: EngineLabel { name: "test".into(), described: "Test".into(), rough: false },
            turns: None,
            names: BTreeMap::new(),
        };
        let words = in_script(words, script);
        (words.words.iter().map(|word| word.text.as_str()).collect(), words.language)
    }

    #[test]
    fn the_right_character_depends_on_its_neighbours() {
        let (text, language) =
            written("我们发现他的头发白了，后来在皇后大道的里面说软件。", "zh", ChineseScript::Traditional);
        assert_eq!(text, "我們發現他的頭髮白了，後來在皇后大道的裡面說軟件。");
        assert_eq!(language, "zh-Hant");
    }

    #[test]
    fn what_is_in_the_right_script_already_stays() {
        let text = "皇后在公里外的麵店吃乾麵，臺灣與台灣都對。我們說好了。";
        assert_eq!(written(text, "zh", ChineseScript::Traditional).0, text);
        let text = "我们用 Notion 开会。";
        assert_eq!(written(text, "zh", ChineseScript::Simplified).0, text);
    }

    #[test]
    fn traditional_becomes_simplified_and_english_stays_english() {
        let (text, language) = written("我們用 Notion 開會。", "zh-Hant", ChineseScript::Simplified);
        assert_eq!((text.as_str(), language.as_str()), ("我们用 Notion 开会。", "zh-Hans"));
    }

    #[test]
    fn other_languages_are_left_alone() {
        let (text, language) = written("会議の後で学校へ", "ja", ChineseScript::Traditional);
        assert_eq!((text.as_str(), language.as_str()), ("会議の後で学校へ", "ja"));
    }

    #[test]
    fn single_characters_are_compared_in_one_script() {
        let plain: String = "會議室預算臺灣 meeting かな".chars().map(simplified).collect();
        assert_eq!(plain, "会议室预算台湾 meeting かな");
        assert_eq!("会议".chars().map(simplified).collect::<String>(), "会议");
    }
}
