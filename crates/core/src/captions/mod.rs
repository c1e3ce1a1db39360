//! Transcripts that a recording comes with: subtitles, and what Google Meet, Zoom and Teams write down.

mod language;
mod markup;
mod meeting;
mod names;
mod place;
mod subtitles;
mod words;

#[cfg(test)]
mod tests;

use crate::failure::{Failure, FailureCode};

pub(crate) use place::{is_called_after, says_so as says_transcript};
pub use place::{lies_beside, looks_like, may_be};
pub use words::{among, hole_warning};

/// Whether a text could be somebody's name.
pub(crate) fn is_a_name(text: &str) -> bool {
    names::is_name(text)
}

/// Whether a name is more than a label: not "Speaker 1".
pub(crate) fn names_a_speaker(name: &str) -> bool {
    !names::is_label(name)
}

/// The name under which transcripts stand among the speech engines.
pub const ENGINE: &str = "transcript";

/// A transcript as it was written: what was said, by whom and when. It has some words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captions {
    /// The name of its file, with extension.
    pub name: String,
    /// BCP 47, where the file says so.
    language: Option<String>,
    cues: Vec<Cue>,
}

/// What is said from one time on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Cue {
    start_ms: u32,
    /// `None` where only the next cue tells.
    end_ms: Option<u32>,
    /// In order; they share the cue's time.
    said: Vec<Said>,
}

/// What one speaker says in a cue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Said {
    speaker: Option<String>,
    /// Lines as in the file.
    text: String,
}

/// Reads a transcript; `name` is that of its file. WebVTT and SubRip are told by their content. What meeting services
/// write is told from other texts by the file's name too, so that no agenda is taken for one.
///
/// # Errors
/// It is none, or nobody says anything in it.
pub fn parse(name: &str, text: &str) -> Result<Captions, Failure> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let (language, mut cues) = match subtitles::read(&text) {
        Some(subtitles) => subtitles,
        None if may_be(name, None) => (None, meeting::read(&text).unwrap_or_default()),
        None => return Err(unreadable(name, "it has no times and speakers that Debrief knows")),
    };
    for cue in &mut cues {
        cue.said.retain(|said| !said.text.trim().is_empty());
    }
    cues.retain(|cue| !cue.said.is_empty());
    let has_words = |cue: &Cue| cue.said.iter().any(|said| said.text.contains(char::is_alphanumeric));
    if !cues.iter().any(has_words) {
        return Err(unreadable(name, "it has no times with words that Debrief can read"));
    }
    Ok(Captions { name: name.to_owned(), language, cues })
}

/// A file that was meant as a transcript and can't be used as one.
pub fn unreadable(name: &str, why: &str) -> Failure {
    Failure::never(
        FailureCode::TranscriptUnreadable,
        format!("The transcript {name} could not be read: {why}."),
        "The recording is recognised instead. To use a transcript, save it as WebVTT or SubRip and process the recording again with it.",
    )
}

/// `1:02:03`, `02:03.5` or `00:02:03,456` in milliseconds.
fn clock(text: &str) -> Option<u32> {
    let (whole, fraction) = match text.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, fraction),
        None => (text, ""),
    };
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit()).then(|| part.parse::<u32>().ok())?;
    let fields: Vec<u32> = whole.split(':').map(digits).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match fields[..] {
        [minutes, seconds] => (0, minutes, seconds),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None, // A clock has two or three parts.
    };
    if hours > 999 || minutes > 59 && hours > 0 || minutes > 999 || seconds > 59 {
        return None;
    }
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    let ms = digits(&thousandths)?;
    Some(((hours * 60 + minutes) * 60 + seconds) * 1000 + ms)
}
