//! `debrief process`: recordings go in, pages come out.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use crate::support::{Installation, fixture, id, names, said, text};

#[test]
fn a_reader_that_leaves_early_ends_nobodys_work() {
    let installation = Installation::new();
    let mut command = installation.command(&["process", "--json", &fixture("speech.wav")]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(!first.contains("\"completed\""), "{first}");

    assert_eq!(child.wait().unwrap().code(), Some(0));
    let list = installation.run(&["list", "--json"]);
    assert_eq!(text(&list.last(), "status"), "completed");
}

#[test]
fn json_is_one_object_a_line_and_ends_with_the_completed_status() {
    let installation = Installation::new();
    let ran = installation.run(&["process", "--json", &fixture("speech.wav")]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let lines = ran.lines();
    assert!(lines.iter().all(|view| id(view) == id(&lines[0])));
    let progress: Vec<u64> = lines.iter().map(|view| view["progress"].as_u64().unwrap()).collect();
    assert!(progress.is_sorted(), "{progress:?}");
    assert!(progress[..progress.len() - 1].iter().all(|percent| *percent < 100), "{progress:?}");

    let view = ran.last();
    assert_eq!((text(&view, "status"), &view["progress"]), ("completed", &100.into()));
    assert!(view["error"].is_null());
    let result = &view["result"];
    assert!(!text(result, "title").is_empty());
    assert!(text(result, "summary").contains("report"), "{result:#}");
    assert!(result["todos"][0].as_str().unwrap().contains("sales team"), "{result:#}");
    assert_eq!(result["identified_speakers"]["Speaker 1"], "Speaker 1");
    assert_eq!(result["warnings"].as_array().unwrap().len(), 0);
    for key in ["page_path", "page_html_path"] {
        assert!(Path::new(text(result, key)).is_file(), "{result:#}");
    }
    for key in ["created_at", "updated_at"] {
        assert!(text(&view, key).ends_with('Z'), "{view:#}");
    }
    assert_eq!(installation.temporary(), [""; 0]);
}

#[test]
fn a_person_reads_where_the_page_is() {
    let installation = Installation::new();
    let ran = installation.run(&["process", &fixture("speech.wav")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("completed (100 %)"), "{}", ran.stdout);
    for page in installation.pages() {
        assert!(
            ran.stdout
                .contains(&format!("  page   {}", installation.path().join("pages").join(page).display()))
        );
    }
}

#[test]
fn several_recordings_at_once_and_the_worst_end_decides_the_exit_code() {
    let installation = Installation::new();
    let files = ["speech.wav", "text.mp3", "speech.mp3"].map(fixture);
    let ran = installation.run(&["process", "--json", &files[0], &files[1], &files[2]]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let ended = ran.lines().into_iter().filter(|view| view["group"] == "done");
    let mut ended: Vec<(String, String)> =
        ended.map(|view| (text(&view, "source").to_owned(), text(&view, "status").to_owned())).collect();
    ended.sort();
    let expected = [(2, "completed"), (0, "completed"), (1, "failed")];
    assert_eq!(ended, expected.map(|(file, status)| (files[file].clone(), status.to_owned())));
    assert_eq!(installation.pages().len(), 4);
}

#[test]
fn a_relative_path_names_a_file_in_the_current_folder() {
    let installation = Installation::new();
    let folder = installation.path().join("recordings");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(fixture("speech.wav"), folder.join("Weekly Plan.wav")).unwrap();
    let mut command =
        installation.command(&["process", "--json", "./Weekly Plan.wav", "--attach", "no such.pdf"]);
    let ran = crate::support::Running::start(command.current_dir(&folder)).end();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let view = ran.last();
    assert_eq!(text(&view, "source"), folder.join("Weekly Plan.wav").display().to_string());
    assert_eq!(view["result"]["warnings"][0]["code"], "attachment_unavailable");
}

#[test]
fn without_waiting_the_job_is_only_submitted_and_resume_completes_it() {
    let installation = Installation::new();
    let ran = installation.run(&["process", "--no-wait", "--json", &fixture("speech.wav")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let view = ran.last();
    assert_eq!((ran.lines().len(), text(&view, "status"), &view["progress"]), (1, "pending", &0.into()));
    assert_eq!(installation.pages(), [""; 0]);

    let plain = installation.run(&["process", "--no-wait", &fixture("speech.mp3")]);
    let printed = plain.stdout.trim();
    assert_eq!(text(&installation.run(&["status", "--json", printed]).last(), "status"), "pending");

    let ran = installation.run(&["resume", "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for job in [id(&view), printed] {
        assert_eq!(text(&installation.run(&["status", "--json", job]).last(), "status"), "completed");
    }
    assert_eq!(installation.pages().len(), 4);

    let ran = installation.run(&["resume"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "Nothing was left unfinished.\n"));
}

#[test]
fn a_drive_link_needs_the_person() {
    let installation = Installation::new();
    let link = "https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345/view?usp=sharing";
    let ran = installation.run(&["process", "--json", link]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    insta::assert_snapshot!(said(&installation, &ran.last()), @"
    pending: google_client_missing while fetch
    Debrief has no client id to sign in to Google with.
    Set one up once in the settings; it takes five minutes and every step is described there.
    ");
    let ran = installation.run(&["process", link]);
    assert!(ran.stdout.contains("needs you"), "{}", ran.stdout);
}

#[test]
fn notion_needs_the_person_once_everything_else_is_done() {
    let installation = Installation::new();
    let ran = installation.run(&["process", "--json", "--to", "notion", &fixture("speech.wav")]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    insta::assert_snapshot!(said(&installation, &ran.last()), @"
    pending: notion_not_connected while publish
    Notion is not connected.
    Connect it in the settings; the job goes on by itself, and its transcript is safe.
    ");
    let shown = installation.run(&["show", id(&ran.last()), "--format", "txt"]);
    assert!(shown.stdout.contains("sales team"), "{}{}", shown.stdout, shown.stderr);
    assert_eq!(installation.pages(), [""; 0], "nothing goes to another place than the one that was said");
}

#[test]
fn what_is_no_recording_is_wrong_usage_and_submits_nothing() {
    let installation = Installation::new();
    for (wrong, what) in [
        ("https://example.com/talk.mp3", "This web address isn't a Google Drive file."),
        ("https://drive.google.com/drive/folders/1AbCdEfGhIjKlMnOpQrStUvWxYz", "This link is a folder."),
        ("", "Nothing was pasted."),
    ] {
        let ran = installation.run(&["process", &fixture("speech.wav"), wrong]);
        assert_eq!(ran.code, Some(2), "{wrong}: {}", ran.stderr);
        assert!(ran.stderr.starts_with(what), "{wrong}: {}", ran.stderr);
    }
    assert_eq!(installation.run(&["process"]).code, Some(2));
    assert_eq!(installation.run(&["list"]).stdout, "");
}

#[test]
fn everything_lies_in_the_one_folder_that_the_environment_names() {
    let installation = Installation::new();
    let elsewhere = installation.path().join("all of it");
    let mut command = installation.command(&["process", "--json", &fixture("speech.wav")]);
    let ran = crate::support::Running::start(command.env("DEBRIEF_HOME", "all of it")).end();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(names(installation.path()), ["all of it"]);
    let page = Path::new(text(&ran.last()["result"], "page_path")).to_owned();
    assert_eq!(page.parent().unwrap(), elsewhere.join("pages"));
}
