use std::time::{Duration, Instant};

use debrief_sandbox::{Call, Fault, FaultKind};
use futures_util::StreamExt;
use reqwest::{RequestBuilder, Response};
use serde_json::json;

use crate::support::{Scene, json, recording, refusal, refused};

fn plan(scene: &Scene, on: Call, what: FaultKind) {
    scene.sandbox.world().plan(Fault { on, times: 1, what });
}

/// What arrived, and whether the connection was cut.
async fn arrived(answer: Response) -> (Vec<u8>, bool) {
    let mut bytes = vec![];
    let mut body = answer.bytes_stream();
    while let Some(chunk) = body.next().await {
        match chunk {
            Ok(chunk) => bytes.extend(chunk),
            Err(_) => return (bytes, true),
        }
    }
    (bytes, false)
}

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

#[tokio::test]
async fn faults_are_consumed_in_order_by_the_calls_that_they_are_for() {
    let scene = Scene::new().await;
    let planned = [
        (Call::Download, 1, 403, "downloadQuotaExceeded"),
        (Call::Metadata, 2, 500, "backendError"),
        (Call::Any, 1, 403, "userRateLimitExceeded"),
    ];
    for (on, times, status, reason) in planned {
        let what = FaultKind::Status(status, reason.to_owned());
        scene.sandbox.world().plan(Fault { on, times, what });
    }
    refused(scene.metadata(&scene.file, &[]), 500, "backendError").await;
    refused(scene.metadata(&scene.file, &[]), 500, "backendError").await;
    refused(scene.metadata(&scene.file, &[]), 403, "userRateLimitExceeded").await;
    json(scene.metadata(&scene.file, &[])).await;
    assert!(scene.sandbox.world().has_planned_faults());
    refused(scene.download(None), 403, "downloadQuotaExceeded").await;
    assert!(!scene.sandbox.world().has_planned_faults());
    assert_eq!(sent(scene.download(None)).await.status(), 200);
}

#[tokio::test]
async fn a_fault_of_the_sign_in_has_the_form_of_its_errors() {
    let scene = Scene::new().await;
    plan(&scene, Call::Token, FaultKind::Status(503, "temporarily_unavailable".to_owned()));
    let answer = sent(scene.http.post(scene.sandbox.google_token()).form(&[("a", "b")])).await;
    assert_eq!(answer.status(), 503);
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["error"], "temporarily_unavailable");
}

#[tokio::test]
async fn too_many_requests_say_when_to_come_back() {
    let scene = Scene::new().await;
    plan(&scene, Call::List, FaultKind::TooManyRequests { retry_after_s: Some(7) });
    plan(&scene, Call::List, FaultKind::TooManyRequests { retry_after_s: None });
    let answer = sent(scene.get("files", &[])).await;
    assert_eq!(answer.headers()["Retry-After"], "7");
    refusal(answer, 429, "rateLimitExceeded").await;
    assert!(!sent(scene.get("files", &[])).await.headers().contains_key("Retry-After"));
}

#[tokio::test]
async fn a_cut_lets_exactly_so_many_bytes_arrive() {
    let scene = Scene::new().await;
    plan(&scene, Call::Download, FaultKind::DropAfter { bytes: 400 });
    let (bytes, cut) = arrived(sent(scene.download(None)).await).await;
    assert_eq!((bytes.as_slice(), cut), (&recording()[..400], true));
    assert_eq!(scene.sandbox.world().requests()[0].body_bytes, 400);
    let (rest, cut) = arrived(sent(scene.download(Some("bytes=400-"))).await).await;
    assert_eq!((rest.as_slice(), cut), (&recording()[400..], false));
}

#[tokio::test]
async fn a_cut_in_a_long_answer_comes_at_its_byte_too() {
    let scene = Scene::new().await;
    scene.sandbox.world().replace_content(&scene.file, vec![7; 3_000_000].into());
    plan(&scene, Call::Download, FaultKind::DropAfter { bytes: 1_234_567 });
    let (bytes, cut) = arrived(sent(scene.download(None)).await).await;
    assert_eq!((bytes.len(), cut), (1_234_567, true));
}

#[tokio::test]
async fn a_token_expires_in_the_middle_of_a_download() {
    let scene = Scene::new().await;
    plan(&scene, Call::Download, FaultKind::ExpireTokenAfter { bytes: 300 });
    let (bytes, cut) = arrived(sent(scene.download(None)).await).await;
    assert_eq!((bytes.len(), cut), (300, true));
    refused(scene.download(Some("bytes=300-")), 401, "authError").await;
}

#[tokio::test]
async fn a_file_is_revised_in_the_middle_of_a_download() {
    let scene = Scene::new().await;
    let fields = [("fields", "headRevisionId,size")];
    let before = json(scene.metadata(&scene.file, &fields)).await;
    let content = vec![9; 50].into();
    plan(&scene, Call::Download, FaultKind::ReviseAfter { bytes: 300, content });
    let (bytes, cut) = arrived(sent(scene.download(None)).await).await;
    assert_eq!((bytes.as_slice(), cut), (&recording()[..300], true));
    let after = json(scene.metadata(&scene.file, &fields)).await;
    assert_ne!(before["headRevisionId"], after["headRevisionId"]);
    assert_eq!(after["size"], "50");
}

#[tokio::test]
async fn an_answer_is_lost_after_the_change_was_made() {
    let scene = Scene::new().await;
    plan(&scene, Call::Rename, FaultKind::AnswerLost);
    assert!(scene.patch(&scene.file, &json!({"name": "new.mp3"})).send().await.is_err());
    assert_eq!(scene.sandbox.world().file(&scene.file).unwrap().name, "new.mp3");
    assert_eq!(scene.sandbox.world().requests()[0].status, None);
}

#[tokio::test]
async fn a_stalled_request_has_no_answer_and_no_effect() {
    let scene = Scene::new().await;
    plan(&scene, Call::Rename, FaultKind::Stall);
    let rename = scene.patch(&scene.file, &json!({"name": "new.mp3"})).timeout(Duration::from_millis(200));
    assert!(rename.send().await.unwrap_err().is_timeout());
    assert_eq!(scene.sandbox.world().file(&scene.file).unwrap().name, "talk.mp3");
}

#[tokio::test]
async fn a_dripping_answer_takes_its_time_and_is_whole() {
    let scene = Scene::new().await;
    plan(&scene, Call::Download, FaultKind::SlowDrip { bytes_per_s: 4000 });
    let start = Instant::now();
    let (bytes, cut) = arrived(sent(scene.download(None)).await).await;
    assert_eq!((bytes, cut), (recording(), false));
    // A lower bound only: a busy machine may take longer.
    assert!(start.elapsed() >= Duration::from_millis(240), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_wrong_length_is_too_short_or_never_reached() {
    let scene = Scene::new().await;
    plan(&scene, Call::Download, FaultKind::WrongLength { claimed: 1500 });
    plan(&scene, Call::Download, FaultKind::WrongLength { claimed: 500 });
    let (bytes, cut) = arrived(sent(scene.download(None)).await).await;
    assert_eq!((bytes, cut), (recording(), true));
    let (bytes, cut) = arrived(sent(scene.download(None)).await).await;
    assert_eq!((bytes.as_slice(), cut), (&recording()[..500], false));
}

#[tokio::test]
async fn one_byte_is_flipped() {
    let scene = Scene::new().await;
    plan(&scene, Call::Download, FaultKind::FlipByte { at: 700 });
    let (bytes, _) = arrived(sent(scene.download(None)).await).await;
    let wrong: Vec<_> = (0..1000).filter(|&at| bytes[at] != recording()[at]).collect();
    assert_eq!((bytes.len(), wrong), (1000, vec![700]));
}

#[tokio::test]
async fn garbage_is_no_json_although_it_says_so() {
    let scene = Scene::new().await;
    plan(&scene, Call::About, FaultKind::GarbageJson);
    let answer = sent(scene.get("about", &[("fields", "user")])).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["Content-Type"]),
        (200, &"application/json".parse().unwrap())
    );
    assert!(serde_json::from_str::<serde_json::Value>(&answer.text().await.unwrap()).is_err());
}

#[tokio::test]
async fn a_redirect_leads_elsewhere() {
    let scene = Scene::new().await;
    let to = "http://127.0.0.1:1/elsewhere".to_owned();
    plan(&scene, Call::Metadata, FaultKind::Redirect { to: to.clone() });
    let answer = sent(scene.metadata(&scene.file, &[])).await;
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["Location"].to_str().unwrap()),
        (302, to.as_str())
    );
}
