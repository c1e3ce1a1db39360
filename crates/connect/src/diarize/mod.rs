//! Who spoke when.
//!
//! [`VoiceClustering`] needs no model: it compares how stretches of speech sound. It is rough, and the page says so.

mod cluster;
mod features;
mod gaussian;
mod label;

#[cfg(test)]
mod tests;

use std::path::Path;

use async_trait::async_trait;
use debrief_core::failure::Failure;
use debrief_core::ports::{Audio, Diarizer};
use debrief_core::stage::{Progress, StageCx, StepResult};
use debrief_core::transcript::Turns;

use self::cluster::{Cluster, join};
use self::features::{Analyser, Frame, HOP};
use self::gaussian::Sums;
use crate::transcribe::pcm::{Pcm, Region, SAMPLE_RATE};
use crate::transcribe::vad::{Cutting, voice_regions};

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
const MOST_SPEAKERS: usize = 8;

/// Weight of the information criterion's penalty. Measured on 30 conversations of one to four Flite voices, clean and
/// noisy, 40 s to 4 min: from 2.5 to 3 every number of speakers is right; at 2 one speaker becomes two, at 3.5 the two
/// voices that are most alike (awb, kal16) become one.
const LAMBDA: f64 = 2.75;

/// Frames this much softer than a region's loud ones are pauses, in decibels.
const PAUSE_DB: f32 = 30.0;

/// Tells speakers apart by the sound of their voices, without a model.
#[derive(Debug, Clone, Copy, Default)]
pub struct VoiceClustering;

#[async_trait]
impl Diarizer for VoiceClustering {
    async fn diarize(&self, audio: &Audio, cx: StageCx) -> StepResult<Turns> {
        let audio = audio.clone();
        let found = tokio::task::spawn_blocking(move || diarize(&audio, &cx)).await;
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

fn diarize(audio: &Audio, cx: &StageCx) -> StepResult<Turns> {
    let regions = voice_regions(&audio.file, CUTTING, cx)?;
    let atoms = listen(&audio.file, &regions, audio.duration_ms, cx)?;
    let clusters = join(stretches(&atoms), MOST_SPEAKERS, LAMBDA, cx)?;
    let turns = label::turns(&atoms, clusters, cx)?;
    Ok(Turns { turns, method: METHOD.into(), ..Turns::default() })
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
