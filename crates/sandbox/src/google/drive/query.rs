//! The `q` parameter of `files`: terms joined by `and`.

use crate::google::accounts::AccountId;
use crate::google::file::{DriveFile, FileId};
use crate::world::World;

/// One condition.
#[derive(Debug, PartialEq, Eq)]
enum Term {
    InParents(String),
    Trashed(bool),
    Text { of: Field, is: Comparison, value: String },
    AppProperty { key: String, value: String },
}

#[derive(Debug, PartialEq, Eq)]
enum Field {
    Name,
    MimeType,
}

#[derive(Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Contains,
}

/// All of these must hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Query(Vec<Term>);

impl Query {
    /// `None` when it cannot be read.
    pub(super) fn parse(text: &str) -> Option<Query> {
        let mut rest = text.trim();
        let mut terms = vec![];
        while !rest.is_empty() {
            if !terms.is_empty() {
                rest = word(rest, "and")?;
            }
            let (term, after) = term(rest)?;
            terms.push(term);
            rest = after;
        }
        Some(Query(terms))
    }

    pub(super) fn fits(&self, world: &World, account: &AccountId, client: &str, file: &DriveFile) -> bool {
        self.0.iter().all(|term| match term {
            Term::InParents(folder) if folder == "root" => {
                let account = world.google.accounts.get(account);
                account.is_some_and(|account| file.parents.contains(&account.root))
            }
            Term::InParents(folder) => file.parents.contains(&FileId::from(folder.as_str())),
            Term::Trashed(trashed) => file.trashed == *trashed,
            Term::Text { of, is, value } => {
                let text = match of {
                    Field::Name => &file.name,
                    Field::MimeType => &file.mime_type,
                };
                match is {
                    Comparison::Equal => text == value,
                    Comparison::Unequal => text != value,
                    Comparison::Contains => text.to_lowercase().contains(&value.to_lowercase()),
                }
            }
            Term::AppProperty { key, value } => {
                file.app_properties.get(client).and_then(|map| map.get(key)) == Some(value)
            }
        })
    }
}

fn term(text: &str) -> Option<(Term, &str)> {
    if text.starts_with('\'') {
        let (folder, rest) = quoted(text)?;
        let rest = word(word(rest, "in")?, "parents")?;
        return Some((Term::InParents(folder), rest));
    }
    if let Some(rest) = word(text, "trashed") {
        let rest = sign(rest, "=")?;
        let yes = word(rest, "true").map(|rest| (Term::Trashed(true), rest));
        return yes.or_else(|| word(rest, "false").map(|rest| (Term::Trashed(false), rest)));
    }
    if let Some(rest) = word(text, "appProperties") {
        let rest = sign(word(rest, "has")?, "{")?;
        let (key, rest) = quoted(sign(word(rest, "key")?, "=")?)?;
        let (value, rest) = quoted(sign(word(word(rest, "and")?, "value")?, "=")?)?;
        return Some((Term::AppProperty { key, value }, sign(rest, "}")?));
    }
    let name = word(text, "name").map(|rest| (Field::Name, rest));
    let (of, rest) = name.or_else(|| word(text, "mimeType").map(|rest| (Field::MimeType, rest)))?;
    let (is, rest) = None
        .or_else(|| sign(rest, "=").map(|rest| (Comparison::Equal, rest)))
        .or_else(|| sign(rest, "!=").map(|rest| (Comparison::Unequal, rest)))
        .or_else(|| word(rest, "contains").map(|rest| (Comparison::Contains, rest)))?;
    let (value, rest) = quoted(rest)?;
    Some((Term::Text { of, is, value }, rest))
}

/// What follows a whole word.
fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(word)?;
    (!rest.starts_with(|letter: char| letter.is_alphanumeric())).then(|| rest.trim_start())
}

fn sign<'a>(text: &'a str, sign: &str) -> Option<&'a str> {
    text.strip_prefix(sign).map(str::trim_start)
}

/// A text in single quotes, in which a backslash stands before a quote or another backslash.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.strip_prefix('\'')?.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\'' => return Some((value, text[at + 2..].trim_start())),
            '\\' => match letters.next()?.1 {
                escaped @ ('\'' | '\\') => value.push(escaped),
                _ => return None,
            },
            // Any other letter stands for itself.
            _ => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_with_its_quotes() {
        let query = Query::parse(r"'F' in parents and trashed=false and name = 'Tom\'s \\ talk'").unwrap();
        let name = r"Tom's \ talk".to_owned();
        assert_eq!(
            query.0,
            [
                Term::InParents("F".to_owned()),
                Term::Trashed(false),
                Term::Text { of: Field::Name, is: Comparison::Equal, value: name },
            ]
        );
        let query =
            Query::parse("appProperties has { key='job' and value='7' } and mimeType!='a/b'").unwrap();
        assert_eq!(query.0[0], Term::AppProperty { key: "job".to_owned(), value: "7".to_owned() });
    }

    #[test]
    fn a_query_that_cannot_be_read_is_refused() {
        for wrong in [
            "name",
            "name = x",
            "name = 'x",
            "trashed = maybe",
            "'F' in owners",
            "colour = 'red'",
            "name='a' name='b'",
        ] {
            assert_eq!(Query::parse(wrong), None, "{wrong}");
        }
    }
}
