//! What lies in the same folder of this machine as a recording.

use std::path::Path;

use debrief_core::link::RecordingLink;

use super::name_of;
use crate::beside::{Beside, FileBeside};

/// The most entries of a folder that are looked at.
const MOST_ENTRIES: usize = 20_000;

/// What belongs to a recording in its folder; nothing where the folder can't be read.
pub fn beside(recording: &Path) -> Beside {
    let Some(entries) = recording.parent().and_then(|folder| std::fs::read_dir(folder).ok()) else {
        return Beside::default();
    };
    let files = entries.take(MOST_ENTRIES).filter_map(Result::ok).map(|entry| entry.path());
    let others = files.filter(|path| path != recording).map(|path| {
        let name = name_of(&path);
        (FileBeside { name, link: RecordingLink::Local { path } }, None)
    });
    let Beside { transcripts, companions } = Beside::among(&name_of(recording), others);
    Beside { transcripts: those_there(transcripts), companions: those_there(companions) }
}

/// Without folders. The disk is asked about the few that belong to the recording alone.
fn those_there(mut found: Vec<FileBeside>) -> Vec<FileBeside> {
    found.retain(|file| matches!(&file.link, RecordingLink::Local { path } if path.is_file()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &[FileBeside]) -> Vec<&str> {
        found.iter().map(|file| file.name.as_str()).collect()
    }

    #[test]
    fn a_chat_and_a_list_are_found_beside_their_recording_and_are_no_transcripts() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            ["weekly.mp4", "weekly - Chat.txt", "weekly-attendance.csv", "monthly - Chat.txt", "weekly.vtt"]
        {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        let recording = folder.path().join("weekly.mp4");
        let found = beside(&recording);
        assert_eq!(names(&found.companions), ["weekly - Chat.txt", "weekly-attendance.csv"]);
        assert_eq!(names(&found.transcripts), ["weekly.vtt"]);
        let chat = RecordingLink::Local { path: folder.path().join("weekly - Chat.txt") };
        assert_eq!(found.companions[0].link, chat);
    }

    #[test]
    fn only_transcripts_of_the_same_recording_are_found() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["weekly.mp4", "weekly.zh-TW.srt", "weekly.vtt", "weekly.pdf", "monthly.vtt"] {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        std::fs::create_dir(folder.path().join("weekly.en.vtt")).unwrap();
        let found = beside(&folder.path().join("weekly.mp4"));
        assert_eq!(names(&found.transcripts), ["weekly.vtt", "weekly.zh-TW.srt"]);
        assert_eq!(beside(&folder.path().join("gone/weekly.mp4")), Beside::default());
    }
}
