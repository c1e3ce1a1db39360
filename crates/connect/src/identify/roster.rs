//! Whom a spoken name means: first names, titles, misheard and differently written names of the people that may be there.

use std::collections::BTreeSet;

use debrief_core::people::{is_chinese_title, is_short_form, without_title};
use pinyin::ToPinyin;

/// The people that names may mean, by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Roster {
    people: Vec<Person>,
}

#[derive(Debug, Clone)]
struct Person {
    /// As it is spelled at its source.
    name: String,
    /// The words of it in small letters; for Chinese names all signs are one word.
    words: Vec<String>,
    is_han: bool,
}

/// Whether a person can be meant by spoken words.
type Likeness = fn(&Person, &[&str]) -> bool;

/// Whom a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// This one. A name that is only similar is less sure.
    One { person: usize, exact: bool },
    /// One of several.
    Several,
    /// Nobody that is known.
    Nobody,
}

const TITLES: [&str; 7] = ["mr", "mrs", "ms", "miss", "dr", "prof", "professor"];
/// Family names of two signs.
const LONG_FAMILY_NAMES: [&str; 8] = ["歐陽", "欧阳", "司馬", "司马", "諸葛", "诸葛", "上官", "張簡"];
/// How similar two words must be, as Jaro and Winkler measure it.
const SIMILAR: f64 = 0.84;

impl Roster {
    pub(super) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut roster = Self::default();
        for name in names {
            roster.add(name);
        }
        roster
    }

    /// The number of the person of that name, who is new unless the whole name is known.
    pub(super) fn add(&mut self, name: &str) -> usize {
        let small = name.to_lowercase();
        if let Some(known) = self.people.iter().position(|person| person.name.to_lowercase() == small) {
            return known;
        }
        let words = small.split_whitespace().map(str::to_owned).collect();
        let is_han = name.chars().all(is_han);
        self.people.push(Person { name: name.to_owned(), words, is_han });
        self.people.len() - 1
    }

    pub(super) fn len(&self) -> usize {
        self.people.len()
    }

    pub(super) fn name(&self, person: usize) -> &str {
        &self.people[person].name
    }

    /// Whom a spoken name means. The closest kind of likeness decides; among several alike nobody does.
    pub(super) fn find(&self, spoken: &str) -> Found {
        let small = spoken.trim().to_lowercase();
        let words: Vec<&str> = small.split_whitespace().collect();
        if words.is_empty() {
            return Found::Nobody;
        }
        let kinds: &[(Likeness, bool)] = match small.chars().all(is_han) {
            true => &[(is_called_han, true), (sounds_like, false), (is_nickname_han, false)],
            false => &[(is_called, true), (is_short_for, false), (is_similar, false)],
        };
        for (fits, exact) in kinds {
            let fitting: BTreeSet<usize> =
                (0..self.people.len()).filter(|person| fits(&self.people[*person], &words)).collect();
            match fitting.len() {
                0 => {}
                1 => return Found::One { person: *fitting.first().expect("there is one"), exact: *exact },
                _ => return Found::Several,
            }
        }
        Found::Nobody
    }
}

/// The whole name, its first word, or a title and its last word.
fn is_called(person: &Person, spoken: &[&str]) -> bool {
    let titled = TITLES.contains(&spoken[0].trim_end_matches('.'));
    match spoken {
        _ if person.words == spoken => true,
        [one] => {
            person.words.iter().any(|word| word.contains(is_han))
                && person.words.iter().any(|word| word == one)
                || person.words[0] == *one
        }
        [_, last] if titled => person.words.len() > 1 && person.words.last().is_some_and(|word| word == last),
        _ => false, // More words than one are a whole name.
    }
}

/// "Ben" of "Benjamin" and "Liz" of "Elizabeth", and the other way round.
fn is_short_for(person: &Person, spoken: &[&str]) -> bool {
    let [one] = spoken else { return false };
    let first = person.words[0].as_str();
    let cut = |short: &str, long: &str| {
        let length = short.chars().count();
        length >= 3 && long.starts_with(short) && long.chars().count() >= length + 2
    };
    cut(one, first) || cut(first, one) || is_short_form(one, first) || is_short_form(first, one)
}

/// Misheard: the first sign is the same and nearly all others are.
fn is_similar(person: &Person, spoken: &[&str]) -> bool {
    let close = |a: &str, b: &str| {
        let shortest = a.chars().count().min(b.chars().count());
        let changes = strsim::osa_distance(a, b);
        shortest >= 3
            && a.chars().next() == b.chars().next()
            && changes <= if shortest > 5 { 2 } else { 1 }
            && strsim::jaro_winkler(a, b) >= SIMILAR
    };
    match spoken {
        [one] => !person.is_han && close(one, &person.words[0]),
        _ => {
            person.words.len() == spoken.len()
                && person.words.iter().zip(spoken).all(|(word, spoken)| word == spoken || close(word, spoken))
        }
    }
}

/// The whole name or the given name, with a title or without, or the family name and a title.
fn is_called_han(person: &Person, spoken: &[&str]) -> bool {
    let spoken = spoken.concat();
    let titled = |family: &str| spoken.strip_prefix(family).is_some_and(is_chinese_title);
    if !person.is_han {
        return person.words.contains(&spoken);
    }
    let (family, given) = parts(&person.name);
    // 志明哥 and 陳志明老師 have their titles behind more than the family name.
    [spoken.as_str(), without_title(&spoken)]
        .iter()
        .any(|spoken| person.name == *spoken || given.chars().count() > 1 && given == *spoken)
        || titled(family)
}

/// The same sounds: another spelling of the name, or the same one in the other script.
fn sounds_like(person: &Person, spoken: &[&str]) -> bool {
    let spoken = spoken.concat();
    if !person.is_han {
        return false;
    }
    let (_, given) = parts(&person.name);
    let same = |name: &str| {
        name.chars().count() == spoken.chars().count()
            && name.chars().count() > 1
            && name.to_pinyin().zip(spoken.as_str().to_pinyin()).all(|(a, b)| match (a, b) {
                (Some(a), Some(b)) => a.plain() == b.plain(),
                (None, _) | (_, None) => false,
            })
    };
    same(&person.name) || same(given)
}

/// 小明 and 阿明 of 陳志明, 小陳 and 老陳.
fn is_nickname_han(person: &Person, spoken: &[&str]) -> bool {
    let spoken = spoken.concat();
    let (first, last) = (person.name.chars().next(), person.name.chars().last());
    let signs: Vec<char> = spoken.chars().collect();
    let [size, sign] = signs[..] else { return false };
    let given = matches!(size, '小' | '阿') && Some(sign) == last;
    person.is_han && (given || matches!(size, '小' | '老') && Some(sign) == first)
}

fn parts(name: &str) -> (&str, &str) {
    let long = LONG_FAMILY_NAMES.iter().any(|family| name.starts_with(family));
    let at = name.char_indices().nth(if long { 2 } else { 1 }).map_or(name.len(), |(at, _)| at);
    name.split_at(at)
}

pub(super) fn is_han(sign: char) -> bool {
    matches!(sign, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(names: &[&str], spoken: &str) -> String {
        let roster = Roster::of(names.iter().copied());
        match roster.find(spoken) {
            Found::One { person, exact } => {
                format!("{}{}", roster.name(person), if exact { "" } else { "?" })
            }
            Found::Several => "several".into(),
            Found::Nobody => "nobody".into(),
        }
    }

    #[test]
    fn a_spoken_name_means_the_one_who_is_called_so() {
        let names = ["Ana Lopez", "Benjamin Okafor", "Siobhan Byrne", "Mark"];
        assert_eq!(told(&names, "Ana"), "Ana Lopez");
        assert_eq!(told(&names, "ana lopez"), "Ana Lopez");
        assert_eq!(told(&names, "Dr. Lopez"), "Ana Lopez");
        assert_eq!(told(&names, "Lopez"), "nobody");
        assert_eq!(told(&names, "Ben"), "Benjamin Okafor?");
        assert_eq!(told(&names, "Anna"), "Ana Lopez?");
        assert_eq!(told(&names, "Siobhán"), "Siobhan Byrne?");
        assert_eq!(told(&names, "Mary"), "Mark?", "as close as Marc; the rest of the evidence must tell");
        assert_eq!(told(&names, "Peter"), "nobody");
        assert_eq!(told(&["Elizabeth Warner", "Samuel Boateng"], "Liz"), "Elizabeth Warner?");
    }

    #[test]
    fn one_of_several_is_nobody_in_particular() {
        assert_eq!(told(&["Ana Lopez", "Ana Ruiz"], "Ana"), "several");
        assert_eq!(told(&["Ana Lopez", "Ana Ruiz"], "Ana Ruiz"), "Ana Ruiz");
        assert_eq!(told(&["Alexander", "Alexandra"], "Alex"), "several");
    }

    #[test]
    fn chinese_names_are_known_by_given_name_title_sound_and_script() {
        let names = ["林小美", "陳志明", "王大同"];
        assert_eq!(told(&names, "小美"), "林小美");
        assert_eq!(told(&names, "陈志明"), "陳志明?");
        assert_eq!(told(&names, "至明"), "陳志明?");
        assert_eq!(told(&names, "王經理"), "王大同");
        assert_eq!(told(&names, "阿明"), "陳志明?");
        assert_eq!(told(&names, "老陳"), "陳志明?");
        assert_eq!(told(&names, "小美姐"), "林小美");
        assert_eq!(told(&names, "陳志明老師"), "陳志明");
        assert_eq!(told(&["陳志明", "陳小美"], "小陳"), "several");
        assert_eq!(told(&names, "大家"), "nobody");
        assert_eq!(told(&["王大同", "王小明"], "王經理"), "several");
    }
}
