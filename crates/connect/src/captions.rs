//! Transcripts that come with a recording: bytes in whatever encoding → text, if it is a transcript.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use debrief_core::captions::{looks_like, may_be, parse, unreadable};
use debrief_core::failure::Failure;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// The largest transcript that is read, in bytes; a day of talk has less.
const MAX_BYTES: u64 = 20_000_000;

/// The text of the transcript in `file`; `None` when it is none and was not meant as one. `mime` is the type that its
/// source gives it.
///
/// # Errors
/// It was meant as a transcript and can't be read as one.
pub(crate) fn text_of(file: &Path, name: &str, mime: Option<&str>) -> Result<Option<String>, Failure> {
    if !may_be(name, mime) {
        return Ok(None);
    }
    match transcript(file, name) {
        Err(failure) if looks_like(name, mime) => Err(failure),
        found => Ok(found.ok()),
    }
}

fn transcript(file: &Path, name: &str) -> Result<String, Failure> {
    let bytes =
        read(file).map_err(|error| unreadable(name, "this computer did not give it").because(error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(unreadable(name, &format!("it is larger than {} MB", MAX_BYTES / 1_000_000)));
    }
    let text = decoded(&bytes);
    parse(name, &text)?;
    Ok(text)
}

/// The text of a chat or of a list of those who were there; `None` when it can't be read as text.
pub(crate) fn plain_text_of(file: &Path) -> Option<String> {
    let bytes = read(file).ok().filter(|bytes| bytes.len() as u64 <= MAX_BYTES)?;
    let text = decoded(&bytes);
    (!text.contains('\0')).then(|| text.trim_start_matches('\u{feff}').to_owned())
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// UTF-8 and UTF-16 with or without their mark, or else what the bytes look like: Big5, GBK, Windows-1252, …
fn decoded(bytes: &[u8]) -> String {
    if Encoding::for_bom(bytes).is_none()
        && let Ok(text) = std::str::from_utf8(bytes)
        && !text.contains('\0')
    {
        return text.to_owned();
    }
    // Times are written in ASCII, so every second byte of them is zero.
    let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).take(2_000).filter(|byte| **byte == 0).count();
    let encoding = match (zeros(0) * 10 > bytes.len().min(4_000), zeros(1) * 10 > bytes.len().min(4_000)) {
        (true, false) => UTF_16BE,
        (false, true) => UTF_16LE,
        (true, true) | (false, false) => {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
            detector.feed(bytes, true);
            detector.guess(None, Utf8Detection::Allow)
        }
    };
    // A mark at the start of the bytes wins.
    encoding.decode(bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHINESE: &str = include_str!("../../core/src/captions/testdata/zh-Hant.srt");

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_of_a_transcript_is_read() {
        let plain = CHINESE.trim_start_matches('\u{feff}');
        assert_eq!(decoded(CHINESE.as_bytes()), plain);
        assert_eq!(decoded(plain.as_bytes()), plain);
        for text in [CHINESE, plain] {
            assert_eq!(decoded(&utf_16(text, u16::to_le_bytes)), plain);
            assert_eq!(decoded(&utf_16(text, u16::to_be_bytes)), plain);
        }
        let (big5, _, lost) = encoding_rs::BIG5.encode(plain);
        assert!(!lost);
        assert_eq!(decoded(&big5), plain);
        let simplified =
            "1\n00:00:01,000 --> 00:00:02,000\n请在星期一把报告寄给业务组，我们下个星期四再开会。\n";
        assert_eq!(decoded(&encoding_rs::GBK.encode(simplified).0), simplified);
        let french =
            "1\n00:00:01,000 --> 00:00:02,000\nL'été prochain, dès le début de l'année déjà écoulée.\n";
        assert_eq!(decoded(&encoding_rs::WINDOWS_1252.encode(french).0), french);
    }

    #[test]
    fn a_list_of_people_is_read_in_the_encoding_that_teams_writes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("weekly-attendance.csv");
        let list = "\u{feff}Name\tEmail\nAna Lopez\tana@example.com\n";
        std::fs::write(&file, utf_16(list, u16::to_le_bytes)).unwrap();
        assert_eq!(plain_text_of(&file).as_deref(), Some(list.trim_start_matches('\u{feff}')));
        assert_eq!(text_of(&file, "weekly-attendance.csv", Some("text/csv")), Ok(None), "no transcript");
        assert_eq!(text_of(&file, "weekly - Chat.txt", Some("text/plain")), Ok(None), "nor is a chat");
        assert_eq!(plain_text_of(&folder.path().join("gone.csv")), None);
    }

    #[test]
    fn only_what_was_meant_as_a_transcript_is_called_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let told = |bytes: &[u8], name: &str, mime| {
            std::fs::write(&file, bytes).unwrap();
            text_of(&file, name, mime).map(|text| text.is_some()).map_err(|failure| failure.what)
        };
        assert_eq!(told(CHINESE.as_bytes(), "captions", Some("application/x-subrip")), Ok(true));
        assert_eq!(told(CHINESE.as_bytes(), "notes.txt", None), Ok(true));
        assert_eq!(told(b"Buy milk", "notes.txt", None), Ok(false));
        assert_eq!(told(b"%PDF-1.7", "Weekly - Transcript", None), Ok(false));
        assert_eq!(told(CHINESE.as_bytes(), "photo.jpg", None), Ok(false));
        insta::assert_snapshot!(told(b"\x89PNG\r\n\x1a\n\0\0", "weekly.vtt", None).unwrap_err(), @"The transcript weekly.vtt could not be read: it has no times with words that Debrief can read.");
        let large = vec![b' '; MAX_BYTES as usize + 1];
        insta::assert_snapshot!(told(&large, "weekly.vtt", None).unwrap_err(), @"The transcript weekly.vtt could not be read: it is larger than 20 MB.");
        insta::assert_snapshot!(text_of(&folder.path().join("gone"), "weekly.vtt", None).unwrap_err().what, @"The transcript weekly.vtt could not be read: this computer did not give it.");
    }
}
