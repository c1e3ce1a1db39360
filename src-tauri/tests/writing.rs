//! Names and notes in the real window, against a sandbox: a model that needs a key, a record to be corrected, and the search.

use std::path::Path;

use debrief_sandbox::{LlmProvider, Sandbox, World};
use fantoccini::key::Key;
use fantoccini::{Locator, elements::Element};
use serde_json::json;

use crate::support::{DesktopWindow, Place, fixture};

/// What is said, with who says it: it comes with six seconds of sound.
const TALK: &str = "WEBVTT\n\n\
    00:00.000 --> 00:01.200\nAna: Good morning, the new prices are ready.\n\n\
    00:01.200 --> 00:02.400\nBen: I will send the report to the sales team by Friday.\n\n\
    00:02.400 --> 00:03.600\nAna: Let's move the launch to the third of December.\n\n\
    00:03.600 --> 00:04.800\nBen: Agreed. Who tells the customers?\n\n\
    00:04.800 --> 00:06.000\nAna: I'll call the three largest on Monday.\n";

async fn place(sandbox: &Sandbox) -> (Place, String, String) {
    let place = Place::new().await;
    let settings = format!(
        "[notes]\nmodels = [\"anthropic/claude-sonnet-4-6\"]\n[secrets]\nkeep = \"session\"\n[endpoints]\nanthropic = \"{}\"\n",
        sandbox.anthropic()
    );
    place.write("debrief/settings.toml", settings);
    let sound = std::fs::read(fixture("speech.wav")).unwrap();
    let recording = place.write("Launch 2026-11-05.wav", sound);
    let transcript = place.write("Launch 2026-11-05.vtt", TALK);
    (place, recording, transcript)
}

async fn submit(window: &DesktopWindow, recording: &str, transcript: &str) -> String {
    let asked = json!({ "fileId": recording, "attachmentFileIds": [transcript] });
    let id = window.invoke("process_file_async", asked).await.unwrap();
    id.as_str().unwrap().to_owned()
}

/// What the settings show of a provider, opened.
async fn provider(window: &DesktopWindow, name: &str) -> Element {
    let path = format!("//details[summary//*[normalize-space(.)='{name}']]");
    let details = window.client.wait().for_element(Locator::XPath(&path)).await.unwrap();
    if details.attr("open").await.unwrap().is_none() {
        details.find(Locator::Css("summary")).await.unwrap().click().await.unwrap();
    }
    details
}

#[tokio::test]
async fn a_model_writes_once_it_has_a_key_and_a_person_corrects_and_finds_what_was_said() {
    let mut world = World::new();
    let key = world.add_llm_key(LlmProvider::Anthropic);
    let sandbox = Sandbox::start(world).await.unwrap();
    let (place, recording, transcript) = place(&sandbox).await;
    let window = DesktopWindow::open_in(place, &[]).await;

    let id = submit(&window, &recording, &transcript).await;
    window.until("the job needs a key", || async { window.says(&id, "group").await == "Needs you" }).await;
    assert!(sandbox.world().requests().iter().all(|seen| seen.question.is_none()), "nothing was asked");
    window.press(&format!("Add key: {}", window.says(&id, "title").await)).await;
    let anthropic = provider(&window, "Anthropic").await;
    window.until("it says where transcripts go", || window.shows("127.0.0.1")).await;
    let field = anthropic.find(Locator::Css("input[type=password]")).await.unwrap();
    field.send_keys(&key).await.unwrap();
    field.send_keys(&Key::Enter).await.unwrap();
    window.until("the job has ended", || async { window.says(&id, "group").await == "Done" }).await;
    window.press("Close settings").await;
    let page = window.open_page(&id).await;
    assert!(page.contains("written by a language model (claude-sonnet-4-6 at Anthropic)"), "{page}");
    assert!(!window.js("return document.documentElement.outerHTML").await.as_str().unwrap().contains(&key));

    window.press("Open transcript").await;
    window.until("it is there", || window.shows("the new prices are ready")).await;
    let changed =
        json!({ "jobId": id, "segment": 1, "text": "Good morning, the Zanzibar prices are ready." });
    window.invoke("edit_segment", changed).await.unwrap();
    let found = window.invoke("search", json!({ "query": "zanzibar", "limit": 10 })).await.unwrap();
    assert_eq!(found[0]["job_id"], id.as_str(), "{found}");
    window.close().await;
}

/// The record of a meeting, and the settings of notes, as pictures in `folder`.
pub(crate) async fn take_pictures(folder: &Path) {
    let mut world = World::new();
    let key = world.add_llm_key(LlmProvider::Anthropic);
    let sandbox = Sandbox::start(world).await.unwrap();
    let (place, recording, transcript) = place(&sandbox).await;
    let window = DesktopWindow::open_in(place, &[]).await;
    window.invoke("set_notes_key", json!({ "provider": "anthropic", "key": key })).await.unwrap();
    let id = submit(&window, &recording, &transcript).await;
    window.until("the job has ended", || async { window.says(&id, "group").await == "Done" }).await;
    let row = format!("[data-job='{id}'] .title");
    window.client.find(Locator::Css(&row)).await.unwrap().click().await.unwrap();
    window.press("Open transcript").await;
    window.until("it is there", || window.shows("the new prices are ready")).await;
    window.screenshot(&folder.join("record.png")).await;
    window.js("document.querySelector('dialog [aria-label^=\"Close\"]').click()").await;
    window.press("Settings").await;
    window.js("document.querySelector('#settings-summary').scrollIntoView({ block: 'start' })").await;
    window.screenshot(&folder.join("summary.png")).await;
    window.close().await;
}
