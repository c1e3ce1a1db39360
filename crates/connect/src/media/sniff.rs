//! What a file is, judged by its bytes and not by its name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes looked at; enough for the magic of every format that is told apart here.
const HEAD_BYTES: u64 = 8192;

/// What a file seems to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Guess {
    /// It has no bytes.
    Empty,
    /// Neither audio nor video; what it is, for example "a PDF document".
    NotMedia(String),
    /// A container or codec that is left to ffmpeg, by name.
    OtherMedia(String),
    /// Audio or video that should be readable.
    Media,
    /// Nothing that is known here.
    Unknown,
}

/// Looks at the first bytes of the file.
pub(super) fn look(file: &Path) -> io::Result<Guess> {
    // Some systems open a folder and refuse only to read it.
    if std::fs::metadata(file)?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut head = Vec::new();
    File::open(file)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(guess(&head))
}

fn guess(head: &[u8]) -> Guess {
    if head.is_empty() {
        return Guess::Empty;
    }
    if let Some(format) = left_to_ffmpeg(head) {
        return Guess::OtherMedia(format);
    }
    match infer::get(head) {
        Some(kind) => match kind.matcher_type() {
            infer::MatcherType::Audio | infer::MatcherType::Video => Guess::Media,
            infer::MatcherType::Image => not_media("a picture", &kind),
            infer::MatcherType::Archive if kind.extension() == "pdf" => {
                Guess::NotMedia("a PDF document".into())
            }
            infer::MatcherType::Archive => not_media("an archive", &kind),
            infer::MatcherType::Doc => not_media("a document", &kind),
            infer::MatcherType::Book => not_media("an e-book", &kind),
            infer::MatcherType::Font => not_media("a font", &kind),
            infer::MatcherType::App => not_media("a program", &kind),
            infer::MatcherType::Text if kind.extension() == "html" => Guess::NotMedia("a web page".into()),
            infer::MatcherType::Text => Guess::NotMedia("a text file".into()),
            infer::MatcherType::Custom => Guess::Unknown,
        },
        None if is_text(head) => Guess::NotMedia("a text file".into()),
        None => Guess::Unknown,
    }
}

fn not_media(what: &str, kind: &infer::Type) -> Guess {
    Guess::NotMedia(format!("{what} ({})", kind.extension().to_uppercase()))
}

/// Containers that are not read here, and whose packets could be mistaken for MP3 frames if one tried.
fn left_to_ffmpeg(head: &[u8]) -> Option<String> {
    let name = match head {
        [b'#', b'!', b'A', b'M', b'R', b'-', b'W', b'B', ..] => "AMR-WB",
        [b'#', b'!', b'A', b'M', b'R', ..] => "AMR",
        [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, ..] => "Windows Media (WMA, WMV)",
        [0x0B, 0x77, _, _, _, bsi, ..] if bsi >> 3 > 10 => "E-AC-3",
        [0x0B, 0x77, ..] => "AC-3",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => "AVI",
        [b'F', b'L', b'V', 1, ..] => "Flash video",
        [b'.', b'R', b'M', b'F', ..] => "RealMedia",
        [b'w', b'v', b'p', b'k', ..] => "WavPack",
        [b'M', b'A', b'C', b' ', ..] => "Monkey's Audio",
        [b'D', b'S', b'D', b' ', ..] => "DSD",
        [0, 0, 1, 0xBA, ..] => "MPEG program stream",
        [b'M', b'T', b'h', b'd', ..] => return None,
        _ if head.first() == Some(&0x47) && head.get(188) == Some(&0x47) => "MPEG transport stream",
        _ if head.starts_with(b"OggS") && contains(head, b"Speex   ") => "Speex",
        _ => return wave_format(head),
    };
    Some(name.to_owned())
}

/// The format of a WAV file that holds anything else than plain samples.
fn wave_format(head: &[u8]) -> Option<String> {
    if !(head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE")) {
        return None;
    }
    let at = find(head, b"fmt ")? + 8;
    let tag = u16::from_le_bytes([*head.get(at)?, *head.get(at + 1)?]);
    match tag {
        // Samples, Microsoft and IMA ADPCM, floats, A-law, µ-law, "extensible".
        0x1..=0x3 | 0x6 | 0x7 | 0x11 | 0xFFFE => None,
        0x31 => Some("GSM 6.10".into()),
        0x45 => Some("G.726".into()),
        0x50 | 0x55 => Some("MP3 in WAV".into()),
        0x160..=0x163 => Some("Windows Media (WMA)".into()),
        _ => Some(format!("WAV format 0x{tag:04x}")),
    }
}

/// No byte that a text would not have. Compressed sound is full of them; old encodings such as Big5 are not.
fn is_text(head: &[u8]) -> bool {
    let utf16 = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    let units = if utf16 {
        head.iter().skip(2).filter(|byte| **byte != 0).collect::<Vec<_>>()
    } else {
        head.iter().collect()
    };
    units.into_iter().all(|byte| !matches!(byte, 0..=8 | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F))
}

/// How the boxes of an MP4 or QuickTime file lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mp4Layout {
    /// The index, the `moov` box, is there, and the last box ends with the file.
    Whole,
    /// The index is there, and the file ends inside a box.
    CutOff,
    /// Without the index the sound in the file cannot be found.
    NoIndex,
}

/// Looks at the outermost boxes; `None` if the file is neither MP4 nor QuickTime.
pub(super) fn mp4_layout(file: &Path) -> io::Result<Option<Mp4Layout>> {
    let mut file = File::open(file)?;
    let length = file.metadata()?.len();
    let (mut at, mut mp4, mut index) = (0_u64, false, false);
    // A box needs 8 bytes. Fragmented files have two boxes every few seconds: the bound is far above a day of them.
    for _ in 0..200_000 {
        if at + 8 > length {
            break;
        }
        file.seek(SeekFrom::Start(at))?;
        let mut header = [0_u8; 16];
        let wide = at + 16 <= length;
        file.read_exact(&mut header[..if wide { 16 } else { 8 }])?;
        let [s0, s1, s2, s3, k0, k1, k2, k3, large @ ..] = header;
        match &[k0, k1, k2, k3] {
            b"moov" => index = true,
            b"ftyp" | b"mdat" | b"wide" => mp4 = true,
            // Other boxes are stepped over; unless one of the above was met it is no such file.
            _ if !mp4 => return Ok(None),
            _ => {}
        }
        at = match u32::from_be_bytes([s0, s1, s2, s3]) {
            // To the end of the file.
            0 => length,
            1 if wide => at.saturating_add(u64::from_be_bytes(large).max(16)),
            size => at + u64::from(size).max(8),
        };
    }
    Ok(match (mp4 || index, index) {
        (false, _) => None,
        (true, false) => Some(Mp4Layout::NoIndex),
        (true, true) if at > length => Some(Mp4Layout::CutOff),
        (true, true) => Some(Mp4Layout::Whole),
    })
}

/// Whether an MP3 file says itself how long it is; otherwise its length can only be estimated.
pub(super) fn has_mp3_length(file: &Path) -> io::Result<bool> {
    let mut file = File::open(file)?;
    let mut head = [0_u8; 10];
    let mut at = 0;
    if file.read_exact(&mut head).is_ok()
        && let [b'I', b'D', b'3', _, _, _, a, b, c, d] = head
    {
        // The size of the tag, seven bits a byte.
        at = 10 + [a, b, c, d].into_iter().fold(0, |size, byte| size << 7 | u64::from(byte & 0x7F));
    }
    file.seek(SeekFrom::Start(at))?;
    let mut frame = Vec::new();
    file.take(2048).read_to_end(&mut frame)?;
    Ok([b"Xing", b"Info", b"VBRI"].into_iter().any(|tag| contains(&frame, tag)))
}

/// The name of a codec that a container announces and that the demuxer does not know: searched for near both ends of the
/// file, where containers keep their lists of tracks.
pub(super) fn announced_codec(file: &Path) -> io::Result<Option<String>> {
    const WINDOW: u64 = 1 << 20;
    let mut file = File::open(file)?;
    let length = file.metadata()?.len();
    for start in [0, length.saturating_sub(WINDOW)] {
        file.seek(SeekFrom::Start(start))?;
        let mut part = Vec::new();
        (&mut file).take(WINDOW).read_to_end(&mut part)?;
        if let Some(name) = mp4_codec(&part).or_else(|| matroska_codec(&part)) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn mp4_codec(bytes: &[u8]) -> Option<String> {
    const KNOWN: [(&[u8; 4], &str); 9] = [
        (b"samr", "AMR"),
        (b"sawb", "AMR-WB"),
        (b"sawp", "AMR-WB+"),
        (b"sevc", "EVRC"),
        (b"sqcp", "QCELP"),
        (b"agsm", "GSM 6.10"),
        (b"dtsc", "DTS"),
        (b"ac-4", "AC-4"),
        (b"mha1", "MPEG-H"),
    ];
    let mut rest = bytes;
    while let Some(at) = find(rest, b"stsd") {
        // `stsd`, version and flags, count, size of the first entry, its kind.
        let kind = rest.get(at + 16..at + 20);
        if let Some((_, name)) = KNOWN.into_iter().find(|(fourcc, _)| kind == Some(fourcc.as_slice())) {
            return Some(name.to_owned());
        }
        rest = rest.get(at + 4..)?;
    }
    None
}

/// Matroska's codec identifiers are words such as `A_DTS/LOSSLESS`, in element 0x86.
fn matroska_codec(bytes: &[u8]) -> Option<String> {
    let at =
        bytes.windows(4).position(|window| matches!(window, [0x86, length, b'A', b'_'] if *length > 0x80))?;
    let length = usize::from(bytes.get(at + 1)? & 0x7F);
    let word = std::str::from_utf8(bytes.get(at + 2..at + 2 + length)?).ok()?;
    Some(word.strip_prefix("A_")?.to_owned())
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    find(bytes, wanted).is_some()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not_media(what: &str) -> Guess {
        Guess::NotMedia(what.into())
    }

    #[test]
    fn documents_pictures_and_archives_are_called_by_their_name() {
        assert_eq!(guess(b""), Guess::Empty);
        assert_eq!(guess(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"), not_media("a PDF document"));
        assert_eq!(guess(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"), not_media("a picture (PNG)"));
        assert_eq!(guess(b"PK\x03\x04\x14\0\0\0\x08\0"), not_media("an archive (ZIP)"));
        assert_eq!(guess(b"<!DOCTYPE html><html><body>Sign in"), not_media("a web page"));
    }

    #[test]
    fn texts_are_texts_in_any_alphabet_and_encoding() {
        assert_eq!(guess("會議記錄:週一把報告寄給業務部".as_bytes()), not_media("a text file"));
        // "會議" in Big5 and in UTF-16.
        assert_eq!(guess(b"\xB7\x7C\xC4\xB3\n"), not_media("a text file"));
        assert_eq!(guess(b"\xFF\xFEM\0o\0n\0"), not_media("a text file"));
    }

    #[test]
    fn formats_that_need_ffmpeg_are_called_by_their_name() {
        let named = |name: &str| Guess::OtherMedia(name.into());
        assert_eq!(guess(b"#!AMR\n\x3C\x08"), named("AMR"));
        assert_eq!(guess(b"#!AMR-WB\n\x04"), named("AMR-WB"));
        assert_eq!(guess(b"\x0B\x77\0\0\x14\x40\0"), named("AC-3"));
        assert_eq!(guess(b"\x0B\x77\0\0\x14\x80\0"), named("E-AC-3"));
        assert_eq!(guess(b"RIFF\0\0\0\0AVI LIST"), named("AVI"));
        let gsm = b"RIFF\x24\0\0\0WAVEfmt \x14\0\0\0\x31\0\x01\0";
        assert_eq!(guess(gsm), named("GSM 6.10"));
    }

    #[test]
    fn codecs_that_containers_announce_are_found() {
        let mut phone = b"....stsd\0\0\0\0\0\0\0\x01\0\0\0\x39samr".to_vec();
        assert_eq!(mp4_codec(&phone), Some("AMR".into()));
        phone.truncate(20);
        assert_eq!(mp4_codec(&phone), None);
        assert_eq!(matroska_codec(b"\x83\x81\x02\x86\x88A_MS/ACM\x22"), Some("MS/ACM".into()));
        assert_eq!(matroska_codec(b"\x86\x88A_M"), None);
    }
}
