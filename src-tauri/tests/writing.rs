//! Names and notes in the real window, against a sandbox: a model that needs a key, a record to be corrected, and the search.

use std::path::Path;

use debrief_sandbox::{LlmProvider, Sandbox, World};
use fantoccini::Locator;
use serde_json::json;

use crate::support::{DesktopWindow, Place, fixture};

/// What is said, with who says it: it comes with six seconds of sound.
const TALK: &str = "WEBVTT\n\n\
    00:00.000 --> 00:01.200\nAna: Good morning, the new prices are ready.\n\n\
    00:01.200 --> 00:02.400\nBen: I will send the report to the sales team by Friday.\n\n\
    00:02.400 --> 00:03.600\nAna: Let's move the launch to the third of December.\n\n\
    00:03.600 --> 00:04.800\nBen: Agreed. Who tells the customers?\n\n\
    00:04.800 --> 00:06.000\nAna: I'll call the three largest on Monday.\n";

/// The same in Chinese.
const ZH_TALK: &str = "WEBVTT\n\n\
    00:00.000 --> 00:01.200\n林小美: 早安，新的價格已經準備好了。\n\n\
    00:01.200 --> 00:02.400\n陳大文: 我星期五以前會把報告寄給業務團隊。\n\n\
    00:02.400 --> 00:03.600\n林小美: 我們決定把發行日移到十二月三日。\n\n\
    00:03.600 --> 00:04.800\n陳大文: 同意。誰來通知客戶？\n\n\
    00:04.800 --> 00:06.000\n林小美: 我星期一會打電話給三個最大的客戶。\n";

async fn place(sandbox: &Sandbox) -> (Place, String, String) {
    place_of(sandbox, "Launch 2026-11-05", TALK).await
}

/// A place whose app asks `sandbox`, with a recording called `name`, and what is said in it.
async fn place_of(sandbox: &Sandbox, name: &str, talk: &str) -> (Place, String, String) {
    let place = Place::new().await;
    let settings = format!(
        "[notes]\nmodels = [\"anthropic/claude-sonnet-4-6\"]\n[secrets]\nkeep = \"session\"\n[endpoints]\nanthropic = \"{}\"\n",
        sandbox.anthropic()
    );
    place.write("debrief/settings.toml", settings);
    let sound = std::fs::read(fixture("speech.wav")).unwrap();
    let recording = place.write(&format!("{name}.wav"), sound);
    let transcript = place.write(&format!("{name}.vtt"), talk);
    (place, recording, transcript)
}

async fn submit(window: &DesktopWindow, recording: &str, transcript: &str) -> String {
    let asked = json!({ "fileId": recording, "attachmentFileIds": [transcript] });
    let id = window.invoke("process_file_async", asked).await.unwrap();
    id.as_str().unwrap().to_owned()
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
    let anthropic = window.unfold("Anthropic").await;
    window.until("it says where transcripts go", || window.shows("127.0.0.1")).await;
    window.enter_key(&anthropic, &key).await;
    window.until("the job has ended", || async { window.says(&id, "group").await == "Done" }).await;
    window.press("Close settings").await;
    let page = window.open_page(&id).await;
    assert!(page.contains("written by a language model (claude-sonnet-4-6 at Anthropic)"), "{page}");
    assert!(!window.holds(&key).await);

    window.press("Open transcript").await;
    window.until("it is there", || window.shows("the new prices are ready")).await;
    let changed =
        json!({ "jobId": id, "segment": 1, "text": "Good morning, the Zanzibar prices are ready." });
    window.invoke("edit_segment", changed).await.unwrap();
    let found = window.invoke("search", json!({ "query": "zanzibar", "limit": 10 })).await.unwrap();
    assert_eq!(found[0]["job_id"], id.as_str(), "{found}");
    window.close().await;
}

/// A window in which a meeting was held, and a language model wrote its notes.
pub(crate) struct Meeting {
    pub(crate) window: DesktopWindow,
    /// The job.
    pub(crate) id: String,
    // The window asks it for as long as it is open.
    _sandbox: Sandbox,
}

impl Meeting {
    /// Holds it in a window that looks like that: its locale, and its theme of GTK.
    pub(crate) async fn hold(locale: &str, theme: &str) -> Meeting {
        let mut world = World::new();
        let key = world.add_llm_key(LlmProvider::Anthropic);
        let sandbox = Sandbox::start(world).await.unwrap();
        let (name, talk) = match locale {
            "zh_TW" => ("產品發行會議 2026-11-05", ZH_TALK),
            _ => ("Launch 2026-11-05", TALK), // In English for everybody else.
        };
        let (mut place, recording, transcript) = place_of(&sandbox, name, talk).await;
        place.look(locale, theme);
        let window = DesktopWindow::open_in(place, &[]).await;
        window.invoke("set_notes_key", json!({ "provider": "anthropic", "key": key })).await.unwrap();
        let id = submit(&window, &recording, &transcript).await;
        window.completed(&id).await;
        window.choose(&id).await;
        Meeting { window, id, _sandbox: sandbox }
    }

    /// Opens its transcript and notes.
    pub(crate) async fn open_record(&self) {
        self.window.press_word("record-open").await;
        self.window.client.wait().for_element(Locator::Css(".parts")).await.unwrap();
    }
}

/// The record of a meeting, and the settings of notes, as pictures in `folder`.
pub(crate) async fn take_pictures(folder: &Path) {
    let meeting = Meeting::hold("en_GB", "Adwaita").await;
    let window = &meeting.window;
    meeting.open_record().await;
    window.until("it is there", || window.shows("the new prices are ready")).await;
    window.screenshot(&folder.join("record.png")).await;
    window.press_word("record-close").await;
    window.press_word("settings-open").await;
    window.scroll_to("#settings-summary").await;
    window.screenshot(&folder.join("summary.png")).await;
}
