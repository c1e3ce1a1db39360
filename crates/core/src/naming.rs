//! The recording's date, and the name it gets: `[YYYY-MM-DD] Title.ext`.

use jiff::civil::Date;
use unicode_segmentation::UnicodeSegmentation;

/// Longest name in bytes. File systems allow 255; the rest is left for " (2)", temporary suffixes and sync clients.
const MAX_NAME_BYTES: usize = 200;

/// The day of a recording: the date in its file name, or else the day the file was created.
///
/// Reads `[YYYY-MM-DD]`, `REC_YYYYMMDD_…` (and other names with eight digits standing alone) and bare `YYYY-MM-DD`,
/// `YYYY_MM_DD` or `YYYY.MM.DD`. A number that is no date is passed over.
pub fn recording_date(file_name: &str, created: Date) -> Date {
    date_in(file_name).map_or(created, |(date, _)| date)
}

/// A file's name without date and extension, as a last resort for a title; empty when nothing is left.
pub fn bare_name(file_name: &str) -> String {
    let (stem, _) = split_extension(file_name);
    let without_date = match date_in(stem) {
        Some((_, range)) => format!("{} {}", &stem[..range.start], &stem[range.end..]),
        None => stem.to_owned(),
    };
    let words = without_date
        .split(|c: char| c.is_whitespace() || matches!(c, '_' | '-' | '[' | ']' | '(' | ')' | '.'))
        .filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("rec"));
    words.collect::<Vec<_>>().join(" ")
}

/// The recording's new name: `[YYYY-MM-DD] Title.ext`, with the extension that it had.
pub fn recording_name(date: Date, title: &str, old_name: &str) -> String {
    let (_, extension) = split_extension(old_name);
    let dot = if extension.is_empty() { "" } else { "." };
    let room = MAX_NAME_BYTES.saturating_sub(dot.len() + extension.len());
    format!("{}{dot}{extension}", stem(date, title, room))
}

/// The name of a page's file without extension: `[YYYY-MM-DD] Title`.
pub fn page_stem(date: Date, title: &str) -> String {
    stem(date, title, MAX_NAME_BYTES)
}

fn stem(date: Date, title: &str, room: usize) -> String {
    let prefix = format!("[{date}] ");
    let title = bounded(&safe(title), room.saturating_sub(prefix.len()));
    format!("{prefix}{title}").trim_end().to_owned()
}

/// The text with everything replaced that Windows, macOS or Drive's sync client can't hold in a name.
fn safe(title: &str) -> String {
    let replaced: String = title
        .chars()
        .map(|c| match c {
            '/' | '\\' | '|' => '-',
            ':' => '∶',
            '"' => '\'',
            '<' => '(',
            '>' => ')',
            '?' | '*' => ' ',
            c if c.is_control() => ' ',
            // Invisible marks that change the direction of what follows make names that lie.
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => ' ',
            c => c,
        })
        .collect();
    let words: Vec<&str> = replaced.split_whitespace().collect();
    // Windows drops dots and blanks at the end of a name.
    words.join(" ").trim_end_matches(['.', ' ']).to_owned()
}

/// As many whole graphemes as fit into `room` bytes.
fn bounded(text: &str, room: usize) -> String {
    let mut kept = String::new();
    for grapheme in text.graphemes(true) {
        if kept.len() + grapheme.len() > room {
            break;
        }
        kept.push_str(grapheme);
    }
    kept.trim_end_matches(['.', ' ']).to_owned()
}

/// Stem and extension. What looks like a sentence or a number after the last dot is no extension.
fn split_extension(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, extension))
            if !stem.is_empty()
                && (1..=8).contains(&extension.len())
                && extension.bytes().all(|b| b.is_ascii_alphanumeric())
                && extension.bytes().any(|b| b.is_ascii_alphabetic()) =>
        {
            (stem, extension)
        }
        _ => (name, ""),
    }
}

/// The first date in `text` and where it stands, with brackets around it.
fn date_in(text: &str) -> Option<(Date, std::ops::Range<usize>)> {
    let bytes = text.as_bytes();
    for start in 0..bytes.len() {
        if !bytes[start].is_ascii_digit() || (start > 0 && bytes[start - 1].is_ascii_digit()) {
            continue;
        }
        for shape in ["dddd-dd-dd", "dddd_dd_dd", "dddd.dd.dd", "dddddddd"] {
            let Some(date) = date_at(&bytes[start..], shape.as_bytes()) else { continue };
            let end = start + shape.len();
            let bracketed = start > 0 && bytes[start - 1] == b'[' && bytes.get(end) == Some(&b']');
            let range = if bracketed { start - 1..end + 1 } else { start..end };
            return Some((date, range));
        }
    }
    None
}

/// The date at the start of `bytes`, if it has that shape (`d` stands for a digit) and ends there.
fn date_at(bytes: &[u8], shape: &[u8]) -> Option<Date> {
    if bytes.len() < shape.len() || bytes.get(shape.len()).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let fits = bytes.iter().zip(shape).all(|(b, s)| if *s == b'd' { b.is_ascii_digit() } else { b == s });
    if !fits {
        return None;
    }
    let digits: Vec<i16> =
        bytes[..shape.len()].iter().filter(|b| b.is_ascii_digit()).map(|b| i16::from(b - b'0')).collect();
    let number = |range: std::ops::Range<usize>| digits[range].iter().fold(0, |n, d| n * 10 + d);
    let (year, month, day) = (number(0..4), number(4..6), number(6..8));
    // Recordings are younger than 1970; 2100 keeps serial numbers out.
    if !(1970..=2100).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn the_date_in_the_name_wins_over_the_file_date() {
        let created = date(2026, 11, 23);
        for (name, expected) in [
            ("REC_20251231_235959.m4a", date(2025, 12, 31)),
            ("[2024-02-29] Weekly.mp3", date(2024, 2, 29)),
            ("2026-01-05 board.mp4", date(2026, 1, 5)),
            ("board 2026_01_05.mp4", date(2026, 1, 5)),
            ("GMT20260105-140000_Recording.mp4", date(2026, 1, 5)),
            ("會議 2026-03-01.m4a", date(2026, 3, 1)),
            ("weekly.m4a", created),
            ("REC_20251332_1.m4a", created),
            ("2023-02-29.m4a", created),
            ("call 1234567890123.m4a", created),
            ("id 12345678.m4a", created),
            ("", created),
        ] {
            assert_eq!(recording_date(name, created), expected, "{name}");
        }
    }

    #[test]
    fn the_new_name_keeps_the_extension() {
        let day = date(2026, 11, 5);
        for (title, old, expected) in [
            ("Weekly review", "REC_1.M4A", "[2026-11-05] Weekly review.M4A"),
            ("Q3: plans/risks?", "a.mp4", "[2026-11-05] Q3∶ plans-risks.mp4"),
            ("每週產品檢討", "a.m4a", "[2026-11-05] 每週產品檢討.m4a"),
            ("No extension", "recording", "[2026-11-05] No extension"),
            ("Dots...", "v1.2 final", "[2026-11-05] Dots"),
            ("CON", "a.wav", "[2026-11-05] CON.wav"),
            ("", "a.wav", "[2026-11-05].wav"),
        ] {
            assert_eq!(recording_name(day, title, old), expected);
        }
    }

    #[test]
    fn a_bare_name_is_readable() {
        for (name, expected) in [
            ("weekly-review.m4a", "weekly review"),
            ("[2026-11-05] Weekly review.m4a", "Weekly review"),
            ("REC_20251231_1200.m4a", "1200"),
            ("2026-11-05.mp3", ""),
            ("每週會議.m4a", "每週會議"),
        ] {
            assert_eq!(bare_name(name), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_title_gives_a_name_that_every_disk_can_hold(title in ".{0,400}", old in "[a-z]{0,5}(\\.[a-z0-9]{1,4})?") {
            let name = recording_name(date(2026, 11, 5), &title, &old);
            prop_assert!(name.len() <= MAX_NAME_BYTES);
            prop_assert!(name.starts_with("[2026-11-05]"));
            let forbidden = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
            prop_assert!(!name.contains(forbidden), "{name:?}");
            prop_assert!(!name.ends_with([' ', '.']));
            prop_assert_eq!(recording_date(&name, date(1999, 1, 1)), date(2026, 11, 5));
        }

        #[test]
        fn reading_a_date_never_panics(name in "\\PC{0,60}") {
            let _ = recording_date(&name, date(2026, 11, 5));
            let _ = bare_name(&name);
        }
    }
}
