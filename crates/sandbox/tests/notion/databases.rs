use serde_json::{Value, json};

use super::{Scene, done, invalid, refused, text};

fn names(source: &Value) -> Vec<&str> {
    source["properties"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_database_names_its_data_sources() {
    let scene = Scene::new().await;
    let database = done(scene.get(&format!("databases/{}", scene.database))).await;
    assert_eq!(database["object"], "database");
    assert_eq!(database["title"][0]["plain_text"], "Meetings");
    assert_eq!(database["data_sources"], json!([{ "id": scene.source.as_str(), "name": "Meetings" }]));
    let source = done(scene.get(&format!("data_sources/{}", scene.source))).await;
    assert_eq!(source["parent"], json!({ "type": "database_id", "database_id": scene.database.as_str() }));
    let date = &source["properties"]["Date"];
    assert_eq!((&date["name"], &date["type"], &date["date"]), (&json!("Date"), &json!("date"), &json!({})));
    assert_eq!(source["properties"]["Kind"]["select"]["options"][0]["color"], "blue");
}

#[tokio::test]
async fn one_can_have_several_data_sources() {
    let scene = Scene::new().await;
    let mut world = scene.sandbox.world();
    let plain = json!({ "Title": { "title": {} } });
    let database = world.add_database(&scene.workspace, "Two", &[("One", plain.clone()), ("Other", plain)]);
    assert_eq!(world.data_sources(&database).len(), 2);
}

#[tokio::test]
async fn properties_are_added_renamed_and_removed() {
    let scene = Scene::new().await;
    done(scene.create(&json!({ "Job": { "rich_text": text("j") }, "Minutes": { "number": 1 } }))).await;
    let path = format!("data_sources/{}", scene.source);
    let change = |properties: Value| scene.patch(&path, &json!({ "properties": properties }));
    let changed = done(change(json!({
        "Speakers": { "rich_text": {} },
        "Job": { "name": "Debrief job" },
        "Minutes": null,
    })))
    .await;
    let names = names(&changed);
    assert!(names.contains(&"Speakers") && names.contains(&"Debrief job") && !names.contains(&"Minutes"));
    let page = &scene.sandbox.world().pages_of(scene.source.as_str())[0];
    assert_eq!(page["properties"]["Debrief job"]["rich_text"][0]["plain_text"], "j");
    assert!(page["properties"]["Minutes"].is_null());
}

#[tokio::test]
async fn a_schema_keeps_its_one_title() {
    let scene = Scene::new().await;
    let path = format!("data_sources/{}", scene.source);
    for properties in [
        json!({ "Name": null }),
        json!({ "Name": { "rich_text": {} } }),
        json!({ "Other": { "title": {} } }),
        json!({ "Nope": null }),
        json!({ "Nope": { "name": "x" } }),
        json!({ "Job": { "name": "Date" } }),
        json!({ "Odd": { "colour": {} } }),
        json!({ "Kind": { "select": { "options": [{ "name": "a,b" }] } } }),
    ] {
        invalid(scene.patch(&path, &json!({ "properties": properties }))).await;
    }
    done(scene.patch(&path, &json!({ "properties": { "Name": { "name": "Title" } } }))).await;
}

#[tokio::test]
async fn a_person_changes_the_schema_by_hand() {
    let scene = Scene::new().await;
    {
        let mut world = scene.sandbox.world();
        world.set_property(&scene.source, "Date", None);
        world.set_property(&scene.source, "Room", Some(json!({ "rich_text": {} })));
        world.set_property(&scene.source, "Done", Some(json!({ "number": {} })));
    }
    let source = done(scene.get(&format!("data_sources/{}", scene.source))).await;
    assert!(names(&source).contains(&"Room") && !names(&source).contains(&"Date"));
    assert_eq!(source["properties"]["Done"]["type"], "number");
    let said = invalid(scene.create(&json!({ "Date": { "date": null } }))).await;
    assert_eq!(said, "Date is not a property that exists.");
}

#[tokio::test]
async fn nobody_finds_a_removed_database_until_it_is_restored() {
    let scene = Scene::new().await;
    let page = done(scene.create(&json!({}))).await;
    scene.sandbox.world().remove_database(&scene.database);
    let found = |path: String| refused(scene.get(&path), 404, "object_not_found");
    found(format!("databases/{}", scene.database)).await;
    found(format!("data_sources/{}", scene.source)).await;
    found(format!("pages/{}", page["id"].as_str().unwrap())).await;
    refused(scene.query(&json!({})), 404, "object_not_found").await;
    refused(scene.create(&json!({})), 404, "object_not_found").await;
    scene.sandbox.world().restore_database(&scene.database);
    done(scene.create(&json!({}))).await;
    assert_eq!(done(scene.query(&json!({}))).await["results"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_search_finds_pages_and_data_sources_by_title() {
    let scene = Scene::new().await;
    done(scene.create(&json!({ "Name": { "title": text("Weekly meetings") } }))).await;
    let search = async |body: Value| -> Vec<String> {
        let list = done(scene.post("search", &body)).await;
        assert_eq!(list["type"], "page_or_data_source");
        list["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found["object"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(search(json!({ "query": "MEETINGS" })).await, ["page", "data_source"]);
    let only = json!({ "filter": { "property": "object", "value": "data_source" } });
    assert_eq!(search(only).await, ["data_source"]);
    let sort = json!({ "timestamp": "last_edited_time", "direction": "ascending" });
    assert_eq!(search(json!({ "sort": sort })).await, ["page", "data_source", "page"]);
    assert!(search(json!({ "query": "nothing of the kind" })).await.is_empty());
    let first = done(scene.post("search", &json!({ "page_size": 2 }))).await;
    assert_eq!(first["has_more"], true);
    assert_eq!(search(json!({ "page_size": 2, "start_cursor": first["next_cursor"] })).await.len(), 1);
    for body in [
        json!({ "filter": { "property": "object", "value": "database" } }),
        json!({ "page_size": 101 }),
        json!({ "colour": 1 }),
        json!({ "sort": { "timestamp": "created_time", "direction": "ascending" } }),
    ] {
        invalid(scene.post("search", &body)).await;
    }
}
