//! The log holds no secret and no word of a recording, however much of it is asked for.

use std::process::Stdio;

use debrief_sandbox::{Call, Fault, FaultKind, LlmFault, LlmProvider, Sandbox, World};
use tokio::process::Command;

use crate::support::{Installation, PATIENCE, fixture};

const TALK: &str = "WEBVTT\n\n\
    00:00.000 --> 00:03.000\n<v Speaker 1>Good morning, this is Ana and the turbine is cracked.\n\n\
    00:03.000 --> 00:06.000\n<v Speaker 2>Then I will order the spare rotor by Friday.\n";

#[tokio::test(flavor = "multi_thread")]
async fn with_everything_logged_there_is_no_key_no_question_and_no_answer_in_it() {
    let mut world = World::new();
    let key = world.add_llm_key(LlmProvider::Anthropic);
    // Answers of no use are told of in the log, without their words.
    for fault in [LlmFault::OtherShape, LlmFault::InvalidJson] {
        world.plan(Fault { on: Call::LlmAnthropic, times: 1, what: FaultKind::Llm(fault) });
    }
    let sandbox = Sandbox::start(world).await.unwrap();
    let installation = Installation::new();
    let settings = format!(
        "[notes]\nmodels = [\"anthropic/claude-sonnet-4-6\"]\n[secrets]\nkeep = \"file\"\n[endpoints]\nanthropic = \"{}\"\n\
         [speech]\nengine = \"transcribe-cpp\"\nmodel = \"/nowhere/model.bin\"\n",
        sandbox.anthropic(),
    );
    std::fs::write(installation.home().settings_file(), settings).unwrap();
    let talk = installation.file("talk.vtt", TALK.as_bytes());
    let mut command = Command::new(env!("CARGO_BIN_EXE_working-debrief"));
    command.arg(installation.path()).arg(fixture("speech.wav")).arg(talk);
    command.env("DEBRIEF_ANTHROPIC_KEY", &key).env("DEBRIEF_LOG", "trace").stdout(Stdio::piped());
    let ran = tokio::time::timeout(PATIENCE, command.kill_on_drop(true).output()).await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&ran.stdout).trim(), "completed");
    assert!(sandbox.world().requests().iter().any(|seen| seen.question.is_some()), "a model was asked");

    let logs = std::fs::read_dir(installation.home().logs_folder()).unwrap();
    let log: String = logs.map(|log| std::fs::read_to_string(log.unwrap().path()).unwrap()).collect();
    assert!(log.contains("debrief_connect::llm::chain: an answer can't be used"), "{log}");
    for word in [&key[..], "turbine", "rotor", "Ana", "x-api-key", "data-"] {
        assert!(!log.contains(word), "“{word}” is in the log:\n{log}");
    }
    let verbose = log.lines().filter(|line| line.contains(" TRACE ") || line.contains(" DEBUG "));
    let of_others: Vec<&str> = verbose.filter(|line| !line.contains(" debrief")).collect();
    assert_eq!(of_others, [""; 0]);
}
