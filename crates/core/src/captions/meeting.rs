//! What meeting services write down as plain text: transcripts of Google Meet, saved captions of Zoom.

use super::{Cue, Said, clock, names};

const DAY_MS: u32 = 86_400_000;

/// The cues of such a text; `None` when it is none.
pub(super) fn read(text: &str) -> Option<Vec<Cue>> {
    zoom(text).or_else(|| meet(text))
}

/// Zoom's saved captions: `[Ana Lopez] 10:00:05` above what she says. The times are those of the day.
fn zoom(text: &str) -> Option<Vec<Cue>> {
    let mut cues: Vec<Cue> = Vec::new();
    let mut first: Option<u32> = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some((name, at)) = zoom_head(line) {
            let began = *first.get_or_insert(at);
            // Meetings may go on after midnight.
            let start_ms = (at + DAY_MS - began) % DAY_MS;
            let said = vec![Said { speaker: Some(name.to_owned()), text: String::new() }];
            cues.push(Cue { start_ms, end_ms: None, said });
        } else {
            append(&mut cues.last_mut()?.said, line);
        }
    }
    (!cues.is_empty()).then_some(cues)
}

fn zoom_head(line: &str) -> Option<(&str, u32)> {
    let (name, at) = line.strip_prefix('[')?.split_once(']')?;
    let (at, half) = at.trim().split_once(' ').unwrap_or((at.trim(), ""));
    let at = clock(at).filter(|at| *at < DAY_MS)?;
    let noon = DAY_MS / 2;
    let at = match half.trim().to_ascii_uppercase().as_str() {
        "" => at,
        "AM" => at % noon,
        "PM" => at % noon + noon,
        _ => return None, // Something is said on the same line.
    };
    Some((name.trim(), at)).filter(|(name, _)| !name.is_empty())
}

/// A transcript of Google Meet: times on lines of their own, `Name: text` below them. It may stand behind the notes of
/// the same meeting.
fn meet(text: &str) -> Option<Vec<Cue>> {
    let lines: Vec<&str> = text.lines().map(plain).collect();
    let first = lines.iter().position(|line| section(line).is_some())?;
    let said_alone = match lines.iter().any(|line| names::prefix(line).is_some()) {
        true => Vec::new(),
        false => alone(&lines),
    };
    let mut cues: Vec<Cue> = Vec::new();
    // Older ones begin without a time.
    let heading = lines[..first].iter().rposition(|line| is_heading(line));
    let from = heading.map_or(first, |heading| heading + 1);
    if from < first && lines[from..first].iter().any(|line| names::prefix(line).is_some()) {
        cues.push(Cue::default());
    }
    let (mut named, mut all) = (0, 0);
    for line in lines[from..].iter().filter(|line| !line.is_empty()) {
        if let Some(start_ms) = section(line) {
            cues.push(Cue { start_ms, ..Cue::default() });
            continue;
        }
        if ends(line) {
            break;
        }
        let Some(cue) = cues.last_mut() else { continue };
        all += 1;
        match names::prefix(line) {
            Some((name, rest)) => {
                named += 1;
                let text = rest.trim_start_matches('*').trim().to_owned();
                cue.said.push(Said { speaker: Some(name.to_owned()), text });
            }
            None if said_alone.contains(line) => {
                named += 2;
                cue.said.push(Said { speaker: Some((*line).to_owned()), text: String::new() });
            }
            None => append(&mut cue.said, line),
        }
    }
    (named > 0 && named * 2 >= all).then_some(cues)
}

/// A line without the marks of Markdown, as which Google's documents are exported too.
fn plain(line: &str) -> &str {
    line.trim().trim_start_matches(['#', '*']).trim()
}

/// `00:05:00` on a line of its own.
fn section(line: &str) -> Option<u32> {
    let line = line.trim_end_matches('*');
    (line.matches(':').count() == 2).then(|| clock(line))?
}

/// "Weekly - Transcript", "📖 Transcript".
fn is_heading(line: &str) -> bool {
    let line = line.to_lowercase();
    line.chars().count() <= 200 && super::place::TRANSCRIPT.iter().any(|word| line.ends_with(word))
}

/// "Transcription ended after 00:32:49", in whatever language.
fn ends(line: &str) -> bool {
    let has_time = line.split_whitespace().any(|word| section(word).is_some());
    has_time && names::prefix(line).is_none() && line.split_whitespace().count() <= 8
        || line.starts_with("This editable transcript was computer generated")
}

/// Names that stand above what is said instead of before it: short lines that come more than once.
fn alone<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let closes = |line: &str| line.ends_with(['.', '…', ':', '：']);
    let mut short: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| names::is_name(line) && !closes(line) && line.split_whitespace().count() <= 4)
        .filter(|line| line.chars().next().is_some_and(|c| !c.is_lowercase()))
        .collect();
    short.sort_unstable();
    short.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).map(|same| same[0]).collect()
}

fn append(said: &mut Vec<Said>, line: &str) {
    match said.last_mut() {
        Some(last) if last.text.is_empty() => last.text.push_str(line),
        Some(last) => {
            last.text.push('\n');
            last.text.push_str(line);
        }
        None => said.push(Said { speaker: None, text: line.to_owned() }),
    }
}
