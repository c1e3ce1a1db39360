use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{Scene, done, invalid, paragraph, refused};

const MIB: usize = 1 << 20;

/// A form with a file and, perhaps, the number of its part.
fn send(scene: &Scene, id: &str, kind: &str, bytes: &[u8], part: Option<&str>) -> RequestBuilder {
    let mut body = format!(
        "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"sent.mp3\"\r\nContent-Type: {kind}\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    if let Some(part) = part {
        let field =
            format!("\r\n--line\r\nContent-Disposition: form-data; name=\"part_number\"\r\n\r\n{part}");
        body.extend_from_slice(field.as_bytes());
    }
    body.extend_from_slice(b"\r\n--line--\r\n");
    let request = scene.ask(reqwest::Method::POST, &format!("file_uploads/{id}/send"));
    request.header("Content-Type", "multipart/form-data; boundary=line").body(body)
}

async fn begun(scene: &Scene, body: Value) -> String {
    let upload = done(scene.post("file_uploads", &body)).await;
    assert_eq!((&upload["object"], &upload["status"]), (&json!("file_upload"), &json!("pending")));
    upload["id"].as_str().unwrap().to_owned()
}

async fn uploaded(scene: &Scene, name: &str, kind: &str, bytes: &[u8]) -> String {
    let id = begun(scene, json!({ "filename": name, "content_type": kind })).await;
    assert_eq!(done(send(scene, &id, kind, bytes, None)).await["status"], "uploaded");
    id
}

#[tokio::test]
async fn a_small_file_goes_in_one_piece_and_can_be_played() {
    let scene = Scene::new().await;
    let id = uploaded(&scene, "talk one.mp3", "audio/mpeg", b"sound").await;
    let audio = json!({ "audio": { "type": "file_upload", "file_upload": { "id": id } } });
    let made = done(scene.append(&json!([audio]))).await;
    let audio = &made["results"][0]["audio"];
    assert_eq!(audio["type"], "file");
    assert!(audio["file"]["expiry_time"].is_string() && audio["file_upload"].is_null());
    let answer = scene.http.get(audio["file"]["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.headers()["Content-Type"], "audio/mpeg");
    assert_eq!(answer.bytes().await.unwrap(), "sound");
    let world = scene.sandbox.world();
    assert_eq!(world.uploaded(&id).unwrap(), "sound");
    assert_eq!(world.uploads()[0]["content_length"], 5);
}

#[tokio::test]
async fn a_large_file_goes_in_parts() {
    let scene = Scene::new().await;
    let begin = json!({ "mode": "multi_part", "filename": "a.mp4", "content_type": "video/mp4", "number_of_parts": 2 });
    let id = begun(&scene, begin).await;
    let part =
        |number: &'static str, bytes: usize| send(&scene, &id, "video/mp4", &vec![7; bytes], Some(number));
    // Parts may come in any order.
    let after = done(part("2", 10)).await;
    assert_eq!(after["number_of_parts"], json!({ "total": 2, "sent": 1 }));
    let complete = || scene.ask(reqwest::Method::POST, &format!("file_uploads/{id}/complete"));
    assert!(invalid(complete()).await.contains("Part 1 of 2 has not been sent"));
    invalid(part("1", 5 * MIB - 1)).await;
    invalid(part("1", 20 * MIB + 1)).await;
    invalid(part("3", 5 * MIB)).await;
    invalid(part("0", 5 * MIB)).await;
    invalid(send(&scene, &id, "video/mp4", b"x", None)).await;
    done(part("1", 5 * MIB)).await;
    let video = json!([{ "video": { "file_upload": { "id": id } } }]);
    invalid(scene.append(&video)).await;
    let upload = done(complete()).await;
    assert_eq!((&upload["status"], &upload["content_length"]), (&json!("uploaded"), &json!(5 * MIB + 10)));
    assert_eq!(done(scene.get(&format!("file_uploads/{id}"))).await["status"], "uploaded");
    done(scene.append(&video)).await;
    assert_eq!(scene.sandbox.world().uploaded(&id).unwrap().len(), 5 * MIB + 10);
}

#[tokio::test]
async fn one_piece_has_20_mib_at_most() {
    let scene = Scene::new().await;
    let id = begun(&scene, json!({ "filename": "a.mp3" })).await;
    invalid(send(&scene, &id, "audio/mpeg", &vec![0; 20 * MIB + 1], None)).await;
    done(send(&scene, &id, "audio/mpeg", &vec![0; 20 * MIB], None)).await;
    invalid(send(&scene, &id, "audio/mpeg", b"again", None)).await;
}

#[tokio::test]
async fn the_workspace_limits_the_whole_file() {
    let scene = Scene::new().await;
    scene.sandbox.world().set_upload_limit(&scene.workspace, 5 * MIB as u64 + 5);
    let begin = json!({ "mode": "multi_part", "filename": "a.wav", "number_of_parts": 2 });
    let id = begun(&scene, begin).await;
    done(send(&scene, &id, "audio/wav", &vec![0; 5 * MIB], Some("1"))).await;
    let said = invalid(send(&scene, &id, "audio/wav", &[0; 6], Some("2"))).await;
    assert!(said.contains("exceeds the limit"), "{said}");
    done(send(&scene, &id, "audio/wav", &[0; 5], Some("2"))).await;
}

#[tokio::test]
async fn only_known_types_are_taken() {
    let scene = Scene::new().await;
    for body in [
        json!({ "filename": "a.opus" }),
        json!({ "filename": "a.flac", "content_type": "audio/flac" }),
        json!({ "filename": "a.exe" }),
        json!({ "filename": "a" }),
        json!({ "filename": "a.mp3", "content_type": "application/pdf" }),
        json!({ "content_type": "audio/opus" }),
        json!({ "filename": format!("{}.mp3", "a".repeat(900)) }),
        json!({ "mode": "multi_part", "filename": "a.mp3" }),
        json!({ "mode": "multi_part", "number_of_parts": 2 }),
        json!({ "filename": "a.mp3", "number_of_parts": 2 }),
        json!({ "filename": "a.mp3", "size": 2 }),
    ] {
        invalid(scene.post("file_uploads", &body)).await;
    }
    let id = begun(&scene, json!({ "filename": "a.m4a", "content_type": "audio/mp4" })).await;
    invalid(send(&scene, &id, "audio/mpeg", b"x", None)).await;
    done(send(&scene, &id, "audio/mp4", b"x", None)).await;
}

#[tokio::test]
async fn a_file_is_attached_where_its_type_belongs_and_once_it_is_here() {
    let scene = Scene::new().await;
    let pending = begun(&scene, json!({ "filename": "a.mp3" })).await;
    let attach = |kind: &str, id: &str| scene.append(&json!([{ kind: { "file_upload": { "id": id } } }]));
    assert!(invalid(attach("audio", &pending)).await.contains("status of `pending`"));
    let pdf = uploaded(&scene, "a.pdf", "application/pdf", b"%PDF").await;
    invalid(attach("audio", &pdf)).await;
    done(attach("pdf", &pdf)).await;
    let file = done(attach("file", &pdf)).await;
    assert_eq!(file["results"][0]["file"]["name"], "a.pdf");
    invalid(attach("pdf", "11111111-2222-4333-8444-555555555555")).await;
}

#[tokio::test]
async fn an_upload_that_nobody_attaches_expires_after_an_hour() {
    let scene = Scene::new().await;
    let kept = uploaded(&scene, "kept.mp3", "audio/mpeg", b"x").await;
    let lost = uploaded(&scene, "lost.mp3", "audio/mpeg", b"x").await;
    let attach =
        |id: &str| scene.append(&json!([paragraph("x"), { "audio": { "file_upload": { "id": id } } }]));
    done(attach(&kept)).await;
    scene.sandbox.world().pass_time(Duration::from_secs(3601));
    assert_eq!(done(scene.get(&format!("file_uploads/{lost}"))).await["status"], "expired");
    assert!(invalid(attach(&lost)).await.contains("status of `expired`"));
    done(attach(&kept)).await;
}

#[tokio::test]
async fn another_connection_does_not_see_an_upload() {
    let mut scene = Scene::new().await;
    let id = begun(&scene, json!({ "filename": "a.mp3" })).await;
    scene.token = scene.sandbox.world().internal_token(&scene.workspace, "Other");
    refused(scene.get(&format!("file_uploads/{id}")), 404, "object_not_found").await;
}

#[tokio::test]
async fn a_player_asks_for_a_part_of_a_file() {
    let scene = Scene::new().await;
    let id = uploaded(&scene, "talk.mp3", "audio/mpeg", b"0123456789").await;
    let made = done(scene.append(&json!([{ "audio": { "file_upload": { "id": id } } }]))).await;
    let url = made["results"][0]["audio"]["file"]["url"].as_str().unwrap().to_owned();
    for (range, expected) in [("bytes=4-", "456789"), ("bytes=2-3", "23")] {
        let answer = scene.http.get(&url).header("Range", range).send().await.unwrap();
        assert_eq!(answer.status(), 206);
        assert_eq!(answer.text().await.unwrap(), expected);
    }
    // The address of a file is good for an hour.
    scene.sandbox.world().pass_time(Duration::from_secs(3602));
    assert_eq!(scene.http.get(&url).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_picture_becomes_an_icon_and_a_file_a_value() {
    let scene = Scene::new().await;
    let picture = uploaded(&scene, "a.png", "image/png", b"x").await;
    let page =
        done(scene.create(&json!({ "Files": { "files": [{ "file_upload": { "id": picture } }] } }))).await;
    let file = &page["properties"]["Files"]["files"][0];
    assert_eq!((&file["name"], &file["type"]), (&json!("a.png"), &json!("file")));
    let icon = json!({ "icon": { "file_upload": { "id": picture } } });
    let page = done(scene.patch(&format!("pages/{}", page["id"].as_str().unwrap()), &icon)).await;
    assert_eq!(page["icon"]["type"], "file");
    let sound = uploaded(&scene, "a.mp3", "audio/mpeg", b"x").await;
    let icon = json!({ "icon": { "file_upload": { "id": sound } } });
    invalid(scene.patch(&format!("pages/{}", page["id"].as_str().unwrap()), &icon)).await;
}

#[tokio::test]
async fn name_and_type_may_come_with_the_bytes() {
    let scene = Scene::new().await;
    let id = begun(&scene, json!({})).await;
    let sent = done(send(&scene, &id, "audio/mpeg", b"x", None)).await;
    assert_eq!((&sent["filename"], &sent["content_type"]), (&json!("sent.mp3"), &json!("audio/mpeg")));
    let id = begun(&scene, json!({})).await;
    invalid(send(&scene, &id, "audio/opus", b"x", None)).await;
    let id = begun(&scene, json!({ "filename": "a.mp3" })).await;
    invalid(send(&scene, &id, "application/octet-stream", b"x", None)).await;
}
