//! `debrief process` and `debrief watch` with a meeting's chat and attendance list beside the recording.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Installation, Running, fixture, text};

/// What is said, by people who call each other by their first names.
const TALK: &str = "WEBVTT\n\n\
    00:00.000 --> 00:02.500\n<v Speaker 1>Good morning, this is Ana from sales. Ben, can you start?\n\n\
    00:02.500 --> 00:04.000\n<v Speaker 2>Good morning. I will send the report by Friday.\n\n\
    00:04.000 --> 00:06.000\n<v Speaker 1>Thanks, Ben. Let's move the launch to December.\n";

/// A recording with its chat and attendance list, in a folder that holds those of another one, too; its path.
fn put(folder: &Path) -> PathBuf {
    std::fs::write(folder.join("weekly-attendance.csv"), "Name,Email\nAna Lopez-Haddad,ana@example.com\n")
        .unwrap();
    std::fs::write(folder.join("weekly - Chat.txt"), "00:00:02\tBen Okonkwo:\tHello\n").unwrap();
    std::fs::write(folder.join("monthly - Chat.txt"), "00:00:02\tZoe Okonkwo:\tHello\n").unwrap();
    let recording = folder.join("weekly.wav");
    std::fs::copy(fixture("speech.wav"), &recording).unwrap();
    recording
}

fn weekly() -> (Installation, PathBuf) {
    let installation = Installation::new();
    let folder = installation.path().join("recordings");
    std::fs::create_dir(&folder).unwrap();
    let recording = put(&folder);
    (installation, recording)
}

fn attachments(view: &Value) -> Vec<&str> {
    view["attachments"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

#[test]
fn a_chat_and_an_attendance_list_beside_a_recording_are_attached_said_and_name_the_speakers() {
    let (installation, recording) = weekly();
    let talk = installation.path().join("talk.vtt");
    std::fs::write(&talk, TALK).unwrap();
    let arguments = |more: &[&str]| {
        let mut all = vec!["process", "--json", "--attach", talk.to_str().unwrap()];
        all.extend(more);
        all.push(recording.to_str().unwrap());
        installation.run(&all)
    };
    let ran = arguments(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    insta::assert_snapshot!(installation.told(&ran), @"weekly - Chat.txt and weekly-attendance.csv lie beside weekly.wav and are attached, to name the speakers. To leave them: --no-companions");
    let view = ran.last();
    assert_eq!(attachments(&view), ["talk.vtt", "weekly - Chat.txt", "weekly-attendance.csv"]);
    let names = &view["result"]["identified_speakers"];
    assert_eq!((text(names, "Speaker 1"), text(names, "Speaker 2")), ("Ana Lopez-Haddad", "Ben Okonkwo"));
    let shown = installation.run(&["transcript", text(&view, "id"), "--json"]).last();
    assert_eq!(text(&shown["speakers"][1]["evidence"], "source"), "addressed");
    assert!(text(&shown["speakers"][1]["evidence"], "quote").contains("Ben, can you start?"), "{shown}");

    // Whoever leaves them gets what was said, and nothing is said of them.
    let ran = arguments(&["--no-companions"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    let view = ran.last();
    assert_eq!(attachments(&view), ["talk.vtt"]);
    let names = &view["result"]["identified_speakers"];
    assert_eq!(
        (text(names, "Speaker 1"), text(names, "Speaker 2")),
        ("Ana", "Speaker 2"),
        "nobody knows a Ben"
    );
}

#[test]
fn one_that_is_attached_by_hand_is_attached_once() {
    let (installation, recording) = weekly();
    let chat = recording.with_file_name("weekly - Chat.txt");
    let ran = installation.run(&[
        "process",
        "--json",
        "--no-wait",
        "--attach",
        chat.to_str().unwrap(),
        recording.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    insta::assert_snapshot!(installation.told(&ran), @"weekly-attendance.csv lies beside weekly.wav and is attached, to name the speakers. To leave it: --no-companions");
    assert_eq!(attachments(&ran.last()), ["weekly - Chat.txt", "weekly-attendance.csv"]);
}

#[test]
fn a_watched_folder_takes_them_along_and_says_so_unless_they_are_to_be_left() {
    let installation = Installation::new();
    let talks = installation.path().join("talks");
    std::fs::create_dir(&talks).unwrap();
    let place = talks.to_str().unwrap();
    assert_eq!(installation.run(&["watch", "add", place]).code, Some(0));
    let mut running = Running::start(&mut installation.command(&["watch", "run", "--json"]));
    put(&talks);
    let done = running.until(|view| view["status"] == "completed");
    assert_eq!(attachments(&done), ["weekly - Chat.txt", "weekly-attendance.csv"]);
    running.interrupt();
    let ran = running.end();
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.stderr.contains(
            "weekly - Chat.txt and weekly-attendance.csv lie beside weekly.wav and are attached, to name the speakers."
        ),
        "{}",
        ran.stderr
    );

    let left = installation.run(&["watch", "add", "--no-companions", place]);
    assert_eq!((left.code, left.stderr.as_str()), (Some(0), ""));
    assert!(
        left.stdout.contains("Chats and attendance lists beside its recordings are left."),
        "{}",
        left.stdout
    );
    assert_eq!(installation.run(&["watch", "list", "--json"]).last()["companions"], false);
}
