//! The words that Notion's form of a page adds to it, in its language.

/// Labels beside what the page itself says.
pub(super) struct Words {
    pub(super) date: &'static str,
    pub(super) due: &'static str,
    pub(super) colon: &'static str,
}

const ENGLISH: Words = Words { date: "Date", due: "due ", colon: ": " };
const CHINESE: Words = Words { date: "日期", due: "期限 ", colon: "：" };

/// The words for a BCP 47 language; Chinese or English.
pub(super) fn words(language: &str) -> &'static Words {
    if language.starts_with("zh") { &CHINESE } else { &ENGLISH }
}
