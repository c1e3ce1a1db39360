//! What is asked for one job alone, in another way than the settings say.

use debrief_core::failure::Failure;
use debrief_core::job::{ChineseScript, JobId, SpeakersChoice, SubmitJob};
use debrief_core::link::RecordingLink;
use debrief_core::view::PageDestination;

use crate::App;
use crate::speech::check_count;
use crate::writing::rate;

/// What is asked for one job alone; whatever is not, the settings say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Where the page goes.
    pub destination: Option<PageDestination>,
    /// Whether the recording is heard even where a transcript of it is attached.
    pub ignore_transcripts: bool,
    /// Name of the speech engine.
    pub engine: Option<String>,
    /// Its model: of the catalogue by its id, a file by its absolute path, or a service's name for one.
    pub model: Option<String>,
    /// BCP 47 language of the recording.
    pub language: Option<String>,
    /// How Chinese is written.
    pub chinese: Option<ChineseScript>,
    /// At least and at most so many speakers.
    pub speakers: Option<(Option<u16>, Option<u16>)>,
    /// Names and terms that may be said, besides those of the settings.
    pub vocabulary: Vec<String>,
    /// Id of the template of the notes.
    pub template: Option<String>,
    /// Who may have spoken.
    pub participants: Vec<String>,
    /// Language models as `provider/model`, in the order in which they are asked; an empty list asks none.
    pub models: Option<Vec<String>>,
    /// BCP 47 language of the notes.
    pub notes_language: Option<String>,
}

impl App {
    /// As [`App::submit`], in another way than the settings say.
    ///
    /// # Errors
    /// There is no such engine or model, no such language, that is no number of speakers, or the database refused.
    pub fn submit_with(
        &self,
        wishes: &Wishes,
        link: RecordingLink,
        attachments: Vec<RecordingLink>,
    ) -> Result<JobId, Failure> {
        self.pool.submit(&self.wished(wishes, link, attachments)?)
    }

    /// Whether a job could be submitted with these wishes.
    ///
    /// # Errors
    /// There is no such engine or model, no such language, or that is no number of speakers.
    pub fn check_wishes(&self, wishes: &Wishes) -> Result<(), Failure> {
        self.steps.now().ears().wished(wishes)?;
        self.steps.now().writers().wished(wishes)?;
        let (min, max) = wishes.speakers.unwrap_or_default();
        check_count(min, max)
    }

    /// What such a job asks for.
    fn wished(
        &self,
        wishes: &Wishes,
        link: RecordingLink,
        attachments: Vec<RecordingLink>,
    ) -> Result<SubmitJob, Failure> {
        let steps = self.steps.now();
        let request = self.steps.request(link, attachments);
        let (min, max) = wishes.speakers.unwrap_or((request.speakers.min, request.speakers.max));
        check_count(min, max)?;
        let speech = steps.ears().wished(wishes)?;
        let notes = steps.writers().wished(wishes)?;
        Ok(SubmitJob {
            rate: rate(&speech, notes.models.first()),
            destination: match wishes.destination {
                Some(kind) => steps.destination_of(kind),
                None => request.destination,
            },
            speech,
            notes,
            speakers: SpeakersChoice { min, max, ..request.speakers },
            ..request
        })
    }
}
