//! Who is meant by a name, and whether a text names somebody.

use std::collections::BTreeSet;

use crate::minutes::language::is_han;
use crate::minutes::words;
use crate::people::{is_short_form, short_forms, without_title};

pub(super) fn latin_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() || is_han(c)).filter(|word| !word.is_empty())
}

/// Whom a name means: one of `people`, all [`words::folded`], when it is theirs with a title, a family name with one, or a
/// short form, and nobody else's; else the name as it is, without its title.
pub(super) fn meant(name: &str, people: &[String]) -> String {
    if people.iter().any(|person| same_person(name, person)) {
        return name.to_owned();
    }
    let bare = without_title(name);
    let is_family_name = bare != name && bare.chars().count() == 1 && bare.chars().all(is_han);
    let one = |fits: &dyn Fn(&str) -> bool| {
        let mut fitting = people.iter().map(String::as_str).filter(|person| fits(person));
        let first = fitting.next()?;
        fitting.all(|other| other == first).then(|| first.to_owned())
    };
    let short = |person: &str| {
        let (mut spoken, mut whole) = (latin_words(bare), latin_words(person));
        let first = spoken.next().zip(whole.next()).is_some_and(|(short, whole)| is_short_form(short, whole));
        // "Liz Warner" is no Elizabeth Stone.
        first && spoken.all(|word| whole.any(|other| words::near(word, other)))
    };
    let found = if is_family_name {
        one(&|person| person.starts_with(bare) && person.chars().count() > 1 && person.chars().all(is_han))
    } else {
        one(&|person| same_person(bare, person)).or_else(|| one(&short))
    };
    found.unwrap_or_else(|| if is_family_name { name } else { bare }.to_owned())
}

/// What people say of a name in Latin letters: its parts, and the short forms of its first.
pub(super) fn said_parts(name: &str) -> impl Iterator<Item = &str> {
    let short = latin_words(name).next().into_iter().flat_map(short_forms).map(|form| form as &str);
    latin_words(name).filter(|part| part.chars().count() > 1).chain(short)
}

/// "Chen Li" and "li", 林小美 and 小美.
pub(super) fn same_person(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    if a.is_empty() || b.is_empty() {
        return false;
    }
    if a == b {
        return true;
    }
    if a.chars().any(is_han) && b.chars().any(is_han) {
        return (a.contains(b) || b.contains(a)) && a.chars().count().min(b.chars().count()) >= 2;
    }
    // Labels differ by their number alone.
    if a.chars().chain(b.chars()).any(|c| c.is_ascii_digit()) {
        return false;
    }
    let (left, right): (Vec<&str>, Vec<&str>) = (latin_words(a).collect(), latin_words(b).collect());
    let (few, many) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    !few.is_empty() && few.iter().all(|word| many.iter().any(|other| words::near(word, other)))
}

/// The given name of a Chinese name of three characters.
pub(super) fn given_name(name: &str) -> Option<String> {
    (name.chars().count() == 3).then(|| name.chars().skip(1).collect())
}

/// Whether `text` names somebody: by the whole name, or the part of it that people say.
pub(super) fn names(text: &str, name: &str) -> bool {
    if name.chars().any(is_han) {
        let bare: String = name.chars().filter(|c| is_han(*c)).collect();
        return text.contains(&bare) || given_name(&bare).is_some_and(|given| text.contains(&given));
    }
    let said: BTreeSet<&str> = latin_words(text).collect();
    said_parts(name).any(|part| said.iter().any(|word| words::near(part, word)))
}

/// The same without slips: a word that is only like the name is another word.
pub(super) fn says_name(text: &str, name: &str) -> bool {
    if name.chars().any(is_han) {
        return names(text, name);
    }
    let said: BTreeSet<&str> = latin_words(text).collect();
    said_parts(name).any(|part| said.contains(part))
}

/// Names that stand for nobody in particular.
pub(super) fn is_everybody(name: &str) -> bool {
    const WORDS: [&str; 22] = [
        "everyone",
        "everybody",
        "all",
        "team",
        "the team",
        "we",
        "us",
        "i",
        "you",
        "someone",
        "somebody",
        "they",
        "speaker",
        "大家",
        "我們",
        "我们",
        "所有人",
        "團隊",
        "团队",
        "全員",
        "各位",
        "我",
    ];
    WORDS.contains(&words::folded(name).trim())
}

/// Capitalised words inside sentences, as names are written; days and months are counted elsewhere.
pub(super) fn capitalised(text: &str) -> impl Iterator<Item = &str> {
    const DAYS: &str = " monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december i'll i'm i've i'd ";
    let mut begins = true;
    text.split_whitespace().filter_map(move |word| {
        let at_start = std::mem::replace(&mut begins, word.ends_with(['.', '!', '?', ':']));
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let bare = bare.strip_suffix("'s").or(bare.strip_suffix("\u{2019}s")).unwrap_or(bare);
        let name = bare.chars().next().is_some_and(char::is_uppercase)
            && bare.chars().count() > 1
            && bare.chars().all(char::is_alphabetic)
            && !bare.chars().any(is_han)
            && !DAYS.contains(&format!(" {} ", bare.to_lowercase()));
        (name && !at_start).then_some(bare)
    })
}
