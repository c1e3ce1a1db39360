use debrief_sandbox::{NewFile, Timestamp};
use serde_json::{Value, json};

use crate::support::{Scene, json, refused};

fn names(list: &Value) -> Vec<&str> {
    list["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect()
}

async fn folder(scene: &Scene) -> String {
    let folder = scene.add(NewFile::folder("Recordings"));
    for (day, name) in [(1, "first.mp3"), (3, "third.mp3"), (2, "second.mp3")] {
        let time: Timestamp = format!("2026-11-0{day}T10:00:00Z").parse().unwrap();
        scene.add(NewFile::new(name, "audio/mpeg", "abc").in_folder(&folder).created_at(time));
    }
    folder.to_string()
}

#[tokio::test]
async fn a_folder_is_listed_newest_first() {
    let scene = Scene::new().await;
    let query = format!("'{}' in parents and trashed=false", folder(&scene).await);
    let list = json(scene.get("files", &[("q", &query), ("orderBy", "modifiedTime desc")])).await;
    assert_eq!(names(&list), ["third.mp3", "second.mp3", "first.mp3"]);
    assert_eq!(list["kind"], "drive#fileList");
    let list = json(scene.get("files", &[("q", &query), ("orderBy", "name")])).await;
    assert_eq!(names(&list), ["first.mp3", "second.mp3", "third.mp3"]);
}

#[tokio::test]
async fn pages_follow_each_other() {
    let scene = Scene::new().await;
    let query = format!("'{}' in parents", folder(&scene).await);
    let asked = [("q", query.as_str()), ("orderBy", "name"), ("pageSize", "2")];
    let first = json(scene.get("files", &asked)).await;
    assert_eq!(names(&first), ["first.mp3", "second.mp3"]);
    let token = first["nextPageToken"].as_str().unwrap();
    let second = json(scene.get("files", &asked).query(&[("pageToken", token)])).await;
    assert_eq!((names(&second), second.get("nextPageToken")), (vec!["third.mp3"], None));
    // A token belongs to its query.
    refused(scene.get("files", &[("pageToken", token)]), 400, "invalid").await;
    refused(scene.get("files", &[("pageSize", "1001")]), 400, "invalidParameter").await;
}

#[tokio::test]
async fn terms_narrow_a_listing() {
    let scene = Scene::new().await;
    folder(&scene).await;
    scene.sandbox.world().file_mut(&scene.file).unwrap().trashed = true;
    json(scene.patch(&scene.file, &json!({"appProperties": {"job": "7"}}))).await;
    let found = async |query: &str| {
        let list = json(scene.get("files", &[("q", query), ("orderBy", "name")])).await;
        names(&list).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found("trashed = true").await, ["talk.mp3"]);
    assert_eq!(found("name = 'second.mp3'").await, ["second.mp3"]);
    assert_eq!(found("mimeType = 'application/vnd.google-apps.folder'").await, ["Recordings"]);
    assert_eq!(found("name contains 'IR' and mimeType != 'x/y'").await, ["first.mp3", "third.mp3"]);
    assert_eq!(found("appProperties has { key='job' and value='7' }").await, ["talk.mp3"]);
    assert_eq!(found("appProperties has { key='job' and value='8' }").await, [""; 0]);
    assert_eq!(found("'root' in parents").await, ["Recordings", "talk.mp3"]);
    refused(scene.get("files", &[("q", "colour = 'red'")]), 400, "invalid").await;
    refused(scene.get("files", &[("orderBy", "colour")]), 400, "invalid").await;
}

#[tokio::test]
async fn fields_are_those_of_a_list() {
    let scene = Scene::new().await;
    let list = json(scene.get("files", &[("fields", "files(size,sha256Checksum)")])).await;
    assert_eq!(list, json!({"files": [{"size": "1000", "sha256Checksum": crate::metadata::SHA256}]}));
    refused(scene.get("files", &[("fields", "id,name")]), 400, "invalidParameter").await;
}

#[tokio::test]
async fn drive_file_lists_picked_files_only() {
    let scene = Scene::new().await;
    let picked = scene.add(NewFile::new("picked.mp3", "audio/mpeg", "abc"));
    let scene = scene.picking(&[picked]);
    assert_eq!(names(&json(scene.get("files", &[])).await), ["picked.mp3"]);
}

#[tokio::test]
async fn shared_drives_are_listed_when_asked_for() {
    let scene = Scene::new().await;
    scene.add(NewFile::new("team.mp3", "audio/mpeg", "abc").in_shared_drive("0ATeam"));
    assert_eq!(names(&json(scene.get("files", &[])).await), ["talk.mp3"]);
    let drives = [("supportsAllDrives", "true"), ("includeItemsFromAllDrives", "true"), ("orderBy", "name")];
    assert_eq!(names(&json(scene.get("files", &drives)).await), ["talk.mp3", "team.mp3"]);
}
