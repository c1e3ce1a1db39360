//! The chats of meetings, as Google Meet and Zoom save them.

use super::tidy;
use crate::captions::{is_a_name, names_a_speaker};

/// Who writes, in order, once for each message.
pub(super) fn names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_awaited = false;
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.trim();
        let rest = match after_the_time(line) {
            // Meet puts the times above the message.
            Some("") => {
                is_awaited = true;
                continue;
            }
            Some(rest) => rest,
            None if std::mem::take(&mut is_awaited) => line,
            None => continue,
        };
        is_awaited = false;
        let name = writer(rest).map(tidy).filter(|name| is_a_name(name) && names_a_speaker(name));
        names.extend(name);
    }
    names
}

/// What follows the time at the start of a line: `00:12:03`, `2026-11-05 09:12:03`, `0:00:01.000,0:00:05.000`.
fn after_the_time(line: &str) -> Option<&str> {
    let is_time = |word: &str| {
        word.matches(':').count() >= 1
            && word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | ','))
    };
    let is_date =
        |word: &str| word.len() >= 8 && word.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '/'));
    let cut = |line: &str| {
        let end = line.find(char::is_whitespace).unwrap_or(line.len());
        (line[..end].to_owned(), line[end..].trim_start().len())
    };
    let (first, left) = cut(line);
    let mut rest = &line[line.len() - left..];
    if is_date(&first) {
        let (second, left) = cut(rest);
        if !is_time(&second) {
            return None;
        }
        rest = &rest[rest.len() - left..];
    } else if !is_time(&first) {
        return None;
    }
    Some(rest.strip_prefix("AM ").or_else(|| rest.strip_prefix("PM ")).unwrap_or(rest))
}

/// The name in `Ana Lopez: hello` and in `From Ana Lopez to Everyone: hello`.
fn writer(rest: &str) -> Option<&str> {
    const FROM: [&str; 7] = ["From ", "從 ", "从 ", "來自 ", "来自 ", "開始 ", "开始 "];
    const TO: [&str; 8] = [" to ", " To ", " 到 ", " 至 ", " 給 ", " 给 ", " 收件人 ", " 傳給 "];
    let (head, _) = rest.split_once([':', '：'])?;
    match FROM.iter().find_map(|from| head.strip_prefix(from)) {
        Some(sent) => {
            let end = TO.iter().filter_map(|to| sent.find(to)).min().unwrap_or(sent.len());
            Some(&sent[..end])
        }
        None => Some(head),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chats_of_zoom_and_meet_are_read() {
        let zoom = "00:12:03\tAna Lopez:\tHello all\n00:12:09 Ben Okafor : see https://example.com\nand a second line\n";
        assert_eq!(names(zoom), ["Ana Lopez", "Ben Okafor"]);
        let saved = "09:12:03 From  Ana Lopez  to  Everyone:\n\tHello\n2026-11-05 09:13:00 From Ben Okafor to Ana Lopez(Direct Message):\n\tHi\n10:00:01 從 林小美 至 所有人:\n\t大家好\n";
        assert_eq!(names(saved), ["Ana Lopez", "Ben Okafor", "林小美"]);
        let meet =
            "0:00:01.000,0:00:05.000\nAna Lopez: Hello\n\n0:00:09.000,0:00:12.000\nBen Okafor: 10:30 works\n";
        assert_eq!(names(meet), ["Ana Lopez", "Ben Okafor"]);
    }

    #[test]
    fn other_lines_name_nobody() {
        assert_eq!(
            names("Agenda: budget\nAna Lopez: hello\n12 apples: yes\n00:01:02 Speaker 1: hi\n"),
            [""; 0]
        );
    }
}
