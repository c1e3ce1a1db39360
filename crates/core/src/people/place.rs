//! Which files say who was there, going by their names, and of which recording.

use serde::{Deserialize, Serialize};

use crate::captions;

/// A file beside a recording that names people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Companion {
    /// What was written in the meeting's chat.
    Chat,
    /// Who was there.
    Attendance,
}

const CHATS: [&str; 5] = ["聊天", "聊天記錄", "聊天紀錄", "聊天室", "聊天记录"];
const ATTENDANCE: [&str; 16] = [
    "attendance",
    "attendees",
    "participants",
    "anwesenheit",
    "asistencia",
    "出席",
    "與會",
    "与会",
    "參加者",
    "参会",
    "簽到",
    "签到",
    "參與者",
    "参与者",
    "與會者",
    "出缺席",
];
const SPREADSHEET: &str = "application/vnd.google-apps.spreadsheet";

/// Whether a file is a meeting's chat or a list of who was there, going by its name and, where one is known, its type.
pub fn companion(name: &str, mime: Option<&str>) -> Option<Companion> {
    let name = name.to_lowercase();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    let is_list = matches!(ending, "csv" | "tsv")
        || mime.is_some_and(|mime| matches!(mime, "text/csv" | "text/tab-separated-values" | SPREADSHEET));
    let is_text = matches!(ending, "txt" | "sbv") || mime == Some("text/plain");
    // A type comes with names without an ending: "Weekly - Chat".
    let stem = if matches!(ending, "csv" | "tsv" | "txt" | "sbv") { stem } else { name.as_str() };
    if captions::says_transcript(stem) {
        return None;
    }
    if is_list && ATTENDANCE.iter().any(|word| stem.contains(word)) {
        return Some(Companion::Attendance);
    }
    let is_chat = stem.strip_suffix("chat").is_some_and(|before| {
        before.ends_with("new") || before.ends_with("team") || !before.ends_with(char::is_alphabetic)
    });
    (is_text && (is_chat || CHATS.iter().any(|word| stem.ends_with(word)))).then_some(Companion::Chat)
}

/// What a file called `name` is to the recording beside it.
pub fn lies_beside(recording: &str, name: &str, mime: Option<&str>) -> Option<Companion> {
    let companion = companion(name, mime)?;
    captions::is_called_after(recording, name).then_some(companion)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Companion::{Attendance, Chat};

    const SHEET: Option<&str> = Some(SPREADSHEET);

    #[test]
    fn chats_and_lists_of_a_recording_are_told_by_their_names() {
        let meet = "Weekly (2026-11-05 09:00 GMT+1)";
        let zoom = "GMT20261105-090000_Recording_1920x1080.mp4";
        let beside = [
            ("weekly.mp4", "weekly - Chat.txt", None, Chat),
            ("weekly.mp4", "weekly.chat.sbv", None, Chat),
            ("週會.m4a", "週會 聊天記錄.txt", None, Chat),
            (meet, "Weekly (2026-11-05 09:00 GMT+1) - Chat", Some("text/plain"), Chat),
            (meet, "Weekly (2026-11-05 09:00 GMT+1) - Chat.sbv", None, Chat),
            (meet, "Weekly (2026-11-05 09:00 GMT+1) - Attendance report", SHEET, Attendance),
            (zoom, "GMT20261105-090000_RecordingnewChat.txt", None, Chat),
            ("video1234567.mp4", "chat.txt", None, Chat),
            ("audio1234567.m4a", "meeting_saved_chat.txt", None, Chat),
            ("weekly.mp4", "weekly-attendance.csv", None, Attendance),
            ("weekly.mp4", "weekly_participants.tsv", None, Attendance),
            ("週會.m4a", "週會 出席名單.csv", None, Attendance),
        ];
        for (recording, name, mime, what) in beside {
            assert_eq!(lies_beside(recording, name, mime), Some(what), "{recording}: {name}");
        }
        let others = [
            ("weekly.mp4", "monthly - Chat.txt", None),
            ("weekly.mp4", "weekly.txt", None),
            ("weekly.mp4", "weekly.csv", None),
            ("weekly.mp4", "chat.txt", None),
            ("weekly.mp4", "weekly snapchat.txt", None),
            ("weekly.mp4", "weekly chat transcript.txt", None),
            (zoom, "GMT20261106-090000_RecordingnewChat.txt", None),
        ];
        for (recording, name, mime) in others {
            assert_eq!(lies_beside(recording, name, mime), None, "{recording}: {name}");
        }
    }

    #[test]
    fn a_chat_is_never_taken_for_a_transcript() {
        for name in ["weekly - Chat.txt", "meeting_saved_chat.txt", "GMT20261105-090000_RecordingnewChat.txt"]
        {
            assert!(companion(name, None).is_some());
            assert!(!captions::may_be(name, None) && !captions::looks_like(name, None), "{name}");
        }
    }
}
