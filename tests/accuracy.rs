//! Errors of words, speakers and times on short generated conversations: beyond their limits, something got worse.

use std::path::Path;
use std::sync::Arc;

use debrief_connect::diarize::{DiarizeSettings, diarizer};
use debrief_connect::transcribe::{self, SpeechSettings};
use debrief_core::ports::{Audio, Hints, Transcriber};
use debrief_core::transcript::Word;
use debrief_yardstick::conversation::{Conversation, far_apart, script};
use debrief_yardstick::limits::{LATENESS, limit};
use debrief_yardstick::score::{Diarization, lateness, word_error_rate};
use debrief_yardstick::step::unwatched;

/// Lines for each speaker, so that every voice is heard for some seconds: whoever says less than about 4 s in all is taken for somebody
/// else, which is known and in `docs/measurements.md`. `make bench` measures some minutes.
const LINES: usize = 4;

/// What every voice says at least in these conversations, in milliseconds.
const LEAST_SAID_MS: u32 = 5000;

fn engine() -> Arc<dyn Transcriber> {
    let settings = SpeechSettings { engine: "pocketsphinx".into(), ..SpeechSettings::default() };
    transcribe::engine(&settings).unwrap()
}

async fn heard(audio: &Audio, folder: &Path) -> Vec<Word> {
    engine().transcribe(audio, &Hints::default(), unwatched(folder)).await.unwrap().words
}

async fn errors_stay_within_their_limits(speakers: u16, noise: bool) {
    let folder = tempfile::tempdir().unwrap();
    let lines = LINES * usize::from(speakers);
    let spoken = Conversation::spoken(&script(speakers, lines, u32::from(speakers))).unwrap();
    for speaker in 0..speakers {
        let own = spoken.turns.iter().filter(|turn| turn.speaker == speaker);
        let said_ms: u32 = own.map(|turn| turn.end_ms - turn.start_ms).sum();
        assert!(said_ms >= LEAST_SAID_MS, "voice {speaker} says {said_ms} ms");
    }
    let spoken = if noise { spoken.with_noise() } else { spoken };
    let audio = spoken.write(&folder.path().join("audio.wav"), 1).unwrap();
    let limit = limit(speakers, noise);

    let words = word_error_rate(&spoken.words, &heard(&audio, folder.path()).await);
    assert!(words <= limit.words, "{:.1} % of the words are wrong", words * 100.0);

    let found = diarizer(&DiarizeSettings::default())
        .unwrap()
        .diarize(&audio, unwatched(folder.path()))
        .await
        .unwrap()
        .turns;
    let wrong = Diarization::of(&spoken.turns, &found, 0);
    assert!(wrong.error_rate() <= limit.speakers, "{wrong:?}: {found:?}");
}

#[tokio::test]
async fn a_conversation_of_two_is_understood_as_well_as_before() {
    errors_stay_within_their_limits(2, false).await;
}

#[tokio::test]
async fn a_conversation_of_three_with_noise_is_understood_as_well_as_before() {
    errors_stay_within_their_limits(3, true).await;
}

#[tokio::test]
async fn a_conversation_of_four_is_understood_as_well_as_before() {
    errors_stay_within_their_limits(4, false).await;
}

#[tokio::test]
async fn words_keep_their_places_between_silences_of_every_length() {
    let folder = tempfile::tempdir().unwrap();
    let spoken = Conversation::spoken(&far_apart(script(3, 10, 9))).unwrap();
    let audio = spoken.write(&folder.path().join("audio.wav"), 1).unwrap();
    let late = lateness(&spoken.words, &heard(&audio, folder.path()).await).unwrap();
    assert!(late.words * 2 > spoken.words.len(), "too few words to tell: {late:?}");
    assert!(late.median_ms < LATENESS.median_ms, "{late:?}");
    assert!(late.largest_ms < LATENESS.largest_ms, "{late:?}");
}
