use serde_json::{Value, json};

use super::{Scene, done, paragraph, text};

async fn seen(scene: &Scene, url: &str) -> String {
    let answer = scene.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let page = answer.text().await.unwrap();
    assert!(!page.contains("<script"));
    page
}

#[tokio::test]
async fn a_browser_shows_a_page_at_its_own_address() {
    let scene = Scene::new().await;
    let row = json!({ "table_row": { "cells": [text("cell <1>")] } });
    let page: Value = done(scene.post(
        "pages",
        &json!({
            "parent": { "data_source_id": scene.source.as_str() },
            "icon": { "emoji": "🎙️" },
            "properties": { "Name": { "title": text("Launch & plan") }, "Kind": { "select": { "name": "Call" } } },
            "children": [
                { "heading_1": { "rich_text": text("Summary") } },
                { "callout": { "rich_text": text("Careful"), "color": "yellow_background" } },
                { "toggle": { "rich_text": text("More"), "children": [paragraph("hidden")] } },
                { "to_do": { "rich_text": text("Call Bo"), "checked": true } },
                { "bulleted_list_item": { "rich_text": text("one") } },
                { "bulleted_list_item": { "rich_text": text("two") } },
                { "table": { "table_width": 1, "children": [row] } },
            ],
        }),
    ))
    .await;
    let shown = seen(&scene, page["url"].as_str().unwrap()).await;
    for part in
        ["🎙️", "Launch &amp; plan", "Summary", "<details", "hidden", "cell &lt;1&gt;", "checked", "Call Bo"]
    {
        assert!(shown.contains(part), "{part}");
    }
    assert_eq!(shown.matches("<ul>").count(), 1, "neighbouring items share a list");
    let index = seen(&scene, &format!("{}/notion/view", scene.sandbox.address())).await;
    for part in ["Acme", "Meetings", "Launch &amp; plan", "Recordings"] {
        assert!(index.contains(part), "{part}");
    }
    let nowhere = format!("{}/notion/view/0", scene.sandbox.address());
    assert_eq!(scene.http.get(nowhere).send().await.unwrap().status(), 404);
}
