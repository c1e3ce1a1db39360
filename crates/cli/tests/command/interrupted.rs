//! Commands that are stopped, killed, or run at the same time.

use debrief_app::{App, Home};

use crate::support::{Installation, Running, fixture, id, text};

#[test]
fn ctrl_c_keeps_the_job_and_resume_completes_it() {
    let installation = Installation::new();
    let mut running =
        Running::start(&mut installation.command(&["process", "--json", &fixture("speech.wav")]));
    let view = running.until(|view| view["stage"] == "transcribe");
    running.interrupt();
    let ran = running.end();
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    ran.lines();
    assert_eq!(ran.stderr, "Stopped. What is finished is kept; `debrief resume` goes on from here.\n");

    let view = installation.run(&["status", "--json", id(&view)]).last();
    assert_eq!(text(&view, "status"), "pending");
    assert_eq!(view["stages"][1]["state"], "done", "what was decoded is kept: {view:#}");

    let ran = installation.run(&["resume", "--json"]);
    assert_eq!((ran.code, text(&ran.last(), "status")), (Some(0), "completed"), "{}", ran.stderr);
    assert_eq!(ran.last()["stages"][1], view["stages"][1], "it was not decoded again");
    assert_eq!((installation.pages().len(), installation.temporary().len()), (2, 0));
}

#[test]
fn a_killed_job_is_completed_by_resume() {
    let installation = Installation::new();
    let mut running =
        Running::start(&mut installation.command(&["process", "--json", &fixture("speech.wav")]));
    let view = running.until(|view| view["stage"] == "transcribe");
    running.kill();
    assert_eq!(installation.temporary(), [id(&view)], "a killed process can't tidy up");

    let ran = installation.run(&["resume", "--json"]);
    assert_eq!((ran.code, text(&ran.last(), "status")), (Some(0), "completed"), "{}", ran.stderr);
    assert_eq!(id(&ran.last()), id(&view));
    assert_eq!((installation.pages().len(), installation.temporary().len()), (2, 0));
}

#[test]
fn a_new_job_leaves_older_ones_to_resume() {
    let installation = Installation::new();
    let older = installation.run(&["process", "--no-wait", "--json", &fixture("speech.mp3")]).last();
    installation.completed();
    let view = installation.run(&["status", "--json", id(&older)]).last();
    assert_eq!(text(&view, "status"), "pending");
}

#[test]
fn two_commands_at_once_complete_their_jobs() {
    let installation = Installation::new();
    let start = |name| Running::start(&mut installation.command(&["process", "--json", &fixture(name)]));
    let both = [start("speech.wav"), start("speech.mp3")];
    for running in both {
        let ran = running.end();
        assert_eq!((ran.code, text(&ran.last(), "status")), (Some(0), "completed"), "{}", ran.stderr);
        assert_eq!(ran.stderr, "");
    }
    assert_eq!((installation.pages().len(), installation.temporary().len()), (4, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_beside_a_window_submits_to_it_and_follows() {
    let installation = Installation::new();
    let app = App::open(Home::in_folder(installation.path())).await.unwrap();
    let first = installation.completed();
    assert!(app.runs_jobs(), "the first one keeps the pool");
    let view = app.status(id(&first).parse().unwrap()).unwrap();
    assert_eq!((view.progress, view.title.as_str()), (100, text(&first, "title")));

    // The window goes in the middle of a job: the command takes over.
    let mut running =
        Running::start(&mut installation.command(&["process", "--json", &fixture("speech.wav")]));
    running.until(|view| view["stage"] == "transcribe");
    app.shutdown().await;
    assert!(!app.runs_jobs());
    drop(app);
    let ran = running.end();
    assert_eq!((ran.code, text(&ran.last(), "status")), (Some(0), "completed"), "{}", ran.stderr);
    assert_eq!((installation.pages().len(), installation.temporary().len()), (4, 0));
}
