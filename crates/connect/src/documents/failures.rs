//! Why an attachment is left out, in words for the person.

use debrief_core::failure::Warning;

use super::{IoTrouble, MAX_FILE_BYTES, Unreadable};

/// The attachment of that name gave no text: why, and what can be done.
pub fn warning(name: &str, why: &Unreadable) -> Warning {
    const AGAIN: &str = "process the recording again with it";
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    let (what, fix) = match why {
        Unreadable::NotPdf { what } => {
            (format!("it is {what}, not a PDF"), format!("Save it as a PDF and {AGAIN}."))
        }
        Unreadable::Encrypted => {
            ("it is protected by a password".into(), format!("Save it without the password and {AGAIN}."))
        }
        Unreadable::Scanned => (
            "it is a scan without text".into(),
            format!("Have a scanning program recognise its text and {AGAIN}."),
        ),
        Unreadable::Garbage => (
            "its fonts don't say which letters they draw".into(),
            format!("Save it as a PDF again from the program it was written in and {AGAIN}."),
        ),
        Unreadable::Damaged => (
            "it is damaged or ends early".into(),
            format!("Get it again from where it came from and {AGAIN}."),
        ),
        Unreadable::TooLarge { size_bytes } => (
            format!(
                "it has {} MB, and Debrief reads up to {} MB",
                megabytes(*size_bytes),
                megabytes(MAX_FILE_BYTES)
            ),
            format!("Take out the pages that matter and {AGAIN}."),
        ),
        Unreadable::TookTooLong => (
            "reading it took too long".into(),
            format!("Print it to a new PDF, only the pages that matter, and {AGAIN}."),
        ),
        Unreadable::Crashed => {
            ("the reader of PDFs broke off over it".into(), format!("Print it to a new PDF and {AGAIN}."))
        }
        Unreadable::Io(trouble) => on_disk(*trouble, AGAIN),
    };
    Warning::new("attachment_unreadable", format!("The attachment {name} could not be read: {what}. {fix}"))
}

fn on_disk(trouble: IoTrouble, again: &str) -> (String, String) {
    let (what, fix) = match trouble {
        IoTrouble::Missing => ("there is no such file", "Put it back"),
        IoTrouble::Forbidden => {
            ("this computer does not let Debrief open it", "Give yourself permission to read it")
        }
        IoTrouble::NotAFile => ("it is a folder, a device or a pipe, not a file", "Choose a PDF"),
        IoTrouble::Broken => {
            ("its disk did not give it", "Check that the disk or network drive it is on is connected")
        }
    };
    (what.into(), format!("{fix} and {again}."))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn every_reason_says_what_to_do() {
        let reasons = [
            Unreadable::NotPdf { what: "a text file".into() },
            Unreadable::Encrypted,
            Unreadable::Scanned,
            Unreadable::Garbage,
            Unreadable::Damaged,
            Unreadable::TooLarge { size_bytes: 200_000_001 },
            Unreadable::TookTooLong,
            Unreadable::Crashed,
            Unreadable::Io(IoTrouble::Missing),
            Unreadable::Io(IoTrouble::Forbidden),
            Unreadable::Io(IoTrouble::NotAFile),
            Unreadable::Io(IoTrouble::Broken),
        ];
        let told = reasons.map(|why| warning("Agenda.pdf", &why));
        assert!(told.iter().all(|warning| warning.code == "attachment_unreadable"));
        assert_snapshot!(told.map(|warning| warning.text).join("\n"), @r"
    The attachment Agenda.pdf could not be read: it is a text file, not a PDF. Save it as a PDF and process the recording again with it.
    The attachment Agenda.pdf could not be read: it is protected by a password. Save it without the password and process the recording again with it.
    The attachment Agenda.pdf could not be read: it is a scan without text. Have a scanning program recognise its text and process the recording again with it.
    The attachment Agenda.pdf could not be read: its fonts don't say which letters they draw. Save it as a PDF again from the program it was written in and process the recording again with it.
    The attachment Agenda.pdf could not be read: it is damaged or ends early. Get it again from where it came from and process the recording again with it.
    The attachment Agenda.pdf could not be read: it has 201 MB, and Debrief reads up to 200 MB. Take out the pages that matter and process the recording again with it.
    The attachment Agenda.pdf could not be read: reading it took too long. Print it to a new PDF, only the pages that matter, and process the recording again with it.
    The attachment Agenda.pdf could not be read: the reader of PDFs broke off over it. Print it to a new PDF and process the recording again with it.
    The attachment Agenda.pdf could not be read: there is no such file. Put it back and process the recording again with it.
    The attachment Agenda.pdf could not be read: this computer does not let Debrief open it. Give yourself permission to read it and process the recording again with it.
    The attachment Agenda.pdf could not be read: it is a folder, a device or a pipe, not a file. Choose a PDF and process the recording again with it.
    The attachment Agenda.pdf could not be read: its disk did not give it. Check that the disk or network drive it is on is connected and process the recording again with it.
    ");
    }
}
