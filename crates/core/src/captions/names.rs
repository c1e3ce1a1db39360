//! Names of speakers that stand before what they say: "Ana: hello", "[Ana] hello".

use super::{Cue, Said};

/// The longest name, in characters, …
const NAME_CHARS: usize = 60;
/// … and in words.
const NAME_WORDS: usize = 6;

/// Takes the names out of the texts of `cues` into their speakers, if the file writes them so: one colon makes no name.
/// Where names `carry`, a cue without one goes on with the speaker before it.
pub(super) fn find(cues: Vec<Cue>, carry: bool) -> Vec<Cue> {
    if !are_written(&cues, carry) {
        return cues;
    }
    let mut before: Option<String> = None;
    let mut named = |said: Said| -> Vec<Said> {
        if said.speaker.is_some() {
            return vec![said];
        }
        let carried = if carry { before.take() } else { None };
        let mut spoken = vec![Said { speaker: carried, text: String::new() }];
        for line in said.text.lines() {
            let line = undashed(line);
            match prefix(line) {
                Some((name, rest)) => {
                    spoken.push(Said { speaker: Some(name.to_owned()), text: rest.to_owned() });
                }
                None => {
                    if let Some(last) = spoken.last_mut() {
                        last.text.push('\n');
                        last.text.push_str(line);
                    }
                }
            }
        }
        before = spoken.last().and_then(|said| said.speaker.clone());
        spoken
    };
    cues.into_iter()
        .map(|cue| Cue { said: cue.said.into_iter().flat_map(&mut named).collect(), ..cue })
        .collect()
}

/// Whether names are written before what is said: in at least half of the cues, or, where they carry, in the first one
/// and at least in a tenth.
fn are_written(cues: &[Cue], carry: bool) -> bool {
    let starts_named = |cue: &Cue| {
        let said = cue.said.iter().find(|said| !said.text.trim().is_empty());
        let line =
            said.filter(|said| said.speaker.is_none()).and_then(|said| said.text.trim().lines().next());
        line.is_some_and(|line| prefix(undashed(line)).is_some())
    };
    let named = cues.iter().filter(|cue| starts_named(cue)).count();
    let first = cues.first().is_some_and(starts_named);
    named > 0 && (named * 2 >= cues.len() || (carry && first && named * 10 >= cues.len()))
}

/// The line without the dash or the arrows that some subtitles put before another speaker.
fn undashed(line: &str) -> &str {
    let line = line.trim();
    ["- ", "– ", "— ", ">>"].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line).trim()
}

/// The name at the start of a line, and what follows.
pub(super) fn prefix(line: &str) -> Option<(&str, &str)> {
    if let Some((name, rest)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
        let rest = rest.trim_start().trim_start_matches([':', '：']).trim();
        return (is_name(name) && !rest.is_empty()).then(|| (name.trim(), rest));
    }
    let (at, colon) = line.char_indices().take(NAME_CHARS + 1).find(|(_, c)| matches!(c, ':' | '：'))?;
    let (name, rest) = (line[..at].trim(), &line[at + colon.len_utf8()..]);
    // "10:30", "https://…"
    let is_other = rest.starts_with(|c: char| c.is_ascii_digit() || c == '/');
    (is_name(name) && !is_other).then(|| (name, rest.trim()))
}

/// Whether a text could be somebody's name.
pub(super) fn is_name(text: &str) -> bool {
    let text = text.trim();
    let ends_a_sentence =
        |c: char| matches!(c, '?' | '!' | ';' | ',' | '。' | '，' | '？' | '！' | '；' | '、' | '<' | '>');
    text.chars().any(char::is_alphabetic)
        && text.chars().count() <= NAME_CHARS
        && text.split_whitespace().count() <= NAME_WORDS
        && !text.contains(ends_a_sentence)
}

/// Whether a name only says that somebody speaks: "Speaker 1", "Unknown".
pub(super) fn is_label(name: &str) -> bool {
    const LABELS: [&str; 19] = [
        "speaker",
        "spk",
        "unknown",
        "unknown speaker",
        "unidentified",
        "unidentified speaker",
        "guest",
        "participant",
        "voice",
        "發言者",
        "發言人",
        "说话人",
        "說話人",
        "讲话人",
        "講者",
        "語者",
        "未知",
        "未知發言者",
        "話者",
    ];
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '_' | '#' | '-'));
    LABELS.contains(&word.trim().to_lowercase().as_str())
}
