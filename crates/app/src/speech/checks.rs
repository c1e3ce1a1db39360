//! What a person may ask of speech: engine, language, terms, speakers, addresses.

use debrief_connect::transcribe;
use debrief_core::failure::{Failure, FailureCode};
use url::Url;

/// Longest term of the vocabulary, in characters, and how many there may be.
const LONGEST_TERM: usize = 80;
const MOST_TERMS: usize = 500;

/// Whether there is an engine of that name.
pub(crate) fn check_engine(name: &str) -> Result<(), Failure> {
    let names = transcribe::names();
    if names.contains(&name) {
        return Ok(());
    }
    Err(refused(format!("There is no speech engine “{name}”."), format!("There are: {}.", names.join(", "))))
}

/// Whether that looks like a BCP 47 tag.
pub(crate) fn check_language(tag: &str) -> Result<(), Failure> {
    let is_part = |part: &str| !part.is_empty() && part.chars().all(|sign| sign.is_ascii_alphanumeric());
    let first = tag.split('-').next().unwrap_or_default();
    if (2..=3).contains(&first.len()) && tag.len() <= 35 && tag.split('-').all(is_part) {
        return Ok(());
    }
    Err(refused(
        format!("“{tag}” is no language tag."),
        "Give one like en, zh-Hant or zh-Hans; or none, and the engine finds out.",
    ))
}

/// Terms without white space around them and without repetitions.
pub(crate) fn checked_terms(words: &[String]) -> Result<Vec<String>, Failure> {
    let mut terms: Vec<String> = Vec::new();
    for word in words.iter().map(|word| word.split_whitespace().collect::<Vec<_>>().join(" ")) {
        if word.chars().count() > LONGEST_TERM {
            return Err(refused(
                format!("“{word}” is too long."),
                format!("A term has up to {LONGEST_TERM} characters."),
            ));
        }
        if !word.is_empty() && !terms.contains(&word) {
            terms.push(word);
        }
    }
    if terms.len() > MOST_TERMS {
        let what = format!("{} terms are too many.", terms.len());
        return Err(refused(what, format!("Keep the {MOST_TERMS} that matter most.")));
    }
    Ok(terms)
}

/// Whether that many speakers can be asked for.
pub(crate) fn check_count(min: Option<u16>, max: Option<u16>) -> Result<(), Failure> {
    let fits = |count: &u16| (1..=50).contains(count);
    let in_order = min.zip(max).is_none_or(|(min, max)| min <= max);
    if min.iter().chain(max.iter()).all(fits) && in_order {
        return Ok(());
    }
    Err(refused("That is no number of speakers.".to_owned(), "Give 1 to 50, and the smaller number first."))
}

pub(crate) fn checked_base(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    // A secret in an address would be shown and logged with it.
    let is_plain = |url: &Url| url.query().is_none() && url.username().is_empty() && url.password().is_none();
    url.filter(is_plain).ok_or_else(|| {
        refused(format!("“{text}” is no base address."), "Give one like http://127.0.0.1:8000/v1.")
    })
}

pub(crate) fn refused(what: String, fix: impl Into<String>) -> Failure {
    Failure::never(FailureCode::BadRequest, what, fix)
}
