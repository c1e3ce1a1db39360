//! Notes of written transcripts: what must be found, what must not, and how good the summary is.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use debrief_core::failure::Warning;
use debrief_core::job::JobId;
use debrief_core::page::timecode;
use debrief_core::stage::{StageHost, StepError};
use debrief_core::transcript::{EngineLabel, Segment, Speaker};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

/// A transcript as it is written in `testdata`, with a reference summary.
struct Written {
    transcript: Transcript,
    recording: Recording,
    reference: String,
}

fn written(text: &str) -> Written {
    let mut values: HashMap<&str, &str> = HashMap::new();
    let mut speakers = Vec::new();
    let mut segments: Vec<Segment> = Vec::new();
    for line in text.lines() {
        match line.split_once(": ") {
            Some(("speaker", named)) => {
                let (label, name) =
                    named.split_once(" = ").map_or((named, None), |(l, n)| (l, Some(n.to_owned())));
                speakers.push(Speaker { label: label.to_owned(), name, voice: None });
            }
            Some((key, value)) if !key.contains(' ') => drop(values.insert(key, value)),
            Some(_) | None => segments.push(segment(line)),
        }
    }
    let starts: Vec<u32> = segments.iter().map(|s| s.start_ms).collect();
    for (segment, next) in segments.iter_mut().zip(starts.iter().skip(1)) {
        segment.end_ms = next - 500;
    }
    let duration_ms = segments.last().map_or(0, |s| s.end_ms);
    Written {
        transcript: transcript(segments, speakers, values["language"], duration_ms),
        recording: recording(values["name"], values["created"]),
        reference: values["reference"].to_owned(),
    }
}

fn segment(line: &str) -> Segment {
    let mut parts = line.splitn(3, ' ');
    let (minutes, seconds) = parts.next().unwrap().split_once(':').unwrap();
    let start_ms = (minutes.parse::<u32>().unwrap() * 60 + seconds.parse::<u32>().unwrap()) * 1000;
    let speaker = Some(parts.next().unwrap().parse().unwrap());
    Segment {
        speaker,
        start_ms,
        end_ms: start_ms + 3000,
        text: parts.next().unwrap().to_owned(),
        overlap: false,
    }
}

fn transcript(
    segments: Vec<Segment>,
    speakers: Vec<Speaker>,
    language: &str,
    duration_ms: u32,
) -> Transcript {
    let engine = EngineLabel { name: "test".into(), described: "Test".into(), rough: false };
    Transcript { segments, speakers, language: language.into(), duration_ms, engine, diarizer: "test".into() }
}

fn recording(name: &str, created: &str) -> Recording {
    Recording {
        file: name.into(),
        name: name.into(),
        size_bytes: 1,
        created: created.parse().unwrap(),
        location: name.into(),
        attachments: Vec::new(),
        drive: None,
    }
}

struct Host {
    polls: AtomicUsize,
    stops_at: usize,
}

#[async_trait]
impl StageHost for Host {
    fn progress(&self, _progress: Progress) {}
    fn stopped(&self) -> bool {
        self.polls.fetch_add(1, Ordering::Relaxed) >= self.stops_at
    }
    async fn stop_requested(&self) {
        std::future::pending().await
    }
    fn bookmark(&self) -> Option<serde_json::Value> {
        None
    }
    fn save_bookmark(&self, _bookmark: serde_json::Value, _fraction: f64) -> Result<(), Failure> {
        Ok(())
    }
    fn warn(&self, _warning: Warning) {}
}

fn cx_that_stops_at(polls: usize) -> StageCx {
    let host = Host { polls: AtomicUsize::new(0), stops_at: polls };
    StageCx::new(JobId(Uuid::nil()), Path::new("unused"), Arc::new(host))
}

fn notes_of(written: &Written) -> Notes {
    notes(&written.transcript, &written.recording, &cx_that_stops_at(usize::MAX)).unwrap()
}

fn shown(notes: &Notes) -> String {
    let mut out = format!("# {}\n", notes.title);
    let point =
        |p: &Point| format!("{} [{}] {}\n", timecode(p.at_ms), p.speaker.map_or(-1, i32::from), p.text);
    let lists = [("summary", &notes.summary), ("decisions", &notes.decisions)];
    for (name, points) in lists {
        write!(out, "\n{name}:\n{}", points.iter().map(point).collect::<String>()).unwrap();
    }
    out.push_str("\nto-dos:\n");
    for todo in &notes.todos {
        let who = todo.assignee.clone().or(todo.speaker.map(|s| s.to_string())).unwrap_or("-".into());
        let due = todo.due.map_or("-".into(), |due| due.to_string());
        writeln!(out, "{} [{who}] [{due}] {}", timecode(todo.at_ms), todo.text).unwrap();
    }
    for section in &notes.sections {
        write!(out, "\n## {} {}\n", section.heading, timecode(section.at_ms)).unwrap();
        out.push_str(&section.points.iter().map(point).collect::<String>());
    }
    out
}

const WRITTEN: [(&str, &str); 6] = [
    ("product_review", include_str!("testdata/product_review.txt")),
    ("rough_standup", include_str!("testdata/rough_standup.txt")),
    ("zh_tw_planning", include_str!("testdata/zh_tw_planning.txt")),
    ("mixed_engineering", include_str!("testdata/mixed_engineering.txt")),
    ("zh_hans_unpunctuated", include_str!("testdata/zh_hans_unpunctuated.txt")),
    ("chat", include_str!("testdata/chat.txt")),
];

#[test]
fn notes_of_written_transcripts() {
    for (name, text) in WRITTEN {
        insta::assert_snapshot!(name, shown(&notes_of(&written(text))));
    }
}

/// Words in common (ROUGE-1, F measure).
fn overlap(text: &str, reference: &str) -> f64 {
    let bag = |text: &str| {
        let mut bag: HashMap<String, usize> = HashMap::new();
        for range in clauses::words(text) {
            *bag.entry(text[range].to_lowercase()).or_insert(0) += 1;
        }
        bag
    };
    let (said, wanted) = (bag(text), bag(reference));
    let shared: usize = said.iter().map(|(word, n)| wanted.get(word).copied().unwrap_or(0).min(*n)).sum();
    2.0 * shared as f64 / (said.values().sum::<usize>() + wanted.values().sum::<usize>()) as f64
}

#[test]
fn the_summary_says_more_of_what_matters_than_the_first_sentences() {
    let mut gains = Vec::new();
    for (name, text) in &WRITTEN[..5] {
        let written = written(text);
        let summary = notes_of(&written).summary;
        let joined = |texts: Vec<&str>| texts.join(" ");
        let first = sentences::split(&written.transcript);
        let first = joined(first.iter().take(summary.len()).map(|s| s.text.as_str()).collect());
        let ours = overlap(&joined(summary.iter().map(|p| p.text.as_str()).collect()), &written.reference);
        let theirs = overlap(&first, &written.reference);
        gains.push((*name, format!("{ours:.2} against {theirs:.2}"), ours - theirs));
    }
    let mean = gains.iter().map(|(.., gain)| gain).sum::<f64>() / gains.len() as f64;
    assert!(mean > 0.2, "{gains:#?}");
    // A short talk may open with its main point; then the first sentences are as good.
    assert!(gains.iter().all(|(.., gain)| *gain > -0.05), "{gains:#?}");
}

/// Everything in the notes that was said, without differences in capital letters and white space.
fn said(notes: &Notes) -> Vec<String> {
    let points =
        notes.summary.iter().chain(&notes.decisions).chain(notes.sections.iter().flat_map(|s| &s.points));
    let texts = points.map(|p| &p.text).chain(notes.todos.iter().map(|t| &t.text));
    texts.chain(notes.sections.iter().map(|s| &s.heading)).map(|text| plain(text)).collect()
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<String>().to_lowercase()
}

fn any_transcript() -> impl Strategy<Value = Transcript> {
    let words = "(the sales report|launch date|we decided to|i will send|I'll check|payment bug|so|and then|if|by friday|Dr\\.|API|預算|我會寄|決定|報告|，|。|\\.|\\?|!| |\n|🎉|e\u{301}|ß|İ|\\PC){0,14}";
    let segment = (0u16..3, words, 0u32..5_000);
    proptest::collection::vec(segment, 0..16).prop_map(|segments| {
        let mut now = 0;
        let segments = segments.into_iter().map(|(speaker, text, length)| {
            now += length;
            Segment { speaker: Some(speaker), start_ms: now - length, end_ms: now, text, overlap: false }
        });
        let segments: Vec<Segment> = segments.collect();
        transcript(segments, Vec::new(), "en", now)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_text_of_the_notes_was_said_and_has_its_time(transcript in any_transcript()) {
        let written = Written { transcript, recording: recording("a.wav", "2026-11-12"), reference: String::new() };
        let notes = notes_of(&written);
        let whole: String = written.transcript.segments.iter().map(|s| plain(&s.text)).collect();
        for text in said(&notes) {
            prop_assert!(whole.contains(&text), "{text:?}");
        }
        prop_assert!(!notes.title.trim().is_empty() && notes.title.chars().count() <= phrases::LONGEST_TITLE);
        for point in notes.summary.iter().chain(&notes.decisions) {
            prop_assert!(point.at_ms <= written.transcript.duration_ms);
        }
        prop_assert!(notes.summary.is_sorted_by_key(|p| p.at_ms));
        prop_assert_eq!(notes_of(&written), notes);
    }
}

/// Talk about one topic after the other, `per_topic` sentences each, in the words of each topic.
fn long_talk(per_topic: usize) -> Written {
    const TOPICS: [(&str, [&str; 8]); 10] = [
        (
            "solar panels",
            ["solar panels", "roof", "inverter", "installer", "power grid", "sunlight", "battery", "tariff"],
        ),
        (
            "school kitchen",
            ["school kitchen", "lunch menu", "vegetables", "cook", "allergies", "dishes", "oven", "children"],
        ),
        (
            "harbour bridge",
            ["harbour bridge", "steel cables", "engineers", "traffic", "rust", "inspection", "toll", "ships"],
        ),
        (
            "library books",
            ["library books", "shelves", "readers", "catalogue", "late fees", "novels", "archive", "scanner"],
        ),
        (
            "football club",
            ["football club", "stadium", "coach", "tickets", "season", "players", "training", "fans"],
        ),
        ("bakery order", ["bakery order", "flour", "bread", "sourdough", "mixer", "dough", "crust", "ovens"]),
        (
            "river cleanup",
            ["river cleanup", "plastic", "volunteers", "boats", "fish", "pollution", "water samples", "nets"],
        ),
        (
            "museum tour",
            [
                "museum tour",
                "paintings",
                "guides",
                "visitors",
                "sculptures",
                "gallery",
                "audio guide",
                "exhibition",
            ],
        ),
        (
            "hospital ward",
            ["hospital ward", "nurses", "patients", "beds", "medicine", "doctors", "night shift", "visits"],
        ),
        (
            "garden shed",
            ["garden shed", "tools", "wood", "paint", "hinges", "spiders", "lawn mower", "bench"],
        ),
    ];
    const FRAMES: [&str; 5] = [
        "The {} depend on the {} and the {}.",
        "Somebody mentioned the {} near the {} with the {}.",
        "Nobody checked whether the {} fits the {} or the {}.",
        "Yesterday the {} and the {} were compared with the {}.",
        "A new {} costs more than the {} beside the {}.",
    ];
    // A small generator of its own, so that the talk is the same everywhere.
    let mut state = 42_u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut segments = Vec::new();
    for (_, words) in TOPICS {
        for _ in 0..per_topic {
            let mut text = FRAMES[next(FRAMES.len())].to_owned();
            for _ in 0..3 {
                // The topic's own name comes more often than its other words.
                let word = if next(4) == 0 { words[0] } else { words[next(words.len())] };
                text = text.replacen("{}", word, 1);
            }
            let start_ms = u32::try_from(segments.len()).unwrap() * 4_500;
            segments.push(Segment {
                speaker: Some(0),
                start_ms,
                end_ms: start_ms + 4_000,
                text,
                overlap: false,
            });
        }
    }
    let duration_ms = segments.last().unwrap().end_ms;
    Written {
        transcript: transcript(segments, Vec::new(), "en", duration_ms),
        recording: recording("long.wav", "2026-11-12"),
        reference: TOPICS.map(|(name, _)| name).join("\n"),
    }
}

#[test]
fn a_long_talk_is_cut_where_its_topics_change() {
    let talk = long_talk(30);
    let notes = notes_of(&talk);
    let topic_ms = 30 * 4_500;
    let near = |at_ms: u32| (at_ms + 2 * 4_500) % topic_ms <= 4 * 4_500;
    let right = notes.sections.iter().filter(|section| near(section.at_ms)).count();
    let names: Vec<&str> = talk.reference.lines().collect();
    let headed = notes.sections.iter().filter(|s| names.contains(&s.heading.to_lowercase().as_str())).count();
    let headings: Vec<(&str, u32)> =
        notes.sections.iter().map(|s| (s.heading.as_str(), s.at_ms / 4_500)).collect();
    assert!(right >= 8, "{headings:?}");
    assert!(headed >= 7, "{headings:?}");
    assert!(notes.sections.len() <= 12, "{headings:?}");
    assert!(notes.sections.iter().all(|s| (2..=4).contains(&s.points.len())));
    assert_eq!(notes.summary.len(), 5);
}

#[test]
fn ten_hours_of_talk_take_seconds() {
    let talk = long_talk(800);
    let began = std::time::Instant::now();
    let notes = notes_of(&talk);
    // Without optimisation and on a busy machine; an optimised build takes a tenth of it.
    assert!(began.elapsed().as_secs() < 120, "{:?}", began.elapsed());
    assert_eq!(notes.summary.len(), 7);
}

#[test]
fn a_stop_is_seen_at_every_poll() {
    let talk = long_talk(10);
    for polls in 0..20 {
        let outcome = notes(&talk.transcript, &talk.recording, &cx_that_stops_at(polls));
        assert!(matches!(outcome, Err(StepError::Stopped(_))), "after {polls} polls");
    }
}

#[tokio::test]
async fn an_empty_transcript_still_has_a_title() {
    let nothing = transcript(Vec::new(), Vec::new(), "en", 0);
    let recording = recording("weekly-review.m4a", "2026-11-12");
    let notes = ExtractiveNotes.summarize(&nothing, &recording, cx_that_stops_at(usize::MAX)).await.unwrap();
    assert_eq!(notes.title, "Weekly review");
    assert_eq!((notes.summary, notes.todos, notes.sections), (vec![], vec![], vec![]));
}

#[test]
fn the_summary_has_more_of_one_by_hand_than_the_first_sentences_have() {
    use debrief_yardstick::rouge::Rouge;
    let (mut ours, mut firsts, mut table) = (Vec::new(), Vec::new(), String::new());
    for of in debrief_yardstick::transcripts::all() {
        let notes = notes(&of.transcript, &of.recording, &cx_that_stops_at(usize::MAX)).unwrap();
        let taken: Vec<&str> = notes.summary.iter().map(|point| point.text.as_str()).collect();
        let first: Vec<&str> =
            of.transcript.segments.iter().take(taken.len()).map(|segment| segment.text.as_str()).collect();
        ours.push(Rouge::of(&of.reference, &taken.join("\n")));
        firsts.push(Rouge::of(&of.reference, &first.join("\n")));
        writeln!(table, "{}: {:.3?} {:.3?}\n{}", of.name, ours.last(), firsts.last(), taken.join("\n"))
            .unwrap();
    }
    let (our, first) = (Rouge::mean(&ours), Rouge::mean(&firsts));
    assert!(our.one > first.one && our.two > first.two && our.l > first.l, "{table}");
}
