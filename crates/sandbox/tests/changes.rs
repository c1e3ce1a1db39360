use debrief_sandbox::NewFile;
use serde_json::{Value, json};

use crate::support::{Scene, json, refused};

async fn start(scene: &Scene) -> String {
    let start = json(scene.get("changes/startPageToken", &[])).await;
    start["startPageToken"].as_str().unwrap().to_owned()
}

async fn since(scene: &Scene, token: &str) -> Value {
    json(scene.get("changes", &[("pageToken", token)])).await
}

#[tokio::test]
async fn changes_are_told_once() {
    let scene = Scene::new().await;
    let token = start(&scene).await;
    let before = since(&scene, &token).await;
    assert_eq!((&before["changes"], &before["newStartPageToken"]), (&json!([]), &token.as_str().into()));

    let added = scene.add(NewFile::new("new.mp3", "audio/mpeg", "abc"));
    json(scene.patch(&scene.file, &json!({"name": "renamed.mp3"}))).await;
    json(scene.patch(&scene.file, &json!({"name": "again.mp3"}))).await;
    let changes = since(&scene, &token).await;
    let entries = changes["changes"].as_array().unwrap();
    let told: Vec<_> = entries.iter().map(|entry| entry["file"]["name"].as_str().unwrap()).collect();
    assert_eq!(told, ["new.mp3", "again.mp3"]);
    assert_eq!(
        (&entries[0]["fileId"], &entries[0]["changeType"], &entries[0]["removed"]),
        (&added.as_str().into(), &"file".into(), &false.into())
    );
    let next = changes["newStartPageToken"].as_str().unwrap();
    assert_eq!(since(&scene, next).await["changes"], json!([]));
}

#[tokio::test]
async fn a_page_leads_to_the_next() {
    let scene = Scene::new().await;
    let token = start(&scene).await;
    for name in ["a", "b", "c"] {
        scene.add(NewFile::new(name, "audio/mpeg", "abc"));
    }
    let query = [("pageToken", token.as_str()), ("pageSize", "2")];
    let first = json(scene.get("changes", &query)).await;
    assert_eq!((first["changes"].as_array().unwrap().len(), first.get("newStartPageToken")), (2, None));
    let next = first["nextPageToken"].as_str().unwrap();
    let second = json(scene.get("changes", &[("pageToken", next), ("pageSize", "2")])).await;
    assert_eq!((second["changes"].as_array().unwrap().len(), second.get("nextPageToken")), (1, None));
}

#[tokio::test]
async fn what_is_gone_is_told_without_the_file() {
    let scene = Scene::new().await;
    let token = start(&scene).await;
    scene.sandbox.world().remove_file(&scene.file);
    let changes = since(&scene, &token).await;
    let entry = &changes["changes"][0];
    assert_eq!((&entry["removed"], entry.get("file")), (&true.into(), None));
    refused(scene.metadata(&scene.file, &[]), 404, "notFound").await;
    let without = [("pageToken", token.as_str()), ("includeRemoved", "false")];
    assert_eq!(json(scene.get("changes", &without)).await["changes"], json!([]));
}

#[tokio::test]
async fn nobody_hears_of_files_of_others() {
    let scene = Scene::new().await;
    let token = start(&scene).await;
    let other = scene.sandbox.world().add_account("bo@example.com");
    scene.sandbox.world().add_file(&other, NewFile::new("theirs", "audio/mpeg", "abc"));
    scene.add(NewFile::new("team", "audio/mpeg", "abc").in_shared_drive("0ATeam"));
    assert_eq!(since(&scene, &token).await["changes"], json!([]));
    let drives =
        [("pageToken", token.as_str()), ("supportsAllDrives", "true"), ("includeItemsFromAllDrives", "true")];
    assert_eq!(json(scene.get("changes", &drives)).await["changes"][0]["file"]["name"], "team");
}

#[tokio::test]
async fn a_page_token_is_needed_and_fields_are_applied() {
    let scene = Scene::new().await;
    refused(scene.get("changes", &[]), 400, "required").await;
    refused(scene.get("changes", &[("pageToken", "999")]), 400, "invalid").await;
    let fields = [("pageToken", "1"), ("fields", "changes(file/size)")];
    assert_eq!(json(scene.get("changes", &fields)).await, json!({"changes": [{"file": {"size": "1000"}}]}));
}
