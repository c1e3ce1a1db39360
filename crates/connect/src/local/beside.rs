//! Transcripts, chats and lists of people that lie in the same folder as a recording.

use std::path::{Path, PathBuf};

use debrief_core::captions::lies_beside;
use debrief_core::people;

use super::name_of;

/// The most entries of a folder that are looked at.
const MOST_ENTRIES: usize = 20_000;

/// The transcripts of a recording in its folder, by name; none where the folder can't be read.
pub fn transcripts_beside(recording: &Path) -> Vec<PathBuf> {
    beside(recording, |recording, name| lies_beside(recording, name, None))
}

/// The chats and lists of those who were there, of a recording in its folder, by name: attached to it, they tell who speaks.
pub fn companions_beside(recording: &Path) -> Vec<PathBuf> {
    beside(recording, |recording, name| people::lies_beside(recording, name, None).is_some())
}

fn beside(recording: &Path, belongs: impl Fn(&str, &str) -> bool) -> Vec<PathBuf> {
    let name = name_of(recording);
    let Some(entries) = recording.parent().and_then(|folder| std::fs::read_dir(folder).ok()) else {
        return Vec::new();
    };
    let files = entries.take(MOST_ENTRIES).filter_map(Result::ok).map(|entry| entry.path());
    let is_one = |path: &PathBuf| path != recording && belongs(&name, &name_of(path)) && path.is_file();
    let mut found: Vec<PathBuf> = files.filter(is_one).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_and_a_list_are_found_beside_their_recording_and_are_no_transcripts() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            ["weekly.mp4", "weekly - Chat.txt", "weekly-attendance.csv", "monthly - Chat.txt", "weekly.vtt"]
        {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        let names = |found: Vec<PathBuf>| found.iter().map(|path| name_of(path)).collect::<Vec<String>>();
        let recording = folder.path().join("weekly.mp4");
        assert_eq!(names(companions_beside(&recording)), ["weekly - Chat.txt", "weekly-attendance.csv"]);
        assert_eq!(names(transcripts_beside(&recording)), ["weekly.vtt"]);
    }

    #[test]
    fn only_transcripts_of_the_same_recording_are_found() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["weekly.mp4", "weekly.zh-TW.srt", "weekly.vtt", "weekly.pdf", "monthly.vtt"] {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        std::fs::create_dir(folder.path().join("weekly.en.vtt")).unwrap();
        let found = transcripts_beside(&folder.path().join("weekly.mp4"));
        let names: Vec<String> = found.iter().map(|path| name_of(path)).collect();
        assert_eq!(names, ["weekly.vtt", "weekly.zh-TW.srt"]);
        assert!(transcripts_beside(&folder.path().join("gone/weekly.mp4")).is_empty());
    }
}
