//! A killed process loses nothing: the job completes at the next start, nothing is done twice, one page exists.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use debrief_core::stage::Stage;
use debrief_core::view::StatusWord;
use debrief_runtime::store::JobStore;

use crate::support::{Installation, fixture, settled};

/// Kills the process at `stage`, starts again, and looks at what there is.
async fn kill_and_start_again(stage: Stage, moment: &str) {
    let installation = Installation::new();
    let mut process = Command::new(env!("CARGO_BIN_EXE_halting-debrief"))
        .arg(installation.path())
        .arg(fixture("speech.wav"))
        .args([stage.word(), moment])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "halted\n");
    process.kill().unwrap();
    process.wait().unwrap();
    assert_ne!(installation.temporary(), [""; 0], "a killed process can't tidy up");

    let app = installation.open().await;
    let id = app.list().unwrap()[0].id.parse().unwrap();
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    app.shutdown().await;

    let history = JobStore::open(&installation.home().database()).unwrap().history(id).unwrap();
    let times = |what: String| history.iter().filter(|(_, line)| *line == what).count();
    for each in Stage::ALL {
        assert_eq!(times(format!("{} done", each.word())), 1, "{each:?} was finished once: {history:#?}");
    }
    // What ran before the kill and what comes after it began once; the killed one was claimed and began twice.
    let began = |each: Stage| times(format!("{} began", each.word()));
    for each in Stage::ALL.into_iter().filter(|each| *each < stage && *each != Stage::Fetch) {
        assert_eq!(began(each), 1, "{each:?}: {history:#?}");
    }
    assert!(began(stage) >= 2, "{history:#?}");
    assert_eq!(times("found without its worker".into()), 1);
    assert_eq!(installation.pages().len(), 2, "one page in two forms: {:?}", installation.pages());
    assert_eq!(installation.temporary(), [""; 0]);
}

macro_rules! killed_in {
    ($($name:ident: $stage:ident,)+) => {
        $(mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn before_its_work() {
                super::kill_and_start_again(debrief_core::stage::Stage::$stage, "before").await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn after_its_work_but_before_it_is_stored() {
                super::kill_and_start_again(debrief_core::stage::Stage::$stage, "after").await;
            }
        })+
    };
}

killed_in! {
    fetch: Fetch,
    decode: Decode,
    transcribe: Transcribe,
    diarize: Diarize,
    identify: Identify,
    summarize: Summarize,
    publish: Publish,
    rename: Rename,
}
