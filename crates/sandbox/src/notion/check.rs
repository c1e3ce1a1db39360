//! Values of a request, each with the place where it stands, so that a refusal can name it.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::ApiError;

pub(super) type Checked<T> = Result<T, ApiError>;

/// A value of a request, or the lack of one, and its place: `body.children[0].paragraph`.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    path: String,
    value: Option<&'a Value>,
}

impl<'a> At<'a> {
    pub(super) fn new(path: &str, value: Option<&'a Value>) -> At<'a> {
        At { path: path.to_owned(), value }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn value(&self) -> Option<&'a Value> {
        self.value
    }

    /// `… should be {should}, instead was …`
    pub(super) fn wrong(&self, should: &str) -> ApiError {
        ApiError::failed(&self.path, should, self.value)
    }

    /// The field of an object; undefined in anything else.
    pub(super) fn field(&self, name: &str) -> At<'a> {
        At { path: format!("{}.{name}", self.path), value: self.value.and_then(|value| value.get(name)) }
    }

    /// `None` where it is undefined.
    pub(super) fn given(self) -> Option<At<'a>> {
        self.value.is_some().then_some(self)
    }

    pub(super) fn is_null(&self) -> bool {
        self.value == Some(&Value::Null)
    }

    /// `None` where it is undefined or null.
    pub(super) fn filled(self) -> Option<At<'a>> {
        if self.is_null() { None } else { self.given() }
    }

    /// An object with any fields.
    pub(super) fn map(&self) -> Checked<&'a Map<String, Value>> {
        match self.value {
            None => Err(self.wrong("defined")),
            Some(value) => value.as_object().ok_or_else(|| self.wrong("an object")),
        }
    }

    /// An object with no other fields than these.
    pub(super) fn object(&self, known: &[&str]) -> Checked<&'a Map<String, Value>> {
        let map = self.map()?;
        match map.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(self.field(unknown).wrong("not present")),
            None => Ok(map),
        }
    }

    /// The items of an array of limited length.
    pub(super) fn list(&self, at_most: usize) -> Checked<Vec<At<'a>>> {
        let items = match self.value {
            None => return Err(self.wrong("defined")),
            Some(value) => value.as_array().ok_or_else(|| self.wrong("an array"))?,
        };
        self.within(items.len(), at_most)?;
        let item = |(at, value)| At { path: format!("{}[{at}]", self.path), value: Some(value) };
        Ok(items.iter().enumerate().map(item).collect())
    }

    pub(super) fn string(&self) -> Checked<&'a str> {
        match self.value {
            None => Err(self.wrong("defined")),
            Some(value) => value.as_str().ok_or_else(|| self.wrong("a string")),
        }
    }

    /// A string of limited length in UTF-16 units.
    pub(super) fn text(&self, at_most: usize) -> Checked<&'a str> {
        let text = self.string()?;
        self.within(text.encode_utf16().count(), at_most)?;
        Ok(text)
    }

    fn within(&self, length: usize, at_most: usize) -> Checked<()> {
        if length > at_most {
            let path = format!("{}.length", self.path);
            return Err(ApiError::failed(&path, &format!("≤ `{at_most}`"), Some(&length.into())));
        }
        Ok(())
    }

    pub(super) fn flag(&self) -> Checked<bool> {
        match self.value {
            None => Err(self.wrong("defined")),
            Some(value) => value.as_bool().ok_or_else(|| self.wrong("a boolean")),
        }
    }

    pub(super) fn number(&self) -> Checked<f64> {
        match self.value {
            None => Err(self.wrong("defined")),
            Some(value) => value.as_f64().ok_or_else(|| self.wrong("a number")),
        }
    }

    /// A whole number within a range.
    pub(super) fn whole(&self, least: u64, most: u64) -> Checked<u64> {
        let number = self.number()?;
        let whole = self.value.and_then(Value::as_u64).ok_or_else(|| self.wrong("a positive integer"))?;
        if number < least as f64 {
            return Err(self.wrong(&format!("≥ `{least}`")));
        }
        if whole > most {
            return Err(self.wrong(&format!("≤ `{most}`")));
        }
        Ok(whole)
    }

    /// One of some words.
    pub(super) fn word(&self, words: &[&'static str]) -> Checked<&'static str> {
        let text = self.string()?;
        let known = words.iter().find(|word| **word == text).copied();
        known.ok_or_else(|| self.wrong(&either(words.iter().map(|word| format!("`\"{word}\"`")))))
    }

    /// `type`, where it may be left out, must say what the value is.
    pub(super) fn says(&self, kind: &'static str) -> Checked<()> {
        match self.field("type").given() {
            Some(said) => said.word(&[kind]).map(drop),
            None => Ok(()),
        }
    }

    /// The one field of some that is given. None or several are refused.
    pub(super) fn one_of(&self, names: &[&'static str]) -> Checked<&'static str> {
        let map = self.map()?;
        let mut given = names.iter().filter(|name| map.contains_key(**name));
        let first = given.next().ok_or_else(|| self.none_of(names))?;
        match given.next() {
            Some(second) => Err(self.field(second).wrong("not present")),
            None => Ok(first),
        }
    }

    /// All that could be there is named, one line each, as Notion does.
    fn none_of(&self, names: &[&'static str]) -> ApiError {
        let part = self.path.split(['.', '[']).next().unwrap_or_default();
        let lines = names
            .iter()
            .map(|name| format!("{}.{name} should be defined, instead was `undefined`.", self.path));
        let lines = lines.collect::<Vec<_>>().join("\n");
        ApiError::invalid(format!("{part} failed validation. Fix one:\n{lines}"))
    }

    /// An id, with or without dashes; with them afterwards.
    pub(super) fn id(&self) -> Checked<String> {
        let text = self.string()?;
        uuid(text).ok_or_else(|| self.wrong("a valid uuid"))
    }
}

/// The usual form of an id.
pub(super) fn uuid(text: &str) -> Option<String> {
    let length_fits = text.len() == 36 || text.len() == 32;
    Uuid::parse_str(text).ok().filter(|_| length_fits).map(|id| id.hyphenated().to_string())
}

fn either(words: impl Iterator<Item = String>) -> String {
    let mut words: Vec<String> = words.collect();
    match words.pop() {
        Some(last) if !words.is_empty() => format!("{}, or {last}", words.join(", ")),
        last => last.unwrap_or_default(),
    }
}
