//! One speaker over all windows.

use debrief_core::stage::StepError;
use debrief_core::voices::SPEAKRS;
use proptest::prelude::*;

use super::*;
use crate::transcribe::testing::{Desk, silence, write_wav};

const SHORT: Cut = Cut { length_ms: 10_000, overlap_ms: 2_000 };

fn turn(start_ms: u32, end_ms: u32, speaker: u16) -> Turn {
    Turn { start_ms, end_ms, speaker }
}

fn towards(angle: f32) -> Voiceprint {
    Voiceprint { method: SPEAKRS.into(), values: vec![angle.cos(), angle.sin()], heard_ms: 30_000 }
}

fn part(turns: &[(u32, u32, u16)], voices: &[f32]) -> Part {
    Part {
        turns: turns.iter().map(|(start, end, speaker)| turn(*start, *end, *speaker)).collect(),
        voices: (0..).zip(voices.iter().map(|angle| towards(*angle))).collect(),
    }
}

#[test]
fn a_short_recording_is_one_window() {
    assert_eq!(windows(9_000, SHORT), [Window { heard: (0, 9_000), counts: (0, 9_000) }]);
    assert_eq!(windows(0, SHORT).len(), 1);
}

#[test]
fn a_long_one_is_cut_in_the_middle_of_what_windows_share() {
    let expected = [
        Window { heard: (0, 10_000), counts: (0, 9_000) },
        Window { heard: (8_000, 18_000), counts: (9_000, 17_000) },
        Window { heard: (16_000, 20_000), counts: (17_000, 20_000) },
    ];
    assert_eq!(windows(20_000, SHORT), expected);
}

#[test]
fn whoever_talks_in_the_overlap_is_the_same_in_both_windows() {
    let windows = windows(18_000, SHORT);
    let parts = [
        part(&[(0, 4_000, 0), (4_000, 10_000, 1)], &[]),
        part(&[(8_000, 12_000, 0), (12_000, 17_000, 1)], &[]),
    ];
    let joined = join(&windows, &parts, SpeakerCount::default());
    assert_eq!(joined.turns, [turn(0, 4_000, 0), turn(4_000, 12_000, 1), turn(12_000, 17_000, 2)]);
}

#[test]
fn whoever_is_silent_in_the_overlap_is_told_by_the_voice() {
    let windows = windows(18_000, SHORT);
    let parts = [
        part(&[(0, 4_000, 0), (4_000, 7_000, 1)], &[0.0, 2.0]),
        part(&[(10_000, 12_000, 0), (12_000, 15_000, 1), (15_000, 16_000, 2)], &[2.1, 4.0, 0.1]),
    ];
    let joined = join(&windows, &parts, SpeakerCount::default());
    let heard: Vec<u16> = joined.turns.iter().map(|turn| turn.speaker).collect();
    assert_eq!(heard, [0, 1, 1, 2, 0]);
    assert_eq!(joined.voices.len(), 3);
    assert_eq!(joined.voices[&1].heard_ms, 60_000, "both windows made it");
}

#[test]
fn no_more_speakers_are_left_than_there_may_be() {
    let windows = windows(9_000, SHORT);
    let turns = [(0, 3_000, 0), (3_000, 6_000, 1), (6_000, 9_000, 2)];
    let two = SpeakerCount { min: 1, max: 2 };
    let heard = |part| join(&windows, &[part], two).turns.iter().map(|turn| turn.speaker).collect::<Vec<_>>();
    assert_eq!(heard(part(&turns, &[0.0, 2.0, 0.3])), [0, 1, 0], "the closest voices are one");
    let short = [(0, 1_000, 0), (1_000, 6_000, 1), (6_000, 9_000, 2)];
    assert_eq!(
        heard(part(&short, &[])),
        [0, 1],
        "without voices the one who talks least is the one who talks most"
    );
}

#[test]
fn overlaps_are_kept() {
    let parts = [part(&[(0, 4_000, 0), (3_000, 6_000, 1), (4_100, 5_000, 0)], &[])];
    let joined = join(&windows(9_000, SHORT), &parts, SpeakerCount::default());
    assert_eq!(joined.turns, [turn(0, 5_000, 0), turn(3_000, 6_000, 1)]);
}

proptest! {
    #[test]
    fn windows_cover_every_millisecond_once(duration_ms in 0u32..200_000) {
        let found = windows(duration_ms, SHORT);
        prop_assert_eq!((found[0].counts.0, found[found.len() - 1].counts.1), (0, duration_ms));
        for window in &found {
            prop_assert!(window.heard.1 - window.heard.0 <= SHORT.length_ms);
            prop_assert!(window.heard.0 <= window.counts.0 && window.counts.1 <= window.heard.1);
        }
        for pair in found.windows(2) {
            prop_assert_eq!(pair[0].counts.1, pair[1].counts.0);
        }
    }

    #[test]
    fn speech_is_neither_lost_nor_heard_outside_of_its_time(
        spans in proptest::collection::vec((0u32..40_000, 1u32..4_000, 0u16..3), 0..20), max in 1usize..4,
    ) {
        let windows = windows(45_000, SHORT);
        // Every window hears the same speech, each with numbers of its own.
        let parts: Vec<Part> = windows.iter().zip(0u16..).map(|(window, shift)| {
            let mut turns: Vec<Turn> = spans.iter().filter_map(|(start, length, speaker)| {
                let mut turn = turn(*start, start + length, (speaker + shift) % 3);
                cut(&mut turn, window.heard).then_some(turn)
            }).collect();
            turns.sort_by_key(|turn| turn.start_ms);
            Part { turns, voices: BTreeMap::new() }
        }).collect();
        let joined = join(&windows, &parts, SpeakerCount { min: 1, max });
        prop_assert!(joined.turns.is_sorted_by_key(|turn| turn.start_ms));
        prop_assert!(joined.turns.iter().all(|turn| usize::from(turn.speaker) < max));
        for at in (0..45_000).step_by(500) {
            let spoken = spans.iter().any(|(start, length, _)| (*start..start + length).contains(&at));
            let heard = joined.turns.iter().any(|turn| (turn.start_ms..turn.end_ms).contains(&at));
            prop_assert!(heard || !spoken, "lost at {at}");
        }
    }
}

/// Says how many samples it heard; may take its time.
struct Counting {
    slow: bool,
}

impl WindowEar for Counting {
    fn hear(&mut self, samples: &[i16], start_ms: u32) -> StepResult<Part> {
        if self.slow {
            // Longer than any test waits; the thread ends with the process.
            std::thread::sleep(std::time::Duration::from_secs(600));
        }
        let end_ms = start_ms + samples.len() as u32 / PER_MS;
        Ok(Part { turns: vec![turn(start_ms, end_ms, 0)], voices: BTreeMap::new() })
    }
}

fn counting(slow: bool) -> Open {
    Box::new(move || Ok(Box::new(Counting { slow })))
}

#[tokio::test]
async fn every_window_is_heard_with_its_own_samples() {
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &silence(23_500));
    let windows = windows(audio.duration_ms, SHORT);
    let parts = hear(&audio, &windows, "counting".into(), counting(false), &desk.cx()).await.unwrap();
    let heard: Vec<(u32, u32)> =
        parts.iter().map(|part| (part.turns[0].start_ms, part.turns[0].end_ms)).collect();
    assert_eq!(heard, windows.iter().map(|window| window.heard).collect::<Vec<_>>());
    assert_eq!(desk.host.progress.lock().unwrap().last().unwrap().fraction(), Some(1.0));
}

#[tokio::test]
async fn finished_windows_are_not_heard_again_but_by_another_method() {
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &silence(23_500));
    let windows = windows(audio.duration_ms, SHORT);
    hear(&audio, &windows, "one".into(), counting(false), &desk.cx()).await.unwrap();
    let broken = || -> Open { Box::new(|| Err(broke_off("opened again"))) };
    let again = hear(&audio, &windows, "one".into(), broken(), &desk.cx()).await;
    assert_eq!(again.unwrap().len(), windows.len(), "everything was kept");
    let other = hear(&audio, &windows, "other".into(), broken(), &desk.cx()).await;
    assert!(
        matches!(other, Err(StepError::Failed(failure)) if failure.code == FailureCode::DiarizationFailed)
    );
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_model_that_is_busy() {
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &silence(5_000));
    let (windows, cx) = (windows(audio.duration_ms, SHORT), desk.cx());
    let hearing = hear(&audio, &windows, "slow".into(), counting(true), &cx);
    let stopping = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        desk.stop();
    };
    let (ended, ()) = tokio::join!(hearing, stopping);
    assert_eq!(ended.err(), Some(StepError::Stopped(Stopped)));
}
