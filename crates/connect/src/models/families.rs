//! Every family of the catalogue runs here, with generated weights of the right shape: its format and its options are right.

use std::path::Path;

use debrief_core::ports::Hints;
use debrief_yardstick::nemo_model::{parakeet, sortformer};
use debrief_yardstick::whisper_model::TINY;

use super::{Catalogue, CatalogueModel, Family, Purpose};
use crate::diarize::{DiarizeSettings, diarizer, random_models};
use crate::transcribe::testing::{Desk, flite, silence, write_wav};
use crate::transcribe::{SpeechSettings, engine};

/// A job's choice of a generated model of that family. A family without one can't be offered.
enum Choice {
    Engine(SpeechSettings),
    Method(DiarizeSettings),
}

fn choice(family: Family, folder: &Path) -> Choice {
    let transcribe_cpp = |model| {
        let engine = "transcribe-cpp".to_owned();
        Choice::Engine(SpeechSettings { engine, model: Some(model), ..SpeechSettings::default() })
    };
    let method = |name: &str| DiarizeSettings { method: Some(name.to_owned()), ..DiarizeSettings::default() };
    match family {
        Family::Whisper => transcribe_cpp(TINY.write(folder).unwrap()),
        Family::Parakeet => transcribe_cpp(parakeet(folder).unwrap()),
        Family::Sortformer => Choice::Method(DiarizeSettings {
            sortformer_model: Some(sortformer(folder).unwrap()),
            max: Some(4),
            ..method("sortformer")
        }),
        Family::Speakrs => {
            random_models::write(folder);
            Choice::Method(DiarizeSettings { speakrs_model: Some(folder.to_owned()), ..method("speakrs") })
        }
        Family::Moonshine | Family::Canary => panic!("{family:?} needs a generated model to be offered"),
    }
}

/// Runs one model of each family as a job would.
async fn runs(model: &CatalogueModel) {
    let desk = Desk::new();
    let said = flite("slt", "good morning and thank you for coming to the meeting today");
    let audio = write_wav(desk.folder(), &[silence(500), said, silence(500)].concat());
    let models = tempfile::tempdir().unwrap();
    match choice(model.family, models.path()) {
        Choice::Engine(settings) => {
            assert_eq!(model.purpose, Purpose::Transcribe, "{}", model.id);
            let engine = engine(&settings).unwrap();
            engine.ready().await.unwrap();
            let hints = Hints { vocabulary: vec!["Debrief".into()] };
            let words = engine.transcribe(&audio, &hints, desk.cx()).await.unwrap().words;
            assert!(!words.is_empty(), "{}", model.id);
            assert!(words.iter().all(|word| word.end_ms <= audio.duration_ms), "{}: {words:?}", model.id);
        }
        Choice::Method(settings) => {
            assert_eq!(model.purpose, Purpose::Speakers, "{}", model.id);
            let found = diarizer(&settings).unwrap().diarize(&audio, desk.cx()).await.unwrap();
            assert!(found.turns.iter().all(|turn| turn.end_ms <= audio.duration_ms), "{}", model.id);
        }
    }
}

#[tokio::test]
async fn every_family_of_the_catalogue_loads_and_runs() {
    let mut seen: Vec<Family> = Vec::new();
    for model in Catalogue::built_in().models {
        if !seen.contains(&model.family) {
            seen.push(model.family);
            runs(&model).await;
        }
    }
    assert!(seen.len() >= 4, "{seen:?}");
}
