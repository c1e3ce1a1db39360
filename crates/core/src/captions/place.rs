//! Which files are transcripts, going by their names, and of which recording.

use crate::people;

/// Words for a transcript in names of files, in the languages of the services that write them.
pub(super) const TRANSCRIPT: [&str; 14] = [
    "transcript",
    "transcription",
    "transcripción",
    "transcrição",
    "transkript",
    "trascrizione",
    "closed_caption",
    "逐字稿",
    "轉錄稿",
    "轉錄內容",
    "字幕",
    "转录",
    "文字起こし",
    "스크립트",
];
const SUBTITLES: [&str; 2] = [".vtt", ".srt"];
const SUBTITLE_TYPES: [&str; 4] = ["text/vtt", "application/x-subrip", "text/srt", "application/srt"];
const PLAIN: &str = "text/plain";
/// Google's own text documents; Meet writes its transcripts as such.
const GOOGLE_DOCUMENT: &str = "application/vnd.google-apps.document";
/// What may stand between a recording's name and the ending: "zh-TW", "transcript".
const LONGEST_MIDDLE: usize = 24;

/// Whether a file is meant as a transcript, going by its name and, where one is known, its type.
pub fn looks_like(name: &str, mime: Option<&str>) -> bool {
    if people::companion(name, mime).is_some() {
        return false;
    }
    let name = name.to_lowercase();
    let is_subtitle = SUBTITLES.iter().any(|ending| name.ends_with(ending));
    let is_text = name.ends_with(".txt") || mime.is_some_and(|mime| mime == PLAIN || mime == GOOGLE_DOCUMENT);
    is_subtitle
        || mime.is_some_and(|mime| SUBTITLE_TYPES.contains(&mime))
        || is_text && (says_so(&name) || name.contains("notes by gemini"))
}

/// Whether it is worth to read a file in order to find out whether it is a transcript.
pub fn may_be(name: &str, mime: Option<&str>) -> bool {
    let name_only = name.to_lowercase();
    // What was written in a chat was not said.
    if people::companion(name, mime).is_some() {
        return false;
    }
    looks_like(name, mime)
        || mime == Some(PLAIN)
        || name_only.ends_with(".txt")
        || says_so(&name_only)
        || name_only.contains("notes by gemini")
}

/// Whether a file called `name` is a transcript of the recording beside it.
pub fn lies_beside(recording: &str, name: &str, mime: Option<&str>) -> bool {
    looks_like(name, mime) && is_called_after(recording, name)
}

/// Whether a file is called so that it belongs to the recording beside it.
pub(crate) fn is_called_after(recording: &str, name: &str) -> bool {
    let stem = recording
        .rsplit_once('.')
        .filter(|(_, ending)| is_ending(ending))
        .map_or(recording, |(stem, _)| stem);
    !stem.is_empty() && (named_after(stem, name) || of_meet(stem, name) || of_zoom(stem, name))
}

/// Whether a name, in small letters, has a word for a transcript in it.
pub(crate) fn says_so(name: &str) -> bool {
    TRANSCRIPT.iter().any(|word| name.contains(word))
}

fn is_ending(text: &str) -> bool {
    (2..=5).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// "weekly.vtt", "weekly.zh-TW.srt", "weekly.transcript.vtt", "weekly - transcript.txt" of "weekly.mp4".
fn named_after(stem: &str, name: &str) -> bool {
    let Some(rest) = name.strip_prefix(stem) else { return false };
    let Some((middle, _)) = rest.rsplit_once('.').filter(|(_, ending)| is_ending(ending)) else {
        return false;
    };
    let begins = middle.is_empty() || middle.starts_with(['.', '-', '_', ' ']);
    begins && middle.len() <= LONGEST_MIDDLE
}

/// "Weekly (2026-11-05 09:00 GMT+1) - Transcript" of "Weekly (2026-11-05 09:00 GMT+1)", and
/// "Weekly - 2026/11/05 09:00 CET - Transcript" of "Weekly - 2026/11/05 09:00 CET - Recording".
fn of_meet(stem: &str, name: &str) -> bool {
    let meeting = |text: &str| text.rsplit_once(" - ").map(|(meeting, _)| meeting.to_owned());
    let Some(of) = meeting(name) else { return false };
    of == stem || (meeting(stem).as_deref() == Some(&of) && of.chars().any(|c| c.is_ascii_digit()))
}

/// Zoom names what it saves in the cloud by the meeting's time, and on this machine puts it into the meeting's folder.
fn of_zoom(stem: &str, name: &str) -> bool {
    let time =
        |text: &str| text.split('_').next().map(|time| time.split('.').next().unwrap_or(time).to_owned());
    if stem.starts_with("GMT") {
        return name.starts_with("GMT") && time(stem) == time(name);
    }
    const SAVED: [&str; 6] = [
        "audio_transcript.vtt",
        "closed_caption.txt",
        "meeting_saved_closed_caption.txt",
        "chat.txt",
        "meeting_saved_chat.txt",
        "meeting_saved_new_chat.txt",
    ];
    let is_zooms =
        ["video", "audio", "zoom_", "double_click_to_convert"].iter().any(|start| stem.starts_with(start))
            && stem.ends_with(|c: char| c.is_ascii_digit());
    (is_zooms || stem == "audio_only") && SAVED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: Option<&str> = Some(GOOGLE_DOCUMENT);

    #[test]
    fn what_lies_beside_a_recording_is_told_by_its_name() {
        let beside = [
            ("weekly.mp4", "weekly.vtt", None),
            ("weekly.mp4", "weekly.en.vtt", None),
            ("weekly.mp4", "weekly.zh-TW.srt", None),
            ("weekly.mp4", "weekly.transcript.vtt", None),
            ("weekly.mp4", "weekly transcript.txt", None),
            ("週會.m4a", "週會 逐字稿.txt", None),
            (
                "GMT20261105-090000_Recording_1920x1080.mp4",
                "GMT20261105-090000_Recording.transcript.vtt",
                None,
            ),
            ("audio1234567.m4a", "meeting_saved_closed_caption.txt", None),
            ("zoom_0.mp4", "audio_transcript.vtt", None),
            ("Weekly (2026-11-05 09:00 GMT+1)", "Weekly (2026-11-05 09:00 GMT+1) - Transcript", DOCUMENT),
            (
                "Weekly - 2026/11/05 09:00 CET - Recording",
                "Weekly - 2026/11/05 09:00 CET - Transcript",
                DOCUMENT,
            ),
            ("週會 - 2026/11/05 09:00 CST - 錄影.mp4", "週會 - 2026/11/05 09:00 CST - 逐字稿", DOCUMENT),
        ];
        for (recording, name, mime) in beside {
            assert!(lies_beside(recording, name, mime), "{recording}: {name}");
        }
        let elsewhere = [
            ("weekly.mp4", "weekly.pdf", None),
            ("weekly.mp4", "weekly.txt", None),
            ("weekly.mp4", "weeklyplan.vtt", None),
            ("weekly.mp4", "monthly.vtt", None),
            ("weekly.mp4", "Weekly - Transcript", None),
            ("talk.mp4", "audio_transcript.vtt", None),
            ("video about us.mp4", "audio_transcript.vtt", None),
            ("GMT20261105-090000_Recording.mp4", "GMT20261106-090000_Recording.transcript.vtt", None),
            ("Plan - Recording", "Plan - Transcript", DOCUMENT),
            (".vtt", "a.vtt", None),
        ];
        for (recording, name, mime) in elsewhere {
            assert!(!lies_beside(recording, name, mime), "{recording}: {name}");
        }
    }

    #[test]
    fn a_transcript_is_told_by_its_ending_its_type_or_its_name() {
        assert!(looks_like("Weekly.VTT", None) && looks_like("captions", Some("application/x-subrip")));
        assert!(looks_like("Weekly - Transcript", DOCUMENT) && looks_like("週會 逐字稿.txt", None));
        assert!(!looks_like("Agenda", DOCUMENT) && !looks_like("transcript.pdf", Some("application/pdf")));
        assert!(may_be("notes.txt", None) && !looks_like("notes.txt", None) && !may_be("agenda.pdf", None));
    }
}
