//! Who speakers are: names that a person gives, and voices that are remembered with them.

use debrief_connect::identify::VoiceBook;
use debrief_core::edits::{Edits, Made};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::JobId;
use debrief_core::stage::Stage;
use debrief_core::transcript::{Speakers, Transcript};
use debrief_core::voices::{LEAST_HEARD_MS, RememberedVoice};
use debrief_runtime::store::{JobStore, StoredVoice};
use jiff::Timestamp;
use serde::Serialize;

use crate::App;
use crate::document::Document;

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;

/// A remembered voice, for lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct VoiceView {
    /// Its number.
    pub id: u32,
    /// Whose it is.
    pub name: String,
    /// How much speech it was made from, in milliseconds.
    pub heard_ms: u32,
    /// What made it: voices of another method are not compared with it.
    pub method: String,
    /// Title of the recording in which it was heard; none if that job has been removed.
    pub from: Option<String>,
    /// When it was remembered, as RFC 3339.
    pub created_at: String,
}

/// The remembered voices of this installation.
pub(crate) struct StoredVoices(pub(crate) std::sync::Arc<JobStore>);

impl VoiceBook for StoredVoices {
    fn remembered(&self) -> Result<Vec<RememberedVoice>, Failure> {
        let voice = |StoredVoice { id, name, print, .. }| RememberedVoice { id, name, print };
        Ok(self.0.voices()?.into_iter().map(voice).collect())
    }
}

impl App {
    /// Gives a speaker of a job a name: document and exports show it at once, a page that is already written when it is
    /// written again. `label` is as the transcript has it, for example "Speaker 2". With `remember` the voice is kept on
    /// this machine, to be known in later recordings.
    ///
    /// The name stays when the job's stages run again, as long as that speaker then says the same.
    ///
    /// # Errors
    /// There is no such job or speaker, speakers haven't been told apart yet, or, with `remember`, it wasn't kept how the
    /// speaker sounds; nothing is changed then.
    pub fn name_speaker(&self, id: JobId, label: &str, name: &str, remember: bool) -> Result<(), Failure> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(refused(
                format!("A name has 1 to {LONGEST_NAME} characters."),
                "Give the speaker another name.",
            ));
        }
        let transcript = Document::read(self.pool.store(), id)?.transcript;
        let labels = || transcript.heard().map(|(_, speaker)| speaker.label.as_str());
        let known = transcript.heard().find(|(_, speaker)| speaker.label == label.trim());
        let (index, speaker) = known.ok_or_else(|| no_speaker(label, labels()))?;
        let made = self.pool.store().made(id)?.ok_or_else(|| no_speaker(label, labels()))?.transcript;
        if usize::from(index) >= made.speakers.len() {
            // Somebody whom the person split off, and whose voice nobody compared.
            if remember {
                return Err(not_kept(&speaker.label));
            }
            let named = |made: &Made, _: &Transcript, edits: &mut Edits| {
                edits.name_new(&made.transcript, index, &name);
                Ok(())
            };
            return self.correct(id, named).map(drop);
        }
        let named = made.named_speaker(index, &name).ok_or_else(|| no_speaker(label, labels()))?;
        let identified = self.pool.store().checkpoint::<Speakers>(id, Stage::Identify)?;
        if identified.is_none_or(|stored| stored.stale) {
            return Err(refused(
                "This job hasn't come to the speakers' names yet.".to_owned(),
                "Wait until it has, then name the speaker.",
            ));
        }
        let voice = match (&speaker.voice, remember) {
            (None, true) => return Err(not_kept(&speaker.label)),
            (Some(voice), true) if voice.heard_ms < LEAST_HEARD_MS => {
                return Err(heard_too_little(&speaker.label));
            }
            (voice, true) => voice.as_ref(),
            (_, false) => None,
        };
        self.pool.store().name_speaker(id, index, &named, voice, Timestamp::now())?;
        self.pool.stir();
        Ok(())
    }

    /// Every remembered voice, by name.
    ///
    /// # Errors
    /// The database refused.
    pub fn voices(&self) -> Result<Vec<VoiceView>, Failure> {
        self.pool.store().voices()?.into_iter().map(|voice| self.voice_view(voice)).collect()
    }

    fn voice_view(&self, voice: StoredVoice) -> Result<VoiceView, Failure> {
        Ok(VoiceView {
            id: u32::try_from(voice.id).map_err(Failure::internal)?,
            from: self.pool.store().facts(voice.job).ok().and_then(|facts| facts.title),
            name: voice.name,
            heard_ms: voice.print.heard_ms,
            method: voice.print.method,
            created_at: voice.created_at.to_string(),
        })
    }

    /// Forgets one voice, also as the job keeps it in which it was heard. With the last voice of a person, no job keeps any
    /// more how that person sounds. Names stay.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn forget_voice(&self, id: u32) -> Result<(), Failure> {
        if self.pool.store().forget_voice(i64::from(id))? {
            return Ok(());
        }
        Err(refused(
            format!("There is no remembered voice {id}."),
            "Look at the list of voices for the right one.",
        ))
    }

    /// Forgets all remembered voices, and how speakers sound in all jobs. Names stay on the jobs. Says how many were
    /// remembered.
    ///
    /// # Errors
    /// The database refused.
    pub fn forget_all_voices(&self) -> Result<usize, Failure> {
        Ok(self.pool.store().forget_all_voices()?)
    }
}

pub(crate) fn refused(what: String, fix: &str) -> Failure {
    Failure::never(FailureCode::BadRequest, what, fix)
}

pub(crate) fn no_speaker<'a>(label: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let known: Vec<&str> = known.collect();
    let what = format!("There is no “{}” in this recording.", label.trim());
    if known.is_empty() {
        return refused(
            what,
            "Its speakers weren't told apart; run that step again with `debrief retry JOB --from diarize`.",
        );
    }
    refused(what, &format!("Its speakers are: {}.", known.join(", ")))
}

fn not_kept(label: &str) -> Failure {
    refused(
        format!("It wasn't kept how {label} sounds, so the voice can't be remembered."),
        "Set `voices = true` in the section [speakers] of the settings, run that step again (`debrief retry JOB \
         --from diarize`), and name the speaker then. Or give the name alone.",
    )
}

fn heard_too_little(label: &str) -> Failure {
    refused(
        format!("{label} says too little for the voice to be remembered."),
        "Give the name alone, or remember the voice in a recording in which they talk for longer.",
    )
}

#[cfg(test)]
pub(crate) mod tests;
