//! The text of one subtitle: its tags and entities, and the voices in it.

use super::{Said, clock};

/// The longest tag, in bytes; what is longer is text.
const LONGEST_TAG: usize = 300;

/// What is said in the text of a cue. Tags that only draw are left out; WebVTT has voices and entities.
pub(super) fn read(text: &str, is_vtt: bool) -> Vec<Said> {
    let mut said = vec![Said::default()];
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&', '{']) {
        push(&mut said, &rest[..at]);
        rest = &rest[at..];
        let taken = match rest.as_bytes()[0] {
            b'<' => tag(rest, &mut said),
            b'&' if is_vtt => entity(rest, &mut said),
            b'{' => drawing(rest),
            _ => 0, // An ampersand of SubRip stands for itself.
        };
        // What begins nothing is text.
        let taken = if taken == 0 { push_first(&mut said, rest) } else { taken };
        rest = &rest[taken..];
    }
    push(&mut said, rest);
    said
}

fn push(said: &mut [Said], text: &str) {
    if let Some(last) = said.last_mut() {
        last.text.push_str(text);
    }
}

fn push_first(said: &mut [Said], rest: &str) -> usize {
    let length = rest.chars().next().map_or(0, char::len_utf8);
    push(said, &rest[..length]);
    length
}

/// How many bytes the tag at the start of `rest` takes; 0 when it is none.
fn tag(rest: &str, said: &mut Vec<Said>) -> usize {
    let Some(end) = rest.find('>').filter(|end| *end <= LONGEST_TAG) else { return 0 };
    let inside = &rest[1..end];
    let (closes, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
    let name_length = inside.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(inside.len());
    match inside[..name_length].to_ascii_lowercase().as_str() {
        "v" => {
            let voice = inside.split_once(char::is_whitespace).map(|(_, voice)| voice);
            let speaker = voice.filter(|_| !closes).map(unescaped).filter(|voice| !voice.is_empty());
            said.push(Said { speaker, text: String::new() });
        }
        "br" => push(said, "\n"),
        "b" | "i" | "u" | "s" | "c" | "font" | "ruby" | "rt" | "lang" => {}
        "" if clock(inside).is_some() => {}
        _ => return 0, // "a < b and c > d".
    }
    end + 1
}

/// How many bytes the entity at the start of `rest` takes; 0 when it is none that is known.
fn entity(rest: &str, said: &mut [Said]) -> usize {
    let Some((end, sign)) = entity_at(rest) else { return 0 };
    push(said, sign.encode_utf8(&mut [0; 4]));
    end + 1
}

fn entity_at(rest: &str) -> Option<(usize, char)> {
    let end = rest.find(';').filter(|end| *end <= 10)?;
    let sign = match &rest[1..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "lrm" => '\u{200e}',
        "rlm" => '\u{200f}',
        other => {
            let number = other.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|sign| !sign.is_control())?
        }
    };
    Some((end, sign))
}

/// How many bytes `{\an8}` and the like take, which say where a text is drawn.
fn drawing(rest: &str) -> usize {
    match rest.find('}') {
        Some(end) if rest.starts_with("{\\") && end <= LONGEST_TAG => end + 1,
        Some(_) | None => 0,
    }
}

fn unescaped(text: &str) -> String {
    let mut said = vec![Said::default()];
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        push(&mut said, &rest[..at]);
        rest = &rest[at..];
        let taken = entity(rest, &mut said).max(1);
        if taken == 1 {
            push(&mut said, "&");
        }
        rest = &rest[taken..];
    }
    push(&mut said, rest);
    said.pop().unwrap_or_default().text.trim().to_owned()
}
