//! Which method is taken.

use debrief_core::transcript::Turn;

use super::*;
use crate::transcribe::testing::{Desk, silence, write_wav};

fn settings(method: Option<&str>, max: Option<u16>) -> DiarizeSettings {
    DiarizeSettings { method: method.map(str::to_owned), max, ..DiarizeSettings::default() }
}

fn taken(settings: &DiarizeSettings) -> &'static str {
    by_default(settings).name
}

/// A file that looks like a model from outside.
fn sortformer_file(folder: &std::path::Path) -> PathBuf {
    let file = folder.join("sortformer.gguf");
    std::fs::write(&file, b"GGUF and so on").unwrap();
    file
}

#[test]
fn without_models_voices_are_clustered() {
    assert_eq!(taken(&DiarizeSettings::default()), "voice-clustering");
    assert!(diarizer(&DiarizeSettings::default()).is_ok());
}

#[test]
fn sortformer_is_taken_by_itself_only_for_up_to_four_speakers() {
    let folder = tempfile::tempdir().unwrap();
    let model = Some(sortformer_file(folder.path()));
    for (max, expected) in
        [(None, "voice-clustering"), (Some(5), "voice-clustering"), (Some(4), "sortformer")]
    {
        let settings = DiarizeSettings { sortformer_model: model.clone(), ..settings(None, max) };
        assert_eq!(taken(&settings), expected, "at most {max:?}");
    }
}

#[test]
fn speakrs_is_taken_before_all_others_when_its_folder_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    for file in speakrs::FILES {
        let speakrs_model = Some(folder.path().to_owned());
        let settings = DiarizeSettings { speakrs_model, ..settings(None, Some(2)) };
        assert_eq!(taken(&settings), "voice-clustering", "before there is {file}");
        std::fs::write(folder.path().join(file), b"").unwrap();
    }
    let settings = DiarizeSettings { speakrs_model: Some(folder.path().to_owned()), ..settings(None, None) };
    assert_eq!(taken(&settings), "speakrs");
}

#[test]
fn an_unknown_method_says_which_ones_there_are() {
    let failure = diarizer(&settings(Some("crystal-ball"), None)).err().unwrap();
    assert_eq!(failure.what, "There is no method \"crystal-ball\" to tell speakers apart in this build.");
    assert_eq!(failure.fix, "Choose one of these in the settings: speakrs, sortformer, voice-clustering.");
}

#[test]
fn more_speakers_than_a_method_tells_apart_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let sortformer_model = Some(sortformer_file(folder.path()));
    let asked = DiarizeSettings { min: Some(5), sortformer_model, ..settings(Some("sortformer"), None) };
    let failure = diarizer(&asked).err().unwrap();
    assert_eq!(failure.what, "The method \"sortformer\" tells no more than 4 speakers apart.");
}

#[test]
fn the_list_says_what_each_method_lacks() {
    let listed = diarizers(&DiarizeSettings::default());
    let lacks: Vec<_> =
        listed.iter().map(|info| (info.name, info.ready.as_ref().err().map(|f| f.code))).collect();
    let missing = Some(FailureCode::ModelMissing);
    assert_eq!(lacks, [("speakrs", missing), ("sortformer", missing), ("voice-clustering", None)]);
    assert!(listed[0].described.contains("CC-BY-4.0"), "the licence asks for the attribution");
}

/// Finds so many speakers, whatever it hears.
struct Finds(u16);

#[async_trait]
impl Diarizer for Finds {
    async fn diarize(&self, _: &Audio, _: StageCx) -> StepResult<Turns> {
        let turn = |speaker: u16| Turn { start_ms: 0, end_ms: 900, speaker };
        Ok(Turns { turns: (0..self.0).map(turn).collect(), ..Turns::default() })
    }
}

#[tokio::test]
async fn fewer_speakers_than_there_are_at_least_is_a_warning() {
    let mut told = Vec::new();
    for (found, least) in [(0, 1), (0, 2), (1, 2), (2, 3), (3, 3)] {
        let desk = Desk::new();
        let audio = write_wav(desk.folder(), &silence(1000));
        let counted = Counted { method: Arc::new(Finds(found)), least };
        counted.diarize(&audio, desk.cx()).await.unwrap();
        let warnings = desk.host.warnings.lock().unwrap();
        told.push(warnings.first().map(|warning| warning.text.split_once('.').unwrap().0.to_owned()));
    }
    let expected = [
        None,
        Some("No speaker was told apart, although there are at least 2"),
        Some("One speaker was told apart, although there are at least 2"),
        Some("2 speakers were told apart, although there are at least 3"),
        None,
    ];
    assert_eq!(told, expected.map(|text| text.map(str::to_owned)));
}

#[test]
fn an_impossible_range_of_speakers_is_the_smaller_number() {
    let asked = DiarizeSettings { min: Some(5), max: Some(2), ..DiarizeSettings::default() };
    assert_eq!(asked.count(), SpeakerCount { min: 2, max: 2 });
    let none = DiarizeSettings { min: Some(0), max: Some(0), ..DiarizeSettings::default() };
    assert_eq!(none.count(), SpeakerCount { min: 1, max: 1 });
}
