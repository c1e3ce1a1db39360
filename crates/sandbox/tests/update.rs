use debrief_sandbox::{DRIVE_READONLY, NewFile, Right};
use serde_json::{Map, Value, json};

use crate::support::{Scene, json, refused};

#[tokio::test]
async fn a_file_is_renamed_and_keeps_its_bytes() {
    let scene = Scene::new().await;
    let before = scene.sandbox.world().file(&scene.file).unwrap().clone();
    let answer = json(scene.patch(&scene.file, &json!({"name": "[2026-11-23] Talk.mp3"}))).await;
    assert_eq!(answer["name"], "[2026-11-23] Talk.mp3");
    let world = scene.sandbox.world();
    let after = world.file(&scene.file).unwrap();
    assert_eq!(after.name, "[2026-11-23] Talk.mp3");
    assert_eq!(after.head_revision_id, before.head_revision_id);
    assert!(after.modified_time > before.modified_time);
}

#[tokio::test]
async fn properties_are_merged_and_null_clears_one() {
    let scene = Scene::new().await;
    let properties = |body: Value| {
        let patch = scene.patch(&scene.file, &json!({"appProperties": body}));
        json(patch.query(&[("fields", "appProperties")]))
    };
    assert_eq!(properties(json!({"a": "1", "b": "2"})).await, json!({"appProperties": {"a": "1", "b": "2"}}));
    assert_eq!(
        properties(json!({"b": null, "c": "3"})).await,
        json!({"appProperties": {"a": "1", "c": "3"}})
    );
    assert_eq!(properties(json!({"a": null, "c": null})).await, json!({}));
}

#[tokio::test]
async fn a_property_has_room_for_124_bytes() {
    let scene = Scene::new().await;
    // "ä" takes two bytes.
    let fits = json!({"appProperties": {"key": format!("{}x", "ä".repeat(60))}});
    let exceeds = json!({"appProperties": {"key": "ä".repeat(61)}});
    json(scene.patch(&scene.file, &fits)).await;
    refused(scene.patch(&scene.file, &exceeds), 403, "propertyLengthLimitExceeded").await;
}

#[tokio::test]
async fn an_app_has_room_for_30_properties() {
    let scene = Scene::new().await;
    let thirty: Map<String, Value> = (0..30).map(|at| (format!("k{at}"), "v".into())).collect();
    json(scene.patch(&scene.file, &json!({"appProperties": thirty}))).await;
    let one_more = json!({"appProperties": {"k30": "v"}});
    refused(scene.patch(&scene.file, &one_more), 403, "propertyCountLimitExceeded").await;
    json(scene.patch(&scene.file, &json!({"appProperties": {"k0": null, "k30": "v"}}))).await;
}

#[tokio::test]
async fn rights_are_asked_for() {
    let mut scene = Scene::new().await;
    let rename = json!({"name": "x"});
    let tag = json!({"appProperties": {"a": "1"}});
    scene.sandbox.world().file_mut(&scene.file).unwrap().can_rename = false;
    refused(scene.patch(&scene.file, &rename), 403, "insufficientFilePermissions").await;
    json(scene.patch(&scene.file, &tag)).await;
    scene.sandbox.world().file_mut(&scene.file).unwrap().can_edit = false;
    refused(scene.patch(&scene.file, &tag), 403, "insufficientFilePermissions").await;

    let other = scene.sandbox.world().add_account("bo@example.com");
    let theirs = scene.sandbox.world().add_file(&other, NewFile::new("t.mp3", "audio/mpeg", "abc"));
    scene.sandbox.world().share(&theirs, &scene.account, Right::Reader);
    refused(scene.patch(&theirs, &rename), 403, "insufficientFilePermissions").await;
    scene.sandbox.world().share(&theirs, &scene.account, Right::Writer);
    json(scene.patch(&theirs, &rename)).await;

    (scene.token, _) = scene.sandbox.world().issue_tokens(&scene.account, &[DRIVE_READONLY], &[]);
    refused(scene.patch(&theirs, &rename), 403, "insufficientPermissions").await;
    assert_eq!(scene.sandbox.world().file(&scene.file).unwrap().name, "talk.mp3");
}

#[tokio::test]
async fn a_picked_file_can_be_renamed() {
    let scene = Scene::new().await.picking(&[]);
    refused(scene.patch(&scene.file, &json!({"name": "x"})), 404, "notFound").await;
    let picked = scene.file.clone();
    let scene = scene.picking(&[picked]);
    json(scene.patch(&scene.file, &json!({"name": "x"}))).await;
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_and_nothing_changes() {
    let scene = Scene::new().await;
    for field in ["id", "size", "md5Checksum", "parents", "colour"] {
        let body = json!({"name": "x", field: "1"});
        refused(scene.patch(&scene.file, &body), 403, "fieldNotWritable").await;
    }
    refused(scene.patch(&scene.file, &json!({"name": 7})), 400, "invalid").await;
    refused(scene.patch(&scene.file, &json!({"appProperties": {"a": 7}})), 400, "invalid").await;
    refused(scene.patch(&scene.file, &json!([])), 400, "parseError").await;
    let address = format!("{}/files/{}", scene.sandbox.drive(), scene.file);
    let text = scene.http.patch(address).bearer_auth(&scene.token).body("{\"name\":\"x\"}");
    refused(text, 400, "badContent").await;
    assert_eq!(scene.sandbox.world().file(&scene.file).unwrap().name, "talk.mp3");
}
