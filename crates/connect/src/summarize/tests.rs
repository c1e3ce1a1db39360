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
                speakers.push(Speaker { label: label.to_owned(), name });
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
    Segment { speaker, start_ms, end_ms: start_ms + 3000, text: parts.next().unwrap().to_owned() }
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
