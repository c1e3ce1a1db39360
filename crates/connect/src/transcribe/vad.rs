//! Where somebody speaks: stretches of voice, joined and cut into regions that an engine takes whole.
//!
//! The detector is Silero's, with its own weights (MIT, `silero/LICENSE`).

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use debrief_core::failure::Failure;
use debrief_core::stage::{StageCx, StepResult};
use transcribe_cpp::{Backend, Model, ModelOptions, VadSession, VadSessionOptions};

use super::pcm::{PER_MS, Pcm, Region};

/// The detector's weights, made by `silero/make.py`.
const WEIGHTS: &[u8] = include_bytes!("silero/silero-vad-6.2.bin");

/// Samples per decision; what the detector takes.
const FRAME: u32 = 512;

/// Samples read at once: about a second, in whole frames.
const SECOND: usize = 31 * FRAME as usize;

/// Score from which a frame counts as voice, and below which voice has ended: what the makers of the detector use.
const VOICE: f32 = 0.5;
const STILL_VOICE: f32 = 0.35;

/// Voiced frames (32 ms each) that make a region; less is a click or a cough.
const FEWEST_VOICED: usize = 4;

/// Frames over which loudness is averaged when looking for a quiet place to cut: 190 ms, a short pause between words.
const QUIET_FRAMES: usize = 6;

/// How stretches of voice become regions.
#[derive(Debug, Clone, Copy)]
pub struct Cutting {
    /// Kept before and after the voice, in milliseconds.
    pub pad_ms: u32,
    /// Silence up to this long stays inside a region, in milliseconds. At least twice `pad_ms`.
    pub join_ms: u32,
    /// No region is longer, in milliseconds.
    pub longest_ms: u32,
}

/// The stretches of voice in a recording, in order of time, not overlapping. Polls for a stop every second of audio.
///
/// # Errors
/// Stopped, or the recording cannot be read.
pub fn voice_regions(audio: &Path, cutting: Cutting, cx: &StageCx) -> StepResult<Vec<Region>> {
    let mut regions = Vec::new();
    find_voice(audio, cutting, cx, &mut |found, _| {
        regions.extend(found);
        ControlFlow::Continue(())
    })?;
    Ok(regions)
}

/// The same, told as they are found: after about every second of audio those that have ended since, and where the search is, in
/// milliseconds. Ends early if it is told to.
///
/// # Errors
/// Stopped, or the recording cannot be read.
pub(super) fn find_voice(
    audio: &Path,
    cutting: Cutting,
    cx: &StageCx,
    tell: &mut dyn FnMut(Vec<Region>, u32) -> ControlFlow<()>,
) -> StepResult<()> {
    let mut pcm = Pcm::open(audio)?;
    let mut detector = Detector::new(cx.folder())?;
    let mut cutter = Cutter::new(cutting, pcm.length());
    let (mut second, mut voice) = (Vec::new(), false);
    loop {
        cx.check_stopped()?;
        pcm.read_on(&mut second, SECOND)?;
        for (frame, score) in second.chunks(FRAME as usize).zip(detector.scores(&second)?) {
            voice = score >= if voice { STILL_VOICE } else { VOICE };
            cutter.push(voice, loudness(frame));
        }
        let is_end = second.len() < SECOND;
        if is_end {
            cutter.close();
        }
        let told = tell(cutter.found(), cutter.frames * FRAME / PER_MS);
        if is_end || told.is_break() {
            return Ok(());
        }
    }
}

/// The detector, in the middle of a recording.
struct Detector {
    session: VadSession,
    samples: Vec<f32>,
}

impl Detector {
    fn new(folder: &Path) -> Result<Detector, Failure> {
        // The library reads files only.
        let file = written(folder).map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull => {
                Failure::disk_full("hearing where somebody speaks", &folder.display().to_string())
            }
            _ => Failure::internal(format!("the voice detector: {error}")),
        })?;
        super::transcribe_cpp::quiet();
        let options = ModelOptions { backend: Backend::Cpu, no_mmap: true, ..ModelOptions::default() };
        // A model for each recording, as a stream has its model to itself.
        let model = Model::load_with(file.path(), &options).map_err(Failure::internal)?;
        let session = model.vad_session_with(&VadSessionOptions { n_threads: 1 });
        Ok(Detector { session: session.map_err(Failure::internal)?, samples: Vec::new() })
    }

    /// How much each frame sounds like voice, 0 to 1. Only the last call of a recording may end within a frame, which is left out:
    /// under 32 ms are too short for a word.
    fn scores(&mut self, samples: &[i16]) -> Result<Vec<f32>, Failure> {
        self.samples.clear();
        self.samples.extend(samples.iter().map(|sample| f32::from(*sample) / 32_768.0));
        Ok(self.session.stream_feed(&self.samples).map_err(Failure::internal)?.probs)
    }
}

/// Mean square of a frame.
fn loudness(frame: &[i16]) -> f32 {
    let sum: f32 = frame.iter().map(|s| f32::from(*s) * f32::from(*s)).sum();
    sum / frame.len() as f32
}

fn written(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(WEIGHTS)?;
    Ok(file)
}

/// Joins and cuts, frame by frame; remembers no more than the growing region and those that nobody took yet.
struct Cutter {
    cutting: Cutting,
    length: u32,
    frames: u32,
    open: Option<Open>,
    done: Vec<Region>,
    /// Where the last region ended.
    done_to: u32,
}

/// A region that is still growing.
struct Open {
    /// First frame.
    start: u32,
    /// It goes on where the one before was cut, so nothing is kept before it.
    continues: bool,
    /// Voice and loudness of every frame since `start`.
    frames: Vec<(bool, f32)>,
}

impl Open {
    fn last_voiced(&self) -> Option<usize> {
        self.frames.iter().rposition(|(voice, _)| *voice)
    }

    /// The quietest place in its second half.
    fn quietest(&self) -> usize {
        let from = self.frames.len() / 2;
        let windows = self.frames[from..].windows(QUIET_FRAMES);
        let sums = windows.map(|window| window.iter().map(|(_, loudness)| loudness).sum::<f32>());
        let best = sums.enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(at, _)| at);
        from + best + QUIET_FRAMES / 2
    }
}

impl Cutter {
    fn new(cutting: Cutting, length: u32) -> Self {
        Self { cutting, length, frames: 0, open: None, done: Vec::new(), done_to: 0 }
    }

    fn push(&mut self, voice: bool, loudness: f32) {
        let now = self.frames;
        self.frames += 1;
        if voice && self.open.is_none() {
            self.open = Some(Open { start: now, continues: false, frames: Vec::new() });
        }
        let Some(open) = &mut self.open else { return };
        open.frames.push((voice, loudness));
        let longest = (self.cutting.longest_ms - 2 * self.cutting.pad_ms) * PER_MS / FRAME;
        let join = (self.cutting.join_ms * PER_MS / FRAME) as usize;
        let silent = open.frames.len() - open.last_voiced().map_or(0, |last| last + 1);
        if silent > join {
            self.close();
        } else if open.frames.len() as u32 >= longest {
            self.cut();
        }
    }

    /// Ends the growing region at its quietest place and goes on from there.
    fn cut(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        let at = open.quietest();
        let rest = open.frames.split_off(at);
        let cut = open.start + at as u32;
        self.keep(&open, cut * FRAME);
        self.open = Some(Open { start: cut, continues: true, frames: rest });
    }

    /// Ends the growing region after its last voice.
    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let Some(last) = open.last_voiced() else { return };
        let end = (open.start + last as u32 + 1) * FRAME + self.cutting.pad_ms * PER_MS;
        self.keep(&open, end.min(self.length));
    }

    fn keep(&mut self, open: &Open, end: u32) {
        // What is left behind a cut is the end of a talk, however short: a last "no" is no cough.
        let is_short = open.frames.iter().filter(|(voice, _)| *voice).count() < FEWEST_VOICED;
        if is_short && !open.continues {
            return;
        }
        let pad = if open.continues { 0 } else { self.cutting.pad_ms * PER_MS };
        self.done.push(Region { start: (open.start * FRAME).saturating_sub(pad).max(self.done_to), end });
        self.done_to = end;
    }

    /// The regions that have ended since the last call.
    fn found(&mut self) -> Vec<Region> {
        std::mem::take(&mut self.done)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transcribe::testing::{Desk, flite, silence, write_wav};

    const CUTTING: Cutting = Cutting { pad_ms: 250, join_ms: 1500, longest_ms: 60_000 };

    /// Deterministic noise between -`peak` and `peak`.
    fn noise(peak: i32, samples: usize) -> Vec<i16> {
        let mut seed = 1u32;
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((seed >> 16) as i32 * 2 * peak / 65_536 - peak) as i16
        };
        (0..samples).map(|_| next()).collect()
    }

    fn regions(samples: &[i16]) -> Vec<Region> {
        let desk = Desk::new();
        let audio = write_wav(desk.folder(), samples);
        voice_regions(&audio.file, CUTTING, &desk.cx()).unwrap()
    }

    #[test]
    fn silence_and_steady_noise_hold_no_voice() {
        assert_eq!(regions(&silence(5000)), []);
        assert_eq!(regions(&noise(2000, 80_000)), []);
    }

    #[test]
    fn speech_is_found_between_noise_with_its_padding() {
        let speech = flite("slt", "please call the bank on monday morning");
        let mut samples = [silence(4000), speech.clone(), silence(4000)].concat();
        let noise = noise(300, samples.len());
        for (sample, noise) in samples.iter_mut().zip(noise) {
            *sample = sample.saturating_add(noise);
        }
        let found = regions(&samples);
        assert_eq!(found.len(), 1, "{found:?}");
        let end_ms = 4000 + (speech.len() as u32) / PER_MS;
        assert!((3400..=4200).contains(&found[0].start_ms()), "{found:?}");
        assert!((end_ms - 300..=end_ms + 500).contains(&found[0].end_ms()), "{found:?}");
    }

    #[test]
    fn a_long_talk_is_cut_in_a_pause() {
        let sentence = flite("rms", "we need to talk to the customers again before we start");
        let one = [sentence, silence(400)].concat();
        let samples: Vec<i16> = one.iter().copied().cycle().take(16_000 * 130).collect();
        let found = regions(&samples);
        assert!(found.len() >= 3, "{found:?}");
        for region in &found {
            assert!(region.length_ms() <= 60_000, "{found:?}");
        }
        for pair in found.windows(2) {
            assert_eq!(pair[0].end, pair[1].start, "nothing is lost at a cut");
            let at = pair[0].end as usize;
            assert!(samples[at - 800..at + 800].iter().all(|s| s.abs() < 500), "cut inside a word");
        }
    }

    #[test]
    fn a_short_word_behind_a_cut_is_kept() {
        let cutting = Cutting { pad_ms: 100, join_ms: 250, longest_ms: 8000 };
        let mut cutter = Cutter::new(cutting, 1000 * FRAME);
        let longest = (8000 - 200) * PER_MS / FRAME;
        // All voice, with the quietest place right before the last two frames.
        for at in 0..longest + 200 {
            let quiet = (longest - 8..longest - 2).contains(&at);
            cutter.push(at < longest && !quiet, if quiet { 0.0 } else { 1.0 });
        }
        cutter.close();
        let found = cutter.found();
        assert_eq!(
            found.iter().map(|region| region.end).max(),
            Some(longest * FRAME + 100 * PER_MS),
            "{found:?}"
        );
    }

    #[test]
    fn a_stop_ends_the_search() {
        let desk = Desk::new();
        let audio = write_wav(desk.folder(), &silence(3000));
        desk.stop();
        assert!(voice_regions(&audio.file, CUTTING, &desk.cx()).is_err());
    }

    proptest! {
        #[test]
        fn regions_are_in_order_never_overlap_and_are_never_too_long(
            runs in prop::collection::vec((any::<bool>(), 1u32..400), 0..30),
        ) {
            let frames: u32 = runs.iter().map(|(_, count)| count).sum();
            let cutting = Cutting { pad_ms: 100, join_ms: 250, longest_ms: 8000 };
            let mut cutter = Cutter::new(cutting, frames * FRAME);
            for (voice, count) in &runs {
                for at in 0..*count {
                    cutter.push(*voice, (at % 37) as f32);
                }
            }
            cutter.close();
            let found = cutter.found();
            for region in &found {
                prop_assert!(region.start < region.end && region.end <= frames * FRAME);
                prop_assert!(region.length_ms() <= 8000);
            }
            for pair in found.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
        }
    }
}
