//! What a file is, judged by its bytes and not by its name, before a parser is let loose on it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{IoTrouble, MAX_FILE_BYTES, Unreadable};

/// Readers of PDFs look for the mark this far into the file: mail programs and printers put lines of their own before it.
const MARK_WITHIN: usize = 1024;

/// Enough for the magic of every format that `infer` knows.
const HEAD_BYTES: u64 = 8192;

/// Makes sure that there is a PDF of a bearable size.
pub(super) fn look(file: &Path) -> Result<(), Unreadable> {
    let metadata = std::fs::metadata(file)?;
    // Opening a pipe would wait for somebody to write into it.
    if !metadata.is_file() {
        return Err(Unreadable::Io(IoTrouble::NotAFile));
    }
    let mut head = Vec::new();
    File::open(file)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    if !is_pdf(&head) {
        if head.starts_with(b"%PDF") {
            // It was one, and the dash and the version behind the mark are lost.
            return Err(Unreadable::Damaged);
        }
        return Err(Unreadable::NotPdf { what: what(&head).into() });
    }
    match metadata.len() {
        0..=MAX_FILE_BYTES => Ok(()),
        size_bytes => Err(Unreadable::TooLarge { size_bytes }),
    }
}

fn is_pdf(head: &[u8]) -> bool {
    head[..head.len().min(MARK_WITHIN)].windows(5).any(|window| window == b"%PDF-")
}

fn what(head: &[u8]) -> &'static str {
    use infer::MatcherType;
    if head.is_empty() {
        return "an empty file";
    }
    let Some(kind) = infer::get(head) else {
        return if is_text(head) { "a text file" } else { "a file of an unknown kind" };
    };
    match kind.matcher_type() {
        MatcherType::Audio => "a sound recording",
        MatcherType::Video => "a video",
        MatcherType::Image => "a picture",
        MatcherType::Doc => match kind.extension() {
            "doc" | "docx" | "odt" => "a text document",
            "xls" | "xlsx" | "ods" => "a spreadsheet",
            "ppt" | "pptx" | "odp" => "a presentation",
            // Drawings and the like.
            _ => "an office document",
        },
        MatcherType::Book => "an e-book",
        MatcherType::Archive => "an archive",
        MatcherType::Font => "a font",
        MatcherType::App => "a program",
        MatcherType::Text if kind.extension() == "html" => "a web page",
        MatcherType::Text => "a text file",
        MatcherType::Custom => "a file of an unknown kind",
    }
}

/// No byte that a text would not have.
fn is_text(head: &[u8]) -> bool {
    head.iter().all(|byte| !matches!(byte, 0..=8 | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_before_the_mark_are_borne() {
        let mut head = vec![b'-'; MARK_WITHIN - 5];
        head.extend(b"%PDF-1.7");
        assert!(is_pdf(&head));
        head.insert(0, b'-');
        assert!(!is_pdf(&head));
    }

    #[test]
    fn other_files_are_called_what_they_are() {
        assert_eq!(what(b""), "an empty file");
        assert_eq!(what(b"Minutes"), "a text file");
        assert_eq!(what(b"<!DOCTYPE html><p>"), "a web page");
        assert_eq!(what(b"\x89PNG\r\n\x1a\n"), "a picture");
        assert_eq!(what(b"ID3\x03\x00"), "a sound recording");
        assert_eq!(what(b"\x00\x01\x02\x03"), "a file of an unknown kind");
    }
}
