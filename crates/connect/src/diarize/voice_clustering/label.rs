//! From clusters to turns: every atom gets the speaker that explains it best, without changing its mind too often.

use debrief_core::stage::{StageCx, Stopped};
use debrief_core::transcript::Turn;

use super::cluster::Cluster;
use super::gaussian::{Sums, Voice};
use super::{Atom, SPEAKER_FRAMES};
use crate::diarize::SpeakerCount;

/// Times that voices are learned anew from the atoms they were given.
const ROUNDS: usize = 3;

/// Neighbouring frames are alike: their likelihoods count for less than independent ones would.
const FRAME_WEIGHT: f64 = 0.2;

/// What a change of speaker must gain, without a pause and in a pause.
const CHANGE: f64 = 12.0;
const CHANGE_IN_PAUSE: f64 = 3.0;

/// Pauses that do not end a turn, in milliseconds.
const JOIN_MS: u32 = 300;

/// Who spoke when, and how each speaker sounds.
pub(super) struct Labelled {
    /// In order of time; speaker 0 is the first one heard.
    pub(super) turns: Vec<Turn>,
    /// By speaker.
    pub(super) speakers: Vec<Sums>,
}

/// The turns of the clusters' speakers.
pub(super) fn turns(
    atoms: &[Atom],
    clusters: Vec<Cluster>,
    count: SpeakerCount,
    cx: &StageCx,
) -> Result<Labelled, Stopped> {
    let mut speakers: Vec<Sums> = clusters.into_iter().map(|cluster| cluster.sums).collect();
    if speakers.is_empty() {
        // Not enough speech to compare: one speaker.
        let mut all = Sums::default();
        atoms.iter().for_each(|atom| all.add(&atom.sums));
        speakers.push(all);
    }
    let mut labels = Vec::new();
    for _ in 0..ROUNDS {
        drop_small(&mut speakers, count.min);
        labels = best_path(atoms, &speakers, cx)?;
        let mut learned = vec![Sums::default(); speakers.len()];
        for (atom, label) in atoms.iter().zip(&labels) {
            learned[*label].add(&atom.sums);
        }
        speakers = learned;
    }
    let (turns, order) = in_order_of_appearance(merged(atoms, &labels));
    Ok(Labelled {
        turns,
        speakers: order.iter().map(|label| speakers[usize::from(*label)].clone()).collect(),
    })
}

/// Speakers who hardly say anything are none, as long as there are others and not fewer than asked for.
fn drop_small(speakers: &mut Vec<Sums>, fewest: usize) {
    let mut heard: Vec<f64> = speakers.iter().map(Sums::frames).collect();
    heard.sort_by(|a, b| b.total_cmp(a));
    let most = heard.first().copied().unwrap_or(0.0);
    let asked = heard.get(fewest.saturating_sub(1)).or(heard.last()).copied().unwrap_or(0.0);
    let enough = SPEAKER_FRAMES.min(most).min(asked);
    speakers.retain(|sums| sums.frames() >= enough && sums.frames() > 0.0);
    if speakers.is_empty() {
        speakers.push(Sums::default());
    }
}

/// The sequence of speakers that explains the atoms best (Viterbi).
fn best_path(atoms: &[Atom], speakers: &[Sums], cx: &StageCx) -> Result<Vec<usize>, Stopped> {
    let voices: Vec<Option<Voice>> = speakers.iter().map(Voice::of).collect();
    let mut score = vec![0.0; voices.len()];
    let mut came_from: Vec<Vec<u8>> = Vec::with_capacity(atoms.len());
    for (at, atom) in atoms.iter().enumerate() {
        if at % 64 == 0 {
            cx.check_stopped()?;
        }
        let change = if atom.continues { CHANGE } else { CHANGE_IN_PAUSE };
        let (best, top) = best_of(&score);
        let mut back = Vec::with_capacity(voices.len());
        for (speaker, voice) in voices.iter().enumerate() {
            let changes = speaker != best && top - change > score[speaker];
            // At most eight speakers.
            back.push(if changes { best as u8 } else { speaker as u8 });
            let before = if changes { top - change } else { score[speaker] };
            let fits = voice.as_ref().map_or(0.0, |voice| voice.explains(&atom.sums));
            score[speaker] = before + FRAME_WEIGHT * fits;
        }
        came_from.push(back);
    }
    let mut speaker = best_of(&score).0;
    let mut labels = vec![0; atoms.len()];
    for (label, back) in labels.iter_mut().zip(&came_from).rev() {
        *label = speaker;
        speaker = usize::from(back[speaker]);
    }
    Ok(labels)
}

fn best_of(score: &[f64]) -> (usize, f64) {
    let best = score.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
    best.unwrap_or((0, 0.0))
}

/// Atoms of one speaker in a row become one turn.
fn merged(atoms: &[Atom], labels: &[usize]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for (atom, label) in atoms.iter().zip(labels) {
        let (start_ms, end_ms) = (atom.region.start_ms(), atom.region.end_ms());
        match turns.last_mut() {
            Some(turn) if usize::from(turn.speaker) == *label && start_ms <= turn.end_ms + JOIN_MS => {
                turn.end_ms = end_ms;
            }
            Some(_) | None => turns.push(Turn { start_ms, end_ms, speaker: *label as u16 }),
        }
    }
    turns
}

/// Numbers speakers in the order in which they are heard; says which number each had.
fn in_order_of_appearance(mut turns: Vec<Turn>) -> (Vec<Turn>, Vec<u16>) {
    let mut heard: Vec<u16> = Vec::new();
    for turn in &mut turns {
        let number = heard.iter().position(|speaker| *speaker == turn.speaker).unwrap_or_else(|| {
            heard.push(turn.speaker);
            heard.len() - 1
        });
        turn.speaker = number as u16;
    }
    (turns, heard)
}
