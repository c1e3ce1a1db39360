//! Names of people in agendas, invitations and letters. Conservative: a name that is only mentioned is none.

use super::{is_han, is_written_as_a_name, tidy};

/// Lines below a heading that are names at most.
const MOST_LINES: usize = 40;

const HEADINGS: [&str; 34] = [
    "participants",
    "participant",
    "attendees",
    "attendee",
    "present",
    "in attendance",
    "attending",
    "invited",
    "speakers",
    "speaker",
    "panelists",
    "panellists",
    "chair",
    "chairperson",
    "moderator",
    "facilitator",
    "note taker",
    "minutes by",
    "host",
    "interviewer",
    "interviewee",
    "presenter",
    "organizer",
    "organiser",
    "與會者",
    "與會人員",
    "与会者",
    "与会人员",
    "出席",
    "出席人員",
    "出席者",
    "參加者",
    "参加者",
    "參與者",
];
const CHINESE_HEADINGS: [&str; 12] = [
    "出席人员",
    "参会人员",
    "參加人員",
    "主席",
    "主持人",
    "記錄",
    "紀錄",
    "记录",
    "講者",
    "讲者",
    "報告人",
    "列席",
];
const CLOSINGS: [&str; 11] = [
    "best",
    "best regards",
    "kind regards",
    "regards",
    "warm regards",
    "many thanks",
    "thanks",
    "sincerely",
    "yours sincerely",
    "cheers",
    "best wishes",
];
const CHINESE_CLOSINGS: [&str; 4] = ["敬上", "謹啟", "谨启", "敬啟"];
/// What stands before the `@` of addresses that are nobody's own.
const ROLES: [&str; 18] = [
    "info", "sales", "support", "no", "noreply", "reply", "team", "office", "hello", "contact", "admin",
    "service", "press", "jobs", "hr", "news", "mail", "meet",
];

/// The names in order, as often as they stand there.
pub(super) fn names(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut names = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        names.extend(listed(line, &lines[at + 1..]));
        names.extend(signed(line, &lines[at + 1..]));
        names.extend(addressed(line));
    }
    names
}

/// "Participants: Ana Lopez, Ben Okafor", or one below the other.
fn listed(line: &str, below: &[&str]) -> Vec<String> {
    let plain = line.trim_start_matches(['#', '*', '-', '•', ' ']);
    let (heading, rest) = match plain.split_once([':', '：']) {
        Some((heading, rest)) => (heading, rest.trim_matches(['*', ' ', '\u{3000}'])),
        None => return Vec::new(),
    };
    let heading = heading.trim_matches(['*', ' ', '\u{3000}']).to_lowercase();
    if !HEADINGS.contains(&heading.as_str()) && !CHINESE_HEADINGS.contains(&heading.as_str()) {
        return Vec::new();
    }
    if !rest.is_empty() {
        return split(rest);
    }
    let one = |line: &&str| {
        let line = line.trim_start_matches(|c: char| {
            c.is_ascii_digit() || matches!(c, '.' | ')' | '-' | '*' | '•' | ' ')
        });
        // "Ana Lopez, Sales": what follows is what she does.
        let name = tidy(line.split([',', '，', '–', '—', ':', '：']).next().unwrap_or_default());
        is_written_as_a_name(&name).then_some(name)
    };
    let below = below.iter().skip_while(|line| line.is_empty()).take(MOST_LINES);
    below.map_while(one).collect()
}

fn split(list: &str) -> Vec<String> {
    let list = list.replace(" and ", ",").replace(" & ", ",");
    // Chinese names may be parted by spaces alone.
    let spaced = list.chars().all(|c| is_han(c) || c.is_whitespace());
    let parts = list.split(|c: char| {
        matches!(c, ',' | ';' | '，' | '；' | '、' | '/' | '|') || spaced && c.is_whitespace()
    });
    parts.map(tidy).filter(|name| is_written_as_a_name(name)).collect()
}

/// The name below "Best regards,", and before 敬上.
fn signed(line: &str, below: &[&str]) -> Option<String> {
    if let Some(before) = CHINESE_CLOSINGS.iter().find_map(|closing| line.strip_suffix(closing)) {
        let name = before.split_whitespace().last().map(tidy)?;
        return is_written_as_a_name(&name).then_some(name);
    }
    let plain = line.trim_end_matches([',', '!', '.']).to_lowercase();
    if !CLOSINGS.contains(&plain.as_str()) {
        return None;
    }
    let name = tidy(below.iter().take(2).find(|line| !line.is_empty())?);
    is_written_as_a_name(&name).then_some(name)
}

/// "Ana Lopez <ana@…>", and `ana.lopez@…`.
fn addressed(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in line.match_indices('@') {
        let is_local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
        let from = line[..at]
            .rfind(|c: char| !is_local(c))
            .map_or(0, |gap| gap + line[gap..].chars().next().map_or(1, char::len_utf8));
        let local = line[from..at].trim_start_matches("mailto:");
        let before = line[..from].strip_suffix('<').map(str::trim_end);
        let shown = before.map(|before| {
            let shown = before.rsplit([',', ';', ':', '<', '>', '：', '，', '；']).next().unwrap_or_default();
            tidy(shown)
        });
        if let Some(shown) = shown.filter(|shown| is_written_as_a_name(shown)) {
            names.push(shown);
            continue;
        }
        let parts: Vec<&str> = local.split(['.', '_']).collect();
        let is_part = |part: &&str| {
            part.chars().count() > 1
                && part.chars().all(char::is_alphabetic)
                && !ROLES.contains(&part.to_lowercase().as_str())
        };
        if parts.len() == 2 && parts.iter().all(is_part) {
            let capitalised = |part: &&str| {
                let mut signs = part.chars();
                let first = signs.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
                first + &signs.as_str().to_lowercase()
            };
            names.push(parts.iter().map(capitalised).collect::<Vec<_>>().join(" "));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_signatures_and_addresses_name_people() {
        let agenda =
            "Weekly\nParticipants: Ana Lopez (Sales), Ben Okafor and Chidi van der Berg\n1. Budget\n";
        assert_eq!(names(agenda), ["Ana Lopez", "Ben Okafor", "Chidi van der Berg"]);
        assert_eq!(
            names("Attendees:\n\n- Ana Lopez, Sales\n- Ben Okafor\n\nTopics\n"),
            ["Ana Lopez", "Ben Okafor"]
        );
        assert_eq!(
            names("與會者：林小美、陳志明，Ana Lopez\n主席：王大同 經理"),
            ["林小美", "陳志明", "Ana Lopez", "王大同"]
        );
        assert_eq!(names("出席人員：林小美 陳志明　王大同"), ["林小美", "陳志明", "王大同"]);
        assert_eq!(names("See you then.\n\nBest regards,\nAna Lopez\nSales, Acme"), ["Ana Lopez"]);
        assert_eq!(names("陳志明 敬上"), ["陳志明"]);
        assert_eq!(
            names("To: Ana Lopez <ana@example.com>, ben.okafor@example.com; info@example.com"),
            ["Ana Lopez", "Ben Okafor"]
        );
    }

    #[test]
    fn a_name_that_is_only_mentioned_is_none() {
        let text = "We met Marta Kowalska. Ana Lopez presents the numbers.\nTopic: Ben Okafor's plan\nContact sales.team@example.com or no_reply@example.com\nPresent: the whole team\n與會者：全體同仁";
        assert_eq!(names(text), [""; 0]);
    }
}
