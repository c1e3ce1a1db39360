//! What a language model may answer: the schema that providers are given, and the strict reading of what comes back.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::language;

/// The most characters of a title.
pub const LONGEST_TITLE: usize = 80;
/// The most characters of any other sentence: longer ones are no notes.
const LONGEST_TEXT: usize = 1_000;
/// The most items of a list.
const MOST_ITEMS: usize = 200;

/// A sentence with the lines that bear it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cited {
    /// The sentence.
    pub text: String,
    /// Places of segments in the transcript.
    pub segments: Vec<usize>,
}

/// Something that was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The decision.
    pub text: String,
    /// Places of segments in the transcript.
    pub segments: Vec<usize>,
    /// The words that decide it.
    pub quote: String,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// What.
    pub text: String,
    /// Who.
    #[serde(deserialize_with = "Option::deserialize")]
    pub assignee: Option<String>,
    /// Until when, as it was said.
    #[serde(deserialize_with = "Option::deserialize")]
    pub due: Option<String>,
    /// Places of segments in the transcript.
    pub segments: Vec<usize>,
    /// The words that make it a task.
    pub quote: String,
}

/// A subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// A few words.
    pub heading: String,
    /// The place of the segment where it begins.
    pub from: usize,
    /// Markdown.
    pub body: String,
    /// Single facts.
    pub points: Vec<Cited>,
}

/// The notes of a part of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartNotes {
    /// The most important points.
    pub summary: Vec<Cited>,
    /// What was decided.
    pub decisions: Vec<Decision>,
    /// Who will do what.
    pub todos: Vec<Task>,
    /// By subject.
    pub topics: Vec<Topic>,
    /// What stayed open.
    pub questions: Vec<Cited>,
    /// What it is about.
    pub tags: Vec<String>,
}

/// The notes of a whole transcript.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WholeNotes {
    /// What it was about, without a date.
    pub title: String,
    /// The most important points.
    pub summary: Vec<Cited>,
    /// What was decided.
    pub decisions: Vec<Decision>,
    /// Who will do what.
    pub todos: Vec<Task>,
    /// By subject.
    pub topics: Vec<Topic>,
    /// What stayed open.
    pub questions: Vec<Cited>,
    /// What it is about.
    pub tags: Vec<String>,
}

impl PartNotes {
    /// The JSON schema.
    pub fn schema() -> Value {
        object(&part_fields())
    }

    /// Reads an answer strictly.
    ///
    /// # Errors
    /// What is wrong, in words for a model.
    pub fn read(value: &Value) -> Result<Self, String> {
        serde_json::from_value(value.clone())
            .map_err(|wrong| format!("It doesn't have the asked shape: {wrong}."))
    }

    /// Whether an answer can be used: every cited segment is one of `segments`, and the language is right.
    ///
    /// # Errors
    /// What is wrong, in words for a model.
    pub fn check(&self, segments: &Range<usize>, language: &str) -> Result<(), String> {
        let cited = self.cited();
        if let Some(wrong) = cited.iter().find(|number| !segments.contains(number)) {
            let last = segments.end.saturating_sub(1);
            return Err(format!(
                "`segments` and `from` must be numbers of lines of the material: {wrong} is none, they go from {} to {last}.",
                segments.start
            ));
        }
        if let Some(text) = self.texts().find(|text| text.trim().is_empty()) {
            return Err(format!("A text is empty ({text:?}). Leave out what has no text."));
        }
        if self.texts().any(|text| text.chars().count() > LONGEST_TEXT) {
            return Err(format!("A text is too long: at most {LONGEST_TEXT} characters each, `body` apart."));
        }
        if [
            self.summary.len(),
            self.decisions.len(),
            self.todos.len(),
            self.topics.len(),
            self.questions.len(),
            self.tags.len(),
        ]
        .into_iter()
        .any(|length| length > MOST_ITEMS)
        {
            return Err(format!("A list is too long: at most {MOST_ITEMS} items each."));
        }
        if self.summary.is_empty() {
            return Err(
                "`summary` is empty. It needs at least one point, even if little was said.".to_owned()
            );
        }
        let uncited = |points: &[Cited]| points.iter().any(|point| point.segments.is_empty());
        if uncited(&self.summary) || uncited(&self.questions) {
            return Err(
                "Every point of `summary` and `questions` must cite at least one line in `segments`."
                    .to_owned(),
            );
        }
        language::check(&self.prose(), language)
    }

    /// Whether Chinese is in the script of `language`.
    ///
    /// # Errors
    /// What is wrong, in words for a model.
    pub fn check_script(&self, language: &str) -> Result<(), String> {
        language::check_script(&self.prose(), language)
    }

    fn cited(&self) -> Vec<usize> {
        let points = self
            .summary
            .iter()
            .chain(&self.questions)
            .chain(self.topics.iter().flat_map(|topic| &topic.points));
        let mut cited: Vec<usize> = points.flat_map(|point| point.segments.iter().copied()).collect();
        cited.extend(self.decisions.iter().flat_map(|decision| decision.segments.iter().copied()));
        cited.extend(self.todos.iter().flat_map(|task| task.segments.iter().copied()));
        cited.extend(self.topics.iter().map(|topic| topic.from));
        cited
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let points = self
            .summary
            .iter()
            .chain(&self.questions)
            .chain(self.topics.iter().flat_map(|topic| &topic.points));
        points
            .map(|point| point.text.as_str())
            .chain(self.decisions.iter().map(|decision| decision.text.as_str()))
            .chain(self.todos.iter().map(|task| task.text.as_str()))
            .chain(self.topics.iter().map(|topic| topic.heading.as_str()))
            .chain(self.tags.iter().map(String::as_str))
    }

    /// Everything that is to be in the notes' language.
    fn prose(&self) -> String {
        let bodies = self.topics.iter().map(|topic| topic.body.as_str());
        self.texts().chain(bodies).collect::<Vec<_>>().join("\n")
    }

    /// Changes every text that the model wrote itself; quotes stay.
    pub fn rewrite(&mut self, write: &dyn Fn(&str) -> String) {
        let points = self.summary.iter_mut().chain(&mut self.questions);
        points.for_each(|point| point.text = write(&point.text));
        self.decisions.iter_mut().for_each(|decision| decision.text = write(&decision.text));
        for task in &mut self.todos {
            task.text = write(&task.text);
            task.assignee = task.assignee.as_deref().map(write);
        }
        for topic in &mut self.topics {
            topic.heading = write(&topic.heading);
            topic.body = write(&topic.body);
            topic.points.iter_mut().for_each(|point| point.text = write(&point.text));
        }
        self.tags.iter_mut().for_each(|tag| *tag = write(tag));
    }
}

impl WholeNotes {
    /// The JSON schema.
    pub fn schema() -> Value {
        let mut fields = vec![("title", json!({"type": "string"}))];
        fields.extend(part_fields());
        object(&fields)
    }

    /// Reads an answer strictly.
    ///
    /// # Errors
    /// What is wrong, in words for a model.
    pub fn read(value: &Value) -> Result<Self, String> {
        serde_json::from_value(value.clone())
            .map_err(|wrong| format!("It doesn't have the asked shape: {wrong}."))
    }

    /// Whether an answer can be used, its title included.
    ///
    /// # Errors
    /// What is wrong, in words for a model.
    pub fn check(&self, segments: &Range<usize>, language: &str) -> Result<(), String> {
        check_title(&self.title)?;
        language::check(&self.title, language)?;
        self.clone().split().1.check(segments, language)
    }

    /// The title, and the rest.
    pub fn split(self) -> (String, PartNotes) {
        let WholeNotes { title, summary, decisions, todos, topics, questions, tags } = self;
        (title, PartNotes { summary, decisions, todos, topics, questions, tags })
    }
}

/// Titles that say nothing.
const EMPTY_TITLES: [&str; 30] = [
    "meeting",
    "meeting notes",
    "notes",
    "minutes",
    "meeting minutes",
    "summary",
    "meeting summary",
    "transcript",
    "recording",
    "untitled",
    "title",
    "conversation",
    "discussion",
    "call",
    "team meeting",
    "notes of the meeting",
    "meeting recap",
    "interview",
    "lecture",
    "voice memo",
    "會議",
    "會議記錄",
    "會議紀錄",
    "会议记录",
    "会议纪要",
    "會議筆記",
    "筆記",
    "摘要",
    "逐字稿",
    "會議摘要",
];

fn check_title(title: &str) -> Result<(), String> {
    let bare = title.trim().trim_matches(|c: char| c.is_ascii_punctuation()).to_lowercase();
    if bare.is_empty() {
        return Err("`title` is empty. Say in a few words what it was about.".to_owned());
    }
    if EMPTY_TITLES.contains(&bare.as_str()) {
        return Err(format!("`title` ({title:?}) says nothing. Say in a few words what it was about."));
    }
    if title.chars().count() > LONGEST_TITLE {
        return Err(format!("`title` is longer than {LONGEST_TITLE} characters."));
    }
    if title.chars().any(char::is_control) {
        return Err("`title` must be one line.".to_owned());
    }
    let date = |c: char| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | '年' | '月' | '日');
    let dated = title.split(|c| !date(c)).any(|word| {
        word.starts_with("20") && word.chars().filter(char::is_ascii_digit).count() >= 6
            || (word.contains('年') && word.contains('月'))
    });
    if dated { Err("`title` has a date in it. Leave the date out.".to_owned()) } else { Ok(()) }
}

fn part_fields() -> Vec<(&'static str, Value)> {
    let text = || json!({"type": "string"});
    let numbers = || json!({"type": "array", "items": {"type": "integer"}});
    let or_null = || json!({"type": ["string", "null"]});
    let list = |items: Value| json!({"type": "array", "items": items});
    let cited = || object(&[("text", text()), ("segments", numbers())]);
    let decision = object(&[("text", text()), ("segments", numbers()), ("quote", text())]);
    let task = object(&[
        ("text", text()),
        ("assignee", or_null()),
        ("due", or_null()),
        ("segments", numbers()),
        ("quote", text()),
    ]);
    let topic = object(&[
        ("heading", text()),
        ("from", json!({"type": "integer"})),
        ("body", text()),
        ("points", list(cited())),
    ]);
    vec![
        ("summary", list(cited())),
        ("decisions", list(decision)),
        ("todos", list(task)),
        ("topics", list(topic)),
        ("questions", list(cited())),
        ("tags", list(text())),
    ]
}

/// An object with exactly these fields.
fn object(fields: &[(&str, Value)]) -> Value {
    let properties: serde_json::Map<String, Value> =
        fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// A schema for people.
pub(super) fn pretty(schema: &Value) -> String {
    serde_json::to_string_pretty(schema).expect("a schema is plain data")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Value {
        json!({
            "title": "Launch moved to December",
            "summary": [{"text": "The launch moves to the third of December because payments fail.", "segments": [1, 2]}],
            "decisions": [], "topics": [], "questions": [], "tags": ["launch"],
            "todos": [{"text": "Send the report", "assignee": null, "due": null, "segments": [1], "quote": "send the report"}],
        })
    }

    fn wrong(change: impl FnOnce(&mut Value)) -> String {
        let mut value = good();
        change(&mut value);
        WholeNotes::read(&value).and_then(|notes| notes.check(&(0..3), "en")).unwrap_err()
    }

    #[test]
    fn every_object_of_a_schema_asks_for_all_of_its_fields_and_no_others() {
        fn walk(schema: &Value) {
            if schema["type"] == "object" {
                let properties = schema["properties"].as_object().unwrap();
                assert_eq!(schema["required"].as_array().unwrap().len(), properties.len());
                assert_eq!(schema["additionalProperties"], false);
                properties.values().for_each(walk);
            } else if schema["type"] == "array" {
                walk(&schema["items"]);
            }
        }
        walk(&WholeNotes::schema());
        walk(&PartNotes::schema());
    }

    #[test]
    fn a_good_answer_is_read_and_what_is_wrong_is_told() {
        let notes = WholeNotes::read(&good()).unwrap();
        assert_eq!(notes.check(&(0..3), "en"), Ok(()));
        for (said, change) in [
            ("3 is none", (|v| v["todos"][0]["segments"] = json!([3])) as fn(&mut Value)),
            ("`title` is empty", |v| v["title"] = json!(" ")),
            ("says nothing", |v| v["title"] = json!("Meeting notes")),
            ("says nothing", |v| v["title"] = json!("會議記錄")),
            ("longer than 80", |v| v["title"] = json!("x".repeat(81))),
            ("date", |v| v["title"] = json!("2026-11-26 Launch")),
            ("unknown field", |v| v["api_key"] = json!("sk")),
            ("missing field", |v| drop(v.as_object_mut().unwrap().remove("tags"))),
            ("missing field", |v| drop(v["todos"][0].as_object_mut().unwrap().remove("assignee"))),
            ("`summary` is empty", |v| v["summary"] = json!([])),
            ("must cite", |v| v["summary"][0]["segments"] = json!([])),
            ("invalid value", |v| v["summary"][0]["segments"] = json!([-1])),
            ("A text is empty", |v| v["tags"] = json!([""])),
            ("wrong language", |v| {
                v["summary"][0]["text"] = json!("我們決定把上市日期延到十二月三號，因為付款功能還有錯誤。")
            }),
        ] {
            let told = wrong(change);
            assert!(told.contains(said), "{said}: {told}");
        }
    }
}
