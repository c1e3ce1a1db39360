//! What is known of a recording before anybody has heard it: names and terms that may be said.

use std::collections::HashMap;

use unicode_segmentation::UnicodeSegmentation;

use crate::captions;
use crate::ports::Attachment;

/// Terms that are taken from documents at most: engines have room for some two hundred words.
const MOST_FROM_DOCUMENTS: usize = 60;

/// Text of a document that is read at most, in characters: terms that matter come early or often.
const READ_CHARS: usize = 200_000;

/// Longest term, in words and in characters.
const LONGEST_WORDS: usize = 4;
const LONGEST_CHARS: usize = 40;

/// What helps an engine. Engines that take no hints do without.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hints {
    /// Names and terms that may be said, the likeliest first.
    pub vocabulary: Vec<String>,
}

impl Hints {
    /// The person's own terms, then those that the documents of the recording mention most.
    pub fn of<'a>(own: impl IntoIterator<Item = &'a String>, documents: &[Attachment]) -> Hints {
        let mut vocabulary: Vec<String> = Vec::new();
        for term in own.into_iter().cloned().chain(mentioned(documents)) {
            if !vocabulary.iter().any(|known| known.eq_ignore_ascii_case(&term)) {
                vocabulary.push(term);
            }
        }
        Hints { vocabulary }
    }
}

/// Names and terms of documents, the most frequent first.
fn mentioned(documents: &[Attachment]) -> Vec<String> {
    let mut found: HashMap<String, (usize, usize)> = HashMap::new();
    // A transcript says what was said already. Who was there is for those who name speakers: hints go to the speech
    // service, too, and nobody chose to send it that.
    let is_document = |document: &&Attachment| {
        document.companion().is_none() && !captions::looks_like(&document.name, None)
    };
    let documents = documents.iter().filter(is_document);
    for text in documents.filter_map(|document| document.text.as_deref()) {
        let end = text.char_indices().nth(READ_CHARS).map_or(text.len(), |(at, _)| at);
        for sentence in text[..end].split(['.', '!', '?', '\n', '。', '！', '？']) {
            for term in names(sentence).into_iter().chain(quoted(sentence)) {
                let next = found.len();
                found.entry(term).or_insert((0, next)).0 += 1;
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(_, (count, first))| (std::cmp::Reverse(*count), *first));
    found.into_iter().map(|(term, _)| term).take(MOST_FROM_DOCUMENTS).collect()
}

/// Runs of capitalised words, and words that no dictionary has: acronyms, `PostgreSQL`, `GPT-4`.
fn names(sentence: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    let mut run_is_first = true;
    let words = sentence.split_whitespace().map(plain);
    for (place, word) in words.chain(std::iter::once("")).enumerate() {
        let is_latin = word.chars().all(|sign| sign.is_ascii() || sign.is_alphabetic() && !is_han(sign));
        if is_latin && word.starts_with(char::is_uppercase) && word.chars().count() > 1 {
            if run.is_empty() {
                run_is_first = place == 0;
            }
            run.push(word);
            continue;
        }
        // Every sentence begins with a capital; that alone makes no name, nor belongs to one.
        if run_is_first && run.len() > 1 && !is_odd(run[0]) && is_odd(run[1]) {
            run.remove(0);
            run_is_first = false;
        }
        let is_name = run.len() > 1 || run.first().is_some_and(|word| !run_is_first || is_odd(word));
        if is_name && run.len() <= LONGEST_WORDS {
            names.push(run.join(" "));
        }
        run.clear();
        if is_latin && is_odd(word) {
            names.push(word.to_owned());
        }
    }
    names.retain(|name| name.chars().count() <= LONGEST_CHARS);
    names
}

/// Without punctuation around it, and without the sign of a possessive.
fn plain(word: &str) -> &str {
    let word = word.trim_matches(|sign: char| !sign.is_alphanumeric());
    word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word)
}

/// Whether it has a capital or a digit where ordinary words have none.
fn is_odd(word: &str) -> bool {
    let has_letter = word.contains(char::is_alphabetic);
    has_letter && word.chars().skip(1).any(|sign| sign.is_uppercase() || sign.is_ascii_digit())
}

/// What Chinese and Japanese texts put into brackets of their own: titles and terms.
fn quoted(sentence: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for (open, close) in [('「', '」'), ('『', '』'), ('《', '》')] {
        for rest in sentence.split(open).skip(1) {
            let Some((term, _)) = rest.split_once(close) else { continue };
            if (2..=12).contains(&term.graphemes(true).count()) {
                terms.push(term.to_owned());
            }
        }
    }
    terms
}

fn is_han(sign: char) -> bool {
    matches!(sign, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(name: &str, text: &str) -> Attachment {
        let text = Some(text.into());
        Attachment { name: name.into(), location: String::new(), text, file: None, companion: None }
    }

    #[test]
    fn names_and_terms_of_documents_follow_the_person_s_own() {
        let agenda = "Agenda\nWe meet Marta Kowalska and Marta Kowalska's team. The migration to PostgreSQL 17 is late.\n\
                      Then GPT-4 costs, with ACME. Please read the minutes. Questions go to Marta Kowalska.";
        let hints = Hints::of(
            &["Debrief".into(), "acme".into(), "debrief".into()],
            &[document("agenda.pdf", agenda)],
        );
        assert_eq!(hints.vocabulary, ["Debrief", "acme", "Marta Kowalska", "PostgreSQL", "GPT-4"]);
    }

    #[test]
    fn chinese_terms_are_those_in_brackets_and_latin_words_between() {
        let text = "本次會議討論「晨曦計畫」與《年度報告》。我們用 Kubernetes 部署，請看「這是一個非常非常長的句子不是術語」。";
        assert_eq!(
            Hints::of(&[], &[document("議程.pdf", text)]).vocabulary,
            ["晨曦計畫", "年度報告", "Kubernetes"]
        );
    }

    #[test]
    fn a_chat_and_a_list_of_those_who_were_there_give_no_hints() {
        let list = document("weekly-attendance.csv", "Name\nMarta Kowalska\nMarta Kowalska\n");
        let chat = document("weekly - Chat.txt", "00:01:02 Marta Kowalska: see PostgreSQL\n");
        assert!(Hints::of(&[], &[list, chat]).vocabulary.is_empty());
    }

    #[test]
    fn a_transcript_gives_no_hints_and_a_long_document_only_so_many() {
        let many: String = (0..500).map(|n| format!("we saw Name{n} there. ")).collect();
        assert_eq!(Hints::of(&[], &[document("notes.pdf", &many)]).vocabulary.len(), MOST_FROM_DOCUMENTS);
        assert!(Hints::of(&[], &[document("talk.vtt", &many)]).vocabulary.is_empty());
    }
}
