//! The engine on the bundled sample, and what it says when it cannot start.

use std::time::{Duration, Instant};

use std::sync::atomic::Ordering;

use debrief_core::failure::Retry;
use debrief_core::ports::Hints;
use debrief_core::stage::StepError;
use debrief_yardstick::score::{Alignment, plain};

use super::*;
use crate::transcribe::testing::{Desk, flite, sample, silence, write_wav};

/// Share of words that are wrong on the bundled sample, at most. Measured: 4 to 5 %; the rest is for other versions
/// of the model and of the audio decoder.
const MOST_WRONG: f64 = 0.10;

fn engine() -> PocketSphinx {
    PocketSphinx::new(&SpeechSettings::default())
}

#[tokio::test]
async fn nine_of_ten_words_of_the_bundled_sample_are_right() {
    let desk = Desk::new();
    let (audio, truth) = sample(desk.folder());
    let words = engine().transcribe(&audio, &Hints::default(), desk.cx()).await.unwrap();
    let lines = truth.lines().map(|line| line.split_once(':').unwrap().1);
    let said = plain(&lines.collect::<Vec<_>>().join(" "));
    let heard: Vec<&str> = words.words.iter().map(|word| word.text.as_str()).collect();
    let share = Alignment::of(&said, &plain(&heard.join(" "))).errors as f64 / said.len() as f64;
    assert!(share <= MOST_WRONG, "{:.1} % of the words are wrong: {}", share * 100.0, heard.join(" "));
    assert!(words.engine.rough);
    assert_eq!(words.language, "en");
    assert!(words.words.is_sorted_by_key(|word| word.start_ms));
    assert!(words.words.iter().all(|w| (0.0..=1.0).contains(&w.confidence.unwrap())));

    // Times: the first word is said in the first second, the last one in the last two.
    assert!(words.words[0].start_ms < 1000, "{:?}", words.words[0]);
    let last = words.words.last().unwrap();
    assert!((audio.duration_ms - 2000..=audio.duration_ms).contains(&last.end_ms), "{last:?}");
}

#[tokio::test]
async fn a_stop_is_seen_within_a_second_and_the_rest_is_heard_later() {
    let desk = Desk::new();
    let line = flite("slt", "good morning and thank you for coming to the meeting today");
    let audio =
        write_wav(desk.folder(), &[line.clone(), silence(3000), line.clone(), silence(3000), line].concat());
    *desk.host.stop_after_parts.lock().unwrap() = Some(1);
    let (engine, cx) = (engine(), desk.cx());
    let no_hints = Hints::default();
    let (ended, late) = tokio::join!(engine.transcribe(&audio, &no_hints, cx), async {
        while desk.cx().check_stopped().is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Instant::now()
    });
    assert_eq!(ended, Err(StepError::Stopped(Stopped)));
    assert!(late.elapsed() < Duration::from_secs(1), "the stop took {:?}", late.elapsed());

    desk.restart();
    let words = engine.transcribe(&audio, &Hints::default(), desk.cx()).await.unwrap();
    assert_eq!(desk.host.kept_parts.load(Ordering::SeqCst), 3, "no region is heard twice");
    let mornings = words.words.iter().filter(|word| word.text == "morning").count();
    assert_eq!(mornings, 3, "{words:?}");
}

#[tokio::test]
async fn silence_is_no_speech() {
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &silence(3000));
    let ended = engine().transcribe(&audio, &Hints::default(), desk.cx()).await;
    let Err(StepError::Failed(failure)) = ended else { panic!("{ended:?}") };
    assert_eq!((failure.code, failure.retry), (FailureCode::NoSpeech, Retry::Never));
}

#[test]
fn another_language_than_english_is_refused_with_a_remedy() {
    let settings = SpeechSettings { language: Some("zh-Hant".into()), ..SpeechSettings::default() };
    let failure = PocketSphinx::new(&settings).check().unwrap_err();
    assert_eq!((failure.code, failure.retry), (FailureCode::NoSpeechEngine, Retry::Person));
    assert_eq!(failure.what, "PocketSphinx understands English only, not \"zh-Hant\".");
    let fix =
        "Set a Whisper model file in the settings; Whisper models understand about a hundred languages.";
    assert_eq!(failure.fix, fix);
    let british = SpeechSettings { language: Some("en-GB".into()), ..SpeechSettings::default() };
    assert!(
        PocketSphinx::new(&british).check().is_ok(),
        "this test needs libpocketsphinx3 and pocketsphinx-en-us"
    );
}

#[test]
fn a_model_folder_without_a_model_says_so() {
    let settings = SpeechSettings { pocketsphinx_model: Some("nowhere".into()), ..SpeechSettings::default() };
    let failure = PocketSphinx::new(&settings).check().unwrap_err();
    assert_eq!((failure.code, failure.retry), (FailureCode::ModelMissing, Retry::Person));
    assert_eq!(failure.what, "There is no PocketSphinx model in nowhere.");
    assert_eq!(
        failure.fix,
        "Correct the folder in the settings, or leave it out to use the installed model."
    );
}

#[test]
fn a_machine_without_it_is_told_what_to_install() {
    let failure = not_installed();
    assert_eq!((failure.code, failure.retry), (FailureCode::NoSpeechEngine, Retry::Person));
    assert_eq!(failure.what, "The speech recogniser PocketSphinx is not installed.");
    if cfg!(target_os = "linux") {
        assert!(failure.fix.contains("libpocketsphinx3 and pocketsphinx-en-us"), "{}", failure.fix);
    }
}

#[test]
fn fillers_go_pronunciations_are_stripped_and_profanity_is_masked() {
    let word = |name: &str| {
        let raw = RawWord { name: name.into(), start_ms: 0, end_ms: 10, confidence: 0.5 };
        spoken(raw).map(|word| word.text)
    };
    for filler in ["<s>", "</s>", "<sil>", "[NOISE]", "[SPEECH]", "++BREATH++"] {
        assert_eq!(word(filler), None);
    }
    assert_eq!(word("record(2)").as_deref(), Some("record"));
    assert_eq!(word("i").as_deref(), Some("I"));
    assert_eq!(word("i'll").as_deref(), Some("I'll"));
    assert_eq!(word("fucking").as_deref(), Some("f******"));
    assert_eq!(word("assessment").as_deref(), Some("assessment"));
}
