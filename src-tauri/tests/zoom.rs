//! The window at its least size and 200 %, where its page has 360×260 points. Pictures of it are in `target/tmp/zoom`.

use std::path::PathBuf;

use serde_json::json;

use crate::support::{DesktopWindow, fixture};

/// From 100 % to 200 %, each 20 %.
const STEPS: usize = 5;

#[tokio::test]
async fn at_200_percent_everything_can_be_reached() {
    let window = DesktopWindow::open().await;
    let id = window.process(&fixture("speech.wav")).await;
    window.ended(&id).await;
    window.client.set_window_size(720, 520).await.unwrap();
    window.until("the window has its least size", || async { window.size().await == (720, 520) }).await;

    for _ in 0..STEPS {
        window.place.press_ctrl('=');
    }
    window.until("everything is twice as large", || async { window.size().await == (360, 260) }).await;
    assert_reached(&window, "composer", ".composer .main").await;
    assert_reached(&window, "row", "[data-job] .side button").await;
    let shown = window.js("return document.querySelector('[data-job] .side button').innerText").await;
    assert_eq!(shown, "Open page");
    window.place.press_ctrl('0');
    window.until("everything is as large as before", || async { window.size().await == (720, 520) }).await;
}

/// Scrolls to a button, takes a picture named `name`, and asserts that all of the button can be seen and clicked,
/// and that the page has no need to be scrolled sideways.
async fn assert_reached(window: &DesktopWindow, name: &str, selector: &str) {
    window.scroll_to(selector).await;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("zoom");
    std::fs::create_dir_all(&folder).unwrap();
    window.screenshot(&folder.join(name).with_extension("png")).await;
    let hidden = window
        .js_async(
            "const button = document.querySelector(args);
             const { left, right, top, bottom } = button.getBoundingClientRect();
             const at = [[left + 4, top + 4], [right - 4, bottom - 4], [(left + right) / 2, (top + bottom) / 2]];
             const { scrollWidth, clientWidth } = document.documentElement;
             const covered = at.filter(point => !button.contains(document.elementFromPoint(...point)));
             // A script scrolls where a person can't.
             const stuck = [];
             for (let node = button; node; node = node.parentElement)
                 if (getComputedStyle(node).overflowY === 'hidden' && node.scrollTop > 0) stuck.push(node.className);
             return { covered, stuck, sideways: scrollWidth - clientWidth };",
            json!(selector),
        )
        .await;
    assert_eq!(hidden, json!({ "covered": [], "stuck": [], "sideways": 0 }), "{name}");
}
