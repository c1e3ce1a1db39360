use std::time::Duration;

use debrief_sandbox::{Call, Fault, FaultKind, NotionRate};
use serde_json::json;

use super::{Scene, done, paragraph, paragraphs, refusal, refused, text};

fn once(on: Call, what: FaultKind) -> Fault {
    Fault { on, times: 1, what }
}

fn status(status: u16, code: &str) -> FaultKind {
    FaultKind::Status(status, code.to_owned())
}

#[tokio::test]
async fn each_kind_of_request_has_its_call() {
    let scene = Scene::new().await;
    let page = scene.page.as_str();
    let calls = [
        (scene.get("users/me"), Call::NotionUser),
        (scene.post("search", &json!({})), Call::NotionSearch),
        (scene.get(&format!("databases/{}", scene.database)), Call::NotionDatabase),
        (scene.get(&format!("data_sources/{}", scene.source)), Call::NotionDataSource),
        (scene.query(&json!({})), Call::NotionQuery),
        (scene.create(&json!({})), Call::NotionCreate),
        (scene.get(&format!("pages/{page}")), Call::NotionPage),
        (scene.patch(&format!("pages/{page}"), &json!({})), Call::NotionPagePatch),
        (scene.append(&json!([])), Call::NotionAppend),
        (scene.get(&format!("blocks/{page}/children")), Call::NotionChildren),
        (scene.get(&format!("blocks/{page}")), Call::NotionBlock),
        (scene.post("file_uploads", &json!({ "filename": "a.mp3" })), Call::NotionUpload),
        (scene.post(&format!("file_uploads/{page}/send"), &json!({})), Call::NotionSend),
        (scene.post("oauth/token", &json!({})), Call::NotionToken),
        (scene.get("comments"), Call::NotionAny),
    ];
    for (request, call) in calls {
        scene.sandbox.world().plan(once(call, status(503, "service_unavailable")));
        refused(request, 503, "service_unavailable").await;
        assert!(!scene.sandbox.world().has_planned_faults(), "{call:?}");
        assert_eq!(scene.sandbox.world().requests().last().unwrap().call, Some(call));
    }
}

#[tokio::test]
async fn any_of_notions_fits_notion_alone() {
    let scene = Scene::new().await;
    scene.sandbox.world().plan(once(Call::NotionAny, status(529, "service_overload")));
    scene.http.get(format!("{}/files", scene.sandbox.drive())).send().await.unwrap();
    assert!(scene.sandbox.world().has_planned_faults());
    refused(scene.get("users/me"), 529, "service_overload").await;
    scene.sandbox.world().plan(once(Call::Any, status(409, "conflict_error")));
    refused(scene.get("users/me"), 409, "conflict_error").await;
}

#[tokio::test]
async fn too_many_requests_have_notions_form() {
    let scene = Scene::new().await;
    let what = FaultKind::TooManyRequests { retry_after_s: Some(7) };
    scene.sandbox.world().plan(once(Call::NotionUser, what));
    let answer = scene.get("users/me").send().await.unwrap();
    assert_eq!(answer.headers()["Retry-After"], "7");
    refusal(answer, 429, "rate_limited").await;
}

#[tokio::test]
async fn a_fault_can_wait_for_the_nth_request() {
    let scene = Scene::new().await;
    scene.sandbox.world().plan_after(2, once(Call::NotionAppend, status(500, "internal_server_error")));
    for _ in 0..2 {
        done(scene.append(&json!([paragraph("x")]))).await;
        done(scene.get("users/me")).await;
    }
    refused(scene.append(&json!([paragraph("x")])), 500, "internal_server_error").await;
    done(scene.append(&json!([paragraph("x")]))).await;
    assert_eq!(scene.sandbox.world().blocks_of(scene.page.as_str()).len(), 3);
}

#[tokio::test]
async fn waiting_faults_count_every_request_that_they_fit() {
    let scene = Scene::new().await;
    scene.sandbox.world().plan_after(2, once(Call::NotionUser, status(503, "service_unavailable")));
    scene.sandbox.world().plan_after(1, once(Call::NotionAny, status(409, "conflict_error")));
    done(scene.get("users/me")).await;
    refused(scene.get("users/me"), 409, "conflict_error").await;
    refused(scene.get("users/me"), 503, "service_unavailable").await;
}

#[tokio::test]
async fn what_is_carried_out_and_never_answered_has_happened() {
    let scene = Scene::new().await;
    let append = || scene.append(&json!([paragraph("x")])).timeout(Duration::from_millis(300));
    let blocks = || scene.sandbox.world().blocks_of(scene.page.as_str()).len();
    scene.sandbox.world().plan(once(Call::NotionAppend, FaultKind::StallAfter));
    assert!(append().send().await.unwrap_err().is_timeout());
    assert_eq!(blocks(), 1);
    scene.sandbox.world().plan(once(Call::NotionAppend, FaultKind::Stall));
    assert!(append().send().await.unwrap_err().is_timeout());
    assert_eq!(blocks(), 1);
    scene.sandbox.world().plan(once(Call::NotionAppend, FaultKind::AnswerLost));
    append().send().await.unwrap_err();
    assert_eq!(blocks(), 2);
    scene.sandbox.world().plan(once(Call::NotionAppend, status(502, "bad_gateway")));
    append().send().await.unwrap();
    assert_eq!(blocks(), 2);
}

#[tokio::test]
async fn what_is_noted_tells_how_many_blocks_came() {
    let scene = Scene::new().await;
    let toggle = json!({ "toggle": { "rich_text": text("t"), "children": paragraphs(3) } });
    done(scene.append(&json!([toggle, paragraph("x")]))).await;
    done(scene.get("users/me")).await;
    let world = scene.sandbox.world();
    let [append, get] = world.requests() else { panic!("two requests were sent") };
    assert_eq!((append.blocks, append.top_blocks), (5, 2));
    assert!(append.request_bytes > 100 && append.status == Some(200));
    assert_eq!((get.blocks, get.request_bytes), (0, 0));
}

#[tokio::test]
async fn a_rate_is_kept_when_it_is_asked_for() {
    let scene = Scene::new().await;
    scene.sandbox.world().limit_notion_rate(Some(NotionRate { per_s: 0.01, burst: 2 }));
    done(scene.get("users/me")).await;
    done(scene.get("users/me")).await;
    let answer = scene.get("users/me").send().await.unwrap();
    assert_eq!(answer.headers()["Retry-After"], "1");
    refusal(answer, 429, "rate_limited").await;
    scene.sandbox.world().pass_time(Duration::from_secs(100));
    done(scene.get("users/me")).await;
    scene.sandbox.world().limit_notion_rate(None);
    done(scene.get("users/me")).await;
}
