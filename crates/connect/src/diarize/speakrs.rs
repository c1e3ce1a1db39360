//! speakrs: pyannote's community-1 pipeline, with its models in a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::ports::{Audio, Diarizer};
use debrief_core::stage::{StageCx, StepResult};
use debrief_core::transcript::{Turn, Turns, Voiceprint};
use debrief_core::voices::SPEAKRS;
use speakrs::{AhcConfig, DiarizationResult, ExecutionMode, OwnedDiarizationPipeline};

use super::windows::{CUT, Cut, Open, Part, WindowEar, broke_off, hear, join, windows};
use super::{DiarizeSettings, SpeakerCount};

/// Name in the registry.
pub(super) const NAME: &str = "speakrs";

/// For people; the models' licence (CC-BY-4.0) asks for the attribution.
pub(super) const DESCRIBED: &str =
    "speakrs, with the models of pyannote community-1 and WeSpeaker (CC-BY-4.0)";

/// For the page.
const METHOD: &str = "speakrs, with the models of pyannote community-1 and WeSpeaker (CC-BY-4.0)";

/// What the folder must hold.
pub(super) const FILES: [&str; 9] = [
    "segmentation-3.0.safetensors",
    "wespeaker-multimask-tail.safetensors",
    "wespeaker-voxceleb-resnet34.min_num_samples.txt",
    "plda_lda.npy",
    "plda_tr.npy",
    "plda_mu.npy",
    "plda_psi.npy",
    "plda_mean1.npy",
    "plda_mean2.npy",
];

/// How close voices are put together before the pipeline looks at them more closely: its own 0.6 first, and closer ones
/// while there are fewer speakers than asked for.
const CLOSER: [f32; 4] = [0.45, 0.35, 0.25, 0.15];

/// Milliseconds from one embedding to the next; each stands for as much speech of its speaker.
const STEP_MS: u32 = 1_000;

/// The method.
pub(super) struct Speakrs {
    folder: PathBuf,
    count: SpeakerCount,
    voices: bool,
    cut: Cut,
}

impl Speakrs {
    /// With the settings' folder, which is not opened yet.
    ///
    /// # Errors
    /// No folder is set.
    pub(super) fn new(settings: &DiarizeSettings) -> Result<Self, Failure> {
        let folder = settings.speakrs_model.clone().ok_or_else(|| {
            Failure::person(
                FailureCode::ModelMissing,
                "The models of speakrs aren't on this computer.",
                "Get them among the models, or choose another method for speakers.",
            )
        })?;
        Ok(Self { folder, count: settings.count(), voices: settings.voices, cut: CUT })
    }

    /// Whether all of its files are there. Quick: nothing is loaded.
    ///
    /// # Errors
    /// Which one is not.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match FILES.iter().map(|name| self.folder.join(name)).find(|file| !file.is_file()) {
            Some(file) => Err(missing(&file)),
            None => Ok(()),
        }
    }
}

fn missing(file: &Path) -> Failure {
    Failure::person(
        FailureCode::ModelMissing,
        format!("{} of the models of speakrs is not there.", file.display()),
        "Get the models again, or choose another method for speakers in the settings.",
    )
}

fn unusable(folder: &Path, detail: impl std::fmt::Display) -> Failure {
    Failure::person(
        FailureCode::ModelUnusable,
        format!("The models in {} can't be used by speakrs.", folder.display()),
        "Remove them and get them again, or choose another method for speakers in the settings.",
    )
    .because(detail)
}

#[async_trait]
impl Diarizer for Speakrs {
    async fn diarize(&self, audio: &Audio, cx: StageCx) -> StepResult<Turns> {
        self.check()?;
        let windows = windows(audio.duration_ms, self.cut);
        // Of a part of the recording nobody knows how many speakers it has at least.
        let min = if windows.len() == 1 { self.count.min } else { 1 };
        let by = format!("{NAME} {} {min}", self.folder.display());
        let folder = self.folder.clone();
        let open: Open = Box::new(move || {
            let opened = OwnedDiarizationPipeline::from_dir(&folder, ExecutionMode::Cpu);
            let pipeline = opened.map_err(|error| unusable(&folder, error))?;
            Ok(Box::new(Ear { pipeline, min }))
        });
        let parts = hear(audio, &windows, by, open, &cx).await?;
        let joined = join(&windows, &parts, self.count);
        let voices = if self.voices { joined.voices } else { BTreeMap::new() };
        Ok(Turns { turns: joined.turns, method: METHOD.into(), voices })
    }
}

struct Ear {
    pipeline: OwnedDiarizationPipeline,
    min: usize,
}

impl WindowEar for Ear {
    fn hear(&mut self, samples: &[i16], start_ms: u32) -> StepResult<Part> {
        let samples: Vec<f32> = samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        let inferred = self.pipeline.run_inference_only(&samples).map_err(broke_off)?;
        drop(samples);
        let mut config = self.pipeline.pipeline_config();
        let mut best = part(&self.finish(inferred.clone(), &config)?, start_ms);
        for threshold in CLOSER {
            if speakers(&best) >= self.min || best.turns.is_empty() {
                break;
            }
            config.clustering = config.clustering.with_ahc(AhcConfig::new(threshold).map_err(broke_off)?);
            let closer = part(&self.finish(inferred.clone(), &config)?, start_ms);
            if speakers(&closer) > speakers(&best) {
                best = closer;
            }
        }
        Ok(best)
    }
}

impl Ear {
    fn finish(
        &self,
        inferred: speakrs::pipeline::InferenceArtifacts,
        config: &speakrs::PipelineConfig,
    ) -> Result<DiarizationResult, Failure> {
        self.pipeline.finish_post_inference(inferred, config).map_err(broke_off)
    }
}

fn speakers(part: &Part) -> usize {
    part.turns.iter().map(|turn| turn.speaker).collect::<std::collections::BTreeSet<_>>().len()
}

/// Turns, overlaps and all, and the mean of each speaker's embeddings.
fn part(found: &DiarizationResult, start_ms: u32) -> Part {
    let at = |seconds: f64| start_ms + (seconds.max(0.0) * 1000.0).round() as u32;
    let turns = found.segments.iter().filter_map(|segment| {
        let speaker = segment.speaker.rsplit('_').next()?.parse().ok()?;
        let turn = Turn { start_ms: at(segment.start), end_ms: at(segment.end), speaker };
        (turn.end_ms > turn.start_ms).then_some(turn)
    });
    let mut turns: Vec<Turn> = turns.collect();
    turns.sort_by_key(|turn| turn.start_ms);
    Part { turns, voices: voices(found) }
}

fn voices(found: &DiarizationResult) -> BTreeMap<u16, Voiceprint> {
    let mut sums: BTreeMap<u16, (Vec<f64>, u32)> = BTreeMap::new();
    for ((chunk, local), cluster) in found.hard_clusters.indexed_iter() {
        // Not everybody whom the model has a place for talks.
        let Ok(speaker) = u16::try_from(*cluster) else { continue };
        let width = found.embeddings.shape()[2];
        let embedding: Vec<f64> =
            (0..width).map(|place| f64::from(found.embeddings[[chunk, local, place]])).collect();
        let length = embedding.iter().map(|x| x * x).sum::<f64>().sqrt();
        if !length.is_finite() || length <= 0.0 {
            continue;
        }
        let (sum, count) = sums.entry(speaker).or_insert_with(|| (vec![0.0; embedding.len()], 0));
        sum.iter_mut().zip(&embedding).for_each(|(sum, x)| *sum += x / length);
        *count += 1;
    }
    let print = |(sum, count): (Vec<f64>, u32)| Voiceprint {
        method: SPEAKRS.into(),
        values: sum.iter().map(|x| (x / f64::from(count)) as f32).collect(),
        heard_ms: count * STEP_MS,
    };
    sums.into_iter().map(|(speaker, sum)| (speaker, print(sum))).collect()
}

#[cfg(test)]
pub(crate) mod random_models;
#[cfg(test)]
mod tests;
