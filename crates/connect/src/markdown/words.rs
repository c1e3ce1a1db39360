//! The words that the files add to a page, in its language.

/// Labels beside what the page itself says.
pub(super) struct Words {
    /// Before the day of the recording.
    pub(super) date: &'static str,
    /// Before the day until which something is to be done.
    pub(super) due: &'static str,
    /// Name of the list of sections.
    pub(super) contents: &'static str,
    /// Between a name and a value.
    pub(super) colon: &'static str,
}

const ENGLISH: Words = Words { date: "Date", due: "due", contents: "Contents", colon: ": " };
const CHINESE: Words = Words { date: "日期", due: "期限", contents: "目錄", colon: "：" };

/// The words for a BCP 47 language; Chinese or English.
pub(super) fn words(language: &str) -> &'static Words {
    if language.starts_with("zh") { &CHINESE } else { &ENGLISH }
}
