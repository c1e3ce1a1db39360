use debrief_sandbox::{DRIVE_READONLY, FileId, Growing, NewFile, Right};
use serde_json::{Value, json};

use crate::support::{Scene, json, refused};

const PRODUCT: &str = "id,name,mimeType,size,md5Checksum,sha256Checksum,trashed,driveId,parents,headRevisionId,\
    modifiedTime,createdTime,shortcutDetails,resourceKey,appProperties,isAppAuthorized,\
    videoMediaMetadata(durationMillis),capabilities(canDownload,canRename,canEdit)";

#[tokio::test]
async fn without_fields_four_are_told() {
    let scene = Scene::new().await;
    let file = json(scene.metadata(&scene.file, &[])).await;
    let id = scene.file.as_str();
    let usual = json!({"kind": "drive#file", "id": id, "name": "talk.mp3", "mimeType": "audio/mpeg"});
    assert_eq!(file, usual);
}

#[tokio::test]
async fn exactly_the_fields_asked_for_are_told() {
    let scene = Scene::new().await;
    let file = json(scene.metadata(&scene.file, &[("fields", "id,capabilities/canRename,owners(me)")])).await;
    let expected =
        json!({"id": scene.file.as_str(), "capabilities": {"canRename": true}, "owners": [{"me": true}]});
    assert_eq!(file, expected);
}

#[tokio::test]
async fn numbers_of_64_bits_are_text_and_checksums_are_true() {
    let scene = Scene::new().await;
    scene.sandbox.world().file_mut(&scene.file).unwrap().duration_ms = Some(61_000);
    let file = json(scene.metadata(&scene.file, &[("fields", PRODUCT)])).await;
    assert_eq!(file["size"], "1000");
    assert_eq!(file["videoMediaMetadata"], json!({"durationMillis": "61000"}));
    // Printed by md5sum and sha256sum for these thousand bytes.
    assert_eq!(file["md5Checksum"], MD5);
    assert_eq!(file["sha256Checksum"], SHA256);
    assert_eq!(file["capabilities"], json!({"canDownload": true, "canRename": true, "canEdit": true}));
    let created = file["createdTime"].as_str().unwrap();
    assert!(created.len() == 24 && created.ends_with('Z'), "{created}");
    for absent in ["driveId", "shortcutDetails", "resourceKey", "appProperties"] {
        assert_eq!(file.get(absent), None);
    }
}

#[tokio::test]
async fn a_field_that_does_not_exist_is_refused() {
    let scene = Scene::new().await;
    let message =
        refused(scene.metadata(&scene.file, &[("fields", "id,colour")]), 400, "invalidParameter").await;
    assert_eq!(message, "Invalid field selection colour");
    refused(scene.metadata(&scene.file, &[("fields", "id,files(name)")]), 400, "invalidParameter").await;
    refused(scene.metadata(&scene.file, &[("fields", "id(")]), 400, "invalidParameter").await;
}

#[tokio::test]
async fn documents_folders_and_shortcuts_have_no_checksums_and_no_size() {
    let scene = Scene::new().await;
    let document = scene.add(NewFile::document("Agenda", "%PDF"));
    let shortcut = scene.add(NewFile::shortcut("To the talk", &scene.file));
    scene.sandbox.world().file_mut(&scene.file).unwrap().resource_key = Some("0-key".to_owned());
    for id in [&document, &shortcut] {
        let file = json(scene.metadata(id, &[("fields", "*")])).await;
        for absent in ["size", "md5Checksum", "sha256Checksum", "headRevisionId"] {
            assert_eq!(file.get(absent), None);
        }
    }
    let file = json(scene.metadata(&shortcut, &[("fields", "mimeType,shortcutDetails")])).await;
    assert_eq!(file["mimeType"], "application/vnd.google-apps.shortcut");
    let details = json!({
        "targetId": scene.file.as_str(), "targetMimeType": "audio/mpeg", "targetResourceKey": "0-key",
    });
    assert_eq!(file["shortcutDetails"], details);
}

#[tokio::test]
async fn a_file_of_somebody_else_is_not_found_until_it_is_shared() {
    let scene = Scene::new().await;
    let other = scene.sandbox.world().add_account("bo@example.com");
    let file = scene.sandbox.world().add_file(&other, NewFile::new("theirs.mp3", "audio/mpeg", "abc"));
    let message = refused(scene.metadata(&file, &[]), 404, "notFound").await;
    assert_eq!(message, format!("File not found: {file}."));

    scene.sandbox.world().share(&file, &scene.account, Right::Reader);
    let fields = [("fields", "ownedByMe,parents,capabilities(canDownload,canRename,canEdit)")];
    let reader = json!({"canDownload": true, "canRename": false, "canEdit": false});
    assert_eq!(
        json(scene.metadata(&file, &fields)).await,
        json!({"ownedByMe": false, "capabilities": reader})
    );
    scene.sandbox.world().share(&file, &scene.account, Right::Writer);
    assert_eq!(json(scene.metadata(&file, &fields)).await["capabilities"]["canRename"], true);
}

#[tokio::test]
async fn drive_file_reaches_picked_files_only() {
    let scene = Scene::new().await.picking(&[]);
    refused(scene.metadata(&scene.file, &[]), 404, "notFound").await;
    scene.sandbox.world().name_unpicked_files(true);
    refused(scene.metadata(&scene.file, &[]), 403, "appNotAuthorizedToFile").await;
    // What the account cannot see is not named either.
    refused(scene.metadata(&FileId::from("1nowhere"), &[]), 404, "notFound").await;

    let picked = scene.file.clone();
    let scene = scene.picking(&[picked]);
    let file = json(scene.metadata(&scene.file, &[("fields", "isAppAuthorized")])).await;
    assert_eq!(file, json!({"isAppAuthorized": true}));
}

#[tokio::test]
async fn drive_file_reaches_what_the_client_made_itself() {
    let scene = Scene::new().await.picking(&[]);
    let client = Some(debrief_sandbox::CLIENT_ID.to_owned());
    let made = scene.add(NewFile { created_by: client, ..NewFile::new("made.txt", "text/plain", "x") });
    assert_eq!(json(scene.metadata(&made, &[])).await["name"], "made.txt");
}

#[tokio::test]
async fn a_resource_key_is_needed_where_there_is_one() {
    let scene = Scene::new().await;
    let file = scene.add(NewFile::new("old.mp3", "audio/mpeg", "abc").with_resource_key("0-abc"));
    let with = |keys: String| scene.metadata(&file, &[]).header("X-Goog-Drive-Resource-Keys", keys);
    refused(scene.metadata(&file, &[]), 404, "notFound").await;
    refused(with(format!("{file}/0-other")), 404, "notFound").await;
    refused(with("another/0-abc".to_owned()), 404, "notFound").await;
    json(with(format!("another/0-x,{file}/0-abc"))).await;
}

#[tokio::test]
async fn a_file_in_a_shared_drive_is_found_with_supports_all_drives_only() {
    let scene = Scene::new().await;
    let file = scene.add(NewFile::new("team.mp3", "audio/mpeg", "abc").in_shared_drive("0ATeam"));
    refused(scene.metadata(&file, &[]), 404, "notFound").await;
    let fields = [("supportsAllDrives", "true"), ("fields", "driveId,owners")];
    assert_eq!(json(scene.metadata(&file, &fields)).await, json!({"driveId": "0ATeam"}));
}

#[tokio::test]
async fn a_new_content_is_a_new_revision() {
    let scene = Scene::new().await;
    let fields = [("fields", "size,headRevisionId,sha256Checksum,createdTime")];
    let before = json(scene.metadata(&scene.file, &fields)).await;
    scene.sandbox.world().replace_content(&scene.file, "shorter".into());
    let after = json(scene.metadata(&scene.file, &fields)).await;
    assert_eq!(after["size"], "7");
    for changed in ["headRevisionId", "sha256Checksum"] {
        assert_ne!(before[changed], after[changed]);
    }
    assert_eq!(before["createdTime"], after["createdTime"]);
}

#[tokio::test]
async fn a_growing_file_is_longer_each_time() {
    let scene = Scene::new().await;
    let growing = Growing { shown_bytes: 400, step_bytes: 400 };
    scene.sandbox.world().file_mut(&scene.file).unwrap().growing = Some(growing);
    let mut revisions: Vec<Value> = vec![];
    for size in ["400", "800", "1000", "1000"] {
        let file =
            json(scene.metadata(&scene.file, &[("fields", "size,headRevisionId,sha256Checksum")])).await;
        assert_eq!(file["size"], size);
        revisions.push(file);
    }
    assert_ne!(revisions[0]["headRevisionId"], revisions[1]["headRevisionId"]);
    assert_ne!(revisions[0]["sha256Checksum"], revisions[1]["sha256Checksum"]);
    assert_eq!(revisions[2], revisions[3]);
    assert_eq!(revisions[3]["sha256Checksum"], SHA256);
}

#[tokio::test]
async fn a_token_is_needed_and_must_live() {
    let mut scene = Scene::new().await;
    let bare = scene.http.get(format!("{}/files/{}", scene.sandbox.drive(), scene.file));
    refused(bare, 401, "authError").await;
    let query = [("access_token", scene.token.as_str())];
    let in_the_query = scene.http.get(format!("{}/files", scene.sandbox.drive())).query(&query);
    refused(in_the_query, 401, "authError").await;
    scene.sandbox.world().expire_access_tokens();
    refused(scene.metadata(&scene.file, &[]), 401, "authError").await;
    (scene.token, _) = scene.sandbox.world().issue_tokens(&scene.account, &[DRIVE_READONLY], &[]);
    json(scene.metadata(&scene.file, &[])).await;
    scene.sandbox.world().pass_time(std::time::Duration::from_secs(3600));
    refused(scene.metadata(&scene.file, &[]), 401, "authError").await;
    (scene.token, _) = scene.sandbox.world().issue_tokens(&scene.account, &["openid"], &[]);
    refused(scene.metadata(&scene.file, &[]), 403, "insufficientPermissions").await;
}

#[tokio::test]
async fn about_needs_fields() {
    let scene = Scene::new().await;
    refused(scene.get("about", &[]), 400, "required").await;
    let about = json(scene.get("about", &[("fields", "user(displayName,emailAddress,permissionId)")])).await;
    let user = json!({
        "displayName": "alex", "emailAddress": "alex@example.com", "permissionId": scene.account.as_str(),
    });
    assert_eq!(about, json!({"user": user}));
}

#[tokio::test]
async fn what_is_no_address_of_drive_is_refused() {
    let scene = Scene::new().await;
    refused(scene.get("teapots", &[]), 404, "notFound").await;
    let file = format!("{}/files/{}", scene.sandbox.drive(), scene.file);
    refused(scene.http.delete(file).bearer_auth(&scene.token), 405, "httpMethodNotAllowed").await;
}

#[tokio::test]
async fn only_loopback_is_served() {
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let world = debrief_sandbox::World::new();
    let error = debrief_sandbox::Sandbox::start_on(everywhere, world).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "0.0.0.0:0 is not a loopback address. The sandbox is for this machine only."
    );
}

#[tokio::test]
async fn a_dropped_sandbox_answers_nobody() {
    let Scene { sandbox, http, .. } = Scene::new().await;
    let address = sandbox.drive();
    drop(sandbox);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(http.get(address).send().await.is_err());
}

const MD5: &str = "a24f1e3ef66950e1327f210e3997ba2c";
pub(crate) const SHA256: &str = "4e4c294b331f7a2099a379bec34b9f9fc03dc46ab465d998f4d683da53487e6d";
