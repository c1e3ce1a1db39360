//! The sandbox, judged by clients that its authors did not write: Google's own for Node.

use std::path::{Path, PathBuf};

use debrief_sandbox::{Answer, CLIENT_ID, CLIENT_SECRET, NewFile, Picks, Right, Sandbox, World};
use tokio::process::Command;

use crate::support::recording;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign")
}

/// Installs what the lock file names, unless that very lock file is installed already.
async fn install() {
    let lock = std::fs::read(folder().join("package-lock.json")).unwrap();
    let installed = folder().join("node_modules/.installed-lock.json");
    if std::fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return;
    }
    let status = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder()).status();
    assert!(status.await.expect("npm is needed: `make test` installs it").success(), "npm ci failed");
    std::fs::write(installed, lock).unwrap();
}

#[tokio::test]
async fn googles_own_client_finds_what_it_expects() {
    install().await;
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

    let mut judge = Command::new("node");
    judge.arg("judge.mjs").arg(sandbox.address()).current_dir(folder()).kill_on_drop(true);
    judge.env("CLIENT_ID", CLIENT_ID).env("CLIENT_SECRET", CLIENT_SECRET);
    for (name, id) in [
        ("FOLDER", &folder_id),
        ("FILE", &file),
        ("DOCUMENT", &document),
        ("READ_ONLY", &read_only),
        ("HIDDEN", &hidden),
    ] {
        judge.env(name, id.as_str());
    }
    let output = judge.output().await.expect("node is needed: `make test` installs it");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    // A script that ends early must not pass for one that found everything in order.
    assert!(said.ends_with("judged: 9 of 9\n"), "{said}\n{complained}");
    assert_eq!(sandbox.world().file(&file).unwrap().name, "[2026-11-23] Talk.mp3");
}
