//! What a person corrected: kept apart from what the stages made, and laid over it wherever it is shown.
//!
//! A correction is anchored in what it corrects (when it was said, and the words), so that it is found again after the
//! stages have run once more. One that fits nothing any more is kept, counted, and not applied.

mod notes;
mod place;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use notes::{NotesChange, NotesEdits, TodoChange};
pub use place::{HeardSpeaker, Place, Span};

use crate::failure::Warning;
use crate::notes::Notes;
use crate::transcript::{Speaker, Speakers, Transcript};

/// What the stages made of a recording, as far as they have come.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// Who said what, with the names that are known.
    pub transcript: Transcript,
    /// Those names, and why they are believed.
    pub speakers: Speakers,
    /// Title, summary, to-dos.
    pub notes: Option<Notes>,
}

/// Everything that a person corrected in one job, except for the names of speakers that were told apart: those are in
/// [`Speakers::by_person`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edits {
    /// Speakers that are one, in the order in which the person said so.
    pub merges: Vec<Merge>,
    /// Speakers whom nothing told apart but the person.
    pub new_speakers: Vec<NewSpeaker>,
    /// Segments that somebody else said; one entry a segment.
    pub moves: Vec<Move>,
    /// Segments whose words were put right; one entry a segment.
    pub texts: Vec<TextEdit>,
    /// What the notes say instead.
    pub notes: NotesEdits,
}

/// One speaker who was taken for two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// Who is no speaker of their own, …
    pub from: WhichSpeaker,
    /// … but this one.
    pub into: WhichSpeaker,
}

/// A speaker whom a correction means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhichSpeaker {
    /// One that was told apart, known by what they say.
    Heard(HeardSpeaker),
    /// One of [`Edits::new_speakers`], by the place there.
    New(u16),
}

/// A speaker whom the person split off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSpeaker {
    /// The name, if they gave one.
    pub name: Option<String>,
}

/// A segment of somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The segment.
    pub place: Place,
    /// Who says it.
    pub to: WhichSpeaker,
}

/// A segment with other words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextEdit {
    /// The segment.
    pub place: Place,
    /// What was said.
    pub text: String,
}

/// What the stages made, with the corrections laid over it.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrected {
    /// As many segments as were made, in the same order. Speakers keep their indices; those that a person split off come
    /// after them, and those that were merged away say nothing.
    pub transcript: Transcript,
    /// None while there are none.
    pub notes: Option<Notes>,
    /// Indices of the segments that differ from what was made.
    pub touched: BTreeSet<usize>,
    /// Corrections that fit nothing.
    pub unfit: u32,
}

impl Edits {
    /// Whether nothing was corrected.
    pub fn is_empty(&self) -> bool {
        *self == Edits::default()
    }

    /// Speaker `from` is speaker `into`; indices as in [`Corrected::transcript`]. Nobody is merged with themselves.
    pub fn merge(&mut self, made: &Transcript, from: u16, into: u16) {
        if from != into {
            let merge = Merge { from: self.which(made, from), into: self.which(made, into) };
            // Another merge in between may have turned it round.
            if self.merges.last() != Some(&merge) {
                self.merges.push(merge);
            }
        }
    }

    /// Those segments were said by speaker `to`, or by a new one; their indices are as in [`Corrected::transcript`]. The
    /// answer is the speaker's. Segments that there aren't are passed over.
    pub fn give(&mut self, made: &Transcript, segments: &[usize], to: Option<u16>) -> u16 {
        let to = to.unwrap_or_else(|| {
            self.new_speakers.push(NewSpeaker::default());
            index_of_new(made, self.new_speakers.len() - 1)
        });
        let which = self.which(made, to);
        for segment in segments.iter().filter_map(|number| made.segments.get(*number)) {
            let place = Place::of(segment);
            self.moves.retain(|kept| kept.place != place);
            self.moves.push(Move { place, to: which.clone() });
        }
        to
    }

    /// Segment number `segment` says `text`; with the words that were made the correction goes.
    pub fn reword(&mut self, made: &Transcript, segment: usize, text: &str) {
        let Some(segment) = made.segments.get(segment) else { return };
        let place = Place::of(segment);
        self.texts.retain(|kept| kept.place != place);
        if text != segment.text {
            self.texts.push(TextEdit { place, text: text.to_owned() });
        }
    }

    /// Names speaker number `index` if they are one whom the person split off; says whether they are.
    pub fn name_new(&mut self, made: &Transcript, index: u16, name: &str) -> bool {
        let place = usize::from(index).checked_sub(made.speakers.len());
        let Some(new) = place.and_then(|place| self.new_speakers.get_mut(place)) else { return false };
        new.name = Some(name.to_owned());
        true
    }

    /// `transcript` and `notes` as the person has them. The same corrections of the same transcript always give the same.
    pub fn corrected(&self, transcript: Transcript, notes: Option<Notes>) -> Corrected {
        let mut laid = Laid::over(transcript, self);
        self.moves.iter().for_each(|one| laid.give(one));
        self.merges.iter().for_each(|one| laid.merge(one));
        self.texts.iter().for_each(|one| laid.reword(one));
        let notes = notes.map(|notes| self.notes.laid_over(notes, &laid.shown));
        let differs = |(number, made): (usize, &crate::transcript::Segment)| {
            (laid.shown.segments.get(number) != Some(made)).then_some(number)
        };
        let touched = laid.made.segments.iter().enumerate().filter_map(differs).collect();
        Corrected { touched, transcript: laid.shown, notes, unfit: laid.unfit }
    }

    /// Who each speaker of `made` is once speakers are merged, by their indices; those whom the person split off come after
    /// them.
    pub fn merged(&self, made: &Transcript) -> Vec<u16> {
        let laid = Laid::over(made.clone(), self);
        let mut who: Vec<u16> = (0..).take(laid.shown.speakers.len()).collect();
        for merge in &self.merges {
            if let (Some(from), Some(into)) = (laid.find(&merge.from), laid.find(&merge.into)) {
                who.iter_mut().filter(|who| **who == from).for_each(|who| *who = into);
            }
        }
        who
    }

    fn which(&self, made: &Transcript, index: u16) -> WhichSpeaker {
        match usize::from(index).checked_sub(made.speakers.len()) {
            Some(place) => WhichSpeaker::New(u16::try_from(place).expect("it is at most the index")),
            None => WhichSpeaker::Heard(HeardSpeaker::of(made, index)),
        }
    }
}

/// What to tell of corrections that fit nothing; none where all of them fit.
pub fn unfit_warning(unfit: u32) -> Option<Warning> {
    let which = match unfit {
        0 => return None,
        1 => "One of your corrections doesn't".to_owned(),
        many => format!("{many} of your corrections don't"),
    };
    let text = format!(
        "{which} fit the new transcript. They are kept, but not applied: look through the transcript and correct it again."
    );
    Some(Warning::new("corrections_unfit", text))
}

/// The index that new speaker number `place` gets behind those that were made.
fn index_of_new(made: &Transcript, place: usize) -> u16 {
    u16::try_from(made.speakers.len() + place).unwrap_or(u16::MAX)
}

/// Corrections while they are laid over a transcript. Anchors are looked for in what was made.
struct Laid {
    made: Transcript,
    shown: Transcript,
    reworded: BTreeSet<usize>,
    unfit: u32,
}

impl Laid {
    fn over(made: Transcript, edits: &Edits) -> Laid {
        let mut shown = made.clone();
        for (place, new) in edits.new_speakers.iter().enumerate() {
            let label = format!("Speaker {}", made.speakers.len() + place + 1);
            shown.speakers.push(Speaker { label, name: new.name.clone(), voice: None });
        }
        Laid { made, shown, reworded: BTreeSet::new(), unfit: 0 }
    }

    fn find(&self, which: &WhichSpeaker) -> Option<u16> {
        let index = match which {
            WhichSpeaker::Heard(heard) => heard.find(&self.made)?,
            WhichSpeaker::New(place) => index_of_new(&self.made, usize::from(*place)),
        };
        (usize::from(index) < self.shown.speakers.len()).then_some(index)
    }

    fn give(&mut self, one: &Move) {
        let segments = one.place.all_in(&self.made);
        match self.find(&one.to).filter(|_| !segments.is_empty()) {
            Some(to) => {
                for segment in segments {
                    self.shown.segments[segment].speaker = Some(to);
                }
            }
            None => self.unfit += 1,
        }
    }

    fn merge(&mut self, one: &Merge) {
        match (self.find(&one.from), self.find(&one.into)) {
            (Some(from), Some(into)) if from != into => {
                for segment in self.shown.segments.iter_mut().filter(|s| s.speaker == Some(from)) {
                    segment.speaker = Some(into);
                }
                let known = self.shown.speakers[usize::from(from)].name.clone();
                let name = &mut self.shown.speakers[usize::from(into)].name;
                *name = name.take().or(known);
            }
            // They are one already.
            (Some(_), Some(_)) => {}
            (None, _) | (_, None) => self.unfit += 1,
        }
    }

    fn reword(&mut self, one: &TextEdit) {
        if let Some(segment) = one.place.with_its_words(&self.made, &self.reworded) {
            self.replace(segment, one);
        } else if let Some(segment) = one.place.inside_one_of(&self.made, &self.reworded) {
            let text = &mut self.shown.segments[segment].text;
            // Whoever made it may have put it right by themselves.
            if !(text.contains(&one.text) && one.text.contains(&one.place.text)) {
                *text = text.replacen(&one.place.text, &one.text, 1);
            }
        } else if let Some(segment) = one.place.at_its_time(&self.made, &self.reworded) {
            self.replace(segment, one);
        } else {
            self.unfit += 1;
        }
    }

    fn replace(&mut self, segment: usize, one: &TextEdit) {
        self.shown.segments[segment].text.clone_from(&one.text);
        self.reworded.insert(segment);
    }
}

#[cfg(test)]
mod tests;
