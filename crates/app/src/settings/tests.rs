use std::path::Path;

use debrief_core::failure::{Failure, FailureCode};

use super::*;

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Settings, Failure> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, text).expect("written");
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::load(&file, variables).map_err(|failure| {
        let what = failure.what.replace(&file.display().to_string(), "settings.toml");
        Failure { what, ..failure }
    })
}

#[test]
fn without_a_file_everything_has_its_default() {
    let settings = Settings::load(Path::new("no-such-file.toml"), std::iter::empty()).expect("defaults");
    assert_eq!(settings, Settings::default());
    assert_eq!((settings.pool.jobs.0, settings.watch.every_s.0), (3, 60));
    assert_eq!(settings.endpoints.drive.as_str(), "https://www.googleapis.com/drive/v3");
}

#[test]
fn the_environment_overrides_the_file() {
    let text = "[speech]\nmodel = \"/models/a.bin\"\nlanguage = \"en\"\n[pool]\njobs = 2\n";
    let variables = [
        ("DEBRIEF__SPEECH__MODEL", "/models/b.bin"),
        ("DEBRIEF__POOL__JOBS", "5"),
        ("DEBRIEF__ENDPOINTS__NOTION", "http://127.0.0.1:4010/v1"),
        ("DEBRIEF_HOME", "not a setting"),
        ("PATH", "not a setting"),
    ];
    let settings = load(text, &variables).expect("good settings");
    assert_eq!(settings.speech.model, Some("/models/b.bin".to_owned()));
    assert_eq!(settings.speech.language.as_deref(), Some("en"));
    assert_eq!(settings.pool.jobs.0, 5);
    assert_eq!(settings.endpoints.notion.as_str(), "http://127.0.0.1:4010/v1");
}

#[test]
fn a_change_leaves_the_rest_of_the_file_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("deep").join("settings.toml");
    change(&file, &[("google", "client_id", Some("1-a".into()))]).expect("a new file");
    let text = "# mine\n[pool]\njobs = 2 # few\n\n[google]\nclient_id = \"1-a\"\n";
    std::fs::write(&file, text).expect("written");
    let changes = [
        ("google", "client_secret", Some("s".into())),
        ("secrets", "keep", Some("file".into())),
        ("endpoints", "drive", None),
    ];
    change(&file, &changes).expect("changed");
    let settings = Settings::load(&file, std::iter::empty()).expect("good settings");
    assert_eq!(
        (settings.google.client_id.as_deref(), settings.google.client_secret.as_deref()),
        (Some("1-a"), Some("s"))
    );
    assert_eq!((settings.secrets.keep, settings.pool.jobs.0), (Keep::File, 2));
    let kept = std::fs::read_to_string(&file).expect("read");
    assert!(kept.starts_with("# mine\n[pool]\njobs = 2 # few\n"), "{kept}");
    let failure = change(&file, &[("secrets", "keep", Some("anywhere".into()))]).expect_err("no such place");
    assert_eq!(failure.code, FailureCode::BadSettings);
    assert_eq!(std::fs::read_to_string(&file).expect("read"), kept);
}

#[test]
fn a_sandbox_is_known_by_any_address_that_is_not_googles() {
    assert_eq!(Endpoints::default().sandbox(), None);
    let text = "[endpoints]\ndrive = \"http://127.0.0.1:4010/drive/v3\"\n";
    assert_eq!(load(text, &[]).expect("good").endpoints.sandbox(), Some("127.0.0.1:4010".to_owned()));
}

#[test]
fn what_is_wrong_in_the_file_is_named_with_its_line() {
    let cases = [
        (
            "[speech]\n\nmodle = \"a\"\n",
            "settings.toml, line 3: unknown field `modle`, expected one of `engine`, `model`, `language`, `chinese`, `vocabulary`, `gpu`, `pocketsphinx_model`.",
        ),
        ("[pool]\njobs = 0\n", "settings.toml, line 2: 0 is not a number of jobs from 1 to 16."),
        ("[spending]\nmonthly_cap_usd = nan\n", "settings.toml, line 2: NaN is no amount of money."),
        ("[spending]\nmonthly_cap_usd = -1.0\n", "settings.toml, line 2: -1 is no amount of money."),
        ("[watch]\nevery_s = 5\n", "settings.toml, line 2: 5 is not a number of seconds from 10 to 3600."),
        ("[pool]\njobs = \"many\"\n", "settings.toml, line 2: invalid type: string \"many\", expected i64."),
        (
            "[endpoints]\ndrive = \"drive\"\n",
            "settings.toml, line 2: relative URL without a base: \"drive\".",
        ),
    ];
    for (text, what) in cases {
        let failure = load(text, &[]).expect_err(text);
        assert_eq!((failure.what.as_str(), failure.code), (what, FailureCode::BadSettings));
    }
    let failure = load("[speech\n", &[]).expect_err("no TOML");
    assert!(failure.what.starts_with("settings.toml, line 1: "), "{}", failure.what);
}

#[test]
fn what_is_wrong_in_the_environment_is_named_with_its_variable() {
    let cases = [
        (
            "DEBRIEF__SPEECH__MODLE",
            "a",
            "The environment variable DEBRIEF__SPEECH__MODLE is no setting: unknown field `modle`, expected one of `engine`, `model`, `language`, `chinese`, `vocabulary`, `gpu`, `pocketsphinx_model`.",
        ),
        (
            "DEBRIEF__POOL__JOBS",
            "99",
            "The environment variable DEBRIEF__POOL__JOBS is no setting: 99 is not a number of jobs from 1 to 16.",
        ),
        (
            "DEBRIEF__POOL",
            "3",
            "The environment variable DEBRIEF__POOL is no setting: it needs the form DEBRIEF__SECTION__KEY.",
        ),
    ];
    for (name, value, what) in cases {
        assert_eq!(load("", &[(name, value)]).expect_err(name).what, what);
    }
}
