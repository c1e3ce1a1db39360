use serde_json::{Value, json};

use super::{Scene, done, invalid, plain, text};

/// Three pages: a, b and c.
async fn three() -> Scene {
    let scene = Scene::new().await;
    for (name, job, minutes, kind, done_, date) in [
        ("a", "job-1", json!(3), json!({ "name": "Call" }), true, json!({ "start": "2026-11-20" })),
        ("b", "job-2", json!(1), Value::Null, false, json!({ "start": "2026-11-22T10:00:00Z" })),
        ("c", "", Value::Null, json!({ "name": "Other" }), false, Value::Null),
    ] {
        let properties = json!({
            "Name": { "title": text(name) },
            "Job": { "rich_text": text(job) },
            "Minutes": { "number": minutes },
            "Kind": { "select": kind },
            "Tags": { "multi_select": [{ "name": format!("tag-{name}") }] },
            "Done": { "checkbox": done_ },
            "Date": { "date": date },
            "Link": { "url": format!("https://example.com/{name}") },
        });
        done(scene.create(&properties)).await;
    }
    scene
}

/// The names of the pages found.
async fn found(scene: &Scene, body: Value) -> String {
    let list = done(scene.query(&body)).await;
    assert_eq!((&list["object"], &list["type"]), (&json!("list"), &json!("page_or_data_source")));
    let pages = list["results"].as_array().unwrap();
    pages.iter().map(|page| plain(&page["properties"]["Name"]["title"])).collect()
}

async fn filtered(scene: &Scene, filter: Value) -> String {
    let sorts = json!([{ "property": "Name", "direction": "ascending" }]);
    found(scene, json!({ "filter": filter, "sorts": sorts })).await
}

#[tokio::test]
async fn pages_are_filtered_by_each_type() {
    let scene = three().await;
    for (filter, names) in [
        (json!({ "property": "Job", "rich_text": { "equals": "job-1" } }), "a"),
        (json!({ "property": "Job", "rich_text": { "contains": "JOB" } }), "ab"),
        (json!({ "property": "Job", "rich_text": { "is_empty": true } }), "c"),
        (json!({ "property": "Job", "rich_text": { "is_not_empty": true } }), "ab"),
        (json!({ "property": "Name", "title": { "equals": "b" } }), "b"),
        (json!({ "property": "Name", "rich_text": { "does_not_equal": "b" } }), "ac"),
        (json!({ "property": "Link", "url": { "ends_with": "/c" } }), "c"),
        (json!({ "property": "Done", "checkbox": { "equals": true } }), "a"),
        (json!({ "property": "Done", "checkbox": { "does_not_equal": true } }), "bc"),
        (json!({ "property": "Minutes", "number": { "greater_than": 1 } }), "a"),
        (json!({ "property": "Minutes", "number": { "is_empty": true } }), "c"),
        (json!({ "property": "Kind", "select": { "equals": "Call" } }), "a"),
        (json!({ "property": "Kind", "select": { "is_empty": true } }), "b"),
        (json!({ "property": "Tags", "multi_select": { "contains": "tag-b" } }), "b"),
        (json!({ "property": "Date", "date": { "equals": "2026-11-22" } }), "b"),
        (json!({ "property": "Date", "date": { "before": "2026-11-22" } }), "a"),
        (json!({ "property": "Date", "date": { "is_empty": true } }), "c"),
        (json!({ "timestamp": "created_time", "created_time": { "after": "2026-01-01" } }), "abc"),
    ] {
        assert_eq!(filtered(&scene, filter.clone()).await, names, "{filter}");
    }
}

#[tokio::test]
async fn filters_are_compounded_two_deep() {
    let scene = three().await;
    let name = |name: &str| json!({ "property": "Name", "title": { "equals": name } });
    let is_done = json!({ "property": "Done", "checkbox": { "equals": true } });
    assert_eq!(filtered(&scene, json!({ "or": [name("a"), name("c")] })).await, "ac");
    assert_eq!(filtered(&scene, json!({ "and": [is_done, { "or": [name("a"), name("c")] }] })).await, "a");
    let too_deep = json!({ "and": [{ "or": [{ "and": [name("a")] }] }] });
    invalid(scene.query(&json!({ "filter": too_deep }))).await;
}

#[tokio::test]
async fn pages_are_sorted() {
    let scene = three().await;
    let by = |property: &str, direction: &str| json!({ "sorts": [{ "property": property, "direction": direction }] });
    assert_eq!(found(&scene, by("Name", "descending")).await, "cba");
    assert_eq!(found(&scene, by("Minutes", "ascending")).await, "bac");
    assert_eq!(found(&scene, by("Date", "descending")).await, "bac");
    let newest = json!({ "sorts": [{ "timestamp": "created_time", "direction": "descending" }] });
    assert_eq!(found(&scene, newest).await, "cba");
}

#[tokio::test]
async fn pages_come_in_pages() {
    let scene = three().await;
    let first = done(scene.query(&json!({ "page_size": 2 }))).await;
    assert_eq!((first["results"].as_array().unwrap().len(), &first["has_more"]), (2, &json!(true)));
    let rest = json!({ "page_size": 2, "start_cursor": first["next_cursor"] });
    assert_eq!(found(&scene, rest).await.len(), 1);
}

#[tokio::test]
async fn pages_in_the_trash_are_not_found() {
    let scene = three().await;
    let id = scene.sandbox.world().pages_of(scene.source.as_str())[0]["id"].as_str().unwrap().to_owned();
    scene.sandbox.world().trash_page(&id);
    assert_eq!(filtered(&scene, json!({ "property": "Job", "rich_text": { "contains": "" } })).await, "bc");
    assert_eq!(found(&scene, json!({ "in_trash": true })).await, "a");
}

#[tokio::test]
async fn what_does_not_fit_the_schema_is_refused() {
    let scene = three().await;
    for (filter, expected) in [
        (
            json!({ "property": "Nope", "rich_text": { "equals": "x" } }),
            "Could not find property with name or id: Nope",
        ),
        (
            json!({ "property": "Job", "checkbox": { "equals": true } }),
            "database property rich_text does not match filter checkbox",
        ),
    ] {
        assert_eq!(invalid(scene.query(&json!({ "filter": filter }))).await, expected);
    }
    for body in [
        json!({ "filter": { "property": "Job", "rich_text": { "like": "x" } } }),
        json!({ "filter": { "property": "Job", "rich_text": { "equals": 7 } } }),
        json!({ "filter": { "property": "Job", "rich_text": { "is_empty": false } } }),
        json!({ "filter": { "rich_text": { "equals": "x" } } }),
        json!({ "sorts": [{ "property": "Nope", "direction": "ascending" }] }),
        json!({ "sorts": [{ "property": "Name" }] }),
        json!({ "archived": false }),
        json!({ "page_size": 0 }),
    ] {
        invalid(scene.query(&body)).await;
    }
}
