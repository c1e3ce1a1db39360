//! What lies beside a recording: a transcript is offered, chats and lists of those who were there are attached.

use clap::{Args, ValueEnum};
use debrief_app::{App, FileBeside};
use debrief_core::failure::Failure;
use debrief_core::link::RecordingLink;

use crate::connect::address_of;

/// What is wanted of the files beside a recording.
#[derive(Args)]
pub(crate) struct Wanted {
    /// Use the transcript that lies beside the recording instead of recognising what is said.
    #[arg(long, value_enum, conflicts_with = "ignore_transcripts")]
    transcript: Option<Transcript>,
    /// Recognise what is said although a transcript is attached.
    #[arg(long)]
    pub(crate) ignore_transcripts: bool,
    /// Leave the meeting's chat and attendance list that lie beside the recording. Otherwise they are attached, to name
    /// the speakers.
    #[arg(long)]
    no_companions: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Transcript {
    /// If there is one.
    Auto,
}

impl Wanted {
    /// What is attached to a recording besides `attached`. Says what lies beside it, and what becomes of that.
    pub(crate) async fn attachments(
        &self,
        app: &App,
        recording: &RecordingLink,
        attached: &[RecordingLink],
    ) -> Result<Vec<RecordingLink>, Failure> {
        if self.ignore_transcripts && self.no_companions {
            return Ok(Vec::new());
        }
        let look = app.look_up(&address_of(recording)).await;
        let name = look.name.unwrap_or_default();
        let is_attached =
            |(link, _): &(RecordingLink, FileBeside)| attached.iter().any(|one| one.is_same(link));
        let mut wanted = Vec::new();
        let transcripts = if self.ignore_transcripts { Vec::new() } else { with_links(look.transcripts)? };
        // One that is attached wins.
        if !transcripts.iter().any(is_attached) {
            wanted.extend(
                transcripts.into_iter().next().and_then(|transcript| self.offered(transcript, &name)),
            );
        }
        if !self.no_companions {
            let companions =
                with_links(look.companions)?.into_iter().filter(|companion| !is_attached(companion));
            let (links, files): (Vec<_>, Vec<_>) = companions.unzip();
            say_attached(&name, &files, "--no-companions");
            wanted.extend(links);
        }
        Ok(wanted)
    }

    /// The transcript, if it is to be used; else says that there is one.
    fn offered(
        &self,
        (transcript, file): (RecordingLink, FileBeside),
        recording: &str,
    ) -> Option<RecordingLink> {
        let FileBeside { name, link } = file;
        if self.transcript.is_some() {
            err!("Using {name} instead of recognition.");
            return Some(transcript);
        }
        let link = if link.contains(char::is_whitespace) { format!("'{link}'") } else { link };
        err!("{name} lies beside {recording}. To use it instead of recognition: --attach {link}");
        None
    }
}

/// Says which chats and lists were attached to a recording that they lie beside, and how to leave them.
pub(crate) fn say_attached(recording: &str, files: &[FileBeside], to_leave: &str) {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    match names.as_slice() {
        [] => {}
        [one] => err!(
            "{one} lies beside {recording} and is attached, to name the speakers. To leave it: {to_leave}"
        ),
        [first @ .., last] => {
            let first = first.join(", ");
            err!(
                "{first} and {last} lie beside {recording} and are attached, to name the speakers. To leave them: {to_leave}"
            );
        }
    }
}

fn with_links(files: Vec<FileBeside>) -> Result<Vec<(RecordingLink, FileBeside)>, Failure> {
    files.into_iter().map(|file| Ok((crate::link_of(&file.link)?, file))).collect()
}
