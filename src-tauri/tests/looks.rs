//! Every view in looks that pictures in docs/ don't show: dark, Chinese, small. For a person to look at, in
//! `target/tmp/looks`: `cargo test --package debrief-desktop --test desktop -- --ignored every_view`.

use std::path::PathBuf;

use fantoccini::Locator;
use serde_json::json;

use crate::support::DesktopWindow;
use crate::writing::Meeting;

/// How a window looks: its theme of GTK, its locale, its size.
struct Look {
    name: &'static str,
    theme: &'static str,
    locale: &'static str,
    size: (u32, u32),
}

const LOOKS: [Look; 4] = [
    Look { name: "dark", theme: "Adwaita:dark", locale: "en_GB", size: (1120, 720) },
    Look { name: "zh-TW", theme: "Adwaita", locale: "zh_TW", size: (1120, 720) },
    Look { name: "small", theme: "Adwaita", locale: "en_GB", size: (720, 520) },
    Look { name: "small-dark-zh-TW", theme: "Adwaita:dark", locale: "zh_TW", size: (720, 520) },
];

#[tokio::test]
#[ignore = "takes pictures for a person to look at, which takes minutes"]
async fn every_view_in_every_look() {
    for look in &LOOKS {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("looks").join(look.name);
        std::fs::create_dir_all(&folder).unwrap();
        let meeting = Meeting::hold(look.locale, look.theme).await;
        let window = &meeting.window;
        let (width, height) = look.size;
        window.client.set_window_size(width, height).await.unwrap();
        let size = (u64::from(width), u64::from(height));
        window.until("the window has its size", || async { window.size().await == size }).await;
        let shots = Shots { window, folder };
        record(&meeting, &shots).await;
        search(&shots, look.locale).await;
        settings(&shots).await;
    }
}

/// Takes one picture after the other.
struct Shots<'a> {
    window: &'a DesktopWindow,
    folder: PathBuf,
}

impl Shots<'_> {
    async fn take(&self, name: &str) {
        self.window.screenshot(&self.folder.join(name).with_extension("png")).await;
    }

    /// Takes a picture of the settings from what `selector` finds on.
    async fn take_from(&self, selector: &str, name: &str) {
        self.window.scroll_to(selector).await;
        self.take(name).await;
    }
}

/// Details, then transcript and notes: as they were made, corrected, and with the way back.
async fn record(meeting: &Meeting, shots: &Shots<'_>) {
    let Meeting { window, id, .. } = meeting;
    if window.size().await.0 < 900 {
        // The details are a sheet, which a row opens once the window knows how small it is.
        window
            .until("the details are open", || async {
                window.choose(id).await;
                window.js("return document.querySelector('dialog[open]') !== null").await == true
            })
            .await;
    }
    shots.take("details").await;
    meeting.open_record().await;
    shots.take("transcript").await;
    show(window, "record-notes").await;
    shots.take("notes").await;
    for (number, text) in [(1, "Zanzibar 12.5%"), (3, "3.12.")] {
        let change = json!({ "jobId": id, "segment": number, "text": text });
        window.invoke("edit_segment", change).await.unwrap();
    }
    let todo = json!({ "text": "Zanzibar", "assignee": "Ana", "due": "2026-12-03", "at_ms": 1200 });
    let notes = json!({ "title": "Zanzibar", "todos": [todo] });
    window.invoke("edit_notes", json!({ "jobId": id, "edit": notes })).await.unwrap();
    window.until("the page is behind", || window.shows(window.place.word("page-outdated"))).await;
    window.press_word("revert").await;
    shots.take("notes-corrected").await;
    window.press_word("revert-keep").await;
    show(window, "record-transcript").await;
    shots.take("transcript-corrected").await;
    window.client.find(Locator::Css("[data-turn] button.name")).await.unwrap().click().await.unwrap();
    shots.take("speaker").await;
    close_all(window).await;
}

/// Brings a part of the record to the front, where the window has room for one alone.
async fn show(window: &DesktopWindow, part: &str) {
    if window.js("return document.querySelector('[role=tab]') !== null").await == true {
        window.press_word(part).await;
    }
}

/// Closes whatever lies over the window.
async fn close_all(window: &DesktopWindow) {
    let close = "const open = [...document.querySelectorAll('dialog[open]')];
         for (const dialog of open.reverse()) dialog.close();
         return open.length === 0;";
    window.until("nothing lies over the window", || async { window.js(close).await == true }).await;
}

/// The search before and after something is typed.
async fn search(shots: &Shots<'_>, locale: &str) {
    let window = shots.window;
    window.place.press_ctrl('k');
    window.client.wait().for_element(Locator::Css(".palette input")).await.unwrap();
    shots.take("search-newest").await;
    let field = window.client.find(Locator::Css(".palette input")).await.unwrap();
    field.send_keys(if locale == "zh_TW" { "客戶" } else { "customers" }).await.unwrap();
    window.client.wait().for_element(Locator::Css(".palette mark")).await.unwrap();
    shots.take("search").await;
    close_all(window).await;
}

/// Every part of the settings that is about speech and notes.
async fn settings(shots: &Shots<'_>) {
    let window = shots.window;
    window.place.press_ctrl(',');
    shots.take_from("#settings-transcription", "transcription").await;
    shots.take_from("#settings-services", "services").await;
    window.unfold("Deepgram").await;
    shots.take_from("#settings-services", "service").await;
    shots.take_from("#settings-speakers", "speakers").await;
    shots.take_from("#settings-summary", "summary").await;
    shots.take_from("#settings-providers", "providers").await;
    window.unfold("Anthropic").await;
    window
        .until("its models are listed", || async {
            window.js("return document.querySelectorAll('[aria-labelledby=settings-providers] [data-service=anthropic] option').length > 1").await
                == true
        })
        .await;
    shots.take_from("[aria-labelledby=settings-providers] [data-service=anthropic]", "provider").await;
    shots.take_from("#settings-templates", "templates").await;
    shots.take_from(".spending", "spending").await;
    shots.take_from("#settings-models", "models").await;
    shots.take_from("#settings-privacy", "privacy").await;
}
