//! Whose names are certain: speakers who are known, and people who introduce or address each other by name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use debrief_core::transcript::Transcript;
use regex::Regex;

use super::sentences::{Sentence, capitalised, is_han};

/// The people of a transcript.
#[derive(Debug, Default)]
pub(super) struct People {
    /// Small letters → as it is written.
    known: BTreeMap<String, String>,
    /// Without capital letters nothing tells a name from a word.
    caseless: bool,
}

static INTRODUCED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:[Mm]y name is|[Tt]his is|[Tt]hanks,|[Tt]hank you,|[Hh]i,?|[Hh]ello,?|[Gg]ood morning,) ([A-Z][a-z]+)\b|(?:我是|我叫|這位是|这位是)(\p{Han}{2,3})[，。,.]")
        .expect("the pattern is tested")
});

/// Words that begin a sentence with a comma after them and are no names.
const NO_NAMES: &str = " okay ok so well yes yeah sure great thanks thank hello hi hey now also and but then right fine good please sorry alright actually everyone everybody all team folks guys no not just maybe perhaps finally first second third next last today tomorrow monday tuesday wednesday thursday friday saturday sunday anyway again later however otherwise meanwhile someone somebody anyone anybody he she it they we you who that this there what if when once january february march april may june july august september october november december basically honestly again therefore oh perfect excellent cool awesome absolutely exactly lastly ";

/// Chinese family names that begin most names; one of them makes two or three characters before a comma a name.
const FAMILY_NAMES: &str = "王李張张陳陈林黃黄吳吴劉刘蔡楊杨許许鄭郑謝谢洪郭邱曾廖賴赖徐周葉叶蘇苏莊庄呂吕江何蕭萧羅罗高潘簡简朱鍾钟彭游詹胡施沈余盧卢梁趙赵顏颜柯翁魏孫孙戴范方宋鄧邓杜侯曹薛丁馬马唐";
/// Two or three characters that look like a name and are none.
const NO_CHINESE_NAMES: &str = " 高興 高兴 方便 方面 方案 周末 周一 周二 周三 周四 周五 周六 周日 何時 何时 何況 何况 江湖 簡單 简单 余下 許多 许多 馬上 马上 謝謝 谢谢 謝謝你 谢谢你 曾經 曾经 ";

impl People {
    /// Who can be known from the transcript.
    pub(super) fn of(transcript: &Transcript, sentences: &[Sentence]) -> Self {
        let mut people = Self { caseless: sentences.first().is_some_and(|s| s.caseless), ..Self::default() };
        for name in transcript.speakers.iter().filter_map(|speaker| speaker.name.as_deref()) {
            people.add(name);
            if let Some(first) = name.split_whitespace().next() {
                people.add(first);
            }
        }
        for sentence in sentences {
            for found in INTRODUCED.captures_iter(&sentence.text) {
                if let Some(name) =
                    found.get(1).or(found.get(2)).filter(|name| looks_like_a_name(name.as_str()))
                {
                    people.add(name.as_str());
                }
            }
        }
        people
    }

    fn add(&mut self, name: &str) {
        self.known.entry(name.to_lowercase()).or_insert_with(|| capitalised(name));
    }

    /// Whether somebody is known by this name.
    pub(super) fn are_known_as(&self, name: &str) -> bool {
        self.known.contains_key(&name.to_lowercase())
    }

    /// Whether a word that stands where a name stands, before a comma and "can you", is one.
    pub(super) fn can_be_addressed_as(&self, name: &str) -> bool {
        self.are_known_as(name) || (!self.caseless || name.chars().all(is_han)) && looks_like_a_name(name)
    }

    /// The name as it is written.
    pub(super) fn written(&self, name: &str) -> String {
        self.known.get(&name.to_lowercase()).cloned().unwrap_or_else(|| capitalised(name))
    }
}

fn looks_like_a_name(word: &str) -> bool {
    let listed = |list: &str| list.contains(&format!(" {} ", word.to_lowercase()));
    if word.chars().all(is_han) {
        let titled =
            ["先生", "小姐", "經理", "经理", "主任", "老師", "老师", "組長", "组长", "哥", "姐", "總", "总"];
        let length = word.chars().count();
        let nick = word.starts_with(['小', '阿', '老']) && length == 2;
        let family = word.starts_with(|c| FAMILY_NAMES.contains(c)) && (2..=3).contains(&length);
        return !listed(NO_CHINESE_NAMES)
            && (nick || family || titled.iter().any(|title| word.ends_with(title)));
    }
    word.starts_with(|c: char| c.is_ascii_uppercase()) && !listed(NO_NAMES)
}
