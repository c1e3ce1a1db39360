use debrief_sandbox::{Content, NewFile};
use reqwest::Response;

use crate::support::{Scene, recording, refusal, refused};

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn without_a_range_all_of_it_comes() {
    let scene = Scene::new().await;
    let answer = scene.download(None).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "Content-Length"), Some("1000"));
    assert_eq!(header(&answer, "Content-Type"), Some("audio/mpeg"));
    assert_eq!(header(&answer, "Content-Range"), None);
    assert_eq!(answer.bytes().await.unwrap(), recording());
    let world = scene.sandbox.world();
    let seen = world.requests().last().unwrap();
    assert_eq!((seen.status, seen.body_bytes, seen.query("alt")), (Some(200), 1000, Some("media")));
}

#[tokio::test]
async fn a_range_gets_its_part() {
    let scene = Scene::new().await;
    for (range, from, to) in [("bytes=400-", 400, 999), ("bytes=5-9", 5, 9), ("bytes=-10", 990, 999)] {
        let answer = scene.download(Some(range)).send().await.unwrap();
        assert_eq!(answer.status(), 206);
        assert_eq!(header(&answer, "Content-Range"), Some(format!("bytes {from}-{to}/1000").as_str()));
        assert_eq!(answer.bytes().await.unwrap(), recording()[from..=to]);
        assert_eq!(scene.sandbox.world().requests().last().unwrap().range.as_deref(), Some(range));
    }
}

#[tokio::test]
async fn a_range_past_the_end_is_refused_and_told_the_length() {
    let scene = Scene::new().await;
    let answer = scene.download(Some("bytes=1000-")).send().await.unwrap();
    assert_eq!(header(&answer, "Content-Range"), Some("bytes */1000"));
    refusal(answer, 416, "requestedRangeNotSatisfiable").await;
}

#[tokio::test]
async fn a_file_on_disk_is_sent_like_one_in_memory() {
    let scene = Scene::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("talk.mp3");
    std::fs::write(&path, recording()).unwrap();
    scene.sandbox.world().replace_content(&scene.file, Content::Disk(path));
    let answer = scene.download(Some("bytes=300-")).send().await.unwrap();
    assert_eq!(answer.bytes().await.unwrap(), recording()[300..]);
    let checksum = [("fields", "sha256Checksum,size")];
    let file = crate::support::json(scene.metadata(&scene.file, &checksum)).await;
    assert_eq!((&file["sha256Checksum"], &file["size"]), (&crate::metadata::SHA256.into(), &"1000".into()));
}

#[tokio::test]
async fn what_may_not_be_downloaded_is_not() {
    let scene = Scene::new().await;
    scene.sandbox.world().file_mut(&scene.file).unwrap().can_download = false;
    refused(scene.download(None), 403, "cannotDownloadFile").await;

    let document = scene.add(NewFile::document("Agenda", "%PDF"));
    for id in [document, scene.add(NewFile::folder("Folder")), scene.add(NewFile::shortcut("S", &scene.file))]
    {
        refused(scene.metadata(&id, &[("alt", "media")]), 403, "fileNotDownloadable").await;
    }
}

#[tokio::test]
async fn what_google_takes_for_malware_needs_its_owners_word() {
    let scene = Scene::new().await;
    scene.sandbox.world().file_mut(&scene.file).unwrap().abusive = true;
    refused(scene.download(None), 403, "cannotDownloadAbusiveFile").await;
    let acknowledged = scene.download(None).query(&[("acknowledgeAbuse", "true")]);
    assert_eq!(acknowledged.send().await.unwrap().status(), 200);

    let other = scene.sandbox.world().add_account("bo@example.com");
    scene.sandbox.world().file_mut(&scene.file).unwrap().owner = other;
    scene.sandbox.world().share(&scene.file, &scene.account, debrief_sandbox::Right::Writer);
    let acknowledged = scene.download(None).query(&[("acknowledgeAbuse", "true")]);
    refused(acknowledged, 403, "cannotDownloadAbusiveFile").await;
}

#[tokio::test]
async fn a_document_is_exported_and_nothing_else_is() {
    let scene = Scene::new().await;
    let document = scene.add(NewFile::document("Agenda", "%PDF-1.7"));
    let export = |id: &debrief_sandbox::FileId, kind: &str| {
        scene.get(&format!("files/{id}/export"), &[("mimeType", kind)])
    };
    let answer = export(&document, "application/pdf").send().await.unwrap();
    assert_eq!(header(&answer, "Content-Type"), Some("application/pdf"));
    assert_eq!(answer.bytes().await.unwrap(), "%PDF-1.7");
    refused(export(&document, "image/webp"), 400, "badRequest").await;
    refused(scene.get(&format!("files/{document}/export"), &[]), 400, "required").await;
    refused(export(&scene.file, "application/pdf"), 403, "fileNotExportable").await;

    let sheet = scene.add(NewFile::sheet("Attendance", "First name,Last name\r\nAna,Lopez\r\n"));
    let answer = export(&sheet, "text/csv").send().await.unwrap();
    assert_eq!(header(&answer, "Content-Type"), Some("text/csv"));
    assert_eq!(answer.bytes().await.unwrap(), "First name,Last name\r\nAna,Lopez\r\n");
    for not_of_a_sheet in ["text/plain", "text/CSV", "application/vnd.google-apps.spreadsheet"] {
        refused(export(&sheet, not_of_a_sheet), 400, "badRequest").await;
    }
    refused(scene.get(&format!("files/{sheet}"), &[("alt", "media")]), 403, "fileNotDownloadable").await;
    scene.sandbox.world().file_mut(&sheet).unwrap().can_download = false;
    refused(export(&sheet, "text/csv"), 403, "cannotExportFile").await;

    let large = scene.add(NewFile::document("Large", vec![0; 10 * 1024 * 1024 + 1]));
    refused(export(&large, "application/pdf"), 403, "exportSizeLimitExceeded").await;
}

#[tokio::test]
#[should_panic(expected = "Drive exports no \"spreadsheet\" as text/plain")]
async fn a_sheet_cannot_be_made_to_export_as_what_drive_never_makes_of_one() {
    let _ = NewFile::sheet("Attendance", "Name\r\n").exporting("text/plain", "Name");
}
