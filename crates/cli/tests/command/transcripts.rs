//! `debrief process` with a transcript beside the recording: offered, used when asked, ignored when asked.

use std::path::Path;

use crate::support::{Installation, fixture, text};

/// An installation with a recording and its transcript in a folder; the path of the recording.
fn weekly() -> (Installation, String) {
    let installation = Installation::new();
    let folder = installation.path().join("recordings");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(fixture("speech.wav"), folder.join("weekly.wav")).unwrap();
    let transcripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src/captions/testdata");
    std::fs::copy(transcripts.join("teams.vtt"), folder.join("weekly.vtt")).unwrap();
    (installation, folder.join("weekly.wav").display().to_string())
}

#[test]
fn a_transcript_beside_a_recording_is_named_and_never_used_unasked() {
    let (installation, recording) = weekly();
    let ran = installation.run(&["process", "--json", &recording]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    insta::assert_snapshot!(installation.told(&ran), @"weekly.vtt lies beside weekly.wav. To use it instead of recognition: --attach HOME/recordings/weekly.vtt");
    let view = ran.last();
    assert!(text(&view, "engine").contains("PocketSphinx"), "{view:#}");
    assert_eq!(view["attachments"].as_array().unwrap().len(), 0);
}

#[test]
fn auto_uses_the_transcript_beside_the_recording() {
    let (installation, recording) = weekly();
    let ran = installation.run(&["process", "--json", "--transcript", "auto", &recording]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    insta::assert_snapshot!(installation.told(&ran), @"Using weekly.vtt instead of recognition.");
    let view = ran.last();
    assert_eq!(
        (text(&view, "engine"), &view["attachments"][0]),
        ("the transcript weekly.vtt", &"weekly.vtt".into())
    );
    assert_eq!(view["result"]["identified_speakers"]["Speaker 1"], "Ana López");
    let shown = installation.run(&["show", text(&view, "id"), "--format", "txt"]);
    insta::assert_snapshot!(shown.stdout, @"
    [0:00] Ana López: Please send the report to the sales team on Monday.
    [0:02] Ben & Kim: I'll do that, R&D <3 it.
    [0:03] Ana López: We will meet again next Thursday at ten.
    ");
}

#[test]
fn an_attached_transcript_is_used_unless_it_is_to_be_ignored() {
    let (installation, recording) = weekly();
    let transcript = recording.replace(".wav", ".vtt");
    let ran = installation.run(&["process", "--json", "--attach", &transcript, &recording]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    assert_eq!(text(&ran.last(), "engine"), "the transcript weekly.vtt");
    let ran =
        installation.run(&["process", "--json", "--ignore-transcripts", "--attach", &transcript, &recording]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    assert!(text(&ran.last(), "engine").contains("PocketSphinx"), "{:#}", ran.last());
    let ran = installation.run(&["process", "--ignore-transcripts", "--transcript", "auto", &recording]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
}
