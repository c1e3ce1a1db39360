//! The sandbox, judged by clients that its authors did not write: Google's and Notion's own for Node.

use std::path::{Path, PathBuf};

use debrief_sandbox::{
    Answer, CLIENT_ID, CLIENT_SECRET, NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, NOTION_REDIRECT, NewFile,
    NotionAnswer, Picks, Right, Sandbox, Shares, World,
};
use serde_json::json;
use tokio::process::Command;
use tokio::sync::Mutex;

use crate::support::recording;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign")
}

/// Installs what the lock file names, unless that very lock file is installed already.
async fn install() {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
    let _alone = ONE_AT_A_TIME.lock().await;
    let lock = std::fs::read(folder().join("package-lock.json")).unwrap();
    let installed = folder().join("node_modules/.installed-lock.json");
    if std::fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return;
    }
    let status = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder()).status();
    assert!(status.await.expect("npm is needed: `make test` installs it").success(), "npm ci failed");
    std::fs::write(installed, lock).unwrap();
}

/// Lets a script judge, which says at its end how much it found in order.
async fn judge(script: &str, sandbox: &Sandbox, environment: &[(&str, &str)], checks: u32) {
    install().await;
    let mut judge = Command::new("node");
    judge.arg(script).arg(sandbox.address()).current_dir(folder()).kill_on_drop(true);
    judge.envs(environment.iter().copied());
    let output = judge.output().await.expect("node is needed: `make test` installs it");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    // A script that ends early must not pass for one that found everything in order.
    assert!(said.ends_with(&format!("judged: {checks} of {checks}\n")), "{said}\n{complained}");
}

#[tokio::test]
async fn googles_own_client_finds_what_it_expects() {
    let mut world = World::new();
    let account = world.add_account("alex@example.com");
    let other = world.add_account("bo@example.com");
    let folder_id = world.add_file(&account, NewFile::folder("Recordings"));
    let recording = NewFile::new("talk.mp3", "audio/mpeg", recording()).in_folder(&folder_id);
    let file = world.add_file(&account, recording.lasting_ms(61_000));
    let document = world.add_file(&account, NewFile::document("Agenda", "%PDF-1.7"));
    let read_only = world.add_file(&other, NewFile::new("theirs.mp3", "audio/mpeg", "abc"));
    world.share(&read_only, &account, Right::Reader);
    let hidden = world.add_file(&other, NewFile::new("hidden.mp3", "audio/mpeg", "abc"));
    world.person().answer = Answer::Allows { account, picks: Picks::Requested };
    let sandbox = Sandbox::start(world).await.unwrap();
    let environment = [
        ("CLIENT_ID", CLIENT_ID),
        ("CLIENT_SECRET", CLIENT_SECRET),
        ("FOLDER", folder_id.as_str()),
        ("FILE", file.as_str()),
        ("DOCUMENT", document.as_str()),
        ("READ_ONLY", read_only.as_str()),
        ("HIDDEN", hidden.as_str()),
    ];
    judge("judge.mjs", &sandbox, &environment, 9).await;
    assert_eq!(sandbox.world().file(&file).unwrap().name, "[2026-11-23] Talk.mp3");
}

#[tokio::test]
async fn notions_own_client_finds_what_it_expects() {
    let mut world = World::new();
    let workspace = world.add_workspace("Acme");
    let page = world.add_notion_page(&workspace, "Recordings");
    let schema = json!({ "Name": { "title": {} }, "Job": { "rich_text": {} }, "Date": { "date": {} } });
    let database = world.add_database(&workspace, "Meetings", &[("Meetings", schema)]);
    let source = world.data_sources(&database)[0].clone();
    let token = world.personal_token(&workspace, "Ana");
    let other = world.internal_token(&workspace, "Other");
    let user = "Ana".to_owned();
    world.notion_person().answer = NotionAnswer::Allows { workspace, user, shares: Shares::Everything };
    let sandbox = Sandbox::start(world).await.unwrap();
    let environment = [
        ("TOKEN", token.as_str()),
        ("OTHER_TOKEN", other.as_str()),
        ("DATABASE", database.as_str()),
        ("SOURCE", source.as_str()),
        ("PAGE", page.as_str()),
        ("CLIENT_ID", NOTION_CLIENT_ID),
        ("CLIENT_SECRET", NOTION_CLIENT_SECRET),
        ("REDIRECT", NOTION_REDIRECT),
    ];
    judge("notion.mjs", &sandbox, &environment, 10).await;
    assert!(sandbox.world().pages_of(source.as_str()).is_empty(), "the page that was made is in the trash");
}
