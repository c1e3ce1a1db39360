//! Bad settings, models, and permissions: each with its own words, and well again once mended.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;

use serde_json::Value;

use crate::support::{Installation, Ran, Running, fixture, id, said, text};

#[test]
fn bad_settings_are_named_with_file_and_line() {
    let installation = Installation::new();
    fs::write(installation.path().join("settings.toml"), "[pool]\n\njobs = 99\n").unwrap();
    let ran = installation.run(&["process", "--json", &fixture("speech.wav")]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    insta::assert_snapshot!(installation.told(&ran), @"
    HOME/settings.toml, line 3: 99 is not a number of jobs from 1 to 16.
    Correct or remove it; nothing else was changed.
    ");
}

#[test]
fn bad_settings_in_the_environment_are_named_with_their_variable() {
    let installation = Installation::new();
    let mut command = installation.command(&["list"]);
    let ran = Running::start(command.env("DEBRIEF__SPEECH__MODLE", "a.bin")).end();
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    insta::assert_snapshot!(ran.stderr, @"
    The environment variable DEBRIEF__SPEECH__MODLE is no setting: unknown field `modle`, expected one of `engine`, `model`, `language`, `chinese`, `vocabulary`, `gpu`, `pocketsphinx_model`.
    Correct or remove it; nothing else was changed.
    ");
}

/// Processes the short recording with this model, which can't be used; then again without it.
fn with_model(model: &str, make: impl FnOnce(&Path)) -> String {
    let installation = Installation::new();
    let model = installation.path().join(model);
    make(&model);
    let mut command = installation.command(&["process", "--json", &fixture("speech.wav")]);
    let ran = Running::start(command.env("DEBRIEF__SPEECH__MODEL", &model)).end();
    assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
    let view = ran.last();
    let text_said = said(&installation, &view);

    let ran = installation.run(&["retry", "--json", id(&view)]);
    assert_eq!((ran.code, text(&ran.last(), "status")), (Some(0), "completed"), "{}", ran.stderr);
    assert_eq!(ran.last()["stages"][1]["took_ms"], view["stages"][1]["took_ms"], "it was not decoded again");
    assert_eq!((installation.pages().len(), installation.temporary().len()), (2, 0));
    text_said
}

#[test]
fn a_model_that_is_missing() {
    insta::assert_snapshot!(with_model("model.bin", |_| {}), @"
    pending: model_missing while transcribe
    The speech model HOME/model.bin is not there.
    Put the file back, or choose another model in the settings. The job goes on by itself.
    ");
}

#[test]
fn a_file_that_is_no_model() {
    let said = with_model("model.bin", |path| fs::write(path, "no model at all".repeat(1_000)).unwrap());
    insta::assert_snapshot!(said, @"
    pending: model_unusable while transcribe
    model.bin cannot be used as a speech model.
    Choose a model of the catalogue, a file of whisper.cpp (ggml-….bin), or a GGUF file made for transcribe.cpp.
    ");
}

#[test]
fn a_broken_database_is_set_aside_and_said_so() {
    let installation = Installation::new();
    installation.completed();
    fs::write(installation.path().join("debrief.db"), b"no database at all".repeat(1_000)).unwrap();
    let ran = installation.run(&["list"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("The job database was damaged. It was kept as "), "{}", ran.stderr);
    assert_eq!(installation.pages().len(), 2);
    installation.completed();
}

/// Whom the system refuses nothing.
const ROOT: u32 = 0;
/// The user whom it allows least.
const NOBODY: u32 = 65_534;

/// An installation of a user to whom permissions matter: this one, or nobody when this one is root.
struct Permitted {
    installation: Installation,
    is_root: bool,
}

impl Permitted {
    fn new() -> Permitted {
        let installation = Installation::new();
        let is_root = fs::metadata(installation.path()).unwrap().uid() == ROOT;
        if is_root {
            // Nobody may not enter the folder in which root builds.
            fs::copy(env!("CARGO_BIN_EXE_debrief"), installation.path().join("debrief")).unwrap();
            chown(installation.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        Permitted { installation, is_root }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.installation.command(arguments);
        if self.is_root {
            let copy = self.installation.path().join("debrief");
            command = self.installation.command_of(&copy, arguments);
            command.uid(NOBODY).gid(NOBODY);
        }
        Running::start(&mut command).end()
    }

    fn recording(&self) -> String {
        let file = self.installation.path().join("standup.wav");
        fs::copy(fixture("speech.wav"), &file).unwrap();
        if self.is_root {
            chown(&file, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        file.display().to_string()
    }

    fn completed(&self, ran: &Ran) {
        assert_eq!((ran.code, text(&ran.last(), "status")), (Some(0), "completed"), "{}", ran.stderr);
        assert_eq!(self.installation.temporary(), [""; 0]);
    }
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_recording_that_may_not_be_read() {
    let permitted = Permitted::new();
    let recording = permitted.recording();
    allow(recording.as_ref(), 0o000);
    let ran = permitted.run(&["process", "--json", &recording]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let view: Value = ran.last();
    insta::assert_snapshot!(said(&permitted.installation, &view), @"
    failed: permission_denied while fetch
    This computer does not let Debrief read standup.wav.
    Give yourself permission to read the file, or copy it to a folder of your own, then try again.
    ");
    assert_eq!(permitted.installation.temporary(), [""; 0]);

    allow(recording.as_ref(), 0o600);
    permitted.completed(&permitted.run(&["retry", "--json", id(&view)]));
}

#[test]
fn a_folder_for_pages_that_may_not_be_written_to() {
    let permitted = Permitted::new();
    let pages = permitted.installation.path().join("pages");
    permitted.run(&["list"]);
    allow(&pages, 0o555);
    let ran = permitted.run(&["process", "--json", &permitted.recording()]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
    let view = ran.last();
    insta::assert_snapshot!(said(&permitted.installation, &view), @"
    pending: page_folder_read_only while publish
    Debrief may not write into the folder for pages, HOME/pages.
    Allow writing to it or choose another folder in the settings; the transcript is safe.
    ");
    assert_eq!(permitted.run(&["doctor"]).code, Some(3));
    assert!(
        permitted.run(&["show", id(&view)]).stdout.contains("sales team"),
        "what was reached can be read"
    );

    allow(&pages, 0o755);
    permitted.completed(&permitted.run(&["resume", "--json"]));
    assert_eq!(permitted.installation.pages().len(), 2);
}

#[test]
fn a_folder_for_data_that_may_not_be_written_to() {
    let permitted = Permitted::new();
    allow(permitted.installation.path(), 0o555);
    let ran = permitted.run(&["list"]);
    allow(permitted.installation.path(), 0o755);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{}", ran.stderr);
    let told = permitted.installation.told(&ran);
    let without_cause: Vec<&str> = told.lines().filter(|line| !line.starts_with('(')).collect();
    insta::assert_snapshot!(without_cause.join("\n"), @"
    Debrief can't make its folder HOME/jobs.
    Check the permissions of the folder above it, or set DEBRIEF_HOME to another folder.
    ");
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_is_told_by_its_own_name() {
    let installation = Installation::new();
    // Nobody can make a file there, whoever runs the tests.
    std::os::unix::fs::symlink("/proc", installation.path().join("logs")).unwrap();
    let ran = installation.run(&["list"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    let told = installation.told(&ran);
    let told: Vec<&str> = told.lines().take(2).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    Debrief can't write its log into HOME/logs.
    Check the permissions of that folder and that its disk isn't full, or set DEBRIEF_HOME to another folder.
    ");
}
