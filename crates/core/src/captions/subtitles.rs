//! WebVTT and SubRip, also as they are found: with times of either form, without numbers, without empty lines.

use super::{Cue, clock, markup, names};

/// A cue whose text is still as in the file.
struct Raw<'a> {
    start_ms: u32,
    end_ms: Option<u32>,
    lines: Vec<&'a str>,
}

/// The language that the file names, and its cues; `None` when it is neither WebVTT nor has times as subtitles have them.
pub(super) fn read(text: &str) -> Option<(Option<String>, Vec<Cue>)> {
    let is_vtt = text.starts_with("WEBVTT");
    let raw = raw_cues(text, is_vtt);
    if raw.is_empty() && !is_vtt {
        return None;
    }
    let cue = |raw: Raw<'_>| Cue {
        start_ms: raw.start_ms,
        end_ms: raw.end_ms,
        said: markup::read(&raw.lines.join("\n"), is_vtt),
    };
    let cues = raw.into_iter().map(cue).collect();
    // SubRip knows no voices, so whoever writes names into it writes them where the speaker changes.
    let language = if is_vtt { header_language(text) } else { None };
    Some((language, names::find(cues, !is_vtt)))
}

fn raw_cues(text: &str, is_vtt: bool) -> Vec<Raw<'_>> {
    let mut cues: Vec<Raw<'_>> = Vec::new();
    // Whether lines belong to the last cue.
    let mut open = false;
    let mut above: &str = "";
    for line in text.lines() {
        if line.contains("-->") {
            if let Some(last) = cues.last_mut().filter(|_| open)
                && is_number(above)
            {
                last.lines.pop();
            }
            let times = times(line);
            open = times.is_some();
            cues.extend(times.map(|(start_ms, end_ms)| Raw { start_ms, end_ms, lines: Vec::new() }));
        } else if line.is_empty() {
            // Texts of SubRip may have empty lines inside; in WebVTT notes and styles may follow one.
            open = open && !is_vtt;
        } else if let Some(last) = cues.last_mut().filter(|_| open) {
            last.lines.push(line);
        }
        above = line;
    }
    cues
}

/// A cue's number, which stands right above its times.
fn is_number(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.chars().all(|c| c.is_ascii_digit())
}

/// `00:01.000 --> 00:02.500 align:start`; an end that isn't behind the start says nothing.
fn times(line: &str) -> Option<(u32, Option<u32>)> {
    let (start, rest) = line.split_once("-->")?;
    let start_ms = clock(start.trim())?;
    let end_ms = clock(rest.split_whitespace().next()?)?;
    Some((start_ms, Some(end_ms).filter(|end_ms| *end_ms > start_ms)))
}

/// `Language: zh-TW` in the header, as video sites write it.
fn header_language(text: &str) -> Option<String> {
    let header = text.lines().take_while(|line| !line.trim().is_empty());
    let language = header.skip(1).find_map(|line| line.strip_prefix("Language:"))?.trim();
    let is_tag = !language.is_empty()
        && language.len() <= 35
        && language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_tag.then(|| language.to_owned())
}
