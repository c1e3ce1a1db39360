//! Text of a recording as text of a Markdown page: nothing in it becomes a heading, a list, a link or HTML.

use url::Url;

/// `text` on one line: white space and line ends become single spaces, control characters go.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// For the middle of a line.
pub(super) fn inline(text: &str) -> String {
    let line = one_line(text);
    let mut out = String::with_capacity(line.len() + 8);
    for (at, c) in line.char_indices() {
        let rest = &line[at + c.len_utf8()..];
        if is_special(c, &line[..at], rest) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// For the beginning of a line, a list item or a quotation.
pub(super) fn line_start(text: &str) -> String {
    let inline = inline(text);
    let digits = inline.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = inline.split_at(digits);
    if digits > 0 && rest.starts_with(['.', ')']) {
        return format!("{number}\\{rest}");
    }
    // A list item, a quotation, the underline of a heading.
    let opens_block = digits == 0 && rest.starts_with(['-', '+', '=', '>', ':']);
    if opens_block { format!("\\{inline}") } else { inline }
}

/// Whether `c` would mean something to Markdown between `before` and `after`. Hyphens, dots and brackets inside
/// a sentence stay as they are, so that the file reads well without a viewer too.
fn is_special(c: char, before: &str, after: &str) -> bool {
    match c {
        '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '#' | '~' | '|' | '$' | '{' | '}' | '^' => true,
        '&' => after.starts_with(|c: char| c == '#' || c.is_ascii_alphanumeric()),
        // Many viewers turn bare addresses into links.
        ':' => after.starts_with("//"),
        '.' => before.to_ascii_lowercase().ends_with("www"),
        '@' => true,
        // Two of these are emphasis in some viewers.
        '=' => after.starts_with('=') || before.ends_with('='),
        _ => false, // Every other character is plain in the middle of a line.
    }
}

/// The address that a link to `target` points to: `https:` addresses as they are, an absolute path as a `file:`
/// address. `None` for anything else, which then stays text.
pub(super) fn address(target: &str) -> Option<String> {
    let url = match Url::parse(target) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        Ok(_) | Err(_) => Url::from_file_path(target).ok()?,
    };
    Some(url.as_str().replace('\\', "%5C"))
}

/// A Markdown link, or plain text where `target` cannot be linked to.
pub(super) fn link(text: &str, target: &str) -> String {
    match address(target) {
        // An ampersand could begin an entity; angle brackets and spaces are percent-encoded by the address.
        Some(address) => format!("[{}](<{}>)", inline(text), address.replace('&', "&amp;")),
        None => inline(text),
    }
}
