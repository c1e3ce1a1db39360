//! White space as a reader would type it, and nothing that has no meaning outside its page.

/// One page's text: no line ends in blanks, no more than one empty line in a row, columns of a table two blanks apart.
pub(super) fn tidy(page: &str) -> String {
    let mut tidied = String::with_capacity(page.len());
    let mut empty_lines = 0;
    for line in page.split(['\n', '\r', '\u{c}', '\u{b}', '\u{85}', '\u{2028}', '\u{2029}']) {
        let line = tidy_line(line);
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        if !tidied.is_empty() {
            tidied.push_str(if empty_lines > 0 { "\n\n" } else { "\n" });
        }
        tidied.push_str(&line);
        empty_lines = 0;
    }
    tidied
}

fn tidy_line(line: &str) -> String {
    let mut tidied = String::with_capacity(line.len());
    let mut blanks = 0;
    for letter in line.chars().filter_map(meaningful) {
        if letter.is_whitespace() {
            // A tab parts columns as many blanks do.
            blanks += if letter == '\t' { 2 } else { 1 };
            continue;
        }
        if !tidied.is_empty() {
            tidied.extend(std::iter::repeat_n(' ', blanks.min(2)));
        }
        tidied.push(letter);
        blanks = 0;
    }
    tidied
}

fn meaningful(letter: char) -> Option<char> {
    match letter {
        '\t' => Some(letter),
        // Where a word may be parted at the end of a line, zero-width blanks, and what a font has no letter for.
        '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{fffd}' => None,
        // The bullets of Symbol and Wingdings, which word processors put before the lines of a list.
        '\u{f0a7}' | '\u{f0b7}' => Some('•'),
        '\u{e000}'..='\u{f8ff}' => None,
        _ if letter.is_control() => None,
        _ => Some(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_tidied() {
        assert_eq!(
            tidy("\n  Agenda \r\n\r\n\r\n\u{a0}1.  Budget\u{ad}ing\t\t4.5 \n"),
            "Agenda\n\n1.  Budgeting  4.5"
        );
        assert_eq!(tidy(" \n\t\n"), "");
    }

    #[test]
    fn signs_without_meaning_are_dropped_and_bullets_kept() {
        assert_eq!(tidy("\u{f0b7} Budget\u{0}\u{fffd}\u{e001}"), "• Budget");
    }
}
