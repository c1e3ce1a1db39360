//! A transcript as plain text or subtitles.

use crate::page::timecode;
use crate::transcript::{Segment, Transcript};

/// Longest subtitle in characters; longer segments are split at words, their time shared out by length.
const CUE_CHARS: usize = 84;

/// One line a segment: `[0:12] Speaker 1: words`.
pub fn text(transcript: &Transcript) -> String {
    let lines = transcript.segments.iter().map(|segment| {
        let said = spoken(transcript, segment, &segment.text);
        format!("[{}] {said}\n", timecode(segment.start_ms))
    });
    lines.collect()
}

/// SubRip subtitles.
pub fn srt(transcript: &Transcript) -> String {
    let cues = cues(transcript);
    let blocks = cues.iter().zip(1..).map(|(cue, number)| {
        format!("{number}\n{} --> {}\n{}\n\n", clock(cue.start_ms, ','), clock(cue.end_ms, ','), cue.text)
    });
    blocks.collect()
}

/// WebVTT subtitles, with voice spans.
pub fn vtt(transcript: &Transcript) -> String {
    let mut out = String::from("WEBVTT\n\n");
    for segment in &transcript.segments {
        for cue in split(segment) {
            // `&`, `<` and `>` have a meaning in WebVTT.
            let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let words = escape(&cue.text);
            let voiced = match transcript.speaker_of(segment) {
                Some(name) => format!("<v {}>{words}", escape(name)),
                None => words,
            };
            out += &format!("{} --> {}\n{voiced}\n\n", clock(cue.start_ms, '.'), clock(cue.end_ms, '.'));
        }
    }
    out
}

struct Cue {
    start_ms: u32,
    end_ms: u32,
    text: String,
}

fn cues(transcript: &Transcript) -> Vec<Cue> {
    let of = |segment: &Segment| -> Vec<Cue> {
        let mut cues = split(segment);
        if let Some(first) = cues.first_mut() {
            first.text = spoken(transcript, segment, &first.text);
        }
        cues
    };
    transcript.segments.iter().flat_map(of).collect()
}

fn spoken(transcript: &Transcript, segment: &Segment, text: &str) -> String {
    match transcript.speaker_of(segment) {
        Some(name) => format!("{name}: {text}"),
        None => text.to_owned(),
    }
}

/// A segment in pieces that fit two lines of a subtitle.
fn split(segment: &Segment) -> Vec<Cue> {
    use unicode_segmentation::UnicodeSegmentation;
    let mut pieces = vec![String::new()];
    for word in segment.text.split_word_bounds() {
        let last = pieces.last_mut().expect("starts with one piece");
        if last.chars().count() + word.chars().count() > CUE_CHARS && !last.is_empty() {
            pieces.push(word.to_owned());
        } else {
            last.push_str(word);
        }
    }
    let length = segment.end_ms.saturating_sub(segment.start_ms);
    let all: usize = segment.text.chars().count().max(1);
    let mut before = 0;
    let at = |chars: usize| {
        let offset = u64::from(length) * chars as u64 / all as u64;
        segment.start_ms + u32::try_from(offset).expect("no more than the segment's length")
    };
    pieces
        .into_iter()
        .map(|piece| {
            let start_ms = at(before);
            before += piece.chars().count();
            Cue { start_ms, end_ms: at(before.min(all)), text: piece.trim().to_owned() }
        })
        .filter(|cue| !cue.text.is_empty())
        .collect()
}

/// `hh:mm:ss,mmm`.
fn clock(ms: u32, separator: char) -> String {
    let seconds = ms / 1000;
    format!("{:02}:{:02}:{:02}{separator}{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{EngineLabel, Speaker};

    fn transcript() -> Transcript {
        let long = "word ".repeat(40);
        Transcript {
            segments: vec![
                Segment {
                    speaker: Some(0),
                    start_ms: 0,
                    end_ms: 1500,
                    text: "Hello & <welcome>".into(),
                    overlap: false,
                },
                Segment {
                    speaker: None,
                    start_ms: 3_600_000,
                    end_ms: 3_610_000,
                    text: long.trim().into(),
                    overlap: false,
                },
            ],
            speakers: vec![Speaker { label: "Speaker 1".into(), name: Some("Ana".into()), voice: None }],
            language: "en".into(),
            duration_ms: 3_610_000,
            engine: EngineLabel { name: "test".into(), described: "Test".into(), rough: false },
            diarizer: "test".into(),
        }
    }

    #[test]
    fn plain_text_has_a_line_for_each_segment() {
        let text = text(&transcript());
        assert!(text.starts_with("[0:00] Ana: Hello & <welcome>\n[1:00:00] word word"), "{text}");
    }

    #[test]
    fn subtitles_are_short_and_in_order() {
        let srt = srt(&transcript());
        assert!(
            srt.starts_with(
                "1\n00:00:00,000 --> 00:00:01,500\nAna: Hello & <welcome>\n\n2\n01:00:00,000 --> "
            ),
            "{srt}"
        );
        assert!(srt.contains("--> 01:00:10,000\n"), "{srt}");
        assert!(srt.lines().all(|line| line.chars().count() <= CUE_CHARS + 10));
        assert_eq!(srt.matches("word").count(), 40);
    }

    #[test]
    fn web_subtitles_escape_and_name_the_voice() {
        let vtt = vtt(&transcript());
        assert!(
            vtt.starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n<v Ana>Hello &amp; &lt;welcome&gt;\n"),
            "{vtt}"
        );
    }
}
