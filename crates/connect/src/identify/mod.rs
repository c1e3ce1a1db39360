//! Names for speakers: remembered voices, and what the conversation says.

mod asked;
mod chinese;
mod conversation;
mod english;
mod roster;
mod votes;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use debrief_core::failure::{Failure, Warning};
use debrief_core::people::{Candidate, candidates};
use debrief_core::ports::{LanguageModel, Recording, SpeakerIdentifier};
use debrief_core::stage::{StageCx, StepResult};
use debrief_core::transcript::{NameEvidence, NameSource, Speakers, Transcript};
use debrief_core::voices::{RememberedVoice, match_voices};

use roster::{Found, Roster};
use votes::{Elected, Vote, elect};

/// Where remembered voices are kept.
pub trait VoiceBook: Send + Sync {
    /// All of them.
    ///
    /// # Errors
    /// The book can't be read.
    fn remembered(&self) -> Result<Vec<RememberedVoice>, Failure>;
}

/// Knows speakers by the names that a person gave them, by the transcript that came with the recording, by remembered voices
/// and by what is said; the others keep their labels ("Speaker 1"). A wrong name on a page is worse than none.
#[derive(Clone)]
pub struct SpeakerNames {
    voices: Option<Arc<dyn VoiceBook>>,
    participants: Vec<String>,
    model: Option<Arc<dyn LanguageModel>>,
}

impl SpeakerNames {
    /// With the voices that speakers are compared with, the participants that the person typed, and a language model that
    /// reads the transcript. Without voices nothing is compared, without a model rules find the names alone.
    pub fn new(
        voices: Option<Arc<dyn VoiceBook>>,
        participants: Vec<String>,
        model: Option<Arc<dyn LanguageModel>>,
    ) -> Self {
        Self { voices, participants, model }
    }
}

#[async_trait]
impl SpeakerIdentifier for SpeakerNames {
    async fn identify(
        &self,
        transcript: &Transcript,
        recording: &Recording,
        cx: StageCx,
    ) -> StepResult<Speakers> {
        let earlier = cx.earlier_output::<Speakers>().unwrap_or_default();
        let mut speakers = transcript.still_named(&earlier);
        for (index, speaker) in (0..).zip(&transcript.speakers) {
            if speaker.name.is_some() && !speakers.by_person.contains_key(&index) {
                speakers.evidence.insert(index, from_the_transcript());
            }
        }
        if let Some(book) = &self.voices {
            let named = transcript.clone().named(&speakers);
            let known = match_voices(&named.speakers, &book.remembered()?);
            speakers.names.extend(known.names);
            speakers.evidence.extend(known.evidence);
        }
        let named = transcript.clone().named(&speakers);
        if named.speakers.iter().all(|speaker| speaker.name.is_some()) {
            return Ok(speakers);
        }
        let candidates = candidates(&self.participants, &recording.attachments);
        let mut talk = Talk::of(&named, &candidates);
        let asked = match &self.model {
            Some(model) => self.asked(model.as_ref(), &named, &candidates, &mut talk, &cx).await?,
            None => Vec::new(),
        };
        let said = talk.names(&asked);
        speakers.names.extend(said.names);
        speakers.evidence.extend(said.evidence);
        Ok(speakers)
    }
}

impl SpeakerNames {
    /// What a language model finds; names are no reason not to go on without one.
    async fn asked(
        &self,
        model: &dyn LanguageModel,
        transcript: &Transcript,
        candidates: &[Candidate],
        talk: &mut Talk<'_>,
        cx: &StageCx,
    ) -> StepResult<Vec<Vote>> {
        let (claims, failure) = asked::claims(model, transcript, candidates, cx).await?;
        if let Some(failure) = failure {
            cx.warn(Warning::new(
                failure.code.word(),
                format!("Speakers were not named by a language model, only by rules. {}", failure.what),
            ));
        }
        Ok(claims.iter().filter_map(|claim| asked::verified(claim, transcript, &mut talk.roster)).collect())
    }
}

/// The names that a conversation itself gives to speakers who have none, without a language model. `candidates` are those
/// who may have spoken.
pub fn names_said(transcript: &Transcript, candidates: &[Candidate]) -> Speakers {
    Talk::of(transcript, candidates).names(&[])
}

/// A conversation, and who may be in it.
struct Talk<'a> {
    transcript: &'a Transcript,
    roster: Roster,
    votes: Vec<Vote>,
}

impl<'a> Talk<'a> {
    fn of(transcript: &'a Transcript, candidates: &[Candidate]) -> Self {
        let mut roster = Roster::of(candidates.iter().map(|candidate| candidate.name.as_str()));
        for name in transcript.speakers.iter().filter_map(|speaker| speaker.name.as_deref()) {
            if matches!(roster.find(name), Found::Nobody) {
                roster.add(name);
            }
        }
        let votes = conversation::votes(transcript, &mut roster);
        Self { transcript, roster, votes }
    }

    /// Names that the rules give and those that a language model gives: where the two differ, nobody knows.
    fn names(&self, asked: &[Vote]) -> Speakers {
        let by_rules = self.elected(&self.votes);
        let by_model = self.elected(asked);
        let mut speakers = Speakers::default();
        for index in by_rules.keys().chain(by_model.keys()) {
            let of_another = |found: &BTreeMap<u16, Elected>, person: usize| {
                found.iter().any(|(other, elected)| other != index && elected.person == person)
            };
            let (elected, confidence) = match (by_rules.get(index), by_model.get(index)) {
                (Some(rule), Some(model)) if rule.person == model.person => {
                    (rule, rule.confidence.max(model.confidence).saturating_add(2).min(99))
                }
                (Some(rule), None) if !of_another(&by_model, rule.person) => (rule, rule.confidence),
                (None, Some(model)) if !of_another(&by_rules, model.person) => (model, model.confidence),
                (Some(_), _) | (None, _) => continue, // They differ, or another speaker bears the name.
            };
            let at_ms = self.transcript.segments.get(elected.vote.segment).map(|segment| segment.start_ms);
            let (source, quote) = (elected.vote.kind, Some(elected.vote.quote.clone()));
            speakers.names.insert(*index, self.roster.name(elected.person).to_owned());
            speakers.evidence.insert(*index, NameEvidence { source, at_ms, quote, confidence });
        }
        speakers
    }

    /// Without those speakers and names that are known already.
    fn elected(&self, votes: &[Vote]) -> BTreeMap<u16, Elected> {
        let known = |name: &str| match self.roster.find(name) {
            Found::One { person, .. } => Some(person),
            Found::Several | Found::Nobody => None,
        };
        let name_of = |index: u16| self.transcript.speakers.get(usize::from(index))?.name.as_deref();
        let taken: Vec<usize> =
            self.transcript.speakers.iter().filter_map(|speaker| known(speaker.name.as_deref()?)).collect();
        let open = |vote: &&Vote| name_of(vote.speaker).is_none() && !taken.contains(&vote.person);
        let votes: Vec<Vote> = votes.iter().filter(open).cloned().collect();
        elect(&votes, self.transcript.speakers.len(), self.roster.len())
    }
}

fn from_the_transcript() -> NameEvidence {
    NameEvidence { source: NameSource::Transcript, at_ms: None, quote: None, confidence: 100 }
}
