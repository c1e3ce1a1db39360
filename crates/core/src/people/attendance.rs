//! Lists of who was there: what Google Meet, Zoom and Teams give as comma- or tab-separated text.

use super::tidy;

/// Rows that are read at most.
const MOST_ROWS: usize = 20_000;

const NAME: [&str; 22] = [
    "name",
    "full name",
    "name (original name)",
    "user name",
    "username",
    "participant",
    "participant name",
    "attendee",
    "attendee name",
    "display name",
    "姓名",
    "名稱",
    "名称",
    "名字",
    "使用者名稱",
    "用户名",
    "用户名称",
    "參與者",
    "参与者",
    "與會者",
    "参会者",
    "出席者",
];
const FIRST: [&str; 5] = ["first name", "given name", "nombre", "名", "vorname"];
const LAST: [&str; 5] = ["last name", "surname", "family name", "姓", "nachname"];

/// Where names stand in the rows.
#[derive(Clone, Copy)]
enum Column {
    Full(usize),
    Parts { first: usize, last: usize },
}

/// The names in order, once for each row. Texts without a column of names have none.
pub(super) fn names(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('\u{feff}');
    // The separator is the one with which a column is called "Name"; Teams puts tabs, Excel in half of Europe semicolons.
    let tables = [b'\t', b',', b';'].map(|separator| column(text, separator));
    tables.into_iter().find(|names| !names.is_empty()).unwrap_or_default()
}

fn column(text: &str, separator: u8) -> Vec<String> {
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut names = Vec::new();
    let mut column: Option<Column> = None;
    for row in rows.records().take(MOST_ROWS) {
        let Ok(row) = row else { continue };
        let cells: Vec<String> = row.iter().map(tidy).collect();
        if let Some(found) = heading(&cells) {
            column = Some(found);
            continue;
        }
        // "3. In-Meeting Activities" above the next table.
        if cells.len() == 1 && cells[0].starts_with(|c: char| c.is_ascii_digit()) {
            column = None;
            continue;
        }
        let cell = |at: usize| cells.get(at).map_or("", String::as_str);
        let name = match column {
            Some(Column::Full(at)) => cell(at).to_owned(),
            Some(Column::Parts { first, last }) => full(cell(first), cell(last)),
            None => continue,
        };
        let is_name = name.contains(char::is_alphabetic) && !name.contains('@') && name.chars().count() <= 60;
        if is_name {
            names.push(name);
        }
    }
    names
}

fn heading(cells: &[String]) -> Option<Column> {
    let find = |words: &[&str]| cells.iter().position(|cell| words.contains(&cell.to_lowercase().as_str()));
    if let (Some(first), Some(last)) = (find(&FIRST), find(&LAST)) {
        return Some(Column::Parts { first, last });
    }
    find(&NAME).map(Column::Full)
}

/// Chinese family names come first, and without a space.
fn full(first: &str, last: &str) -> String {
    match !first.is_empty() && !last.is_empty() && format!("{first}{last}").chars().all(super::is_han) {
        true => format!("{last}{first}"),
        false => format!("{first} {last}").trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_meet_zoom_and_teams_are_read() {
        let meet = "First name,Last name,Email,Duration,Time joined,Time exited\nAna,\"Lopez, Dr\",ana@example.com,32 min,09:00,09:32\n小美,林,mei@example.com,1 min,09:00,09:01\n";
        assert_eq!(names(meet), ["Ana Lopez, Dr", "林小美"]);
        let zoom = "Meeting ID,Topic,Start Time\n123,Weekly,2026-11-05\n\nName (Original Name),User Email,Total Duration (Minutes),Guest\nAna Lopez (Ana),ana@example.com,32,No\nBen Okafor (Host),,30,Yes\n";
        assert_eq!(names(zoom), ["Ana Lopez", "Ben Okafor"]);
        let teams = "1. Summary\nMeeting title\tWeekly\nAttended participants\t2\n\n2. Participants\nName\tFirst Join\tLast Leave\tEmail\nAna Lopez\t9:00\t9:32\tana@example.com\nLin, Mei (External)\t9:01\t9:32\t\n\n3. In-Meeting Activities\nName\tJoin Time\tLeave Time\nAna Lopez\t9:00\t9:32\n";
        assert_eq!(names(teams), ["Ana Lopez", "Lin, Mei", "Ana Lopez"]);
        let chinese = "\u{feff}姓名;電子郵件\n林小美;mei@example.com\n陳志明;\n";
        assert_eq!(names(chinese), ["林小美", "陳志明"]);
    }

    #[test]
    fn a_table_without_names_of_people_gives_none() {
        assert_eq!(names("Product,Price\nAna Lopez,3\n"), [""; 0]);
        assert_eq!(names("\"unclosed\nName,Email\nAna"), [""; 0]);
        assert_eq!(names(""), [""; 0]);
    }
}
