//! `name` and `voices`.

use crate::support::{Installation, id, text};

#[test]
fn a_speaker_is_named_once_and_every_form_shows_it() {
    let installation = Installation::new();
    let done = installation.completed();
    let ran = installation.run(&["name", id(&done), "Speaker 1", "  Ana   Lopez "]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    for format in ["md", "txt", "srt", "vtt", "json"] {
        let shown = installation.run(&["show", id(&done), "--format", format]).stdout;
        assert!(shown.contains("Ana Lopez"), "{format}: {shown}");
    }
    let view = installation.run(&["status", "--json", id(&done)]).last();
    assert_eq!(view["result"]["identified_speakers"]["Speaker 1"], "Ana Lopez");

    // Speakers are told apart again, in the same way: the name stays, and comes onto the page.
    let ran = installation.run(&["retry", "--json", "--from", "diarize", id(&done)]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let page = std::fs::read_to_string(text(&ran.last()["result"], "page_path")).unwrap();
    assert!(page.contains("Ana Lopez"), "{page}");
}

#[test]
fn what_cannot_be_named_or_remembered_says_why() {
    let installation = Installation::new();
    let done = installation.completed();
    let ran = installation.run(&["name", id(&done), "Speaker 9", "Ana"]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stderr, @r"
    There is no “Speaker 9” in this recording.
    Its speakers are: Speaker 1.
    ");
    let ran = installation.run(&["name", id(&done), "Speaker 1", "Ana", "--remember"]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stderr, @r"
    It wasn't kept how Speaker 1 sounds, so the voice can't be remembered.
    Set `voices = true` in the section [speakers] of the settings, run that step again (`debrief retry JOB --from diarize`), and name the speaker then. Or give the name alone.
    ");
    let shown = installation.run(&["show", id(&done), "--format", "txt"]).stdout;
    assert!(!shown.contains("Ana"), "nothing was changed: {shown}");
    assert_eq!(installation.run(&["name", id(&done), "Speaker 1", " "]).code, Some(2));

    let ran = installation.run(&["voices", "list"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    let ran = installation.run(&["voices", "forget", "7"]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stderr, @r"
    There is no remembered voice 7.
    Look at the list of voices for the right one.
    ");
    let ran = installation.run(&["voices", "forget-all"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "Forgot 0 voices.\n"));
}
