//! Answers that the stand-in makes up: they fit the schema, and quote and number the lines of the material.
//!
//! A line is `[12] 0:42 Ana: I will send the report by Friday.`; the time and the speaker may be missing.

use serde_json::{Map, Value, json};

use super::schema;
use crate::seen::SeenQuestion;

/// What the texts of an answer in the wrong language say.
pub(super) const OTHER_LANGUAGE: &str = "Это ответ на другом языке, о котором никто не просил.";

/// Entries of a list.
const AT_MOST: usize = 3;
/// Schemas may refer to themselves; deeper than this, lists are empty.
const DEEPEST: usize = 8;

/// A line of the material.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line<'a> {
    number: u64,
    time: Option<&'a str>,
    speaker: Option<&'a str>,
    text: &'a str,
}

/// An answer of the question's shape.
pub(super) fn answer(question: &SeenQuestion) -> String {
    let lines: Vec<Line<'_>> = question.material.lines().filter_map(line).collect();
    let said = lines.first().map_or("Nothing was said.", |line| line.text);
    match &question.schema {
        Some(root) => Inventor { root, lines: &lines }.fill("", root, 0, 0).to_string(),
        None if question.json => json!({ "answer": said }).to_string(),
        None => format!("In short: {said}"),
    }
}

/// The same with other words wherever a text is no quotation, name or code.
pub(super) fn in_another_language(value: Value) -> Value {
    fn other(name: &str, value: Value) -> Value {
        match value {
            Value::String(text) if text.is_empty() || is_of(name, &VERBATIM) => text.into(),
            // A word of a list of words stays one.
            Value::String(text) if !text.contains(' ') && name.is_empty() => text.into(),
            Value::String(_) => OTHER_LANGUAGE.into(),
            Value::Array(items) => items.into_iter().map(|item| other(name, item)).collect(),
            Value::Object(fields) => fields
                .into_iter()
                .map(|(name, value)| {
                    let value = other(&name, value);
                    (name, value)
                })
                .collect::<Map<_, _>>()
                .into(),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
        }
    }
    other("", value)
}

/// Reads `[12] 0:42 Ana: I will …`.
fn line(text: &str) -> Option<Line<'_>> {
    let (number, rest) = text.trim().strip_prefix('[')?.split_once(']')?;
    let number = number.trim().parse().ok()?;
    let rest = rest.trim_start();
    let is_time = |word: &&str| {
        word.contains(':') && word.split(':').all(|part| part.len() <= 2 && part.parse::<u8>().is_ok())
    };
    let first = rest.split_whitespace().next().map(|word| word.trim_matches(['(', ')'])).filter(is_time);
    let rest = match first {
        Some(_) => rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start()),
        None => rest,
    };
    let named = rest.split_once([':', '：']).filter(|(name, _)| {
        let words = name.split_whitespace().count();
        (1..=4).contains(&words) && name.chars().count() <= 40
    });
    let (speaker, text) = named.map_or((None, rest), |(name, text)| (Some(name.trim()), text.trim()));
    (!text.is_empty()).then_some(Line { number, time: first, speaker, text })
}

/// The words of a field's name: `source_line`, `sourceLine`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter.is_uppercase() || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

/// Whether a field's name has one of these words, or several of one, in it.
fn is_of(name: &str, known: &[&str]) -> bool {
    let is_known = |word: &str| {
        known.contains(&word) || word.strip_suffix('s').is_some_and(|word| known.contains(&word))
    };
    words(name).iter().any(|word| is_known(word))
}

const NUMBERED: [&str; 9] = ["segment", "line", "at", "source", "from", "to", "evidence", "cite", "citation"];
const WHO: [&str; 8] = ["speaker", "name", "who", "assignee", "owner", "label", "person", "participant"];
const WHEN: [&str; 4] = ["date", "due", "deadline", "when"];
/// What is the same in every language.
const VERBATIM: [&str; 14] = [
    "quote",
    "speaker",
    "name",
    "who",
    "assignee",
    "owner",
    "label",
    "person",
    "participant",
    "language",
    "date",
    "due",
    "deadline",
    "time",
];

struct Inventor<'a> {
    root: &'a Value,
    lines: &'a [Line<'a>],
}

impl Inventor<'_> {
    /// A value for the field `name`, which speaks of the line at index `at`.
    fn fill(&self, name: &str, schema: &Value, at: usize, depth: usize) -> Value {
        let schema = schema::resolved(schema, self.root);
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(value) = schema.get("enum").and_then(Value::as_array).and_then(|values| values.first()) {
            return value.clone();
        }
        for union in ["anyOf", "oneOf", "allOf"] {
            if let Some(choices) = schema.get(union).and_then(Value::as_array) {
                let is_null = |choice: &&Value| choice["type"] == "null";
                // Nobody knows a date that nobody said.
                let wanted = choices.iter().find(|choice| is_null(choice) == is_of(name, &WHEN));
                let choice = wanted.or(choices.first()).unwrap_or(&Value::Null);
                return self.fill(name, choice, at, depth + 1);
            }
        }
        let kinds = schema::kinds(schema);
        let nullable = kinds.iter().any(|kind| kind == "null") || schema["nullable"] == true;
        if nullable && is_of(name, &WHEN) {
            return Value::Null;
        }
        match kinds.iter().find(|kind| *kind != "null").map(String::as_str) {
            Some("object") => self.object(schema, at, depth),
            Some("array") => self.list(name, schema, at, depth),
            Some("string") => self.text(name, schema, at).into(),
            Some("integer") => self.integer(name, schema, at),
            Some("number") => self.number(name, schema),
            Some("boolean") => false.into(),
            None if schema.get("properties").is_some() => self.object(schema, at, depth),
            Some(_) | None => Value::Null, // Anything is allowed, so this is.
        }
    }

    fn object(&self, schema: &Value, at: usize, depth: usize) -> Value {
        let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let fields = fields.map(|(name, inner)| (name.clone(), self.fill(name, inner, at, depth + 1)));
        fields.collect::<Map<_, _>>().into()
    }

    fn list(&self, name: &str, schema: &Value, at: usize, depth: usize) -> Value {
        let bound = |name: &str| schema.get(name).and_then(Value::as_u64);
        let items = schema.get("items").unwrap_or(&Value::Null);
        let least = usize::try_from(bound("minItems").unwrap_or(0)).unwrap_or(usize::MAX);
        if depth > DEEPEST && least == 0 {
            return json!([]);
        }
        let inner = schema::resolved(items, self.root);
        let fitting = self.fitting(name);
        let is_object = inner.get("properties").is_some();
        // A list of numbers inside of an entry is that entry's.
        let wanted = if depth > 2 {
            1
        } else if is_object {
            fitting.len()
        } else {
            AT_MOST
        };
        let most = bound("maxItems")
            .map_or(AT_MOST, |most| usize::try_from(most).unwrap_or(usize::MAX).min(AT_MOST));
        let length = wanted.clamp(1, AT_MOST).min(most).max(least);
        let spread = |index: usize| {
            if depth > 2 || fitting.is_empty() {
                at + index
            } else {
                fitting[index * fitting.len() / length.max(1)]
            }
        };
        (0..length).map(|index| self.fill(name, items, spread(index), depth + 1)).collect()
    }

    /// Indexes of the lines that a list of this name would speak of; all where none does.
    fn fitting(&self, name: &str) -> Vec<usize> {
        let signs: &[&str] = if is_of(name, &["todo", "action", "task"]) {
            &[" will ", "'ll ", "need to", "have to", "please", "我會", "我来", "我來", "負責"]
        } else if is_of(name, &["decision"]) {
            &["decide", "agree", "let's", "go with", "settled", "決定", "同意"]
        } else if is_of(name, &["question"]) {
            &["?", "？"]
        } else if is_of(name, &["speaker", "people", "name", "participant"]) {
            return self.first_of_each_speaker();
        } else {
            &[]
        };
        let fits = |line: &Line<'_>| {
            let text = format!(" {} ", line.text.to_lowercase());
            signs.iter().any(|sign| text.contains(sign))
        };
        let of = |wanted: &dyn Fn(&Line<'_>) -> bool| -> Vec<usize> {
            self.lines.iter().enumerate().filter(|(_, line)| wanted(line)).map(|(at, _)| at).collect()
        };
        let fitting = of(&fits);
        if fitting.is_empty() { of(&|_| true) } else { fitting }
    }

    fn first_of_each_speaker(&self) -> Vec<usize> {
        let mut known = Vec::new();
        let mut firsts = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            if !known.contains(&line.speaker) {
                known.push(line.speaker);
                firsts.push(at);
            }
        }
        firsts
    }

    fn line(&self, at: usize) -> Option<&Line<'_>> {
        self.lines.get(at.checked_rem(self.lines.len())?)
    }

    fn text(&self, name: &str, schema: &Value, at: usize) -> String {
        let line = self.line(at);
        let said = line.map_or("Nothing was said.", |line| line.text);
        let is_chinese =
            self.lines.iter().any(|line| line.text.chars().any(|letter| ('一'..='鿿').contains(&letter)));
        let text = match schema.get("format").and_then(Value::as_str) {
            Some("date") => "2026-12-01".to_owned(),
            Some("date-time") => "2026-12-01T09:00:00Z".to_owned(),
            Some("time") => "09:00:00Z".to_owned(),
            Some(_) | None if is_of(name, &["quote"]) => said.to_owned(),
            Some(_) | None if is_of(name, &["title", "heading", "topic"]) => title(said),
            Some(_) | None if is_of(name, &WHO) => {
                line.and_then(|line| line.speaker).unwrap_or("Speaker 1").to_owned()
            }
            Some(_) | None if is_of(name, &["language", "lang"]) => {
                if is_chinese { "zh" } else { "en" }.to_owned()
            }
            Some(_) | None if is_of(name, &WHEN) => String::new(),
            Some(_) | None if is_of(name, &["time"]) => {
                line.and_then(|line| line.time).unwrap_or_default().to_owned()
            }
            Some(_) | None if is_of(name, &["summary", "overview"]) && !self.lines.is_empty() => {
                let last = self.lines.len() - 1;
                let mut of = vec![0, last / 2, last];
                of.dedup();
                of.into_iter().map(|at| self.lines[at].text).collect::<Vec<_>>().join(" ")
            }
            Some(_) | None => said.to_owned(),
        };
        let length = |name: &str| {
            schema.get(name).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok())
        };
        let mut text: String = text.chars().take(length("maxLength").unwrap_or(usize::MAX)).collect();
        let least = length("minLength").unwrap_or(0);
        text.extend(std::iter::repeat_n('.', least.saturating_sub(text.chars().count())));
        text
    }

    fn integer(&self, name: &str, schema: &Value, at: usize) -> Value {
        let bound = |name: &str| schema.get(name).and_then(Value::as_i64);
        let number = if is_of(name, &NUMBERED) {
            self.line(at).and_then(|line| i64::try_from(line.number).ok()).unwrap_or(0)
        } else {
            1
        };
        let (least, most) = (bound("minimum").unwrap_or(i64::MIN), bound("maximum").unwrap_or(i64::MAX));
        number.min(most).max(least).into()
    }

    fn number(&self, name: &str, schema: &Value) -> Value {
        let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
        let number: f64 =
            if is_of(name, &["confidence", "certainty", "probability", "score"]) { 0.9 } else { 1.0 };
        json!(number.min(bound("maximum").unwrap_or(f64::MAX)).max(bound("minimum").unwrap_or(f64::MIN)))
    }
}

/// The first words of a line.
fn title(said: &str) -> String {
    let words: Vec<_> = said.split_whitespace().take(6).collect();
    let title: String = words.join(" ").chars().take(60).collect();
    title.trim_end_matches(|letter: char| !letter.is_alphanumeric()).to_owned()
}
