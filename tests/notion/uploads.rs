//! The recording itself and its documents on the page.

use debrief_app::{App, PageOptions};
use debrief_core::view::{Group, StatusWord};
use debrief_sandbox::{Call, NewFile};
use serde_json::Value;

use super::{Notion, find, meeting, process_as_said};
use crate::google::{browser, link};
use crate::support::{document, fixture, settled, until};

async fn open_uploading(notion: &Notion) -> App {
    let app = notion.open().await;
    let options = app.notion().await.unwrap().options;
    let options = PageOptions { upload_recording: true, upload_attachments: true, ..options };
    app.set_page_options(&options).await.unwrap();
    app
}

/// The bytes of the file of a block.
async fn bytes_of(block: &Value) -> Vec<u8> {
    let kind = block["type"].as_str().unwrap();
    let url = block[kind]["file"]["url"].as_str().unwrap();
    browser().get(url).send().await.unwrap().bytes().await.unwrap().to_vec()
}

fn of_kind<'b>(blocks: &'b [Value], kind: &str) -> Vec<&'b Value> {
    blocks.iter().filter(|block| block["type"] == kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recording_and_its_documents_are_on_the_page_byte_for_byte() {
    let notion = Notion::new().await;
    let pdf = std::fs::read(document("english.pdf")).unwrap();
    let file = notion.google.add_speech("talk.wav");
    let agenda = notion.google.add(NewFile::new("Agenda.pdf", "application/pdf", pdf.clone()));
    let app = open_uploading(&notion).await;
    notion.google.sign_in(&app).await;
    let attachments = [link(&agenda), document("english.pdf").display().to_string()];
    let id = process_as_said(&app, &link(&file), &attachments, &meeting()).await;
    let view = settled(&app, id).await;
    assert_eq!((view.status, view.warnings.len()), (StatusWord::Completed, 0), "{view:#?}");

    let blocks = notion.blocks();
    let audio = of_kind(&blocks, "audio");
    let documents = of_kind(&blocks, "pdf");
    assert_eq!((audio.len(), documents.len()), (1, 2), "{}", notion.outline());
    assert!(bytes_of(audio[0]).await == std::fs::read(fixture("speech.wav")).unwrap());
    for document in documents {
        assert!(bytes_of(document).await == pdf);
    }
    let caption = |block: &Value| block["pdf"]["caption"][0]["plain_text"].as_str().unwrap().to_owned();
    assert_eq!(
        of_kind(&blocks, "pdf").into_iter().map(caption).collect::<Vec<_>>(),
        ["Agenda.pdf", "english.pdf"]
    );

    // An update finds them there: nothing is uploaded again.
    let sent = notion.google.answers(Call::NotionSend).len();
    app.update_page(id).unwrap();
    let view = settled(&app, id).await;
    assert_eq!((view.status, view.warnings.len()), (StatusWord::Completed, 0), "{view:#?}");
    assert_eq!(notion.google.answers(Call::NotionSend).len(), sent);
    assert_eq!(of_kind(&notion.blocks(), "audio").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_workspace_does_not_take_stays_a_link_and_a_warning_says_why() {
    let notion = Notion::plain().await;
    notion.google.sandbox.world().set_upload_limit(&notion.workspace, 1 << 20);
    let app = open_uploading(&notion).await;
    let attachments = [document("english.pdf").display().to_string()];
    let long = repeated(&std::fs::read(fixture("speech.wav")).unwrap(), 10);
    let recording = notion.google.installation.file("talk 2026-11-05.wav", &long).display().to_string();
    let id = process_as_said(&app, &recording, &attachments, &meeting()).await;
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let warnings: Vec<String> =
        view.warnings.iter().map(|warning| format!("{}: {}", warning.code, warning.text)).collect();
    insta::assert_snapshot!(warnings.join("\n"), @"not_uploaded: talk 2026-11-05.wav was not uploaded to Notion: it is larger than the 1 MB that this workspace takes. The page links to it instead.");
    let blocks = notion.blocks();
    assert_eq!(of_kind(&blocks, "audio").len(), 0);
    assert!(find(&blocks, "paragraph", "Recording: talk 2026-11-05.wav").is_some());
    assert_eq!(of_kind(&blocks, "pdf").len(), 1, "the document is small enough");
}

/// A WAV file that says the same thing `times` times.
fn repeated(wav: &[u8], times: usize) -> Vec<u8> {
    let data = wav.windows(4).position(|bytes| bytes == b"data").unwrap();
    let (head, sound) = wav.split_at(data + 8);
    let mut longer = [head, &sound.repeat(times)].concat();
    let size = |bytes: usize| u32::try_from(bytes).unwrap().to_le_bytes();
    let (riff, sound) = (size(longer.len() - 8), size(sound.len() * times));
    longer[4..8].copy_from_slice(&riff);
    longer[data + 4..data + 8].copy_from_slice(&sound);
    longer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_recording_goes_in_parts_and_arrives_whole() {
    let notion = Notion::new().await;
    let long = repeated(&std::fs::read(fixture("speech.wav")).unwrap(), 125);
    assert!(long.len() > 20 << 20, "{} bytes", long.len());
    let recording = notion.google.installation.file("long 2026-11-05.wav", &long);
    let app = open_uploading(&notion).await;
    let id = process_as_said(&app, &recording.display().to_string(), &[], &meeting()).await;
    let view = settled(&app, id).await;
    assert_eq!((view.status, view.warnings.len()), (StatusWord::Completed, 0), "{view:#?}");
    assert_eq!(notion.google.answers(Call::NotionSend), [Some(200); 3]);
    let blocks = notion.blocks();
    let audio = of_kind(&blocks, "audio");
    assert!(bytes_of(audio[0]).await == long);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_written_anew_gets_its_recording_anew() {
    let notion = Notion::new().await;
    let app = open_uploading(&notion).await;
    let other = {
        let mut world = notion.google.sandbox.world();
        let database = world.add_database(&notion.workspace, "Other", &[("Other", super::every_property())]);
        world.data_sources(&database)[0].to_string()
    };
    let id = notion.process(&app, &meeting()).await;
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    notion.google.sandbox.world().remove_database(&notion.database);
    app.choose_notion_place(&other).await.unwrap();
    app.update_page(id).unwrap();
    until(&app, id, |view| view.group == Group::NeedsYou).await;
    app.retry(id, None).unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!((view.status, view.warnings.len()), (StatusWord::Completed, 0), "{view:#?}");
    let blocks = {
        let world = notion.google.sandbox.world();
        let pages = world.pages_of(&other);
        assert_eq!(pages.len(), 1, "{pages:#?}");
        world.blocks_of(super::id_of(&pages[0]))
    };
    assert_eq!(of_kind(&blocks, "audio").len(), 1);
}
