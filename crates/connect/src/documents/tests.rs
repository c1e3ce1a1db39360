//! Real documents, read in a thread: a unit test's program has no `main` that could serve.

use std::path::PathBuf;

use super::*;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/documents/testdata").join(name)
}

async fn read_file(file: &Path) -> Result<DocumentText, Unreadable> {
    match DocumentReader::new().read(file, std::future::pending()).await {
        Ok(read) => Ok(read),
        Err(ReadError::Unreadable(why)) => Err(why),
        Err(ReadError::Stopped) => panic!("nobody asked for that"),
    }
}

async fn read(name: &str) -> Result<DocumentText, Unreadable> {
    read_file(&fixture(name)).await
}

async fn told(name: &str) -> String {
    warning("Agenda.pdf", &read(name).await.unwrap_err()).text
}

#[tokio::test]
async fn an_english_pdf_gives_its_text_page_by_page() {
    let read = read("english.pdf").await.unwrap();
    insta::assert_snapshot!(read.text, @r"
    Agenda of the planning meeting

    1. Budget for the autumn. Priya presents the numbers of last quarter.
    2. The move to the new office. Tomás has asked three companies.
    3. Hiring: two engineers and a designer for the Aurora project.

    Please read the attached report before the meeting on Thursday.

    Open questions from last week

    Who writes to the Kingfisher team about the delayed delivery?
    Can the invoices go out before the end of the month?
    ");
    assert_eq!((read.pages, read.pages_read, read.truncated), (2, 2, false));
}

#[tokio::test]
async fn two_columns_are_read_one_after_the_other() {
    insta::assert_snapshot!(read("columns.pdf").await.unwrap().text, @r"
    The harbour and the tram

    The harbour was rebuilt after the
    storm of 1953. Its northern wall is
    twelve metres high and protects the
    town from the open sea. Fishermen
    still land their catch here every
    morning before sunrise.

    Since the opening of the bridge most
    visitors arrive by car. The council
    plans a tram line that joins the old
    market with the ferry terminal; work
    on it begins next spring and takes
    about three years.
    ");
}

#[tokio::test]
async fn traditional_chinese_is_read() {
    insta::assert_snapshot!(read("chinese.pdf").await.unwrap().text, @r"
    第三季產品規劃會議

    一、檢討上一季的銷售數字與客戶意見。
    二、決定新版行動應用程式的上線日期。
    三、請陳怡君在星期五以前寄出預算表。
    ");
}

#[tokio::test]
async fn a_linearised_pdf_reads_like_any_other() {
    assert_eq!(read("linearised.pdf").await, read("english.pdf").await);
}

#[tokio::test]
async fn a_pdf_that_only_forbids_changes_is_read() {
    assert_eq!(read("owner-only.pdf").await, read("english.pdf").await);
}

#[tokio::test]
async fn an_encrypted_pdf_is_a_warning_that_says_so() {
    insta::assert_snapshot!(told("password.pdf").await, @"The attachment Agenda.pdf could not be read: it is protected by a password. Save it without the password and process the recording again with it.");
}

#[tokio::test]
async fn a_scan_is_a_warning_that_says_so() {
    insta::assert_snapshot!(told("scan.pdf").await, @"The attachment Agenda.pdf could not be read: it is a scan without text. Have a scanning program recognise its text and process the recording again with it.");
}

#[tokio::test]
async fn letters_that_nobody_can_tell_are_a_warning_that_says_so() {
    insta::assert_snapshot!(told("garbage.pdf").await, @"The attachment Agenda.pdf could not be read: its fonts don't say which letters they draw. Save it as a PDF again from the program it was written in and process the recording again with it.");
}

#[tokio::test]
async fn a_pdf_that_ends_early_is_a_warning_that_says_so() {
    insta::assert_snapshot!(told("truncated.pdf").await, @"The attachment Agenda.pdf could not be read: it is damaged or ends early. Get it again from where it came from and process the recording again with it.");
}

#[tokio::test]
async fn files_that_are_no_pdf_are_told_apart() {
    assert_eq!(read("empty.pdf").await, Err(Unreadable::NotPdf { what: "an empty file".into() }));
    assert_eq!(read("text.pdf").await, Err(Unreadable::NotPdf { what: "a text file".into() }));
}

#[tokio::test]
async fn a_file_that_is_not_there_or_not_a_file_is_told() {
    assert_eq!(read("gone.pdf").await, Err(Unreadable::Io(IoTrouble::Missing)));
    assert_eq!(read("text.pdf/page.pdf").await, Err(Unreadable::Io(IoTrouble::Missing)));
    assert_eq!(read(".").await, Err(Unreadable::Io(IoTrouble::NotAFile)));
}

#[tokio::test]
async fn a_pdf_with_a_broken_mark_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.pdf");
    std::fs::write(&file, "%PDF\u{0}1.7").unwrap();
    assert_eq!(read_file(&file).await, Err(Unreadable::Damaged));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_device_is_not_read_for_ever() {
    assert_eq!(read_file(Path::new("/dev/zero")).await, Err(Unreadable::Io(IoTrouble::NotAFile)));
}

#[tokio::test]
async fn a_huge_file_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let huge = folder.path().join("huge.pdf");
    std::fs::copy(fixture("english.pdf"), &huge).unwrap();
    // A hole: no disk is filled.
    std::fs::File::options().write(true).open(&huge).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
    assert_eq!(read_file(&huge).await, Err(Unreadable::TooLarge { size_bytes: MAX_FILE_BYTES + 1 }));
}

#[tokio::test]
async fn a_stop_comes_before_the_text() {
    let read = DocumentReader::new().read(&fixture("english.pdf"), async {}).await;
    assert_eq!(read, Err(ReadError::Stopped));
}

/// The same bytes for the same seed: a failure can be looked at again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Less than the bound, which is a usize.
        ((self.0 >> 33) % bound as u64) as usize
    }
}

fn damaged(whole: &[u8], dice: &mut Dice, kind: usize) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let at = dice.below(bytes.len());
    match kind {
        0 => (0..1 + dice.below(20)).for_each(|_| {
            let at = dice.below(whole.len());
            bytes[at] ^= 1 << dice.below(8);
        }),
        1 => bytes.truncate(at),
        2 => drop(bytes.drain(at..(at + 1 + dice.below(200)).min(whole.len()))),
        _ => {
            let piece = bytes[at..(at + 1 + dice.below(200)).min(whole.len())].to_vec();
            let to = dice.below(bytes.len());
            bytes.splice(to..to, piece);
        }
    }
    bytes
}

#[tokio::test]
async fn no_damage_does_more_than_leave_a_document_unread() {
    const GOOD: [&str; 7] = [
        "english.pdf",
        "columns.pdf",
        "chinese.pdf",
        "linearised.pdf",
        "owner-only.pdf",
        "password.pdf",
        "scan.pdf",
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("damaged.pdf");
    let mut counts = std::collections::BTreeMap::<String, u32>::new();
    for seed in 0..120 {
        let whole = std::fs::read(fixture(GOOD[seed % GOOD.len()])).unwrap();
        std::fs::write(&file, damaged(&whole, &mut Dice(seed as u64), seed % 4)).unwrap();
        let word = match read_file(&file).await {
            Ok(read) => {
                assert!(!read.text.is_empty(), "seed {seed}");
                "text".into()
            }
            Err(why @ (Unreadable::TookTooLong | Unreadable::Io(_) | Unreadable::TooLarge { .. })) => {
                panic!("seed {seed}: {why:?}")
            }
            Err(why) => format!("{why:?}"),
        };
        *counts.entry(word).or_default() += 1;
    }
    // Some damage is borne and some is not, or this test has looked at nothing.
    assert!(counts["text"] >= 20 && counts["Damaged"] >= 20, "{counts:?}");
}
