use debrief_sandbox::BlockId;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Scene, done, invalid, paragraph, paragraphs, plain, refused, text};

/// One of each type, as it is sent.
fn one_of_each() -> Vec<Value> {
    let row = json!({ "table_row": { "cells": [text("a"), text("b")] } });
    let column = json!({ "column": { "children": [paragraph("left")] } });
    let mut blocks = vec![
        json!({ "callout": { "rich_text": text("c"), "icon": { "emoji": "💡" }, "color": "blue_background" } }),
        json!({ "code": { "rich_text": text("fn"), "language": "rust" } }),
        json!({ "equation": { "expression": "e=mc^2" } }),
        json!({ "divider": {} }),
        json!({ "table_of_contents": {} }),
        json!({ "table": { "table_width": 2, "has_column_header": true, "children": [row] } }),
        json!({ "column_list": { "children": [column, column] } }),
        json!({ "bookmark": { "url": "https://example.com" } }),
        json!({ "embed": { "url": "https://example.com" } }),
        json!({ "to_do": { "rich_text": text("t"), "checked": true } }),
    ];
    for kind in ["paragraph", "bulleted_list_item", "numbered_list_item", "quote", "toggle"] {
        blocks.push(json!({ kind: { "rich_text": text("t"), "children": [paragraph("below")] } }));
    }
    for kind in ["heading_1", "heading_2", "heading_3", "heading_4"] {
        let children = [paragraph("below")];
        blocks.push(json!({ kind: { "rich_text": text("h"), "is_toggleable": true, "children": children } }));
    }
    for kind in ["image", "video", "audio", "pdf", "file"] {
        blocks.push(json!({ kind: { "external": { "url": "https://example.com/a.b" } } }));
    }
    blocks
}

async fn children(scene: &Scene, id: &str) -> Vec<Value> {
    let list = done(scene.get(&format!("blocks/{id}/children"))).await;
    list["results"].as_array().unwrap().clone()
}

fn id(block: &Value) -> &str {
    block["id"].as_str().unwrap()
}

async fn appended(scene: &Scene, blocks: Value) -> Vec<Value> {
    done(scene.append(&blocks)).await["results"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_type_is_accepted_and_read_back_whole() {
    let scene = Scene::new().await;
    let sent = one_of_each();
    let made = appended(&scene, Value::from(sent.clone())).await;
    assert_eq!(made.len(), sent.len());
    for (sent, made) in sent.iter().zip(&made) {
        let (kind, content) = sent.as_object().unwrap().iter().next().unwrap();
        assert_eq!((&made["object"], &made["type"]), (&json!("block"), &json!(kind)));
        assert_eq!(made["parent"], json!({ "type": "page_id", "page_id": scene.page.as_str() }));
        for field in ["id", "created_time", "last_edited_time", "created_by", "last_edited_by"] {
            assert!(!made[field].is_null(), "{field} of {made}");
        }
        assert_eq!(
            (&made["in_trash"], &made["has_children"]),
            (&json!(false), &json!(content["children"].is_array()))
        );
        assert!(made[kind]["children"].is_null(), "{made}");
        assert_eq!(*made, done(scene.get(&format!("blocks/{}", id(made)))).await.without_request_id());
        if content["children"].is_array() {
            assert_eq!(children(&scene, id(made)).await.len(), content["children"].as_array().unwrap().len());
        }
    }
    assert_eq!(children(&scene, scene.page.as_str()).await, made);
    let tree = scene.sandbox.world().blocks_of(scene.page.as_str());
    assert_eq!(tree[5]["children"][0]["table_row"]["cells"][1][0]["plain_text"], "b");
}

trait WithoutRequestId {
    fn without_request_id(self) -> Self;
}

impl WithoutRequestId for Value {
    fn without_request_id(mut self) -> Value {
        self.as_object_mut().unwrap().remove("request_id");
        self
    }
}

#[tokio::test]
async fn defaults_are_filled_in() {
    let scene = Scene::new().await;
    let made = appended(&scene, json!([paragraph("a"), { "to_do": { "rich_text": [] } }])).await;
    let expected = json!([{
        "type": "text",
        "text": { "content": "a", "link": null },
        "annotations": {
            "bold": false, "italic": false, "strikethrough": false, "underline": false, "code": false,
            "color": "default",
        },
        "plain_text": "a",
        "href": null,
    }]);
    assert_eq!(made[0]["paragraph"], json!({ "rich_text": expected, "color": "default", "icon": null }));
    assert_eq!(made[1]["to_do"], json!({ "rich_text": [], "color": "default", "checked": false }));
}

#[tokio::test]
async fn neighbouring_texts_that_look_the_same_are_read_as_one() {
    let scene = Scene::new().await;
    let bold = |content: &str| json!({ "text": { "content": content }, "annotations": { "bold": true } });
    let linked = json!({ "text": { "content": "d", "link": { "url": "https://example.com/" } } });
    let texts =
        json!([bold("a"), bold("b"), { "text": { "content": "c" } }, linked, { "text": { "content": "" } }]);
    let made = appended(&scene, json!([{ "paragraph": { "rich_text": texts } }])).await;
    let read = made[0]["paragraph"]["rich_text"].as_array().unwrap();
    let contents: Vec<_> = read.iter().map(|text| text["text"]["content"].as_str().unwrap()).collect();
    assert_eq!(contents, ["ab", "c", "d"]);
    assert_eq!(read[2]["href"], "https://example.com/");
}

#[tokio::test]
async fn what_is_not_a_block_is_refused_by_its_place() {
    let scene = Scene::new().await;
    let row = json!({ "table_row": { "cells": [text("a")] } });
    for (block, place) in [
        (json!({ "meeting_notes": {} }), "body.children[0].meeting_notes should be not present"),
        (json!({ "child_page": { "title": "x" } }), "body.children[0].child_page should be not present"),
        (json!({}), "body.children[0].paragraph should be defined, instead was `undefined`"),
        (
            json!({ "type": "quote", "paragraph": { "rich_text": [] } }),
            "body.children[0].type should be `\"paragraph\"`",
        ),
        (json!({ "paragraph": {} }), "body.children[0].paragraph.rich_text should be defined"),
        (json!({ "paragraph": { "text": [], "rich_text": [] } }), "paragraph.text should be not present"),
        (
            json!({ "paragraph": { "rich_text": [], "color": "mauve" } }),
            "paragraph.color should be `\"default\"`",
        ),
        (json!({ "code": { "rich_text": [], "language": "klingon" } }), "code.language should be"),
        (json!({ "code": { "rich_text": [] } }), "code.language should be defined"),
        (
            json!({ "code": { "rich_text": [], "language": "rust", "children": [] } }),
            "code.children should be not present",
        ),
        (json!({ "divider": { "color": "red" } }), "divider.color should be not present"),
        (json!({ "bookmark": {} }), "bookmark.url should be defined"),
        (json!({ "table": { "table_width": 1 } }), "table.children should be defined"),
        (json!({ "table": { "table_width": 1, "children": [] } }), "table.children.length should be ≥ `1`"),
        (
            json!({ "table": { "table_width": 2, "children": [row] } }),
            "Number of cells in table row must match",
        ),
        (
            json!({ "table": { "table_width": 1, "children": [paragraph("a")] } }),
            "paragraph should be not present",
        ),
        (row.clone(), "table_row should be not present"),
        (json!({ "column_list": { "children": [] } }), "column_list.children.length should be ≥ `2`"),
        (
            json!({ "heading_2": { "rich_text": [], "is_toggleable": false, "children": [paragraph("a")] } }),
            "heading_2.children should be not present",
        ),
        (
            json!({ "callout": { "rich_text": [], "icon": { "emoji": "a" } } }),
            "icon.emoji should be a valid emoji",
        ),
        (json!({ "image": {} }), "image.external should be defined"),
        (
            json!({ "paragraph": { "rich_text": [{ "text": { "content": "a", "link": { "url": "nowhere" } } }] } }),
            "Invalid URL for link.",
        ),
        (
            json!({ "paragraph": { "rich_text": [{ "text": { "content": 7 } }] } }),
            "text.content should be a string, instead was `7`",
        ),
    ] {
        let said = invalid(scene.append(&json!([block]))).await;
        assert!(said.contains(place), "{block}: {said}");
    }
    assert!(scene.sandbox.world().blocks_of(scene.page.as_str()).is_empty());
}

#[tokio::test]
async fn a_table_is_not_accepted_two_levels_down() {
    let scene = Scene::new().await;
    let table =
        json!({ "table": { "table_width": 1, "children": [{ "table_row": { "cells": [text("a")] } }] } });
    let toggle = |inner: &Value| json!({ "toggle": { "rich_text": [], "children": [inner] } });
    done(scene.append(&json!([toggle(&table)]))).await;
    invalid(scene.append(&json!([toggle(&toggle(&table))]))).await;
}

#[tokio::test]
async fn blocks_are_put_where_they_should_be() {
    let scene = Scene::new().await;
    let made = appended(&scene, json!([paragraph("1"), paragraph("2")])).await;
    let path = format!("blocks/{}/children", scene.page);
    let put = |content: &str, position: Value| {
        scene.patch(&path, &json!({ "children": [paragraph(content)], "position": position }))
    };
    let new = done(put("1b", json!({ "type": "after_block", "after_block": { "id": id(&made[0]) } }))).await;
    assert_eq!(new["results"].as_array().unwrap().len(), 1);
    done(put("0", json!({ "type": "start" }))).await;
    done(put("3", json!({ "type": "end" }))).await;
    let texts: Vec<String> = children(&scene, scene.page.as_str())
        .await
        .iter()
        .map(|block| plain(&block["paragraph"]["rich_text"]))
        .collect();
    assert_eq!(texts, ["0", "1", "1b", "2", "3"]);
    invalid(put("x", json!({ "type": "middle" }))).await;
    invalid(put("x", json!({ "type": "after_block" }))).await;
    invalid(put("x", json!({ "type": "start", "after_block": { "id": id(&made[0]) } }))).await;
    let nowhere = json!({ "type": "after_block", "after_block": { "id": scene.page.as_str() } });
    refused(put("x", nowhere), 404, "object_not_found").await;
    invalid(scene.patch(&path, &json!({ "children": [], "after": id(&made[0]) }))).await;
}

#[tokio::test]
async fn children_come_in_pages() {
    let scene = Scene::new().await;
    done(scene.append(&paragraphs(100))).await;
    done(scene.append(&paragraphs(30))).await;
    let path = format!("blocks/{}/children", scene.page);
    let first = done(scene.get(&path)).await;
    assert_eq!((first["results"].as_array().unwrap().len(), &first["has_more"]), (100, &json!(true)));
    assert_eq!(
        (&first["object"], &first["type"], &first["block"]),
        (&json!("list"), &json!("block"), &json!({}))
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = done(scene.get(&path).query(&[("start_cursor", cursor), ("page_size", "40")])).await;
    assert_eq!((rest["results"].as_array().unwrap().len(), &rest["has_more"]), (30, &json!(false)));
    assert!(rest["next_cursor"].is_null());
    for (name, value) in [("page_size", "101"), ("page_size", "0"), ("page_size", "x"), ("colour", "red")] {
        let said = invalid(scene.get(&path).query(&[(name, value)])).await;
        assert!(said.contains(&format!("query.{name}")), "{said}");
    }
    invalid(scene.get(&path).query(&[("start_cursor", scene.page.as_str())])).await;
}

#[tokio::test]
async fn a_block_is_changed_and_keeps_what_is_not_named() {
    let scene = Scene::new().await;
    let made = appended(&scene, json!([{ "to_do": { "rich_text": text("a") } }, paragraph("b")])).await;
    let to_do = format!("blocks/{}", id(&made[0]));
    let changed = done(scene.patch(&to_do, &json!({ "to_do": { "checked": true } }))).await;
    assert_eq!(changed["to_do"]["checked"], true);
    assert_eq!(plain(&changed["to_do"]["rich_text"]), "a");
    let changed =
        done(scene.patch(&to_do, &json!({ "type": "to_do", "to_do": { "rich_text": text("c") } }))).await;
    assert_eq!(
        (plain(&changed["to_do"]["rich_text"]), &changed["to_do"]["checked"]),
        ("c".to_owned(), &json!(true))
    );
    invalid(scene.patch(&to_do, &json!({ "paragraph": { "rich_text": [] } }))).await;
    invalid(scene.patch(&to_do, &json!({ "to_do": { "rich_text": [], "children": [] } }))).await;
    invalid(scene.patch(&to_do, &json!({ "archived": true }))).await;
}

#[tokio::test]
async fn a_deleted_block_is_in_the_trash_and_cannot_be_edited() {
    let scene = Scene::new().await;
    let made =
        appended(&scene, json!([{ "toggle": { "rich_text": [], "children": [paragraph("in")] } }])).await;
    let inner = children(&scene, id(&made[0])).await;
    let path = format!("blocks/{}", id(&made[0]));
    let deleted = done(scene.ask(Method::DELETE, &path)).await;
    assert_eq!(deleted["in_trash"], true);
    assert!(children(&scene, scene.page.as_str()).await.is_empty());
    assert_eq!(done(scene.get(&path)).await["in_trash"], true);
    let said = invalid(scene.ask(Method::DELETE, &path)).await;
    assert_eq!(said, "Can't edit block that is archived. You must unarchive the block before editing.");
    invalid(scene.patch(&path, &json!({ "toggle": { "rich_text": [] } }))).await;
    invalid(scene.patch(&format!("{path}/children"), &json!({ "children": [paragraph("x")] }))).await;
    invalid(scene.patch(&format!("blocks/{}", id(&inner[0])), &json!({ "paragraph": {} }))).await;
    let back = done(scene.patch(&path, &json!({ "in_trash": false }))).await;
    assert_eq!(back["in_trash"], false);
    assert_eq!(children(&scene, scene.page.as_str()).await.len(), 1);
}

#[tokio::test]
async fn what_takes_no_children_gets_none() {
    let scene = Scene::new().await;
    let heading = json!({ "heading_1": { "rich_text": [] } });
    let made = appended(&scene, json!([{ "divider": {} }, heading])).await;
    for block in &made {
        let path = format!("blocks/{}/children", id(block));
        let said = invalid(scene.patch(&path, &json!({ "children": [paragraph("x")] }))).await;
        assert!(said.contains("does not support children"), "{said}");
    }
}

#[tokio::test]
async fn a_table_grows_by_rows_of_its_width() {
    let scene = Scene::new().await;
    let row = |cells: Value| json!({ "table_row": { "cells": cells } });
    let table = json!({ "table": { "table_width": 1, "children": [row(json!([text("a")]))] } });
    let made = appended(&scene, json!([table])).await;
    let path = format!("blocks/{}/children", id(&made[0]));
    done(scene.patch(&path, &json!({ "children": [row(json!([text("b")]))] }))).await;
    invalid(scene.patch(&path, &json!({ "children": [row(json!([text("b"), text("c")]))] }))).await;
    invalid(scene.patch(&path, &json!({ "children": [paragraph("x")] }))).await;
    assert_eq!(children(&scene, id(&made[0])).await.len(), 2);
}

#[tokio::test]
async fn a_person_works_on_a_page_by_hand() {
    let scene = Scene::new().await;
    let made = appended(&scene, json!([{ "to_do": { "rich_text": text("a") } }, paragraph("b")])).await;
    let written: BlockId = {
        let mut world = scene.sandbox.world();
        world.tick(id(&made[0]));
        world.edit_text(id(&made[1]), "mine");
        let quote = json!({ "quote": { "rich_text": text("said") } });
        let written = world.write_block(scene.page.as_str(), Some(id(&made[0])), quote);
        let written_last = world.write_block(scene.page.as_str(), None, paragraph("gone"));
        world.delete_block(written_last.as_str());
        written
    };
    let read = children(&scene, scene.page.as_str()).await;
    assert_eq!(read.len(), 3);
    assert_eq!(read[0]["to_do"]["checked"], true);
    assert_eq!(id(&read[1]), written.as_str());
    assert_eq!(plain(&read[2]["paragraph"]["rich_text"]), "mine");
}

#[tokio::test]
async fn ids_come_with_dashes_or_without() {
    let scene = Scene::new().await;
    let bare = scene.page.as_str().replace('-', "");
    assert_eq!(done(scene.get(&format!("pages/{bare}"))).await["id"], scene.page.as_str());
    let said = invalid(scene.get("pages/seven")).await;
    assert_eq!(said, "path failed validation: path.page_id should be a valid uuid, instead was `\"seven\"`.");
}

#[tokio::test]
async fn a_text_can_mention_a_day_a_page_and_a_person() {
    let scene = Scene::new().await;
    let me = done(scene.get("users/me")).await["bot"]["owner"]["user"]["id"].clone();
    let mention = |mention: Value| json!({ "mention": mention });
    let texts = json!([
        mention(json!({ "date": { "start": "2026-11-23" } })),
        mention(json!({ "page": { "id": scene.page.as_str() } })),
        mention(json!({ "user": { "id": me } })),
        { "equation": { "expression": "x" } },
    ]);
    let made = appended(&scene, json!([{ "paragraph": { "rich_text": texts } }])).await;
    let read = made[0]["paragraph"]["rich_text"].as_array().unwrap();
    let plain: Vec<_> = read.iter().map(|text| text["plain_text"].as_str().unwrap()).collect();
    assert_eq!(plain, ["2026-11-23", "Recordings", "@Ana", "x"]);
    let nobody = mention(json!({ "user": { "id": scene.page.as_str() } }));
    invalid(scene.append(&json!([{ "paragraph": { "rich_text": [nobody] } }]))).await;
}

#[tokio::test]
async fn a_heading_that_has_blocks_keeps_its_toggle() {
    let scene = Scene::new().await;
    let toggling =
        json!({ "heading_2": { "rich_text": [], "is_toggleable": true, "children": [paragraph("in")] } });
    let made = appended(&scene, json!([toggling])).await;
    let path = format!("blocks/{}", id(&made[0]));
    invalid(scene.patch(&path, &json!({ "heading_2": { "rich_text": [], "is_toggleable": false } }))).await;
    done(scene.patch(&path, &json!({ "heading_2": { "rich_text": text("new") } }))).await;
}

#[tokio::test]
async fn a_picture_is_replaced_by_another() {
    let scene = Scene::new().await;
    let picture = |url: &str| json!({ "image": { "external": { "url": url }, "caption": text("c") } });
    let made = appended(&scene, json!([picture("https://example.com/a.png")])).await;
    let other = json!({ "image": { "external": { "url": "https://example.com/b.png" } } });
    let changed = done(scene.patch(&format!("blocks/{}", id(&made[0])), &other)).await;
    assert_eq!(changed["image"]["external"]["url"], "https://example.com/b.png");
    assert_eq!(plain(&changed["image"]["caption"]), "c");
}
