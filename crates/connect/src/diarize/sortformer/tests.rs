//! Sortformer on a model of the right shape. What it finds is nonsense; that it loads, runs, resumes and fails is not.

use debrief_yardstick::nemo_model::sortformer;

use super::*;
use crate::transcribe::testing::{Desk, flite, silence, write_wav};

const SHORT: Cut = Cut { length_ms: 6_000, overlap_ms: 2_000 };

fn method(model: &Path, cut: Cut) -> Sortformer {
    let settings = DiarizeSettings {
        sortformer_model: Some(model.to_owned()),
        voices: true,
        ..DiarizeSettings::default()
    };
    Sortformer { cut, ..Sortformer::new(&settings).unwrap() }
}

fn speech() -> Vec<i16> {
    let lines = [
        flite("slt", "good morning and thank you for coming to the meeting today"),
        silence(400),
        flite("rms", "i have the numbers for the new product and most of them are better than last year"),
    ];
    lines.concat()
}

async fn failure(method: &Sortformer) -> Failure {
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &silence(1_000));
    match method.diarize(&audio, desk.cx()).await {
        Err(StepError::Failed(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_model_of_the_right_shape_loads_and_runs_whole_and_in_windows() {
    let folder = tempfile::tempdir().unwrap();
    let model = sortformer(folder.path()).unwrap();
    for cut in [CUT, SHORT] {
        let desk = Desk::new();
        let audio = write_wav(desk.folder(), &speech());
        let found = method(&model, cut).diarize(&audio, desk.cx()).await.unwrap();
        assert!(!found.turns.is_empty(), "arbitrary weights hear somebody");
        assert!(found.turns.is_sorted_by_key(|turn| turn.start_ms));
        let inside = |turn: &Turn| turn.start_ms < turn.end_ms && turn.end_ms <= audio.duration_ms;
        assert!(found.turns.iter().all(inside), "{found:?}");
        assert!(found.turns.iter().all(|turn| usize::from(turn.speaker) < MOST_SPEAKERS), "{found:?}");
        assert_eq!(desk.host.progress.lock().unwrap().last().unwrap().fraction(), Some(1.0));
    }
}

#[tokio::test]
async fn the_number_of_speakers_is_kept_to() {
    let folder = tempfile::tempdir().unwrap();
    let model = sortformer(folder.path()).unwrap();
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &speech());
    let one = Sortformer { count: SpeakerCount { min: 1, max: 1 }, ..method(&model, SHORT) };
    let found = one.diarize(&audio, desk.cx()).await.unwrap();
    assert!(found.turns.iter().all(|turn| turn.speaker == 0), "{found:?}");
}

#[tokio::test]
async fn a_stop_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let model = sortformer(folder.path()).unwrap();
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &speech());
    desk.stop();
    let ended = method(&model, CUT).diarize(&audio, desk.cx()).await;
    assert_eq!(ended, Err(StepError::Stopped(Stopped)));
}

#[test]
fn a_run_that_is_broken_off_counts_as_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (session, cancel) = open(&sortformer(folder.path()).unwrap()).unwrap();
    let mut ear = Ear { session, cancel, voices_from: None };
    let hook = WindowEar::cancel(&ear).expect("it can be broken off");
    hook();
    let ended = ear.hear(&speech(), 0);
    assert_eq!(ended.err(), Some(StepError::Stopped(Stopped)));
}

#[tokio::test]
async fn a_file_that_is_gone_or_something_else_has_its_own_message() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.gguf");
    assert_eq!(failure(&method(&file, CUT)).await.code, FailureCode::ModelMissing);
    let whole = std::fs::read(sortformer(folder.path()).unwrap()).unwrap();
    for broken in [&b"GG"[..], b"something else", b"GGUF and then something else", &whole[..whole.len() / 2]]
    {
        std::fs::write(&file, broken).unwrap();
        let failure = failure(&method(&file, CUT)).await;
        assert_eq!(failure.code, FailureCode::ModelUnusable, "{:?}", failure.detail);
        assert!(
            failure.what.ends_with("model.gguf can't be used to tell speakers apart."),
            "{}",
            failure.what
        );
    }
}
