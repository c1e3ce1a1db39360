//! Transcripts that lie in the same folder as a recording.

use std::path::{Path, PathBuf};

use debrief_core::captions::lies_beside;

use super::name_of;

/// The most entries of a folder that are looked at.
const MOST_ENTRIES: usize = 20_000;

/// The transcripts of a recording in its folder, by name; none where the folder can't be read.
pub fn transcripts_beside(recording: &Path) -> Vec<PathBuf> {
    let name = name_of(recording);
    let Some(entries) = recording.parent().and_then(|folder| std::fs::read_dir(folder).ok()) else {
        return Vec::new();
    };
    let files = entries.take(MOST_ENTRIES).filter_map(Result::ok).map(|entry| entry.path());
    let is_one =
        |path: &PathBuf| path != recording && lies_beside(&name, &name_of(path), None) && path.is_file();
    let mut transcripts: Vec<PathBuf> = files.filter(is_one).collect();
    transcripts.sort();
    transcripts
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(transcripts_beside(&folder.path().join("gone/weekly.mp4")), [PathBuf::new(); 0]);
    }
}
