//! Names and values of a query or a form.

use std::collections::BTreeMap;

#[derive(Debug)]
pub(crate) struct Params(BTreeMap<String, Vec<String>>);

impl Params {
    pub(crate) fn of(encoded: &str) -> Params {
        let mut params: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(encoded.as_bytes()) {
            params.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Params(params)
    }

    /// The first value that is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).into_iter().flatten().map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A name that was given twice: RFC 6749 forbids it.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.0.iter().find(|(_, values)| values.len() > 1).map(|(name, _)| name.as_str())
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }
}
