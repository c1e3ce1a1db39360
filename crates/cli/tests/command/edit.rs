//! `transcript`, `edit` and `search`.

use crate::support::{Installation, id, text};

#[test]
fn what_is_corrected_is_shown_found_and_written_onto_the_page() {
    let installation = Installation::new();
    let done = installation.completed();
    let run = |arguments: &[&str]| {
        let ran = installation.run(arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?} {}", ran.stdout);
        ran.stdout
    };
    let job = id(&done);
    assert!(run(&["transcript", job]).starts_with("    1  [0:0"), "{}", run(&["transcript", job]));
    let corrected = run(&["edit", job, "text", "1", "Zanzibar is where we meet."]);
    assert_eq!(corrected, format!("Corrected. `debrief update {job}` writes the page again.\n"));
    run(&["edit", job, "title", "A trip"]);
    let notes = installation.path().join("notes.json");
    std::fs::write(
        &notes,
        r#"{"todos": [{"text": "Book flights", "assignee": "Ana", "due": "2026-12-01"}]}"#,
    )
    .unwrap();
    run(&["edit", job, "notes", "--from", notes.to_str().unwrap()]);
    assert!(run(&["transcript", job]).contains("    1* ["));
    for format in ["md", "txt", "srt", "vtt", "json"] {
        assert!(run(&["show", job, "--format", format]).contains("Zanzibar"), "{format}");
    }
    let view = installation.run(&["status", "--json", job]).last();
    assert_eq!(view["result"]["title"], "A trip");
    assert_eq!(view["result"]["todos"], serde_json::json!(["Book flights"]));

    assert!(run(&["search", "zanzi"]).contains("Zanzibar is where we meet."));
    assert!(
        run(&["search", "where we meet"]).contains("Zanzibar"),
        "what the shell had in quotes is a phrase"
    );
    assert_eq!(run(&["search", "we where meet"]), "Nothing was found.\n");
    let hit = installation.run(&["search", "--json", "flights"]).last();
    assert_eq!((text(&hit, "job_id"), text(&hit, "kind"), text(&hit, "title")), (job, "notes", "A trip"));

    // The page is written again, under its new title; the old file goes.
    let before = installation.pages();
    let page = text(&view["result"], "page_path");
    assert!(!std::fs::read_to_string(page).unwrap().contains("Zanzibar"));
    let updated = installation.run(&["update", "--json", job]);
    assert_eq!(updated.code, Some(0), "{}", updated.stderr);
    let page = std::fs::read_to_string(text(&updated.last()["result"], "page_path")).unwrap();
    for part in ["Zanzibar is where we meet.", "A trip", "Book flights", "Ana"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(installation.pages().len(), before.len(), "{:?}", installation.pages());
    let outdated = || installation.run(&["transcript", "--json", job]).last()["page_outdated"].clone();
    assert_eq!(outdated(), false);

    // Everything is made once more, and the corrections are still there.
    let again = installation.run(&["retry", "--json", "--from", "transcribe", job]);
    assert_eq!(again.last()["result"]["title"], "A trip", "{}", again.stderr);
    assert!(run(&["show", job]).contains("Zanzibar"));
    assert_eq!(run(&["edit", job, "revert"]), corrected);
    assert!(!run(&["show", job]).contains("Zanzibar"));
    assert_eq!(outdated(), true);
}

#[test]
fn a_page_that_was_changed_by_hand_is_kept_beside_the_new_one() {
    let installation = Installation::new();
    let done = installation.completed();
    let page = text(&done["result"], "page_path");
    let mine = std::fs::read_to_string(page).unwrap().replace("# ", "# Mine: ");
    std::fs::write(page, &mine).unwrap();
    assert_eq!(installation.run(&["edit", id(&done), "text", "1", "Zanzibar."]).code, Some(0));
    let updated = installation.run(&["update", "--json", id(&done)]).last();
    assert_eq!(std::fs::read_to_string(page).unwrap(), mine);
    let new = text(&updated["result"], "page_path");
    assert_ne!(new, page);
    assert!(std::fs::read_to_string(new).unwrap().contains("Zanzibar."));
    assert_eq!(updated["result"]["warnings"][0]["code"], "page_edited");
}

#[test]
fn what_cannot_be_corrected_says_why() {
    let installation = Installation::new();
    let done = installation.completed();
    let refused = |arguments: &[&str]| {
        let ran = installation.run(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?} {}", ran.stdout);
        installation.told(&ran)
    };
    let job = id(&done);
    insta::assert_snapshot!(refused(&["edit", job, "merge", "Speaker 7", "Speaker 1"]), @r"
    There is no “Speaker 7” in this recording.
    Its speakers are: Speaker 1.
    ");
    let number = refused(&["edit", job, "move", "999"]);
    assert!(
        number.starts_with("There is no segment 999.\nThis transcript has the segments 1 to "),
        "{number}"
    );
    insta::assert_snapshot!(refused(&["edit", job, "notes", "--from", "nowhere.json"]), @r#"
    nowhere.json can't be read.
    Write a JSON object like {"title": "…", "summary": ["…"], "todos": [{"text": "…"}]}.
    (No such file or directory (os error 2))
    "#);
    std::fs::write(installation.path().join("odd.json"), r#"{"titel": "A"}"#).unwrap();
    let odd = refused(&["edit", job, "notes", "--from", "odd.json"]);
    assert!(odd.starts_with("odd.json isn't what notes are changed by.\n"), "{odd}");
    assert!(odd.contains("unknown field `titel`"), "{odd}");
}
