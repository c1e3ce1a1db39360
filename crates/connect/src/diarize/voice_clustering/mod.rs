//! Speakers without a model: stretches of speech are compared by how they sound. It is rough, and the page says so.

mod cluster;
mod features;
mod gaussian;
mod label;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use debrief_core::failure::Failure;
use debrief_core::ports::{Audio, Diarizer};
use debrief_core::stage::{Progress, StageCx, StepResult};
use debrief_core::transcript::{Turn, Turns, Voiceprint};
use debrief_core::voices::VOICE_CLUSTERING;

use self::cluster::{Cluster, join};
use self::features::{Analyser, Frame, HOP};
use self::gaussian::Sums;
use super::SpeakerCount;
use crate::transcribe::pcm::{PER_MS, Pcm, Region, SAMPLE_RATE};
use crate::transcribe::vad::{Cutting, voice_regions};

/// Name in the registry.
pub(super) const NAME: &str = "voice-clustering";

/// For people.
pub(super) const DESCRIBED: &str = "Compares how voices sound; needs no model, rough";

/// For the page.
const METHOD: &str = "voice clustering (rough)";

/// Stretches between short pauses: people mostly take turns in pauses.
const CUTTING: Cutting = Cutting { pad_ms: 60, join_ms: 200, longest_ms: 30_000 };

/// Frames of an atom, the smallest stretch that gets a speaker of its own: a quarter of a second.
const ATOM_FRAMES: usize = 25;

/// Atoms of the stretches that clustering begins with: 1.5 s, long enough to sound like a speaker and not like a word.
const STRETCH_ATOMS: usize = 6;

/// Frames that a stretch needs to take part in clustering; shorter ones are given to a speaker afterwards.
const FEWEST_FRAMES: f64 = 60.0;

/// Speech in frames (3 s) that makes a speaker; less is a cough, a laugh, or an unusual word of somebody else.
const SPEAKER_FRAMES: f64 = 300.0;

/// Most speakers that are told apart.
pub(super) const MOST_SPEAKERS: usize = 8;

/// Weight of the information criterion's penalty. Measured on 30 conversations of one to four Flite voices, clean and
/// noisy, 40 s to 4 min: from 2.5 to 3 every number of speakers is right; at 2 one speaker becomes two, at 3.5 the two
/// voices that are most alike (awb, kal16) become one.
const LAMBDA: f64 = 2.75;

/// Milliseconds between two frames.
const FRAME_MS: f64 = 10.0;

/// Milliseconds of a known turn that are listened to at once.
const LONGEST_LISTENED_MS: u32 = 10_000;

/// Frames this much softer than a region's loud ones are pauses, in decibels.
const PAUSE_DB: f32 = 30.0;

/// Tells speakers apart by the sound of their voices, without a model.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct VoiceClustering {
    /// How many speakers there may be.
    pub(super) count: SpeakerCount,
    /// Whether it also says how they sound.
    pub(super) voices: bool,
}

#[async_trait]
impl Diarizer for VoiceClustering {
    async fn diarize(&self, audio: &Audio, cx: StageCx) -> StepResult<Turns> {
        let (audio, asked) = (audio.clone(), *self);
        let found = tokio::task::spawn_blocking(move || diarize(&audio, asked, &cx)).await;
        found.map_err(Failure::internal)?
    }
}

/// A quarter of a second of speech.
struct Atom {
    /// Samples from the start of the recording.
    region: Region,
    /// It goes on without a pause where the atom before ends.
    continues: bool,
    sums: Sums,
}

fn diarize(audio: &Audio, asked: VoiceClustering, cx: &StageCx) -> StepResult<Turns> {
    let regions = voice_regions(&audio.file, CUTTING, cx)?;
    let atoms = listen(&audio.file, &regions, audio.duration_ms, cx)?;
    let count = SpeakerCount { max: asked.count.max.min(MOST_SPEAKERS), ..asked.count };
    let clusters = join(stretches(&atoms), count, LAMBDA, cx)?;
    let labelled = label::turns(&atoms, clusters, count, cx)?;
    let prints =
        labelled.speakers.iter().zip(0..).filter_map(|(sums, speaker)| Some((speaker, print(sums)?)));
    let voices = if asked.voices { prints.collect() } else { BTreeMap::new() };
    Ok(Turns { turns: labelled.turns, method: METHOD.into(), voices })
}

/// How the speakers of known turns sound; blocking. Where several talk at once nobody is heard.
pub(super) fn voices_of(file: &Path, turns: &[Turn], cx: &StageCx) -> StepResult<BTreeMap<u16, Voiceprint>> {
    let mut pcm = Pcm::open(file)?;
    let mut analyser = Analyser::new();
    let mut samples = Vec::new();
    let mut sums: BTreeMap<u16, Sums> = BTreeMap::new();
    for turn in alone(turns) {
        // A few seconds at a time, so that a long turn costs no memory and a stop is seen.
        let step = LONGEST_LISTENED_MS as usize;
        for start_ms in (turn.start_ms..turn.end_ms).step_by(step) {
            cx.check_stopped()?;
            let end_ms = turn.end_ms.min(start_ms + LONGEST_LISTENED_MS);
            let end = (end_ms * PER_MS).min(pcm.length());
            pcm.read(Region { start: (start_ms * PER_MS).min(end), end }, &mut samples)?;
            let frames = analyser.frames(&samples);
            let loudest = frames.iter().map(|frame| frame.loudness_db).fold(f32::MIN, f32::max);
            let speaker = sums.entry(turn.speaker).or_default();
            for frame in frames.iter().filter(|frame| frame.loudness_db > loudest - PAUSE_DB) {
                speaker.take(frame);
            }
        }
    }
    Ok(sums.iter().filter_map(|(speaker, sums)| Some((*speaker, print(sums)?))).collect())
}

/// The stretches of turns in which nobody else talks.
fn alone(turns: &[Turn]) -> Vec<Turn> {
    let mut alone = Vec::new();
    for turn in turns {
        let mut from = turn.start_ms;
        let others = turns.iter().filter(|other| {
            other.speaker != turn.speaker && other.start_ms < turn.end_ms && other.end_ms > turn.start_ms
        });
        for other in others {
            if other.start_ms > from {
                alone.push(Turn { start_ms: from, end_ms: other.start_ms, ..*turn });
            }
            from = from.max(other.end_ms);
        }
        if from < turn.end_ms {
            alone.push(Turn { start_ms: from, ..*turn });
        }
    }
    alone
}

/// A voice to be remembered; none of a speaker who was hardly heard.
fn print(sums: &Sums) -> Option<Voiceprint> {
    let heard_ms = (sums.frames() * FRAME_MS) as u32;
    let values = sums.print().filter(|_| sums.frames() >= SPEAKER_FRAMES)?;
    Some(Voiceprint { method: VOICE_CLUSTERING.into(), values, heard_ms })
}

/// The atoms of all regions: about 1 KB per second of speech.
fn listen(file: &Path, regions: &[Region], duration_ms: u32, cx: &StageCx) -> StepResult<Vec<Atom>> {
    let mut pcm = Pcm::open(file)?;
    let mut analyser = Analyser::new();
    let (mut samples, mut atoms) = (Vec::new(), Vec::new());
    for region in regions {
        pcm.read(*region, &mut samples)?;
        let mut frames = Vec::new();
        // A second at a time, so that a stop is seen; a frame reaches into the next second.
        for from in (0..samples.len()).step_by(SAMPLE_RATE as usize) {
            cx.check_stopped()?;
            let reach = samples.len().min(from + SAMPLE_RATE as usize + features::OVERLAP);
            frames.extend(analyser.frames(&samples[from..reach]));
        }
        atoms_of(*region, &frames, &mut atoms);
        cx.progress(Progress::audio(region.end_ms(), duration_ms));
    }
    Ok(atoms)
}

fn atoms_of(region: Region, frames: &[Frame], atoms: &mut Vec<Atom>) {
    let loudest = frames.iter().map(|frame| frame.loudness_db).fold(f32::MIN, f32::max);
    for (number, chunk) in frames.chunks(ATOM_FRAMES).enumerate() {
        let mut sums = Sums::default();
        for frame in chunk.iter().filter(|frame| frame.loudness_db > loudest - PAUSE_DB) {
            sums.take(frame);
        }
        let start = region.start + (number * ATOM_FRAMES * HOP) as u32;
        let last = (number + 1) * ATOM_FRAMES >= frames.len();
        let end = if last { region.end } else { start + (ATOM_FRAMES * HOP) as u32 };
        atoms.push(Atom { region: Region { start, end }, continues: number > 0, sums });
    }
}

/// What clustering begins with.
fn stretches(atoms: &[Atom]) -> Vec<Cluster> {
    let regions = atoms.chunk_by(|_, next| next.continues);
    let pieces = regions.flat_map(|region| {
        // Pieces of equal length rather than full ones and a short rest.
        let count = region.len().div_ceil(STRETCH_ATOMS);
        region.chunks(region.len().div_ceil(count))
    });
    let sums = pieces.map(|piece| {
        let mut sums = Sums::default();
        piece.iter().for_each(|atom| sums.add(&atom.sums));
        sums
    });
    sums.filter(|sums| sums.frames() >= FEWEST_FRAMES).map(Cluster::new).collect()
}
