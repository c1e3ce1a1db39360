use std::time::Duration;

use debrief_sandbox::NOTION_VERSION;
use serde_json::json;

use super::{Scene, done, paragraph, refused, text};

#[tokio::test]
async fn a_token_that_is_missing_unknown_or_revoked_is_refused() {
    let mut scene = Scene::new().await;
    let address = format!("{}/users/me", scene.sandbox.notion());
    let bare = scene.http.get(&address).header("Notion-Version", NOTION_VERSION);
    assert_eq!(refused(bare, 401, "unauthorized").await, "API token is invalid.");
    let token = scene.token.clone();
    scene.token = "ntn_unknown".to_owned();
    refused(scene.get("users/me"), 401, "unauthorized").await;
    scene.token = token;
    done(scene.get("users/me")).await;
    scene.sandbox.world().revoke_notion_token(&scene.token);
    refused(scene.get("users/me"), 401, "unauthorized").await;
}

#[tokio::test]
async fn one_version_is_understood_and_has_to_be_named() {
    let scene = Scene::new().await;
    let address = format!("{}/users/me", scene.sandbox.notion());
    let get = || scene.http.get(&address).bearer_auth(&scene.token);
    refused(get(), 400, "missing_version").await;
    refused(get().header("Notion-Version", "2025-09-03"), 400, "validation_error").await;
}

#[tokio::test]
async fn a_token_says_whose_it_is() {
    let mut scene = Scene::new().await;
    scene.sandbox.world().set_upload_limit(&scene.workspace, 5 << 20);
    let me = done(scene.get("users/me")).await;
    let bot = &me["bot"];
    assert_eq!((&me["object"], &me["type"]), (&json!("user"), &json!("bot")));
    assert_eq!(
        (&bot["workspace_name"], &bot["workspace_id"]),
        (&json!("Acme"), &json!(scene.workspace.as_str()))
    );
    assert_eq!(bot["workspace_limits"], json!({ "max_file_upload_size_in_bytes": 5 << 20 }));
    assert_eq!((&bot["owner"]["type"], &bot["owner"]["user"]["name"]), (&json!("user"), &json!("Ana")));
    scene.token = scene.sandbox.world().internal_token(&scene.workspace, "Debrief");
    let me = done(scene.get("users/me")).await;
    assert_eq!(me["name"], "Debrief");
    assert_eq!(me["bot"]["owner"], json!({ "type": "workspace", "workspace": true }));
}

#[tokio::test]
async fn a_connection_sees_what_is_shared_with_it() {
    let mut scene = Scene::new().await;
    let page = done(scene.create(&json!({ "Name": { "title": text("Inner") } }))).await;
    let page = format!("pages/{}", page["id"].as_str().unwrap());
    scene.token = scene.sandbox.world().internal_token(&scene.workspace, "Debrief");
    let said = refused(scene.get(&page), 404, "object_not_found").await;
    assert!(said.starts_with("Could not find page with ID: "), "{said}");
    assert!(said.ends_with("are shared with your integration \"Debrief\"."), "{said}");
    refused(scene.get(&format!("databases/{}", scene.database)), 404, "object_not_found").await;
    refused(scene.create(&json!({})), 404, "object_not_found").await;
    refused(scene.append(&json!([paragraph("x")])), 404, "object_not_found").await;
    let found = done(scene.post("search", &json!({}))).await;
    assert!(found["results"].as_array().unwrap().is_empty());

    scene.sandbox.world().share_notion(&scene.token, scene.database.as_str());
    done(scene.get(&page)).await;
    done(scene.create(&json!({}))).await;
    refused(scene.append(&json!([paragraph("x")])), 404, "object_not_found").await;
    let found = done(scene.post("search", &json!({}))).await;
    assert_eq!(found["results"].as_array().unwrap().len(), 3);

    scene.sandbox.world().unshare_notion(&scene.token, scene.database.as_str());
    refused(scene.get(&page), 404, "object_not_found").await;
}

#[tokio::test]
async fn a_connection_that_only_reads_cannot_write() {
    let mut scene = Scene::new().await;
    let token = scene.sandbox.world().read_only_token(&scene.workspace, "Reader");
    for id in [scene.database.as_str(), scene.page.as_str()] {
        scene.sandbox.world().share_notion(&token, id);
    }
    scene.token = token;
    done(scene.query(&json!({}))).await;
    refused(scene.create(&json!({})), 403, "restricted_resource").await;
    refused(scene.append(&json!([paragraph("x")])), 403, "restricted_resource").await;
    refused(scene.post("file_uploads", &json!({})), 403, "restricted_resource").await;
}

#[tokio::test]
async fn only_a_person_has_pages_at_the_top_of_a_workspace() {
    let mut scene = Scene::new().await;
    let create =
        json!({ "parent": { "workspace": true }, "properties": { "title": { "title": text("Mine") } } });
    let page = done(scene.post("pages", &create)).await;
    assert_eq!(page["parent"], json!({ "type": "workspace", "workspace": true }));
    scene.token = scene.sandbox.world().internal_token(&scene.workspace, "Debrief");
    refused(scene.post("pages", &create), 400, "validation_error").await;
}

#[tokio::test]
async fn a_token_does_not_reach_another_workspace() {
    let mut scene = Scene::new().await;
    let token = {
        let mut world = scene.sandbox.world();
        let other = world.add_workspace("Elsewhere");
        world.personal_token(&other, "Bo")
    };
    scene.token = token;
    refused(scene.get(&format!("pages/{}", scene.page)), 404, "object_not_found").await;
}

#[tokio::test]
async fn every_token_is_among_the_secrets_and_time_expires_them_on_demand() {
    let scene = Scene::new().await;
    assert!(scene.token.starts_with("ntn_"));
    assert!(scene.sandbox.world().secrets().contains(&scene.token));
    scene.sandbox.world().pass_time(Duration::from_secs(1_000_000));
    done(scene.get("users/me")).await;
    scene.sandbox.world().expire_notion_token(&scene.token);
    refused(scene.get("users/me"), 401, "unauthorized").await;
}
