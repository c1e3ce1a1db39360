//! A title from the name of the recording, when too little was said for a better one.

use std::sync::LazyLock;

use regex::Regex;

use super::phrases::{LONGEST_TITLE, shortened};
use super::sentences::capitalised;

/// Dates, times and what recorders put in front of them.
static NOISE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
        \[\s*\d{4}-\d{2}-\d{2}\s*\]
        | (?:19|20)\d{2}[-_.\ /]?(?:0[1-9]|1[0-2])[-_.\ /]?(?:0[1-9]|[12]\d|3[01])(?:[-_.\ tT]*\d{2}[-_.:h]?\d{2}(?:[-_.:m]?\d{2}s?)?)?
        | \b(?:at\ )?\d{1,2}[.:h]\d{2}(?:[.:m]\d{2}s?)?\b
        | ^(?:rec|vid|aud|mov|gmt|voice|zoom|img|pxl|wa|ptt|audio|video|recording|new\ recording|screen\ recording)(?:[-_\ ]?\d+)*(?:[-_\ ]|$)
        | ^\(?\d+\)?$",
    )
    .expect("the pattern is tested")
});

/// The file name `name` as a title: without extension and date, in words. Never empty.
pub(super) fn as_title(name: &str, language: &str) -> String {
    let stem = match name.rsplit_once('.') {
        // An extension is short; "Dr. Smith" has none.
        Some((stem, extension)) if extension.len() <= 5 && !extension.contains(' ') && !stem.is_empty() => {
            stem
        }
        Some(_) | None => name,
    };
    let spaced = |text: &str| text.replace(['_', '-', '+', '.', '(', ')', '[', ']'], " ");
    let kept = spaced(&NOISE.replace_all(stem, " "));
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = capitalised(shortened(&kept, LONGEST_TITLE).trim());
    if title.chars().any(char::is_alphabetic) {
        title
    } else if language.starts_with("zh") {
        "錄音".to_owned()
    } else {
        "Recording".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_becomes_a_title() {
        for (name, title) in [
            ("weekly-review.m4a", "Weekly review"),
            ("[2026-11-12] Sales report.mp3", "Sales report"),
            ("REC_20261112_140201.wav", "Recording"),
            ("2026-11-18 14.02 board prep.mp4", "Board prep"),
            ("interview_anna_20261112.opus", "Interview anna"),
            ("GMT20261112-140000_Recording.mp4", "Recording"),
            ("產品週會 2026-11-12.m4a", "產品週會"),
            ("recording.flac", "Recording"),
            ("recordings of birds.flac", "Recordings of birds"),
            ("42.wav", "Recording"),
            ("", "Recording"),
            (".mp3", "Mp3"),
        ] {
            assert_eq!(as_title(name, "en"), title, "{name}");
        }
        assert_eq!(as_title("REC_20261112.wav", "zh-Hant"), "錄音");
        assert!(as_title(&"long ".repeat(99), "en").chars().count() <= LONGEST_TITLE);
    }
}
