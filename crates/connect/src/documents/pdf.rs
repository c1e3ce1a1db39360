//! PDF → text, page by page, so that a broken page costs that page alone.

use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use pdf_oxide::PdfDocument;
use pdf_oxide::error::Error;

use super::judge::is_garbage;
use super::tidy::tidy;
use super::{DocumentText, MAX_FILE_BYTES, MAX_PAGES, MAX_TEXT_BYTES, Unreadable};

/// The mark of the end lies in the last bytes, and mail programs may add some of their own.
const END_WITHIN: usize = 1024;

/// The text of the document. Blocks, and may do anything that a parser of PDFs does when the file is evil.
pub(super) fn read(file: &Path, time_is_up: &dyn Fn() -> bool) -> Result<DocumentText, Unreadable> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    let size_bytes = bytes.len() as u64;
    if size_bytes > MAX_FILE_BYTES {
        // It has grown since somebody looked.
        return Err(Unreadable::TooLarge { size_bytes });
    }
    let whole = has_end(&bytes);
    let document = PdfDocument::from_bytes(bytes).map_err(|error| unreadable(&error))?;
    // The empty password has been tried: documents that only forbid changes open with it.
    if !document.is_authenticated() {
        return Err(Unreadable::Encrypted);
    }
    let pages = document.page_count().map_err(|error| unreadable(&error))?;
    let page = |number| {
        let text = catch_unwind(AssertUnwindSafe(|| document.extract_text(number)));
        text.ok().and_then(Result::ok)
    };
    gather(pages, page, time_is_up).map_err(|why| match why {
        // The parser makes up empty pages for those that it has not found.
        Unreadable::Scanned if !whole => Unreadable::Damaged,
        why => why,
    })
}

fn has_end(bytes: &[u8]) -> bool {
    bytes[bytes.len().saturating_sub(END_WITHIN)..].windows(5).any(|window| window == b"%%EOF")
}

fn unreadable(error: &Error) -> Unreadable {
    match error {
        Error::EncryptedPdf => Unreadable::Encrypted,
        // Whatever else the parser says, the person can do the same about it.
        _ => Unreadable::Damaged,
    }
}

/// Puts the pages together; `page` gives the text of the page of that number, from 0, or nothing if it is broken.
fn gather(
    pages: usize,
    mut page: impl FnMut(usize) -> Option<String>,
    time_is_up: &dyn Fn() -> bool,
) -> Result<DocumentText, Unreadable> {
    let (mut text, mut pages_read, mut broken, mut garbage) = (String::new(), 0, 0, 0);
    let mut truncated = pages > MAX_PAGES;
    let mut late = false;
    for number in 0..pages.min(MAX_PAGES) {
        late = time_is_up();
        if late || text.len() >= MAX_TEXT_BYTES {
            truncated = true;
            break;
        }
        match page(number) {
            None => broken += 1,
            Some(raw) if is_garbage(&raw) => garbage += 1,
            Some(raw) => {
                pages_read += 1;
                append(&mut text, &tidy(&raw));
            }
        }
    }
    if text.is_empty() {
        return Err(match () {
            () if late => Unreadable::TookTooLong,
            () if garbage > 0 => Unreadable::Garbage,
            () if broken > 0 || pages == 0 => Unreadable::Damaged,
            () => Unreadable::Scanned,
        });
    }
    truncated |= text.len() > MAX_TEXT_BYTES;
    text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES));
    Ok(DocumentText { text, pages: u32::try_from(pages).unwrap_or(u32::MAX), pages_read, truncated })
}

fn append(text: &mut String, page: &str) {
    if !text.is_empty() && !page.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(page);
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const IN_TIME: &dyn Fn() -> bool = &|| false;

    fn numbered(number: usize) -> Option<String> {
        Some(format!("This is page {number} \n"))
    }

    #[test]
    fn a_broken_page_costs_that_page_alone() {
        let read = gather(3, |number| if number == 1 { None } else { numbered(number) }, IN_TIME).unwrap();
        assert_eq!(read.text, "This is page 0\n\nThis is page 2");
        assert_eq!((read.pages, read.pages_read, read.truncated), (3, 2, false));
    }

    #[test]
    fn a_page_of_garbage_is_left_out() {
        let garbage = || Some("\u{fffd}".repeat(9));
        let read =
            gather(2, |number| if number == 0 { garbage() } else { numbered(number) }, IN_TIME).unwrap();
        assert_eq!((read.text.as_str(), read.pages_read), ("This is page 1", 1));
        assert_eq!(gather(2, |_| garbage(), IN_TIME), Err(Unreadable::Garbage));
    }

    #[test]
    fn an_empty_page_is_read_and_leaves_no_gap() {
        let read = gather(3, |number| if number == 1 { Some(" ".into()) } else { numbered(number) }, IN_TIME);
        let read = read.unwrap();
        assert_eq!((read.text.as_str(), read.pages_read), ("This is page 0\n\nThis is page 2", 3));
    }

    #[test]
    fn without_any_text_the_reason_is_told() {
        assert_eq!(gather(2, |_| Some(String::new()), IN_TIME), Err(Unreadable::Scanned));
        assert_eq!(gather(2, |_| None, IN_TIME), Err(Unreadable::Damaged));
        assert_eq!(gather(0, numbered, IN_TIME), Err(Unreadable::Damaged));
        assert_eq!(gather(2, numbered, &|| true), Err(Unreadable::TookTooLong));
    }

    #[test]
    fn a_long_text_is_cut_between_two_letters() {
        let page = "會議".repeat(100_000);
        let asked = Cell::new(0);
        let read = gather(
            90,
            |_| {
                asked.set(asked.get() + 1);
                Some(page.clone())
            },
            IN_TIME,
        )
        .unwrap();
        assert!(read.truncated);
        assert!((MAX_TEXT_BYTES - 3..=MAX_TEXT_BYTES).contains(&read.text.len()));
        assert_eq!(asked.get(), 4, "pages behind the cut are not read");
    }

    #[test]
    fn a_text_of_just_the_longest_length_is_whole() {
        let read = gather(1, |_| Some("at".repeat(MAX_TEXT_BYTES / 2)), IN_TIME).unwrap();
        assert_eq!((read.text.len(), read.truncated), (MAX_TEXT_BYTES, false));
    }

    #[test]
    fn a_document_that_claims_millions_of_pages_ends_at_the_bound() {
        let asked = Cell::new(0);
        let count = |number| {
            asked.set(asked.get() + 1);
            numbered(number)
        };
        let read = gather(usize::MAX, count, IN_TIME).unwrap();
        assert_eq!((asked.get(), read.pages, read.truncated), (MAX_PAGES, u32::MAX, true));
    }

    #[test]
    fn what_was_read_in_time_is_kept() {
        let asked = Cell::new(0);
        let page = |number| {
            asked.set(asked.get() + 1);
            numbered(number)
        };
        let read = gather(9, page, &|| asked.get() == 2).unwrap();
        assert_eq!((read.pages_read, read.truncated), (2, true));
    }
}
