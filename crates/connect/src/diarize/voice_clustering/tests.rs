//! Speakers told apart on conversations spoken by Flite, measured by the diarization error rate.

use debrief_core::stage::StepError;
use debrief_core::transcript::Turn;

use super::*;
use crate::transcribe::testing::{Desk, flite, sample, silence, write_wav};

const LINES: [&str; 12] = [
    "good morning and thank you for coming to the meeting today",
    "i have the numbers for the new product and most of them are better than last year",
    "how many people use the product every day",
    "we have about three hundred customers and they want a faster search",
    "please call the bank on monday and ask about the money",
    "the engineers need another week before they can show the first version",
    "i will send the report to the sales team by friday",
    "we need to talk to the customers again before we start with the next part",
    "that sounds good but who is going to pay for all of this work",
    "the office will be closed on the first day of the next month",
    "my train leaves at ten so let us come to the last question",
    "thank you very much and have a safe journey home everybody",
];

/// A conversation in which `voices` take turns in the order of `order`, and its true turns.
fn conversation(voices: &[&str], order: &[usize], pause_ms: u32) -> (Vec<i16>, Vec<Turn>) {
    let (mut samples, mut turns) = (silence(500), Vec::new());
    for (line, speaker) in LINES.iter().cycle().zip(order) {
        let before = samples.len();
        samples.extend(flite(voices[*speaker], line));
        // Flite begins and ends with some silence, which is nobody's turn.
        let loud = |sample: &i16| sample.abs() > 200;
        let start = before + samples[before..].iter().position(loud).unwrap();
        let end = samples.iter().rposition(loud).unwrap();
        turns.push(Turn { start_ms: start as u32 / 16, end_ms: end as u32 / 16, speaker: *speaker as u16 });
        samples.extend(silence(pause_ms));
    }
    (samples, turns)
}

/// Deterministic noise on top, about 25 dB below the speech.
fn noisy(samples: &[i16]) -> Vec<i16> {
    let mut seed = 1u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((seed >> 16) as i32 / 220 - 150) as i16
    };
    samples.iter().map(|sample| sample.saturating_add(noise())).collect()
}

fn clustering() -> VoiceClustering {
    VoiceClustering { count: SpeakerCount::default(), voices: true }
}

async fn found(samples: &[i16]) -> Vec<Turn> {
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), samples);
    clustering().diarize(&audio, desk.cx()).await.unwrap().turns
}

fn speakers(turns: &[Turn]) -> usize {
    turns.iter().map(|turn| usize::from(turn.speaker) + 1).max().unwrap_or(0)
}

/// Who speaks in each 10 ms; nobody is `None`. Turns do not overlap here.
fn grid(turns: &[Turn], length: usize) -> Vec<Option<u16>> {
    let mut grid = vec![None; length];
    for turn in turns {
        grid[(turn.start_ms / 10) as usize..(turn.end_ms / 10) as usize].fill(Some(turn.speaker));
    }
    grid
}

/// Missed, false and confused speech per true speech, with the best mapping of speakers and no collar.
fn error_rate(truth: &[Turn], found: &[Turn]) -> f64 {
    let end_ms = truth.iter().chain(found).map(|turn| turn.end_ms).max().unwrap_or(0);
    let length = end_ms as usize / 10 + 1;
    let (truth, found) = (grid(truth, length), grid(found, length));
    let pairs: Vec<(Option<u16>, Option<u16>)> = truth.into_iter().zip(found).collect();
    let speech = pairs.iter().filter(|(t, _)| t.is_some()).count();
    let wrong_detection = pairs.iter().filter(|(t, f)| t.is_some() != f.is_some()).count();
    let both: Vec<(u16, u16)> = pairs.iter().filter_map(|(t, f)| Some(((*t)?, (*f)?))).collect();
    let right = best_mapping(&both, 0, &mut Vec::new());
    (wrong_detection + both.len() - right) as f64 / speech as f64
}

/// 10 ms that agree under the best mapping of true speakers, from `speaker` on, to found ones not yet in `taken`.
fn best_mapping(both: &[(u16, u16)], speaker: u16, taken: &mut Vec<u16>) -> usize {
    if both.iter().all(|(t, _)| *t < speaker) {
        return 0;
    }
    let mut best = best_mapping(both, speaker + 1, taken);
    for found in 0..16 {
        if !taken.contains(&found) {
            taken.push(found);
            let agree = both.iter().filter(|pair| **pair == (speaker, found)).count();
            if agree > 0 {
                best = best.max(agree + best_mapping(both, speaker + 1, taken));
            }
            taken.pop();
        }
    }
    best
}

/// Measured: 5 to 9 % without a collar. It is mostly the edges of turns.
async fn expect_told_apart(voices: &[&str], order: &[usize]) {
    let (clean, truth) = conversation(voices, order, 350);
    for (kind, samples) in [("clean", clean.clone()), ("noisy", noisy(&clean))] {
        let turns = found(&samples).await;
        let error = error_rate(&truth, &turns);
        assert_eq!(speakers(&turns), voices.len(), "{voices:?}, {kind}: {turns:?}");
        assert!(error < 0.10, "{voices:?}, {kind}: {:.1} % wrong", error * 100.0);
        assert_eq!(turns[0].speaker, 0, "the first one heard is speaker 0");
        assert!(turns.is_sorted_by_key(|turn| turn.start_ms));
    }
}

#[tokio::test]
async fn one_voice_is_one_speaker() {
    for voice in ["slt", "rms", "awb", "kal16"] {
        expect_told_apart(&[voice], &[0; 12]).await;
    }
}

#[tokio::test]
async fn two_voices_are_told_apart() {
    expect_told_apart(&["slt", "rms"], &[0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]).await;
    expect_told_apart(&["slt", "rms"], &[0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1]).await;
    expect_told_apart(&["awb", "kal16"], &[0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]).await;
}

#[tokio::test]
async fn three_and_four_voices_are_told_apart() {
    expect_told_apart(&["slt", "rms", "awb"], &[0, 1, 2, 0, 2, 1, 0, 1, 2, 2, 1, 0]).await;
    expect_told_apart(&["slt", "rms", "awb", "kal16"], &[0, 1, 2, 3, 0, 2, 3, 1, 0, 3, 1, 2]).await;
}

#[tokio::test]
async fn the_bundled_sample_is_two_speakers_who_take_turns() {
    let desk = Desk::new();
    let (audio, text) = sample(desk.folder());
    let turns = clustering().diarize(&audio, desk.cx()).await.unwrap();
    assert_eq!(turns.method, "voice clustering (rough)");
    let mut heard: Vec<u16> = turns.turns.iter().map(|turn| turn.speaker).collect();
    heard.dedup();
    let said: Vec<u16> = text.lines().map(|line| u16::from(line.starts_with("Ben"))).collect();
    assert_eq!(heard, said);
}

#[tokio::test]
async fn a_recording_without_speech_has_no_turns() {
    assert_eq!(found(&silence(3000)).await, []);
}

#[tokio::test]
async fn one_short_word_is_one_turn() {
    let turns = found(&[silence(1000), flite("slt", "yes"), silence(1000)].concat()).await;
    assert_eq!((turns.len(), speakers(&turns)), (1, 1), "{turns:?}");
}

#[tokio::test]
async fn a_stop_ends_it_without_turns() {
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &flite("slt", LINES[0]));
    desk.stop();
    let ended = clustering().diarize(&audio, desk.cx()).await;
    assert_eq!(ended, Err(StepError::Stopped(debrief_core::stage::Stopped)));
}

#[test]
fn the_error_rate_counts_missed_false_and_confused_speech() {
    let turn = |start_ms, end_ms, speaker| Turn { start_ms, end_ms, speaker };
    let truth = [turn(0, 1000, 0), turn(1000, 2000, 1)];
    assert_eq!(error_rate(&truth, &[turn(0, 1000, 1), turn(1000, 2000, 0)]), 0.0, "numbers do not matter");
    assert_eq!(error_rate(&truth, &[turn(0, 2000, 0)]), 0.5, "one of two confused");
    assert_eq!(error_rate(&truth, &[turn(0, 1000, 0)]), 0.5, "one of two missed");
    let more = [turn(0, 1000, 0), turn(1000, 2000, 1), turn(2000, 3000, 1)];
    assert_eq!(error_rate(&truth, &more), 0.5, "a second of two false");
}

#[tokio::test]
async fn clustering_in_groups_finds_the_same_number_of_speakers() {
    let (samples, _) = conversation(&["slt", "rms"], &[0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], 350);
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &samples);
    let regions = voice_regions(&audio.file, CUTTING, &desk.cx()).unwrap();
    let stretches = stretches(&listen(&audio.file, &regions, audio.duration_ms, &desk.cx()).unwrap());
    assert!(stretches.len() > 24, "{}", stretches.len());
    let found = cluster::join_in_groups(stretches, 12, SpeakerCount::default(), LAMBDA, &desk.cx()).unwrap();
    assert_eq!(found.len(), 2);
}

#[tokio::test]
async fn the_number_of_speakers_that_a_person_gives_is_kept_to() {
    let (samples, _) = conversation(&["slt", "rms"], &[0, 1, 0, 1, 0, 1, 0, 1], 350);
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &samples);
    for (min, max) in [(1, 1), (2, 2), (3, 3), (4, 6)] {
        let method = VoiceClustering { count: SpeakerCount { min, max }, voices: true };
        let found = method.diarize(&audio, desk.cx()).await.unwrap();
        let count = speakers(&found.turns);
        assert!((min..=max).contains(&count), "{count} instead of {min} to {max}");
        assert!(found.voices.keys().all(|speaker| usize::from(*speaker) < count));
    }
}

#[tokio::test]
async fn voices_are_kept_only_where_that_is_wanted() {
    let (samples, _) = conversation(&["slt", "rms"], &[0, 1, 0, 1, 0, 1], 350);
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &samples);
    let kept = clustering().diarize(&audio, desk.cx()).await.unwrap();
    assert_eq!(kept.voices.keys().copied().collect::<Vec<_>>(), [0, 1]);
    let method = VoiceClustering { voices: false, ..clustering() };
    let found = method.diarize(&audio, desk.cx()).await.unwrap();
    assert_eq!((found.turns, found.voices.len()), (kept.turns, 0));
}

const VOICES: [&str; 5] = ["slt", "rms", "awb", "kal16", "kal"];

/// How a voice sounds that says some of the lines.
fn heard(voice: &str, lines: &[&str], noise: bool) -> Voiceprint {
    let said: Vec<i16> = lines.iter().flat_map(|line| flite(voice, line)).collect();
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &if noise { noisy(&said) } else { said });
    let turn = Turn { start_ms: 0, end_ms: audio.duration_ms, speaker: 0 };
    voices_of(&audio.file, &[turn], &desk.cx()).unwrap().remove(&0).expect("long enough")
}

#[test]
fn a_remembered_voice_is_found_again_and_nobody_is_taken_for_another() {
    use debrief_core::transcript::Speaker;
    use debrief_core::voices::{RememberedVoice, distance, match_voices};

    let known: Vec<RememberedVoice> = VOICES
        .iter()
        .zip(1..)
        .map(|(voice, id)| RememberedVoice {
            id,
            name: (*voice).into(),
            print: heard(voice, &LINES[..6], false),
        })
        .collect();
    let (mut tried, mut found, mut wrong) = (0, 0, 0);
    let (mut farthest_same, mut nearest_other) = (0.0_f64, f64::INFINITY);
    for (voice, noise, lines) in VOICES.iter().flat_map(|voice| {
        let texts = [&LINES[6..], &LINES[6..9]];
        texts.into_iter().flat_map(move |lines| [false, true].map(|noise| (*voice, noise, lines)))
    }) {
        let print = heard(voice, lines, noise);
        for other in &known {
            let apart = distance(&print, &other.print).expect("of one method");
            println!(
                "{voice} {} {} {}: {apart:.3}",
                lines.len(),
                if noise { "noisy" } else { "clean" },
                other.name
            );
            if other.name == voice {
                farthest_same = farthest_same.max(apart);
            } else {
                nearest_other = nearest_other.min(apart);
            }
        }
        let speaker = [Speaker { label: "Speaker 1".into(), name: None, voice: Some(print) }];
        let others: Vec<RememberedVoice> =
            known.iter().filter(|known| known.name != voice).cloned().collect();
        tried += 1;
        wrong += match_voices(&speaker, &others).names.len();
        match match_voices(&speaker, &known).names.get(&0) {
            Some(name) if name == voice => found += 1,
            Some(_) => wrong += 1,
            None => {}
        }
    }
    println!(
        "{found} of {tried} found, {wrong} wrong; same up to {farthest_same:.3}, others from {nearest_other:.3}"
    );
    assert_eq!(wrong, 0, "a wrong name is worse than none");
    assert!(found * 2 >= tried, "{found} of {tried}");
}
