//! What lies in the same folder as a recording and belongs to it: its transcripts, its chats and lists of those who were there.

use debrief_core::link::RecordingLink;
use debrief_core::{captions, people};

/// A file that lies beside a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileBeside {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub link: RecordingLink,
}

/// What lies beside a recording, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Transcripts of it: attached, they are used instead of recognition.
    pub transcripts: Vec<FileBeside>,
    /// Chats and lists of those who were there: attached, they tell who speaks.
    pub companions: Vec<FileBeside>,
}

impl Beside {
    /// Those of `files` (with their types, where they are known) that belong to the recording.
    pub(crate) fn among<'a>(
        recording: &str,
        files: impl IntoIterator<Item = (FileBeside, Option<&'a str>)>,
    ) -> Beside {
        let mut found = Beside::default();
        for (file, mime) in files {
            if captions::lies_beside(recording, &file.name, mime) {
                found.transcripts.push(file);
            } else if people::lies_beside(recording, &file.name, mime).is_some() {
                found.companions.push(file);
            }
        }
        found.transcripts.sort_by(|a, b| a.name.cmp(&b.name));
        found.companions.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }
}
