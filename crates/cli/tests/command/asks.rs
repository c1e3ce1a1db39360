//! `status`, `list`, `show`, `cancel`, `retry` and `doctor`.

use std::slice;

use serde_json::Value;

use crate::support::{Installation, Running, fixture, id, text};

#[test]
fn an_unknown_job_has_its_own_message() {
    let installation = Installation::new();
    let unknown = "7c5e3f0a-0000-4000-8000-000000000000";
    let commands: [&[&str]; 7] = [
        &["status", unknown],
        &["cancel", unknown],
        &["retry", unknown],
        &["show", unknown],
        &["undo", unknown],
        &["name", unknown, "Speaker 1", "Ana"],
        &["edit", unknown, "title", "Another"],
    ];
    for command in commands {
        let ran = installation.run(command);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{command:?}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(ran.stderr, @"
            There is no job 7c5e3f0a-0000-4000-8000-000000000000.
            Look at the list of jobs for the right one.
            ");
        }
    }
    assert_eq!(installation.run(&["status", "no uuid"]).code, Some(2));
}

#[test]
fn a_job_can_be_asked_for_listed_and_shown() {
    let installation = Installation::new();
    let done = installation.completed();
    let failed = installation.run(&["process", "--json", &fixture("text.mp3")]).last();

    assert_eq!(installation.run(&["status", "--json", id(&done)]).last(), done);
    let status = installation.run(&["status", id(&failed)]);
    assert_eq!(status.code, Some(0));
    assert!(status.stdout.contains("failed") && status.stdout.contains("Choose an audio or video file."));

    let listed = |filter: &str| -> Vec<Value> {
        let ran = installation.run(&["list", "--json", "--filter", filter]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.lines()
    };
    assert_eq!(listed("all"), [failed.clone(), done.clone()], "newest first");
    assert_eq!(listed("completed"), slice::from_ref(&done));
    assert_eq!(listed("failed"), slice::from_ref(&failed));
    assert_eq!((listed("active"), listed("cancelled")), (vec![], vec![]));
    assert_eq!(installation.run(&["list"]).stdout.lines().count(), 2);

    let show = |format: &str| {
        let ran = installation.run(&["show", id(&done), "--format", format]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{format}");
        assert!(ran.stdout.contains("sales team"), "{format}: {}", ran.stdout);
        ran.stdout
    };
    assert_eq!(show("md"), std::fs::read_to_string(text(&done["result"], "page_path")).unwrap());
    assert!(show("txt").starts_with("[0:00] Speaker 1: please"), "{}", show("txt"));
    assert!(show("srt").starts_with("1\n00:00:0"), "{}", show("srt"));
    assert!(show("vtt").starts_with("WEBVTT\n\n00:00:0"), "{}", show("vtt"));
    let json: Value = serde_json::from_str(&show("json")).unwrap();
    assert_eq!(json["notes"]["title"], done["title"]);
    assert_eq!(json["transcript"]["speakers"][0]["label"], "Speaker 1");

    let nothing = installation.run(&["show", id(&failed)]);
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.starts_with("Nothing of this recording has been transcribed yet."));
}

#[test]
fn a_waiting_job_is_cancelled_and_a_finished_one_stays_finished() {
    let installation = Installation::new();
    let waiting = installation.run(&["process", "--no-wait", "--json", &fixture("speech.wav")]).last();
    assert_eq!(installation.run(&["cancel", id(&waiting)]).code, Some(0));
    let view = installation.run(&["status", "--json", id(&waiting)]).last();
    assert_eq!(text(&view, "status"), "cancelled");

    let done = installation.completed();
    let ran = installation.run(&["cancel", id(&done)]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.starts_with("A job that is completed can't do that."), "{}", ran.stderr);
    assert_eq!(installation.run(&["status", "--json", id(&done)]).last(), done);
}

#[test]
fn a_running_job_is_cancelled_from_another_terminal() {
    let installation = Installation::new();
    let mut running =
        Running::start(&mut installation.command(&["process", "--json", &fixture("speech.wav")]));
    let view = running.until(|view| view["stage"] == "transcribe");
    assert_eq!(installation.run(&["cancel", id(&view)]).code, Some(0));
    let ran = running.end();
    assert_eq!((ran.code, text(&ran.last(), "status")), (Some(1), "cancelled"));
    assert_eq!((installation.pages(), installation.temporary()), (vec![], vec![]));

    let ran = installation.run(&["retry", "--json", id(&view)]);
    assert_eq!((ran.code, text(&ran.last(), "status")), (Some(0), "completed"), "{}", ran.stderr);
}

#[test]
fn a_retry_from_a_stage_repeats_what_comes_after_it_and_nothing_before() {
    let installation = Installation::new();
    let done = installation.completed();
    let ran = installation.run(&["retry", "--json", "--from", "summarize", id(&done)]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let lines = ran.lines();
    let stages: Vec<&str> = lines.iter().filter_map(|view| view["stage"].as_str()).collect();
    assert!(stages.iter().all(|stage| ["summarize", "publish", "rename"].contains(stage)), "{stages:?}");
    let view = ran.last();
    assert_eq!(text(&view, "status"), "completed");
    assert_eq!(view["result"]["page_path"], done["result"]["page_path"], "the same page");
    assert_eq!(installation.pages().len(), 2);

    let ran = installation.run(&["retry", "--no-wait", "--from", "transcribe", id(&done)]);
    assert_eq!((ran.code, ran.stdout.trim()), (Some(0), id(&done)));
    let ran = installation.run(&["resume", "--json"]);
    assert_eq!((ran.code, text(&ran.last(), "status")), (Some(0), "completed"), "{}", ran.stderr);

    let ran = installation.run(&["retry", "--from", "cooking", id(&done)]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("the stages are fetch, decode, transcribe"), "{}", ran.stderr);
}

#[test]
fn the_doctor_says_what_is_ready() {
    let installation = Installation::new();
    let ran = installation.run(&["doctor"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let version = format!("Debrief {} on ", env!("CARGO_PKG_VERSION"));
    let pages = format!("pages       {}/pages: ready", installation.path().display());
    let speech = "next job    PocketSphinx (rough, English only): ready";
    let models = "models      none is here (`debrief models list`)";
    for line in [
        version.as_str(),
        pages.as_str(),
        "free disk   ",
        speech,
        models,
        "speakers    ",
        "Notion      not connected",
        "Ready.",
    ] {
        assert!(ran.stdout.lines().any(|said| said.starts_with(line)), "no {line} in {}", ran.stdout);
    }

    let mut command = installation.command(&["doctor"]);
    let ran = Running::start(command.env("DEBRIEF__SPEECH__MODEL", "no-such-model.bin")).end();
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(ran.stdout.contains("no-such-model.bin is not there."), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("Not ready: see above.\n"), "{}", ran.stdout);

    // A job would wait for the key of whoever is to write its notes.
    let settings = "[notes]\nmodels = [\"anthropic/claude-sonnet-4-6\"]\n[secrets]\nkeep = \"file\"\n";
    std::fs::write(installation.path().join("settings.toml"), settings).unwrap();
    let ran = installation.run(&["doctor"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(ran.stdout.contains("Anthropic needs a key."), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("Not ready: see above.\n"), "{}", ran.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn what_could_not_be_written_out_is_no_success() {
    let installation = Installation::new();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ran = installation.command(&["doctor"]).stdout(full).output().unwrap();
    let told = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1), "{told}");
    assert_eq!(told.lines().count(), 1, "told once: {told}");
    assert!(told.starts_with("The output could not be written: No space left on device"), "{told}");
}
