//! The engine on a real model file of the right shape, and on files that are none.

use std::sync::atomic::Ordering;

use debrief_core::ports::Hints;
use debrief_core::stage::Progress;
use debrief_yardstick::nemo_model::parakeet;
use debrief_yardstick::whisper_model::TINY;

use super::*;
use crate::transcribe::testing::{Desk, flite, silence, write_wav};

fn engine(model: impl Into<PathBuf>) -> TranscribeCpp {
    TranscribeCpp::new(&SpeechSettings { model: Some(model.into()), ..SpeechSettings::default() }).unwrap()
}

/// Speech for two windows of 30 s, with a pause of 50 s in the middle.
fn talk(desk: &Desk) -> Audio {
    let (anna, ben) =
        (flite("slt", "please call the bank on monday"), flite("rms", "yes i will call the bank"));
    let lines = [anna, silence(1000), ben, silence(2000)].concat().repeat(6);
    write_wav(desk.folder(), &[&silence(1000), &lines, &silence(50_000), &lines].map(Vec::as_slice).concat())
}

#[tokio::test]
async fn a_model_file_runs_and_its_words_lie_inside_the_recording() {
    let desk = Desk::new();
    let audio = talk(&desk);
    let engine = engine(TINY.write(desk.folder()).unwrap());
    let words = engine.transcribe(&audio, &Hints::default(), desk.cx()).await.unwrap();
    assert!(!words.words.is_empty());
    assert!(words.words.is_sorted_by_key(|word| word.start_ms));
    for word in &words.words {
        assert!(word.start_ms <= word.end_ms && word.end_ms <= audio.duration_ms, "{word:?}");
        assert!(!word.text.contains(char::is_whitespace) && !word.text.is_empty(), "{word:?}");
    }
    assert!(words.words[0].start_ms >= 500, "nothing is heard before anybody speaks");
    assert_eq!(words.engine.name, "transcribe-cpp");
    assert_eq!(words.engine.described, "transcribe.cpp with the model ggml-tiny-nonsense.bin");
    assert_eq!(desk.host.kept_parts.load(Ordering::SeqCst), 2, "one part per window");
    let progress: Vec<Progress> = desk.host.progress.lock().unwrap().clone();
    assert_eq!(progress.last().unwrap().fraction(), Some(1.0));
}

#[tokio::test]
async fn a_stop_after_the_first_window_is_resumed_with_the_second() {
    let desk = Desk::new();
    let audio = talk(&desk);
    let engine = engine(TINY.write(desk.folder()).unwrap());
    let whole = engine.transcribe(&audio, &Hints::default(), Desk::new().cx()).await.unwrap();
    *desk.host.stop_after_parts.lock().unwrap() = Some(1);
    assert_eq!(
        engine.transcribe(&audio, &Hints::default(), desk.cx()).await,
        Err(StepError::Stopped(Stopped))
    );
    desk.restart();
    assert_eq!(engine.transcribe(&audio, &Hints::default(), desk.cx()).await.unwrap(), whole);
    assert_eq!(desk.host.kept_parts.load(Ordering::SeqCst), 2, "the first window is not heard again");
}

#[tokio::test]
async fn what_was_heard_before_all_speech_was_found_is_not_heard_again() {
    let desk = Desk::new();
    let audio = talk(&desk);
    let engine = engine(TINY.write(desk.folder()).unwrap());
    *desk.host.stop_after_parts.lock().unwrap() = Some(1);
    engine.transcribe(&audio, &Hints::default(), desk.cx()).await.unwrap_err();
    // As the kill had left it while the search went on.
    desk.host.bookmark.lock().unwrap().as_mut().unwrap()["packs"] = serde_json::Value::Null;
    desk.restart();
    let words = engine.transcribe(&audio, &Hints::default(), desk.cx()).await.unwrap();
    assert_eq!(desk.host.kept_parts.load(Ordering::SeqCst), 2);
    assert_eq!(words, engine.transcribe(&audio, &Hints::default(), Desk::new().cx()).await.unwrap());
}

#[test]
fn a_model_file_that_was_replaced_is_loaded_anew() {
    let desk = Desk::new();
    let file = TINY.write(desk.folder()).unwrap();
    drop(shelf::take(&file, false).unwrap());
    assert!(shelf::holds(&file, false) || shelf::free_memory_bytes() < 3 << 30, "it is kept");
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, b"lmgg, and nothing else").unwrap();
    assert!(!shelf::holds(&file, false));
    assert!(shelf::take(&file, false).is_err(), "that is another file");
}

#[test]
fn a_core_is_left_unless_there_are_two_and_no_more_engines_work_than_half_the_memory_holds() {
    let plenty = 1 << 40;
    let by_cores: Vec<usize> = [1, 2, 3, 4, 16].map(|cores| engines(cores, 1 << 30, plenty)).to_vec();
    assert_eq!(by_cores, [1, 2, 2, 3, 15]);
    let by_memory: Vec<usize> = [0, 1, 2, 5, 8].map(|gb| engines(16, 1 << 30, gb << 30)).to_vec();
    assert_eq!(
        by_memory,
        [1, 1, 2, 3, 5],
        "the first one is loaded, and the rest takes half of what is free"
    );
}

#[tokio::test]
async fn a_recording_without_speech_says_so() {
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &silence(4000));
    let ended =
        engine(TINY.write(desk.folder()).unwrap()).transcribe(&audio, &Hints::default(), desk.cx()).await;
    let Err(StepError::Failed(failure)) = ended else { panic!("{ended:?}") };
    assert_eq!(failure.code, FailureCode::NoSpeech);
    assert_eq!(failure.what, "No speech was found in this recording.");
    assert_eq!(failure.fix, "Check that the file plays and that it is the right one.");
}

#[tokio::test]
async fn a_model_file_that_is_gone_says_where_it_should_be() {
    let failure = engine("nowhere/ggml-base.bin").ready().await.unwrap_err();
    assert_eq!(failure.code, FailureCode::ModelMissing);
    assert_eq!(failure.what, "The speech model nowhere/ggml-base.bin is not there.");
    let fix = "Put the file back, or choose another model in the settings. The job goes on by itself.";
    assert_eq!(failure.fix, fix);
}

#[test]
fn no_model_file_at_all_says_which_setting_it_is() {
    let failure = TranscribeCpp::new(&SpeechSettings::default()).err().unwrap();
    assert_eq!(failure.what, "No speech model is chosen.");
    assert!(failure.fix.contains("debrief models list"), "{}", failure.fix);
}

#[tokio::test]
async fn a_file_that_is_no_model_names_itself_and_what_is_accepted() {
    let desk = Desk::new();
    let audio = talk(&desk);
    let letter = desk.folder().join("letter.txt");
    std::fs::write(&letter, "Dear Ben, this is not a model.").unwrap();
    let failure = engine(&letter).ready().await.unwrap_err();
    assert_eq!(failure.code, FailureCode::ModelUnusable);
    assert_eq!(failure.what, "letter.txt cannot be used as a speech model.");
    assert!(failure.fix.contains("whisper.cpp (ggml-….bin), or a GGUF file"), "{}", failure.fix);

    // Half a model has the right beginning, and is found out when it is loaded.
    let model = TINY.write(desk.folder()).unwrap();
    let bytes = std::fs::read(&model).unwrap();
    std::fs::write(&model, &bytes[..bytes.len() / 2]).unwrap();
    let ended = engine(&model).transcribe(&audio, &Hints::default(), desk.cx()).await;
    let Err(StepError::Failed(failure)) = ended else { panic!("{ended:?}") };
    assert_eq!(failure.what, "ggml-tiny-nonsense.bin cannot be used as a speech model.");
}

#[tokio::test]
async fn a_language_that_the_model_does_not_know_is_refused() {
    let desk = Desk::new();
    let settings = SpeechSettings {
        model: Some(TINY.write(desk.folder()).unwrap()),
        language: Some("zh-Hant".into()),
        ..SpeechSettings::default()
    };
    let ended =
        TranscribeCpp::new(&settings).unwrap().transcribe(&talk(&desk), &Hints::default(), desk.cx()).await;
    let Err(StepError::Failed(failure)) = ended else { panic!("{ended:?}") };
    assert_eq!(failure.code, FailureCode::ModelUnusable);
    assert_eq!(failure.what, "The speech model does not understand the language \"zh-Hant\".");
    assert_eq!(failure.fix, "Choose another model or another language in the settings, then retry.");
}

/// Two windows with a generated Parakeet, which knows English and German.
async fn heard_by_parakeet(
    language: Option<&str>,
    chinese: Option<ChineseScript>,
) -> (u32, StepResult<Words>) {
    let desk = Desk::new();
    let audio = talk(&desk);
    let settings = SpeechSettings {
        model: Some(parakeet(desk.folder()).unwrap()),
        language: language.map(str::to_owned),
        chinese,
        ..SpeechSettings::default()
    };
    let engine = TranscribeCpp::new(&settings).unwrap();
    engine.ready().await.unwrap();
    let hints = Hints { vocabulary: vec!["Ada Lovelace".into(), "<|endoftext|>".into()] };
    let ended = engine.transcribe(&audio, &hints, desk.cx()).await;
    assert_eq!(desk.host.kept_parts.load(Ordering::SeqCst), if ended.is_ok() { 2 } else { 0 });
    (audio.duration_ms, ended)
}

#[tokio::test]
async fn a_parakeet_runs_with_every_option_and_its_words_lie_inside_the_recording() {
    for (language, chinese) in [
        (None, None),
        (Some("en"), None),
        (Some("de-AT"), None),
        (Some("en"), Some(ChineseScript::Traditional)),
    ] {
        let (duration_ms, ended) = heard_by_parakeet(language, chinese).await;
        let words = ended.unwrap();
        assert!(words.words.len() > 20, "{language:?}: {:?}", words.words);
        assert!(words.words.is_sorted_by_key(|word| word.start_ms), "{:?}", words.words);
        for word in &words.words {
            assert!(word.start_ms <= word.end_ms && word.end_ms <= duration_ms, "{word:?}");
            assert!(
                word.text.starts_with(['w', 'x']) && !word.text.contains(char::is_whitespace),
                "{word:?}"
            );
        }
        assert!(words.words[0].start_ms >= 500, "nothing is heard before anybody speaks");
    }
}

#[tokio::test]
async fn a_parakeet_refuses_a_language_that_it_was_not_made_for() {
    let (_, ended) = heard_by_parakeet(Some("zh"), Some(ChineseScript::Traditional)).await;
    let Err(StepError::Failed(failure)) = ended else { panic!("{ended:?}") };
    assert_eq!(failure.code, FailureCode::ModelUnusable);
    assert_eq!(failure.what, "The speech model does not understand the language \"zh\".");
}

#[cfg(feature = "vulkan")]
#[tokio::test]
async fn a_graphics_card_hears_what_the_processor_hears() {
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &flite("slt", "please call the bank on monday"));
    for model in [TINY.write(desk.folder()).unwrap(), parakeet(desk.folder()).unwrap()] {
        let taken = shelf::take(&model, true).unwrap();
        assert!(taken.is_on_gpu(), "there is {:?}; see CONTRIBUTING.md", gpus());
        drop(taken);
        let mut heard = Vec::new();
        for gpu in [true, false] {
            let settings = SpeechSettings { model: Some(model.clone()), gpu, ..SpeechSettings::default() };
            let engine = TranscribeCpp::new(&settings).unwrap();
            heard.push(engine.transcribe(&audio, &Hints::default(), Desk::new().cx()).await.unwrap());
        }
        assert!(!heard[0].words.is_empty());
        assert_eq!(heard[0], heard[1]);
    }
}
