use serde_json::{Value, json};

use super::{Scene, done, invalid, paragraph, plain, refused, text};

fn value<'a>(page: &'a Value, name: &str) -> &'a Value {
    let property = &page["properties"][name];
    &property[property["type"].as_str().unwrap()]
}

#[tokio::test]
async fn a_page_is_made_with_properties_and_blocks() {
    let scene = Scene::new().await;
    let page = done(scene.post(
        "pages",
        &json!({
            "parent": { "type": "data_source_id", "data_source_id": scene.source.as_str() },
            "icon": { "type": "emoji", "emoji": "🎙️" },
            "cover": { "external": { "url": "https://example.com/c.png" } },
            "properties": {
                "Name": { "title": text("Launch") },
                "Job": { "rich_text": text("job-1") },
                "Date": { "date": { "start": "2026-11-23" } },
                "Minutes": { "number": 12.5 },
                "Kind": { "select": { "name": "Call" } },
                "Tags": { "multi_select": [{ "name": "one" }, { "name": "two" }] },
                "Done": { "checkbox": true },
                "Link": { "url": "https://example.com" },
                "State": { "status": { "name": "Done" } },
                "Files": { "files": [{ "name": "a", "external": { "url": "https://example.com/a.pdf" } }] },
            },
            "children": [paragraph("first")],
        }),
    ))
    .await;
    assert_eq!(page["object"], "page");
    let id = page["id"].as_str().unwrap();
    let parent = &page["parent"];
    assert_eq!(parent["data_source_id"], scene.source.as_str());
    assert_eq!(parent["database_id"], scene.database.as_str());
    assert_eq!(page["icon"], json!({ "type": "emoji", "emoji": "🎙️" }));
    assert_eq!(plain(value(&page, "Name")), "Launch");
    assert_eq!(value(&page, "Date"), &json!({ "start": "2026-11-23", "end": null, "time_zone": null }));
    assert_eq!(value(&page, "Minutes"), &json!(12.5));
    assert_eq!(
        (&value(&page, "Kind")["name"], &value(&page, "Kind")["color"]),
        (&json!("Call"), &json!("blue"))
    );
    assert_eq!(value(&page, "Tags")[1]["name"], "two");
    assert_eq!(value(&page, "State")["name"], "Done");
    assert_eq!(value(&page, "Done"), &json!(true));
    assert_eq!(page["properties"]["Name"]["id"], "title");
    assert!(page["url"].as_str().unwrap().ends_with(&format!("/notion/view/{}", id.replace('-', ""))));
    assert!(page["created_time"].as_str().unwrap().ends_with(":00.000Z"));
    let read = done(scene.get(&format!("pages/{id}"))).await;
    assert_eq!(read["properties"], page["properties"]);
    let world = scene.sandbox.world();
    assert_eq!(plain(&world.blocks_of(id)[0]["paragraph"]["rich_text"]), "first");
    assert_eq!(world.pages_of(scene.source.as_str()).len(), 1);
}

#[tokio::test]
async fn properties_are_named_by_their_id_too() {
    let scene = Scene::new().await;
    let source = done(scene.get(&format!("data_sources/{}", scene.source))).await;
    let job = source["properties"]["Job"]["id"].as_str().unwrap();
    let page =
        done(scene.create(&json!({ job: { "rich_text": text("x") }, "title": { "title": text("T") } })))
            .await;
    assert_eq!((plain(value(&page, "Job")), plain(value(&page, "Name"))), ("x".to_owned(), "T".to_owned()));
}

#[tokio::test]
async fn what_the_schema_does_not_have_is_refused() {
    let scene = Scene::new().await;
    for (properties, expected) in [
        (json!({ "Date": { "rich_text": text("x") } }), "Date is expected to be date."),
        (json!({ "Nope": { "checkbox": true } }), "Nope is not a property that exists."),
        (
            json!({ "Job": { "number": 1 }, "Nope": { "number": 1 } }),
            "Job is expected to be rich_text. Nope is not a property that exists.",
        ),
        (
            json!({ "State": { "status": { "name": "Elsewhere" } } }),
            "Invalid status option. Status option \"Elsewhere\" does not exist.",
        ),
    ] {
        assert_eq!(invalid(scene.create(&properties)).await, expected);
    }
    for (properties, place) in [
        (
            json!({ "Date": { "date": { "start": "tomorrow" } } }),
            "body.properties.Date.date.start should be a valid ISO 8601 date string",
        ),
        (json!({ "Date": { "date": {} } }), "date.start should be defined"),
        (
            json!({ "Date": { "date": { "start": "2026-11-23", "end": "2026-11-22" } } }),
            "date.end must be after",
        ),
        (json!({ "Minutes": { "number": "12" } }), "number should be a number"),
        (json!({ "Done": { "checkbox": null } }), "checkbox should be a boolean"),
        (json!({ "Name": { "title": "plain" } }), "title should be an array"),
        (json!({ "Name": {} }), "body.properties.Name.title should be defined"),
        (json!({ "Link": { "url": "" } }), "url.length should be ≥ `1`"),
        (json!({ "Name": { "title": [], "colour": 1 } }), "colour should be not present"),
    ] {
        let said = invalid(scene.create(&properties)).await;
        assert!(said.contains(place), "{said}");
    }
    assert!(scene.sandbox.world().pages_of(scene.source.as_str()).is_empty());
}

#[tokio::test]
async fn a_time_is_read_back_with_its_offset() {
    let scene = Scene::new().await;
    for (sent, read) in [
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00.000+00:00"),
        ("2026-11-23T10:00:00+02:00", "2026-11-23T10:00:00.000+02:00"),
        ("2026-11-23T10:00:00", "2026-11-23T10:00:00.000+00:00"),
    ] {
        let page = done(scene.create(&json!({ "Date": { "date": { "start": sent } } }))).await;
        assert_eq!(value(&page, "Date")["start"], read);
    }
    let zoned = json!({ "start": "2026-11-23T10:00:00", "time_zone": "Europe/Berlin" });
    let page = done(scene.create(&json!({ "Date": { "date": zoned } }))).await;
    assert_eq!(value(&page, "Date")["start"], "2026-11-23T10:00:00.000+01:00");
}

#[tokio::test]
async fn a_new_option_becomes_part_of_the_schema() {
    let scene = Scene::new().await;
    done(scene.create(&json!({ "Kind": { "select": { "name": "Interview" } } }))).await;
    let source = done(scene.get(&format!("data_sources/{}", scene.source))).await;
    let options = source["properties"]["Kind"]["select"]["options"].as_array().unwrap();
    assert_eq!(
        options.iter().map(|option| option["name"].as_str().unwrap()).collect::<Vec<_>>(),
        ["Call", "Interview"]
    );
}

#[tokio::test]
async fn a_page_within_a_page_has_a_title_only() {
    let scene = Scene::new().await;
    let parent = json!({ "page_id": scene.page.as_str() });
    let create =
        |properties: Value| scene.post("pages", &json!({ "parent": parent, "properties": properties }));
    let page = done(create(json!({ "title": { "title": text("Inner") } }))).await;
    assert_eq!(plain(value(&page, "title")), "Inner");
    assert_eq!(
        invalid(create(json!({ "Date": { "date": null } }))).await,
        "Date is not a property that exists."
    );
    let blocks = scene.sandbox.world().blocks_of(scene.page.as_str());
    assert_eq!(
        (&blocks[0]["type"], &blocks[0]["child_page"]["title"]),
        (&json!("child_page"), &json!("Inner"))
    );
    assert_eq!(scene.sandbox.world().pages_of(scene.page.as_str()).len(), 1);
}

#[tokio::test]
async fn a_parent_is_needed_and_must_be_there() {
    let scene = Scene::new().await;
    assert!(
        invalid(scene.post("pages", &json!({ "properties": {} })))
            .await
            .contains("body.parent should be defined")
    );
    invalid(scene.post("pages", &json!({ "parent": { "database_id": scene.database.as_str() } }))).await;
    let nowhere = json!({ "parent": { "page_id": "11111111-2222-4333-8444-555555555555" } });
    refused(scene.post("pages", &nowhere), 404, "object_not_found").await;
    for field in ["markdown", "template", "colour"] {
        let mut body = json!({ "parent": { "page_id": scene.page.as_str() } });
        body[field] = "x".into();
        let said = invalid(scene.post("pages", &body)).await;
        assert!(said.contains(&format!("body.{field} should be not present")), "{said}");
    }
}

#[tokio::test]
async fn a_page_is_changed_and_put_into_the_trash() {
    let scene = Scene::new().await;
    let page =
        done(scene.create(&json!({ "Name": { "title": text("a") }, "Job": { "rich_text": text("j") } })))
            .await;
    let id = page["id"].as_str().unwrap();
    let path = format!("pages/{id}");
    let changed = done(scene.patch(
        &path,
        &json!({ "properties": { "Name": { "title": text("b") } }, "icon": { "emoji": "✅" } }),
    ))
    .await;
    assert_eq!(
        (plain(value(&changed, "Name")), plain(value(&changed, "Job"))),
        ("b".to_owned(), "j".to_owned())
    );
    assert_eq!(done(scene.patch(&path, &json!({ "icon": null }))).await["icon"], Value::Null);
    assert_eq!(done(scene.patch(&path, &json!({ "in_trash": true }))).await["in_trash"], true);
    assert!(scene.sandbox.world().pages_of(scene.source.as_str()).is_empty());
    assert_eq!(scene.sandbox.world().notion_page(id).unwrap()["in_trash"], true);
    assert_eq!(done(scene.get(&path)).await["in_trash"], true);
    invalid(scene.patch(&path, &json!({ "properties": {} }))).await;
    invalid(scene.patch(&format!("blocks/{id}/children"), &json!({ "children": [paragraph("x")] }))).await;
    assert_eq!(done(scene.patch(&path, &json!({ "in_trash": false }))).await["in_trash"], false);
    invalid(scene.patch(&path, &json!({ "archived": true }))).await;
}

#[tokio::test]
async fn a_person_changes_a_property_and_trashes_the_page() {
    let scene = Scene::new().await;
    let page = done(scene.create(&json!({ "Name": { "title": text("a") } }))).await;
    let id = page["id"].as_str().unwrap();
    {
        let mut world = scene.sandbox.world();
        world.set_page_property(id, "Name", json!({ "title": text("mine") }));
        assert_eq!(plain(&world.notion_page(id).unwrap()["properties"]["Name"]["title"]), "mine");
        world.trash_page(id);
    }
    assert_eq!(done(scene.get(&format!("pages/{id}"))).await["in_trash"], true);
}

#[tokio::test]
async fn what_is_no_json_or_no_address_is_refused() {
    let scene = Scene::new().await;
    let json = |body: &'static str| {
        scene.ask(reqwest::Method::POST, "pages").header("Content-Type", "application/json").body(body)
    };
    refused(json("{"), 400, "invalid_json").await;
    refused(scene.ask(reqwest::Method::POST, "pages").body("{}"), 400, "invalid_json").await;
    refused(scene.get("nonsense"), 400, "invalid_request_url").await;
    refused(scene.ask(reqwest::Method::DELETE, "pages"), 400, "invalid_request_url").await;
}
