use serde_json::{Value, json};

use super::{Scene, done, invalid, paragraph, paragraphs, refused, text};

/// Blocks within each other, so many levels below the first.
fn nested(levels: usize) -> Value {
    let mut block = paragraph("innermost");
    for _ in 0..levels {
        block = json!({ "type": "toggle", "toggle": { "rich_text": text("t"), "children": [block] } });
    }
    block
}

#[tokio::test]
async fn an_array_has_room_for_100_blocks() {
    let scene = Scene::new().await;
    let said = invalid(scene.append(&paragraphs(101))).await;
    let expected = "body failed validation: body.children.length should be ≤ `100`, instead was `101`.";
    assert_eq!(said, expected);
    assert!(scene.sandbox.world().blocks_of(scene.page.as_str()).is_empty());
    done(scene.append(&paragraphs(100))).await;
    let create = json!({ "parent": { "page_id": scene.page.as_str() }, "children": paragraphs(101) });
    assert_eq!(invalid(scene.post("pages", &create)).await, expected);
    let nested = json!([{ "toggle": { "rich_text": text("t"), "children": paragraphs(101) } }]);
    assert!(invalid(scene.append(&nested)).await.contains("body.children[0].toggle.children.length"));
}

#[tokio::test]
async fn a_text_has_room_for_2000_characters_as_utf_16_counts_them() {
    let scene = Scene::new().await;
    let said = invalid(scene.append(&json!([paragraph(&"a".repeat(2001))]))).await;
    let expected = "body failed validation: body.children[0].paragraph.rich_text[0].text.content.length should be ≤ \
        `2000`, instead was `2001`.";
    assert_eq!(said, expected);
    // Each of these takes two.
    done(scene.append(&json!([paragraph(&"😀".repeat(1000))]))).await;
    invalid(scene.append(&json!([paragraph(&"😀".repeat(1001))]))).await;
    let block = scene.sandbox.world().blocks_of(scene.page.as_str())[0]["id"].as_str().unwrap().to_owned();
    let update = json!({ "paragraph": { "rich_text": text(&"a".repeat(2001)) } });
    invalid(scene.patch(&format!("blocks/{block}"), &update)).await;
    invalid(scene.create(&json!({ "Job": { "rich_text": text(&"a".repeat(2001)) } }))).await;
}

#[tokio::test]
async fn an_array_has_room_for_100_texts() {
    let scene = Scene::new().await;
    let texts = |count: usize| {
        let texts: Value = (0..count).map(|_| text("a")[0].clone()).collect();
        json!([{ "paragraph": { "rich_text": texts } }])
    };
    done(scene.append(&texts(100))).await;
    assert!(invalid(scene.append(&texts(101))).await.contains("rich_text.length should be ≤ `100`"));
}

#[tokio::test]
async fn blocks_nest_two_levels_below_the_first() {
    let scene = Scene::new().await;
    done(scene.append(&json!([nested(2)]))).await;
    let said = invalid(scene.append(&json!([nested(3)]))).await;
    let place =
        "body.children[0].toggle.children[0].toggle.children[0].toggle.children should be not present";
    assert!(said.contains(place), "{said}");
    let create = json!({ "parent": { "page_id": scene.page.as_str() }, "children": [nested(3)] });
    invalid(scene.post("pages", &create)).await;
    done(
        scene
            .post("pages", &json!({ "parent": { "page_id": scene.page.as_str() }, "children": [nested(2)] })),
    )
    .await;
}

#[tokio::test]
async fn a_payload_has_room_for_1000_blocks_with_nested_ones() {
    let scene = Scene::new().await;
    let tens = |last: usize| -> Value {
        let toggle = |count| json!({ "toggle": { "rich_text": [], "children": paragraphs(count) } });
        (0..10).map(|at| if at == 9 { toggle(last) } else { toggle(100) }).collect()
    };
    // Ten toggles with 100 each, but for the last.
    done(scene.append(&tens(90))).await;
    let said = invalid(scene.append(&tens(91))).await;
    assert!(said.contains("`1000`") && said.contains("`1001`"), "{said}");
    let world = scene.sandbox.world();
    let seen = world.requests();
    assert_eq!((seen[0].blocks, seen[0].top_blocks, seen[1].blocks), (1000, 10, 1001));
}

#[tokio::test]
async fn a_payload_has_room_for_500_kilobytes() {
    let scene = Scene::new().await;
    let blocks = |count: usize| -> Value {
        let texts = |_| -> Value { (0..3).map(|_| text(&"a".repeat(2000))[0].clone()).collect() };
        (0..count).map(|at| json!({ "paragraph": { "rich_text": texts(at) } })).collect()
    };
    done(scene.append(&blocks(80))).await;
    refused(scene.append(&blocks(84)), 413, "validation_error").await;
    let world = scene.sandbox.world();
    let sizes: Vec<u64> = world.requests().iter().map(|seen| seen.request_bytes).collect();
    assert!(sizes[0] <= 500_000 && sizes[1] > 500_000, "{sizes:?}");
    assert_eq!(world.blocks_of(scene.page.as_str()).len(), 80);
}

#[tokio::test]
async fn addresses_and_equations_and_options_are_limited() {
    let scene = Scene::new().await;
    let long = format!("https://example.com/{}", "a".repeat(1990));
    for block in [
        json!({ "bookmark": { "url": long } }),
        json!({ "equation": { "expression": "x".repeat(1001) } }),
        json!({ "paragraph": { "rich_text": [{ "text": { "content": "a", "link": { "url": long } } }] } }),
        json!({ "paragraph": { "rich_text": [{ "equation": { "expression": "x".repeat(1001) } }] } }),
    ] {
        let said = invalid(scene.append(&json!([block]))).await;
        assert!(said.contains(".length should be ≤"), "{said}");
    }
    invalid(scene.create(&json!({ "Link": { "url": long } }))).await;
    invalid(scene.create(&json!({ "Kind": { "select": { "name": "a".repeat(101) } } }))).await;
    let comma = invalid(scene.create(&json!({ "Kind": { "select": { "name": "a, b" } } }))).await;
    assert_eq!(comma, "Invalid select option, commas not allowed: a, b");
    let tags: Value = (0..101).map(|at| json!({ "name": at.to_string() })).collect();
    invalid(scene.create(&json!({ "Tags": { "multi_select": tags } }))).await;
}

#[tokio::test]
async fn one_bad_block_keeps_out_all_of_them() {
    let scene = Scene::new().await;
    invalid(scene.append(&json!([paragraph("good"), { "paragraph": { "rich_text": "bad" } }]))).await;
    let create = json!({
        "parent": { "data_source_id": scene.source.as_str() },
        "properties": { "Kind": { "select": { "name": "New" } } },
        "children": [paragraph("good"), { "nonsense": {} }],
    });
    invalid(scene.post("pages", &create)).await;
    let world = scene.sandbox.world();
    assert!(world.blocks_of(scene.page.as_str()).is_empty());
    assert!(world.pages_of(scene.source.as_str()).is_empty());
}
