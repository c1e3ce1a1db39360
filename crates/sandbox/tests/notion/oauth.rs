use std::collections::BTreeMap;
use std::time::Duration;

use debrief_sandbox::{NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, NOTION_REDIRECT, NotionAnswer, Shares};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::{Scene, done, refused};

async fn authorize(scene: &Scene, changed: &[(&str, &str)]) -> Response {
    let mut query: BTreeMap<&str, &str> = [
        ("client_id", NOTION_CLIENT_ID),
        ("redirect_uri", NOTION_REDIRECT),
        ("response_type", "code"),
        ("owner", "user"),
        ("state", "state-1"),
    ]
    .into();
    query.extend(changed.iter().copied());
    query.retain(|_, value| !value.is_empty());
    let address = format!("{}/oauth/authorize", scene.sandbox.notion());
    scene.http.get(address).query(&query).send().await.unwrap()
}

/// Where the browser is sent.
fn back(answer: &Response) -> BTreeMap<String, String> {
    assert!(answer.status().is_redirection(), "{}", answer.status());
    let url = Url::parse(answer.headers()["Location"].to_str().unwrap()).unwrap();
    assert!(url.as_str().starts_with(NOTION_REDIRECT));
    url.query_pairs().into_owned().collect()
}

async fn post(scene: &Scene, what: &str, body: Value) -> (StatusCode, Value) {
    let address = format!("{}/oauth/{what}", scene.sandbox.notion());
    let request = scene.http.post(address).basic_auth(NOTION_CLIENT_ID, Some(NOTION_CLIENT_SECRET));
    let answer = request.json(&body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn exchange(scene: &Scene, code: &str) -> (StatusCode, Value) {
    let body = json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": NOTION_REDIRECT });
    post(scene, "token", body).await
}

async fn refresh(scene: &Scene, token: &Value) -> (StatusCode, Value) {
    post(scene, "token", json!({ "grant_type": "refresh_token", "refresh_token": token })).await
}

/// A person who shares the database.
async fn allowing() -> Scene {
    let scene = Scene::new().await;
    let shares = Shares::These(vec![scene.database.to_string()]);
    scene.sandbox.world().notion_person().answer =
        NotionAnswer::Allows { workspace: scene.workspace.clone(), user: "Ana".to_owned(), shares };
    scene
}

async fn tokens(scene: &Scene) -> Value {
    let code = back(&authorize(scene, &[]).await)["code"].clone();
    let (status, tokens) = exchange(scene, &code).await;
    assert_eq!(status, 200, "{tokens}");
    tokens
}

#[tokio::test]
async fn a_consent_becomes_a_token_for_what_was_shared() {
    let mut scene = allowing().await;
    let tokens = tokens(&scene).await;
    assert_eq!((&tokens["token_type"], &tokens["workspace_name"]), (&json!("bearer"), &json!("Acme")));
    assert_eq!(tokens["owner"]["user"]["name"], "Ana");
    scene.token = tokens["access_token"].as_str().unwrap().to_owned();
    done(scene.get(&format!("databases/{}", scene.database))).await;
    refused(scene.get(&format!("pages/{}", scene.page)), 404, "object_not_found").await;
    let me = done(scene.get("users/me")).await;
    assert_eq!((&me["id"], &me["bot"]["owner"]["type"]), (&tokens["bot_id"], &json!("user")));
    let secrets = scene.sandbox.world().secrets();
    for secret in ["access_token", "refresh_token"] {
        assert!(secrets.contains(&tokens[secret].as_str().unwrap().to_owned()));
    }
    assert_eq!(scene.sandbox.world().notion_person().times_asked, 1);
}

#[tokio::test]
async fn a_bad_request_is_shown_to_the_person_and_never_sent_back() {
    let scene = allowing().await;
    for changed in [
        ("client_id", "another"),
        ("redirect_uri", "http://127.0.0.1:8914/"),
        ("redirect_uri", "http://localhost:8914"),
        ("redirect_uri", ""),
        ("response_type", "token"),
        ("owner", ""),
    ] {
        assert_eq!(authorize(&scene, &[changed]).await.status(), 400, "{changed:?}");
    }
    assert_eq!(scene.sandbox.world().notion_person().times_asked, 0);
}

#[tokio::test]
async fn a_refresh_token_is_good_once() {
    let mut scene = allowing().await;
    let first = tokens(&scene).await;
    let (status, second) = refresh(&scene, &first["refresh_token"]).await;
    assert_eq!(status, 200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_ne!(first["access_token"], second["access_token"]);
    let (status, again) = refresh(&scene, &first["refresh_token"]).await;
    assert_eq!((status.as_u16(), &again["error"]), (400, &json!("invalid_grant")));
    scene.token = first["access_token"].as_str().unwrap().to_owned();
    refused(scene.get("users/me"), 401, "unauthorized").await;
    scene.token = second["access_token"].as_str().unwrap().to_owned();
    done(scene.get(&format!("databases/{}", scene.database))).await;
}

#[tokio::test]
async fn a_code_is_good_once_for_its_own_address_and_for_ten_minutes() {
    let scene = allowing().await;
    let code = async || back(&authorize(&scene, &[]).await)["code"].clone();
    let first = code().await;
    let other =
        json!({ "grant_type": "authorization_code", "code": first, "redirect_uri": "http://localhost:1/" });
    assert_eq!(post(&scene, "token", other).await.1["error"], "invalid_grant");
    let (_, tokens) = exchange(&scene, &first).await;
    assert_eq!(exchange(&scene, &first).await.1["error"], "invalid_grant");
    assert_eq!(refresh(&scene, &tokens["refresh_token"]).await.1["error"], "invalid_grant");
    let late = code().await;
    scene.sandbox.world().pass_time(Duration::from_secs(601));
    assert_eq!(exchange(&scene, &late).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn the_exchange_needs_the_secret_and_a_well_formed_body() {
    let scene = allowing().await;
    let address = format!("{}/oauth/token", scene.sandbox.notion());
    let body = json!({ "grant_type": "refresh_token", "refresh_token": "x" });
    let answer = scene.http.post(&address).basic_auth(NOTION_CLIENT_ID, Some("wrong")).json(&body);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "invalid_client");
    for body in [
        json!({}),
        json!({ "grant_type": "password" }),
        json!({ "grant_type": "refresh_token", "code": "x" }),
    ] {
        assert_eq!(post(&scene, "token", body).await.0, 400);
    }
}

#[tokio::test]
async fn a_token_taken_back_takes_the_other_with_it() {
    let mut scene = allowing().await;
    let tokens = tokens(&scene).await;
    let body = json!({ "token": tokens["access_token"] });
    assert_eq!(post(&scene, "revoke", body.clone()).await.0, 200);
    assert_eq!(post(&scene, "revoke", body).await.0, 400);
    assert_eq!(refresh(&scene, &tokens["refresh_token"]).await.1["error"], "invalid_grant");
    scene.token = tokens["access_token"].as_str().unwrap().to_owned();
    refused(scene.get("users/me"), 401, "unauthorized").await;
}

#[tokio::test]
async fn tokens_expire_after_an_hour_where_they_do() {
    let mut scene = allowing().await;
    scene.sandbox.world().expire_notion_tokens(true);
    let tokens = tokens(&scene).await;
    scene.token = tokens["access_token"].as_str().unwrap().to_owned();
    scene.sandbox.world().pass_time(Duration::from_secs(3599));
    done(scene.get("users/me")).await;
    scene.sandbox.world().pass_time(Duration::from_secs(2));
    refused(scene.get("users/me"), 401, "unauthorized").await;
    let (_, fresh) = refresh(&scene, &tokens["refresh_token"]).await;
    scene.token = fresh["access_token"].as_str().unwrap().to_owned();
    done(scene.get("users/me")).await;
}

#[tokio::test]
async fn a_person_can_also_cancel_forge_and_fail() {
    let scene = Scene::new().await;
    let answer = |answer: NotionAnswer| scene.sandbox.world().notion_person().answer = answer;
    answer(NotionAnswer::Denies);
    let denied = back(&authorize(&scene, &[]).await);
    assert_eq!((denied["error"].as_str(), denied["state"].as_str()), ("access_denied", "state-1"));
    answer(NotionAnswer::Error("server_error".to_owned()));
    assert_eq!(back(&authorize(&scene, &[]).await)["error"], "server_error");
    answer(NotionAnswer::WrongState);
    let forged = back(&authorize(&scene, &[]).await);
    assert_eq!(forged["state"], "another-state");
    assert_eq!(exchange(&scene, &forged["code"]).await.0, 200);
    answer(NotionAnswer::Silent);
    assert_eq!(authorize(&scene, &[]).await.status(), 200);
}

#[tokio::test]
async fn a_human_chooses_pages_on_a_page() {
    let mut scene = Scene::new().await;
    let page = authorize(&scene, &[]).await.text().await.unwrap();
    assert!(
        page.contains("Allow access") && page.contains("Cancel") && page.contains("Recordings"),
        "{page}"
    );
    let ask = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", NOTION_CLIENT_ID)
        .append_pair("redirect_uri", NOTION_REDIRECT)
        .append_pair("response_type", "code")
        .append_pair("owner", "user")
        .append_pair("state", "s")
        .finish();
    let press = async |answer: &str| {
        let form = [
            ("ask", ask.as_str()),
            ("workspace", scene.workspace.as_str()),
            ("share", scene.page.as_str()),
            ("answer", answer),
        ];
        let address = format!("{}/notion/consent", scene.sandbox.address());
        back(&scene.http.post(address).form(&form).send().await.unwrap())
    };
    assert_eq!(press("cancel").await["error"], "access_denied");
    let (_, tokens) = exchange(&scene, &press("allow").await["code"]).await;
    scene.token = tokens["access_token"].as_str().unwrap().to_owned();
    done(scene.get(&format!("pages/{}", scene.page))).await;
    refused(scene.get(&format!("databases/{}", scene.database)), 404, "object_not_found").await;
}
