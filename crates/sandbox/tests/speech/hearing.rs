use debrief_sandbox::{SpeechService, dtmf};
use serde_json::json;

use super::{Scene, TALK, done, near, refused, sound, spoken, talk};

const WORDS: [(&str, &str); 3] =
    [("model", "whisper-1"), ("response_format", "verbose_json"), ("timestamp_granularities[]", "word")];

/// The words that a service hears in a file, with where they begin and end.
async fn heard(file: Vec<u8>) -> Vec<(String, u64, u64)> {
    let scene = Scene::new(SpeechService::OpenAi).await;
    let body = done(scene.transcribe(file, &WORDS)).await;
    let ms = |value: &serde_json::Value| (value.as_f64().unwrap() * 1000.0).round() as u64;
    let words = body["words"].as_array().unwrap().iter();
    words
        .map(|word| (word["word"].as_str().unwrap().to_owned(), ms(&word["start"]), ms(&word["end"])))
        .collect()
}

fn assert_talk(words: &[(String, u64, u64)]) {
    assert_eq!(words.len(), TALK.len(), "{words:?}");
    for ((text, start_ms, end_ms), (said_ms, said)) in words.iter().zip(TALK) {
        assert_eq!(text, said);
        assert!(start_ms.abs_diff(said_ms) < 20, "{said} begins at {start_ms}");
        assert!(end_ms.abs_diff(said_ms + dtmf::WORD_MS) < 20, "{said} ends at {end_ms}");
    }
}

#[test]
fn every_digit_is_heard_as_it_was_said_at_any_usual_rate() {
    let said = [(0, "0123"), (600, "4567"), (1_200, "89AB"), (1_800, "CD*#"), (2_400, "7"), (2_700, "1111")];
    for rate in [8_000, 16_000, 22_050, 44_100, 48_000] {
        let words = dtmf::hear(&dtmf::say(&said, 4_000, rate), rate);
        let texts: Vec<_> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, said.map(|(_, text)| text), "{rate}");
        assert!(words.iter().zip(said).all(|(word, (ms, _))| word.start_ms.abs_diff(ms) <= 10), "{words:?}");
    }
}

#[test]
fn a_word_that_is_cut_is_heard_as_what_is_left() {
    let rate = 16_000;
    let sound = dtmf::say(&[(100, "1234"), (1_000, "5678")], 2_000, rate);
    // From the middle of the gap after the first tone to the middle of the gap before the last one.
    let cut = &sound[(180 * 16)..(1_280 * 16)];
    let words: Vec<_> = dtmf::hear(cut, rate).into_iter().map(|word| word.text).collect();
    assert_eq!(words, ["234", "567"]);
    // A sliver of a tone is nothing.
    let words = dtmf::hear(&sound[(150 * 16)..(1_010 * 16)], rate);
    assert_eq!(words.into_iter().map(|word| word.text).collect::<Vec<_>>(), ["234"]);
}

#[test]
fn silence_noise_and_lone_tones_are_no_words() {
    let rate = 16_000;
    assert_eq!(dtmf::hear(&[0; 16_000], rate), []);
    // The usual simple generator, so that it is the same noise every time.
    let mut state = 1_u32;
    let noise: Vec<i16> = (0..160_000)
        .map(|at| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Bursts as long as tones are.
            if at / 960 % 2 == 0 { (state >> 16) as i16 / 4 } else { 0 }
        })
        .collect();
    assert_eq!(dtmf::hear(&noise, rate), []);
    let lone: Vec<i16> = (0..16_000)
        .map(|at| {
            let wave = (f64::from(at) * 770.0 / 16_000.0 * std::f64::consts::TAU).sin();
            if at / 960 % 2 == 0 { (wave * 8_000.0) as i16 } else { 0 }
        })
        .collect();
    assert_eq!(dtmf::hear(&lone, rate), []);
}

#[test]
#[should_panic(expected = "begins too early")]
fn words_that_are_too_close_cannot_be_said() {
    drop(dtmf::say(&[(0, "1234"), (400, "5678")], 2_000, 16_000));
}

#[tokio::test]
async fn words_survive_opus() {
    assert_talk(&heard(talk()).await);
}

#[tokio::test]
async fn hundreds_of_words_survive_opus() {
    let texts: Vec<String> =
        (0..400).map(|at| format!("{}{:03}", ["A", "B", "0", "7"][at % 4], at)).collect();
    let words: Vec<(u64, &str)> = (0..).zip(&texts).map(|(at, text)| (at * 570, text.as_str())).collect();
    let file = sound::opus(&dtmf::say(&words, 400 * 570, 16_000));
    assert!(file.len() < 400 * 570 * 4, "{} bytes are more than 32 kbit/s", file.len());
    let heard = heard(file).await;
    assert_eq!(heard.iter().map(|(text, _, _)| text).collect::<Vec<_>>(), texts.iter().collect::<Vec<_>>());
    assert!(heard.iter().zip(words).all(|((_, start_ms, _), (ms, _))| start_ms.abs_diff(ms) < 20));
}

#[tokio::test]
async fn words_are_heard_in_what_other_encoders_make() {
    let samples = dtmf::say(&TALK, 7_000, 16_000);
    assert_talk(&heard(sound::wav(&samples, 16_000)).await);
    let opus = ["-c:a", "libopus", "-b:a", "24k", "-ac", "1"];
    assert_talk(&heard(sound::ffmpeg(&samples, 16_000, &opus, "out.ogg")).await);
    let narrow = ["-c:a", "libopus", "-b:a", "16k", "-application", "voip"];
    assert_talk(&heard(sound::ffmpeg(&samples, 16_000, &narrow, "out.ogg")).await);
    assert_talk(&heard(sound::ffmpeg(&samples, 16_000, &["-c:a", "flac"], "out.flac")).await);
    let stereo = ["-c:a", "flac", "-ac", "2", "-ar", "44100"];
    assert_talk(&heard(sound::ffmpeg(&samples, 16_000, &stereo, "out.flac")).await);
}

#[tokio::test]
async fn the_length_of_an_upload_is_counted() {
    let scene = Scene::new(SpeechService::OpenAi).await;
    let file = talk();
    let size = file.len() as u64;
    let body = done(scene.transcribe(file, &WORDS)).await;
    near(&body["duration"], 7_000);
    let world = scene.sandbox.world();
    let sound = world.requests().last().unwrap().sound.clone().unwrap();
    assert_eq!((sound.size_bytes, sound.words), (size, 4));
    assert!(sound.duration_ms.abs_diff(7_000) <= 20, "{sound:?}");
}

#[tokio::test]
async fn a_service_says_what_a_test_set_where_no_tones_are() {
    let scene = Scene::new(SpeechService::OpenAi).await;
    let silence = sound::wav(&[0; 32_000], 16_000);
    for word in ["first", "second"] {
        let words = vec![spoken(word, 200, None)];
        scene.sandbox.world().will_say(SpeechService::OpenAi, words);
    }
    scene.sandbox.world().will_say(SpeechService::Groq, vec![spoken("other", 200, None)]);
    // Tones use up nothing.
    done(scene.transcribe(talk(), &WORDS)).await;
    for word in [
        json!([{ "word": "first", "start": 0.2, "end": 0.5 }]),
        json!([{ "word": "second", "start": 0.2, "end": 0.5 }]),
        json!([]),
    ] {
        assert_eq!(done(scene.transcribe(silence.clone(), &WORDS)).await["words"], word);
    }
}

#[tokio::test]
async fn a_file_that_is_cut_off_or_no_sound_is_refused() {
    let scene = Scene::new(SpeechService::OpenAi).await;
    let mut half = talk();
    half.truncate(half.len() / 2);
    let mut cut_off = talk();
    cut_off.truncate(60);
    for file in [vec![], b"no sound at all".to_vec(), cut_off, half] {
        let body = refused(scene.transcribe(file, &WORDS), 400).await;
        assert!(body["error"]["message"].as_str().unwrap().contains("could not be decoded"), "{body}");
    }
}
