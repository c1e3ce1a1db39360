//! Written transcripts with a summary by hand of each, and one of three hours that is composed of scenes.

use std::collections::{HashMap, HashSet};

use debrief_core::notes::ClaimKind;
use debrief_core::ports::Recording;
use debrief_core::transcript::{EngineLabel, Segment, Speaker, Transcript};
use jiff::civil::Date;

/// A transcript, what it was recorded as, and what somebody who read it would write.
#[derive(Debug, Clone)]
pub struct Written {
    /// The file's name without its ending.
    pub name: &'static str,
    /// The transcript.
    pub transcript: Transcript,
    /// The recording that it is said to be of; there is no such file.
    pub recording: Recording,
    /// A summary by hand.
    pub reference: String,
}

const FILES: [(&str, &str); 5] = [
    ("roadmap-en-3", include_str!("../transcripts/roadmap-en-3.txt")),
    ("store-zh-tw-4", include_str!("../transcripts/store-zh-tw-4.txt")),
    ("platform-mixed-2", include_str!("../transcripts/platform-mixed-2.txt")),
    ("board-en-8", include_str!("../transcripts/board-en-8.txt")),
    ("lecture-zh-tw-2", include_str!("../transcripts/lecture-zh-tw-2.txt")),
];

/// Written together with the held-out claims, before anybody who wrote them knew the rules.
const HELD_OUT: [(&str, &str); 4] = [
    ("clinic-en-4", include_str!("../transcripts/held-out/clinic-en-4.txt")),
    ("kindergarten-zh-tw-3", include_str!("../transcripts/held-out/kindergarten-zh-tw-3.txt")),
    ("factory-mixed-3", include_str!("../transcripts/held-out/factory-mixed-3.txt")),
    ("party-zh-cn-2", include_str!("../transcripts/held-out/party-zh-cn-2.txt")),
];

/// All six, that of three hours last.
pub fn all() -> Vec<Written> {
    FILES.iter().map(|(name, text)| read(name, text)).chain([offsite()]).collect()
}

/// Four short ones about which only held-out claims are made.
pub fn held_out() -> Vec<Written> {
    HELD_OUT.iter().map(|(name, text)| read(name, text)).collect()
}

/// The one with that name.
pub fn named(name: &str) -> Option<Written> {
    all().into_iter().find(|written| written.name == name)
}

/// Reads the form that the files are in: `key: value`, `speaker: label = name`, then `time speaker words`.
fn read(name: &'static str, text: &str) -> Written {
    let mut values: HashMap<&str, &str> = HashMap::new();
    let mut speakers = Vec::new();
    let mut segments: Vec<Segment> = Vec::new();
    for line in text.lines() {
        match line.split_once(": ") {
            Some(("speaker", named)) => {
                let (label, name) = named
                    .split_once(" = ")
                    .map_or((named, None), |(label, name)| (label, Some(name.to_owned())));
                speakers.push(Speaker { label: label.to_owned(), name, voice: None });
            }
            Some((key, value)) if key.chars().all(|c| c.is_ascii_lowercase()) => {
                values.insert(key, value);
            }
            Some(_) | None => segments.extend(segment(line)),
        }
    }
    let value = |key: &str| values.get(key).copied().unwrap_or_default();
    written(name, value("language"), value("name"), value("created"), value("reference"), speakers, segments)
}

fn segment(line: &str) -> Option<Segment> {
    let mut parts = line.splitn(3, ' ');
    let seconds =
        parts.next()?.split(':').try_fold(0_u32, |sum, part| Some(sum * 60 + part.parse::<u32>().ok()?))?;
    let speaker = parts.next()?.parse().ok()?;
    let start_ms = seconds * 1000;
    let text = parts.next()?.to_owned();
    Some(Segment { speaker: Some(speaker), start_ms, end_ms: start_ms + 3_000, text, overlap: false })
}

fn written(
    name: &'static str,
    language: &str,
    file: &str,
    created: &str,
    reference: &str,
    speakers: Vec<Speaker>,
    mut segments: Vec<Segment>,
) -> Written {
    let starts: Vec<u32> = segments.iter().map(|segment| segment.start_ms).collect();
    for (segment, next) in segments.iter_mut().zip(starts.iter().skip(1)) {
        segment.end_ms = next.saturating_sub(300).max(segment.start_ms);
    }
    let duration_ms = segments.last().map_or(0, |segment| segment.end_ms);
    let engine = EngineLabel { name: "written".into(), described: "Written".into(), rough: false };
    Written {
        name,
        transcript: Transcript {
            segments,
            speakers,
            language: language.to_owned(),
            duration_ms,
            engine,
            diarizer: "written".into(),
        },
        recording: Recording {
            file: file.into(),
            name: file.to_owned(),
            size_bytes: 1,
            created: created.parse::<Date>().unwrap_or(Date::ZERO),
            location: format!("/{file}"),
            attachments: Vec::new(),
            drive: None,
        },
        reference: reference.to_owned(),
    }
}

/// A subject of the three hours, from `transcripts/offsite.txt`.
#[derive(Debug, Default)]
struct Scene<'a> {
    /// What is talked about.
    things: Vec<&'a str>,
    /// What is wrong or happens with them.
    states: Vec<&'a str>,
    /// Lines of the story, with their speakers: the only ones that decide or promise.
    story: Vec<(u16, &'a str)>,
    summary: &'a str,
}

/// Segments of the three hours.
pub const OFFSITE_SEGMENTS: usize = 3_000;

/// How people talk about a thing and its state.
const FORMS: [&str; 24] = [
    "When I looked at {a}, {s}.",
    "I keep hearing that {s}, and it comes back to {a}.",
    "For {a} we saw that {s}.",
    "What surprised me is that {s}, even with {a}.",
    "Do we know why {s}? It touches {a} and {b}.",
    "Compared with {b}, {a} is where {s}.",
    "It was the same last quarter: {s}, and nobody looked at {a}.",
    "Um, so {a} and {b} hang together, because {s}.",
    "My guess is that {s} as long as {a} stays as it is.",
    "From the numbers, {s} in about {n} of a hundred cases with {a}.",
    "Right, and {a} took us {n} days because {s}.",
    "There are {n} tickets about {a}, most of them say that {s}.",
    "I don't see the link between {a} and {b}, even though {s}.",
    "Somebody told me that {s}, but {a} looked fine to me.",
    "If {s}, then {a} is only a symptom.",
    "The people who use {a} every day say that {s}.",
    "Before the summer {a} was fine, then {s}.",
    "You can see it in {a}: {s}, {n} times in a week.",
    "Maybe {s}, but {b} would matter more to me than {a}.",
    "Well, {a} cost {n} hours last month, since {s}.",
    "Has anyone compared {a} with {b}? There, too, {s}.",
    "Fair point, though {s} only where {a} is old.",
    "As I understand it, {s}, whatever we do about {b}.",
    "Between {a} and {b} there were {n} complaints, because {s}.",
];

/// Three hours of a company's yearly meeting: eight people, eleven subjects. Each subject's story is told in the middle of
/// talk that is put together of its own things and states; no sentence comes twice.
pub fn offsite() -> Written {
    let text = include_str!("../transcripts/offsite.txt");
    let (mut speakers, mut scenes, mut name, mut created) = (Vec::new(), Vec::<Scene<'_>>::new(), "", "");
    for line in text.lines() {
        let Some((key, value)) = line.split_once(": ") else { continue };
        let list = || value.split("; ").collect::<Vec<_>>();
        match (key, scenes.last_mut()) {
            ("name", _) => name = value,
            ("created", _) => created = value,
            ("speaker", _) => {
                let (label, name) = value.split_once(" = ").unwrap_or((value, value));
                speakers.push(Speaker { label: label.to_owned(), name: Some(name.to_owned()), voice: None });
            }
            ("scene", _) => scenes.push(Scene { summary: value, ..Scene::default() }),
            ("things", Some(scene)) => scene.things = list(),
            ("states", Some(scene)) => scene.states = list(),
            (speaker, Some(scene)) => {
                scene.story.extend(speaker.parse().ok().map(|speaker| (speaker, value)))
            }
            (_, None) => {} // A remark before the first scene.
        }
    }
    let mut dice = Dice(7);
    let mut said: HashSet<String> = HashSet::new();
    let mut lines: Vec<(u16, String)> = Vec::new();
    for (index, scene) in scenes.iter().enumerate() {
        let until = OFFSITE_SEGMENTS * (index + 1) / scenes.len();
        let talk = until - lines.len() - scene.story.len();
        let mut story = scene.story.iter();
        for place in 0..talk {
            // The story's lines come together, in five groups.
            if place % (talk / 5).max(1) == talk / 10 {
                let group = scene.story.len().div_ceil(5);
                lines
                    .extend(story.by_ref().take(group).map(|(speaker, text)| (*speaker, (*text).to_owned())));
            }
            let text = loop {
                let text = dice.sentence(scene);
                if said.insert(text.clone()) {
                    break text;
                }
            };
            let speakers = u16::try_from(speakers.len()).unwrap_or(1);
            let last = lines.last().map_or(0, |(speaker, _)| *speaker);
            lines.push(((last + 1 + dice.roll(usize::from(speakers) - 1) as u16) % speakers, text));
        }
        lines.extend(story.map(|(speaker, text)| (*speaker, (*text).to_owned())));
    }
    let mut start_ms = 0;
    let segments = lines.into_iter().map(|(speaker, text)| {
        let segment =
            Segment { speaker: Some(speaker), start_ms, end_ms: start_ms + 3_000, text, overlap: false };
        start_ms += 3_000 + u32::try_from(dice.roll(1_300)).unwrap_or(0);
        segment
    });
    let segments = segments.collect();
    let reference = scenes.iter().map(|scene| scene.summary).collect::<Vec<_>>().join(" ");
    written("offsite-en-8-three-hours", "en", name, created, &reference, speakers, segments)
}

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }

    fn sentence(&mut self, scene: &Scene<'_>) -> String {
        let form = FORMS[self.roll(FORMS.len())];
        let first = self.roll(scene.things.len());
        let second = (first + 1 + self.roll(scene.things.len() - 1)) % scene.things.len();
        let state = scene.states[self.roll(scene.states.len())];
        let number = (3 + self.roll(60)).to_string();
        let text = form.replace("{a}", scene.things[first]).replace("{b}", scene.things[second]);
        text.replace("{s}", state).replace("{n}", &number)
    }
}

/// A to-do or a decision as a language model might give it, and whether it is true.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct LabelledTodo {
    /// The transcript's name.
    pub transcript: String,
    /// What somebody who read the transcript says of it.
    pub label: Label,
    /// A to-do where nothing else is said.
    #[serde(default = "todo")]
    pub kind: ClaimKind,
    /// The task.
    pub text: String,
    /// Who is said to do it.
    pub assignee: Option<String>,
    /// Until when.
    pub due: Option<String>,
    /// Places of segments.
    pub segments: Vec<usize>,
    /// Words that are said to have been said there.
    pub quote: String,
}

fn todo() -> ClaimKind {
    ClaimKind::Todo
}

/// What a to-do is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// It was taken on by that person.
    True,
    /// It was taken on by, or given to, somebody else.
    Misattributed,
    /// Nobody took it on.
    Invented,
}

/// The labelled to-dos, written by hand.
///
/// # Errors
/// Of a line that can't be read.
pub fn labelled_todos() -> crate::Outcome<Vec<LabelledTodo>> {
    labelled(include_str!("../transcripts/todos.jsonl"))
}

/// To-dos and decisions that were written without knowledge of the gate's rules.
///
/// # Errors
/// Of a line that can't be read.
pub fn held_out_claims() -> crate::Outcome<Vec<LabelledTodo>> {
    labelled(include_str!("../transcripts/held-out/claims.jsonl"))
}

/// The same, kept back until the rules were mended by what they did to [`held_out_claims`].
///
/// # Errors
/// Of a line that can't be read.
pub fn kept_back_claims() -> crate::Outcome<Vec<LabelledTodo>> {
    labelled(include_str!("../transcripts/held-out/claims-kept-back.jsonl"))
}

fn labelled(lines: &str) -> crate::Outcome<Vec<LabelledTodo>> {
    Ok(lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_speakers_its_lines_and_a_summary() {
        let all = all();
        let speakers: Vec<usize> = all.iter().map(|written| written.transcript.speakers.len()).collect();
        assert_eq!(speakers, [3, 4, 2, 8, 2, 8]);
        for written in &all {
            let Transcript { segments, speakers, .. } = &written.transcript;
            assert!(segments.len() >= 25 && written.reference.len() > 200, "{}", written.name);
            assert!(segments.windows(2).all(|pair| pair[0].start_ms < pair[1].start_ms), "{}", written.name);
            assert!(segments.iter().all(|s| s.speaker.is_some_and(|s| usize::from(s) < speakers.len())));
        }
    }

    #[test]
    fn three_hours_are_three_hours_of_which_no_line_comes_twice() {
        let offsite = offsite().transcript;
        assert_eq!(offsite.segments.len(), OFFSITE_SEGMENTS);
        assert!((10_500_000..11_500_000).contains(&offsite.duration_ms), "{}", offsite.duration_ms);
        let different: HashSet<&str> = offsite.segments.iter().map(|segment| segment.text.as_str()).collect();
        assert_eq!(different.len(), OFFSITE_SEGMENTS);
    }
}
