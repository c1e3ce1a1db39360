//! `watch`: folders that are added, listed and removed, and their recordings processed until Ctrl+C.

use crate::support::{Installation, Running, fixture, text};

#[test]
fn a_folder_is_added_listed_and_removed_by_any_of_its_names() {
    let installation = Installation::new();
    // As a command sees the folder that it is started in.
    let here = installation.path().canonicalize().unwrap();
    let talks = here.join("talks");
    std::fs::create_dir(&talks).unwrap();
    let place = talks.display().to_string();
    let relative = |arguments: &[&str]| {
        let mut command = installation.command(arguments);
        Running::start(command.current_dir(&here)).end()
    };
    let added = relative(&["watch", "add", "talks"]);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert!(added.stdout.trim_end().ends_with(&format!("  talks  {place}")), "{}", added.stdout);
    let again = installation.run(&["watch", "add", &format!("{place}/")]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""), "{}", again.stderr);
    assert_eq!(again.stderr, "This folder is watched already.\n");

    let folder = installation.run(&["watch", "list", "--json"]).last();
    assert_eq!((text(&folder, "place"), text(&folder, "kind")), (place.as_str(), "local"));
    assert!(folder["problem"].is_null(), "{folder}");
    for name in [text(&folder, "id"), "talks", place.as_str()] {
        assert_eq!(relative(&["watch", "remove", name]).code, Some(0), "{name}");
        assert_eq!(installation.run(&["watch", "list"]).stdout, "");
        assert_eq!(relative(&["watch", "add", "talks"]).code, Some(0));
    }
    let unknown = installation.run(&["watch", "remove", "movies"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.starts_with("There is no watched folder movies."), "{}", unknown.stderr);
    let nowhere = installation.run(&["watch", "add", "/nowhere/talks"]);
    assert_eq!(nowhere.code, Some(1));
    assert!(nowhere.stderr.starts_with("The folder /nowhere/talks isn't there."), "{}", nowhere.stderr);
}

#[test]
fn a_new_recording_is_processed_until_ctrl_c() {
    let installation = Installation::new();
    let nothing = installation.run(&["watch", "run"]);
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.starts_with("No folder is watched."), "{}", nothing.stderr);

    let talks = installation.path().join("talks");
    std::fs::create_dir(&talks).unwrap();
    assert_eq!(installation.run(&["watch", "add", talks.to_str().unwrap()]).code, Some(0));
    let mut running = Running::start(&mut installation.command(&["watch", "run", "--json"]));
    std::fs::copy(fixture("speech.wav"), talks.join("talk.wav")).unwrap();
    let done = running.until(|view| view["status"] == "completed");
    assert_eq!(text(&done, "source"), talks.join("talk.wav").display().to_string());
    running.interrupt();
    let ran = running.end();
    assert_eq!(
        (ran.code, ran.lines().len()),
        (Some(0), 2),
        "one line when it begins, one at its end: {}",
        ran.stdout
    );
    assert_eq!(installation.pages().len(), 2, "a Markdown and an HTML page");
}
