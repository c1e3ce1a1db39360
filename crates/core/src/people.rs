//! People who may have spoken: whom the person named, and who is named in what lies beside the recording.

mod attendance;
mod chat;
mod documents;
mod place;
mod spoken;

use std::collections::BTreeMap;

use crate::captions;
use crate::ports::Attachment;

pub use place::{Companion, companion, lies_beside};
pub use spoken::{is_chinese_title, is_short_form, short_forms, without_title};

/// Candidates that are kept at most: nobody finds a speaker among more.
const MOST: usize = 200;
/// Text of a document that is read at most, in characters.
const READ_CHARS: usize = 400_000;
/// The longest name, in characters, …
const NAME_CHARS: usize = 40;
/// … and in words.
const NAME_WORDS: usize = 4;

/// Somebody who may have spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The name, as it is spelled at its source.
    pub name: String,
    /// What names them.
    pub source: CandidateSource,
    /// The file that does, if it is one.
    pub file: Option<String>,
    /// How often they are named in all.
    pub times: u32,
}

/// What names a candidate; the first is the most trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CandidateSource {
    /// The person typed it.
    Participants,
    /// A list of those who were there.
    Attendance,
    /// A message in the meeting's chat.
    Chat,
    /// Another document.
    Document,
}

/// Everybody who may have spoken, the likeliest first; a name once, as the most trusted source spells it.
pub fn candidates(participants: &[String], attachments: &[Attachment]) -> Vec<Candidate> {
    let mut all = Vec::new();
    for name in participants.iter().map(|name| tidy(name)).filter(|name| name.contains(char::is_alphabetic)) {
        add(&mut all, name, CandidateSource::Participants, None);
    }
    // A transcript that was not used as one says what somebody's colleague said, not who was there.
    let is_transcript =
        |document: &Attachment| document.companion().is_none() && captions::looks_like(&document.name, None);
    let documents = attachments.iter().filter(|document| !is_transcript(document));
    for document in documents {
        let Some(text) = document.text.as_deref() else { continue };
        let end = text.char_indices().nth(READ_CHARS).map_or(text.len(), |(at, _)| at);
        let text = &text[..end];
        let (source, names) = match document.companion() {
            Some(Companion::Attendance) => (CandidateSource::Attendance, attendance::names(text)),
            Some(Companion::Chat) => (CandidateSource::Chat, chat::names(text)),
            None => (CandidateSource::Document, documents::names(text)),
        };
        for name in names {
            add(&mut all, name, source, Some(&document.name));
        }
    }
    all.sort_by_key(|candidate| (candidate.source, std::cmp::Reverse(candidate.times)));
    let mut all = joined(all);
    all.truncate(MOST);
    all
}

fn add(all: &mut Vec<Candidate>, name: String, source: CandidateSource, file: Option<&str>) {
    let folded = name.to_lowercase();
    match all.iter_mut().find(|known| known.name.to_lowercase() == folded) {
        Some(known) => {
            known.times += 1;
            if source < known.source {
                *known = Candidate { name, source, file: file.map(str::to_owned), times: known.times };
            }
        }
        None => all.push(Candidate { name, source, file: file.map(str::to_owned), times: 1 }),
    }
}

/// First names alone join the one full name that begins with them: a chat's "Ana" is the list's "Ana Lopez". What the
/// person typed keeps its spelling.
fn joined(all: Vec<Candidate>) -> Vec<Candidate> {
    let mut by_first: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, candidate) in all.iter().enumerate() {
        let first = candidate.name.split_whitespace().next().unwrap_or_default();
        by_first.entry(first.to_lowercase()).or_default().push(at);
    }
    let mut kept: Vec<Option<Candidate>> = all.into_iter().map(Some).collect();
    for places in by_first.values() {
        let &[one, other] = places.as_slice() else { continue };
        let is_short = |at: usize| {
            kept[at].as_ref().is_some_and(|candidate| candidate.name.split_whitespace().count() == 1)
        };
        // They are in order of trust, so `one` is trusted at least as much.
        let (stays, goes) = match (is_short(one), is_short(other)) {
            (false, true) => (one, other),
            (true, false)
                if kept[one].as_ref().is_some_and(|c| c.source == CandidateSource::Participants) =>
            {
                (one, other)
            }
            (true, false) => (other, one),
            (false, false) | (true, true) => continue,
        };
        let times = kept[goes].take().map_or(0, |candidate| candidate.times);
        if let Some(candidate) = &mut kept[stays] {
            candidate.times += times;
        }
    }
    kept.into_iter().flatten().collect()
}

/// Without white space, bullets and quotes around it, and without what lists put behind a name: "(Host)", "（外部）".
fn tidy(name: &str) -> String {
    let outer = |c: char| {
        c.is_whitespace()
            || matches!(c, '"' | '“' | '”' | '\'' | '*' | '•' | '·' | '-' | '–' | '_' | ',' | ';')
    };
    let mut name = name.trim_matches(outer);
    while let Some(open) = name.rfind(['(', '（', '[', '<']).filter(|_| name.ends_with([')', '）', ']', '>']))
    {
        name = name[..open].trim_matches(outer);
        if open == 0 {
            break;
        }
    }
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text is written as a person's name is: a few capitalised words, or two to four Chinese characters.
fn is_written_as_a_name(text: &str) -> bool {
    const BETWEEN: [&str; 16] = [
        "de", "da", "do", "dos", "del", "di", "la", "le", "van", "von", "der", "den", "bin", "al", "el", "y",
    ];
    const NO_NAMES: [&str; 22] = [
        "all",
        "team",
        "everyone",
        "everybody",
        "none",
        "tbd",
        "n/a",
        "agenda",
        "meeting",
        "notes",
        "minutes",
        "date",
        "time",
        "location",
        "topic",
        "and",
        "others",
        "the",
        "staff",
        "guests",
        "zoom",
        "online",
    ];
    const NO_CHINESE_NAMES: [&str; 24] = [
        "全體",
        "全体",
        "全員",
        "所有人",
        "同仁",
        "各位",
        "大家",
        "會議",
        "会议",
        "日期",
        "時間",
        "时间",
        "地點",
        "地点",
        "如下",
        "經理",
        "经理",
        "主任",
        "組長",
        "组长",
        "先生",
        "小姐",
        "老師",
        "老师",
    ];
    let han = text.chars().filter(|c| is_han(*c)).count();
    if han > 0 && text.chars().all(is_han) {
        return (2..=4).contains(&han) && !NO_CHINESE_NAMES.iter().any(|word| text.contains(word));
    }
    let mut words = 0;
    for word in text.split_whitespace() {
        words += 1;
        let is_word = word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.'))
            && word.contains(char::is_alphabetic);
        let is_capitalised = word.starts_with(|c: char| c.is_uppercase() || is_han(c));
        let small = word.to_lowercase();
        if !is_word
            || NO_NAMES.contains(&small.as_str())
            || !(is_capitalised || BETWEEN.contains(&small.as_str()) && words > 1)
        {
            return false;
        }
    }
    (1..=NAME_WORDS).contains(&words) && (2..=NAME_CHARS).contains(&text.chars().count())
}

fn is_han(sign: char) -> bool {
    matches!(sign, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> Attachment {
        let text = Some(text.into());
        Attachment { name: name.into(), location: String::new(), text, file: None, companion: None }
    }

    fn told(participants: &[&str], files: &[Attachment]) -> Vec<String> {
        let typed: Vec<String> = participants.iter().map(|name| (*name).to_owned()).collect();
        let told = |c: Candidate| {
            let from = c.file.unwrap_or_else(|| "typed".to_owned());
            format!("{} ×{} {:?}, {from}", c.name, c.times, c.source)
        };
        candidates(&typed, files).into_iter().map(told).collect()
    }

    #[test]
    fn everybody_is_named_once_as_the_most_trusted_source_spells_it() {
        let agenda = file("agenda.pdf", "Participants: ANA LOPEZ, Ben Okafor\nTopic: budget");
        let list = file(
            "weekly - attendance.csv",
            "Name,Email\nAna Lopez,ana@example.com\n林小美,mei@example.com\n",
        );
        let chat = file("weekly - Chat.txt", "00:01:02\tAna Lopez:\tHello\n00:01:09\tBen Okafor:\tHi\n");
        assert_eq!(
            told(&["  Ben  Okafor "], &[agenda, list, chat]),
            [
                "Ben Okafor ×3 Participants, typed",
                "Ana Lopez ×3 Attendance, weekly - attendance.csv",
                "林小美 ×1 Attendance, weekly - attendance.csv"
            ]
        );
    }

    #[test]
    fn a_first_name_joins_the_one_full_name_that_begins_with_it() {
        let list = file("attendance.csv", "Name,Email\nAna Lopez,\nBen Okafor,\nBen Ito,\n");
        let chat = file("chat.txt", "00:01:02\tAna:\tHello\n00:01:09\tBen:\tHi\n");
        assert_eq!(
            told(&[], &[list.clone(), chat]),
            [
                "Ana Lopez ×2 Attendance, attendance.csv",
                "Ben Okafor ×1 Attendance, attendance.csv",
                "Ben Ito ×1 Attendance, attendance.csv",
                "Ben ×1 Chat, chat.txt"
            ]
        );
        assert_eq!(told(&["Ana"], &[list])[0], "Ana ×2 Participants, typed");
    }

    #[test]
    fn a_sheet_without_an_ending_is_read_as_what_its_source_says_it_is() {
        let sheet = file("Weekly - Attendance report", "First name,Last name\nAna,Lopez\n");
        let chat = file("Weekly - Chat", "0:00:01.000,0:00:05.000\nBen Okafor: Hi\n");
        assert_eq!(told(&[], &[sheet.clone(), chat.clone()]), [""; 0], "their names alone say nothing");
        let sheet = Attachment { companion: Some(Companion::Attendance), ..sheet };
        let chat = Attachment { companion: Some(Companion::Chat), ..chat };
        assert_eq!(
            told(&[], &[chat, sheet]),
            ["Ana Lopez ×1 Attendance, Weekly - Attendance report", "Ben Okafor ×1 Chat, Weekly - Chat"]
        );
    }

    #[test]
    fn a_transcript_names_no_candidates() {
        let vtt = file("weekly.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nParticipants: Ana Lopez\n");
        assert_eq!(told(&[], &[vtt]), [""; 0]);
    }
}
