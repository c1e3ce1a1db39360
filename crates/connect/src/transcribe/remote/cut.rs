//! Where a long recording is cut into pieces: in the quietest places near equal distances, with a stretch in common.

use std::path::Path;

use debrief_core::stage::{StageCx, StepResult};

use crate::transcribe::pcm::{PER_MS, Pcm, Region};

/// What neighbours have in common, in milliseconds: half of it on either side of the cut.
pub(super) const OVERLAP_MS: u32 = 8_000;
/// A cut is looked for within this stretch, in milliseconds, or within a quarter of a shorter piece.
const WINDOW_MS: u32 = 60_000;
/// Samples whose loudness is taken together: 20 ms.
const FRAME: usize = 20 * PER_MS as usize;
/// Frames of a short pause between words, and of a long one between sentences.
const SHORT: usize = 10;
const LONG: usize = 50;

/// The pieces of `whole`, none longer than `longest_ms`, each but the last sharing [`OVERLAP_MS`] with the next one.
///
/// # Errors
/// Stopped, or the recording cannot be read.
pub(super) fn pieces(audio: &Path, whole: Region, longest_ms: u32, cx: &StageCx) -> StepResult<Vec<Region>> {
    let longest = u64::from(longest_ms) * u64::from(PER_MS);
    let length = u64::from(whole.end - whole.start);
    if length <= longest {
        return Ok(vec![whole]);
    }
    let window = u64::from(WINDOW_MS * PER_MS).min(longest / 4);
    let overlap = u64::from(OVERLAP_MS * PER_MS).min(longest / 4);
    let count = length.div_ceil(longest - window - overlap);
    let mut pcm = Pcm::open(audio)?;
    let mut samples = Vec::new();
    let mut start = whole.start;
    let mut pieces = Vec::new();
    for number in 1..count {
        cx.check_stopped()?;
        // Inside the recording by construction, so it fits where the recording's own length fits.
        let middle = whole.start + (length * number / count) as u32;
        let from = middle - (window / 2) as u32;
        pcm.read(Region { start: from, end: from + window as u32 }, &mut samples)?;
        let cut = from + quietest(&samples) as u32;
        let half = (overlap / 2) as u32;
        pieces.push(Region { start, end: (cut + half).min(whole.end) });
        start = cut - half;
    }
    pieces.push(Region { start, end: whole.end });
    Ok(pieces)
}

/// The sample in the middle of the quietest place; among equals, the one with the most quiet around it.
fn quietest(samples: &[i16]) -> usize {
    let frames: Vec<f64> = samples.chunks(FRAME).map(loudness).collect();
    let mut before = vec![0.0];
    for loudness in &frames {
        before.push(before[before.len() - 1] + loudness);
    }
    let around = |at: usize, width: usize| {
        let (from, to) = (at.saturating_sub(width / 2), (at + width / 2).min(frames.len()));
        (before[to] - before[from]) / (to - from).max(1) as f64
    };
    let noise = |at: &usize| around(*at, SHORT) + around(*at, LONG) / 8.0;
    // The edges see only half of what is around them.
    let inside = LONG / 2..frames.len().saturating_sub(LONG / 2).max(LONG / 2 + 1);
    let best = inside.min_by(|a, b| noise(a).total_cmp(&noise(b))).unwrap_or(frames.len() / 2);
    (best * FRAME).min(samples.len())
}

/// Mean square.
fn loudness(frame: &[i16]) -> f64 {
    let sum: f64 = frame.iter().map(|sample| f64::from(*sample) * f64::from(*sample)).sum();
    sum / frame.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcribe::testing::{Desk, flite, silence, write_wav};

    fn cut(samples: &[i16], longest_ms: u32) -> Vec<Region> {
        let desk = Desk::new();
        let audio = write_wav(desk.folder(), samples);
        let whole = Region { start: 0, end: samples.len() as u32 };
        pieces(&audio.file, whole, longest_ms, &desk.cx()).unwrap()
    }

    #[test]
    fn what_fits_stays_whole() {
        assert_eq!(cut(&silence(30_000), 30_000), [Region { start: 0, end: 480_000 }]);
    }

    #[test]
    fn a_long_talk_is_cut_in_pauses_and_neighbours_share_a_stretch() {
        let sentence = flite("rms", "we need to talk to the customers again before we start");
        let one = [sentence, silence(700)].concat();
        let samples: Vec<i16> = one.iter().copied().cycle().take(16_000 * 600).collect();
        let found = cut(&samples, 150_000);
        assert!(found.len() >= 5, "{found:?}");
        assert_eq!((found[0].start, found[found.len() - 1].end), (0, samples.len() as u32));
        for piece in &found {
            assert!(piece.length_ms() <= 150_000 && piece.length_ms() > 60_000, "{found:?}");
        }
        for pair in found.windows(2) {
            assert_eq!(pair[0].end - pair[1].start, OVERLAP_MS * PER_MS);
            let middle = (pair[1].start + OVERLAP_MS * PER_MS / 2) as usize;
            assert!(samples[middle - 1600..middle + 1600].iter().all(|s| s.abs() < 500), "cut inside a word");
        }
    }
}
