//! speakrs on models of the right shape. What it finds is nonsense; that it loads, runs, resumes and fails is not.

use debrief_core::stage::{StepError, Stopped};

use super::*;
use crate::transcribe::testing::{Desk, flite, silence, write_wav};

const SHORT: Cut = Cut { length_ms: 6_000, overlap_ms: 2_000 };

/// About nine seconds: one window of the model, which takes a second for each.
fn speech() -> Vec<i16> {
    let lines = [
        flite("slt", "good morning and thank you for coming to the meeting today"),
        silence(400),
        flite("rms", "i have the numbers for the new product and most of them are better than last year"),
    ];
    lines.concat()
}

fn settings(folder: &Path) -> DiarizeSettings {
    DiarizeSettings { speakrs_model: Some(folder.to_owned()), voices: true, ..DiarizeSettings::default() }
}

fn method(folder: &Path, cut: Cut) -> Speakrs {
    Speakrs { cut, ..Speakrs::new(&settings(folder)).unwrap() }
}

async fn failure(method: &Speakrs) -> Failure {
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &silence(3_000));
    match method.diarize(&audio, desk.cx()).await {
        Err(StepError::Failed(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn models_of_the_right_shape_load_run_and_give_turns_and_voices() {
    let models = tempfile::tempdir().unwrap();
    random_models::write(models.path());
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &speech());
    let found = method(models.path(), CUT).diarize(&audio, desk.cx()).await.unwrap();
    assert!(!found.turns.is_empty(), "arbitrary weights hear somebody");
    assert!(found.turns.is_sorted_by_key(|turn| turn.start_ms));
    assert!(found.turns.iter().all(|turn| turn.start_ms < turn.end_ms && turn.end_ms <= audio.duration_ms));
    assert!(found.method.contains("CC-BY-4.0"));
    let voice = found.voices.get(&0).expect("the first speaker has a voice");
    assert_eq!((voice.method.as_str(), voice.values.len()), (SPEAKRS, 256));
    assert!(voice.values.iter().all(|value| value.is_finite()) && voice.heard_ms > 0);

    // One speaker at most, and a second run in windows, from the same models.
    let one = Speakrs { count: SpeakerCount { min: 1, max: 1 }, ..method(models.path(), SHORT) };
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &speech());
    let found = one.diarize(&audio, desk.cx()).await.unwrap();
    assert!(found.turns.iter().all(|turn| turn.speaker == 0) && found.voices.len() <= 1, "{found:?}");
    assert_eq!(desk.host.progress.lock().unwrap().last().unwrap().fraction(), Some(1.0));

    // What was kept of every window is taken up by the next run.
    let progress = desk.host.progress.lock().unwrap().len();
    assert_eq!(one.diarize(&audio, desk.cx()).await.unwrap(), found);
    assert_eq!(desk.host.progress.lock().unwrap().len(), progress, "nothing was heard again");
}

#[tokio::test]
async fn a_stop_ends_it_at_once() {
    let models = tempfile::tempdir().unwrap();
    random_models::write(models.path());
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &speech());
    desk.stop();
    let ended = method(models.path(), CUT).diarize(&audio, desk.cx()).await;
    assert_eq!(ended, Err(StepError::Stopped(Stopped)));
}

#[tokio::test]
async fn a_folder_that_lacks_a_file_says_which_one() {
    let models = tempfile::tempdir().unwrap();
    for file in FILES.iter().filter(|file| **file != "plda_psi.npy") {
        std::fs::write(models.path().join(file), b"").unwrap();
    }
    let failure = failure(&method(models.path(), CUT)).await;
    assert_eq!(failure.code, FailureCode::ModelMissing);
    assert!(
        failure.what.ends_with("plda_psi.npy of the models of speakrs is not there."),
        "{}",
        failure.what
    );
}

#[tokio::test]
async fn files_of_something_else_are_unusable_each_for_itself() {
    let models = tempfile::tempdir().unwrap();
    random_models::write(models.path());
    for file in FILES {
        let path = models.path().join(file);
        let whole = std::fs::read(&path).unwrap();
        for broken in [&b"something else"[..], &whole[..whole.len() / 2]] {
            if file.ends_with(".txt") && broken == &whole[..whole.len() / 2] {
                continue; // Half of a number is a number.
            }
            std::fs::write(&path, broken).unwrap();
            let failure = failure(&method(models.path(), CUT)).await;
            assert_eq!(failure.code, FailureCode::ModelUnusable, "{file}: {:?}", failure.detail);
            assert!(failure.detail.is_some());
        }
        std::fs::write(&path, whole).unwrap();
    }
}

#[test]
fn without_a_folder_it_says_what_to_get() {
    let failure = Speakrs::new(&DiarizeSettings::default()).err().unwrap();
    assert_eq!(failure.what, "The models of speakrs aren't on this computer.");
}

#[test]
fn every_threshold_that_is_tried_is_one_that_the_library_takes() {
    assert!(CLOSER.is_sorted_by(|a, b| a > b));
    assert!(CLOSER.iter().all(|threshold| AhcConfig::new(*threshold).is_ok()));
    assert!(CLOSER[0] < AhcConfig::default().threshold());
}
