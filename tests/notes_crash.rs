//! Names and notes of a long recording, with a kill at every single question to the language model: what was answered is never
//! asked again, the notes are those of a run that nothing happens to, and each call is paid for once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use debrief_core::job::JobId;
use debrief_core::notes::Notes;
use debrief_core::stage::Stage;
use debrief_core::transcript::Speakers;
use debrief_runtime::store::{JobStore, Spent};
use debrief_sandbox::{Call, Fault, FaultKind, LlmProvider, Sandbox, Seen, World};
use jiff::Timestamp;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};

use crate::support::{Installation, PATIENCE, copy};

/// A small window, so that some hundred lines are many parts; and a price, so that calls cost.
const MODEL: &str = "gpt-4";
const WINDOW_TOKENS: u64 = 8_192;
/// Questions that the provider is asked at a time.
const AT_A_TIME: usize = 4;
/// The service takes every question and answers none of them any more.
const SILENCE: Fault = Fault { on: Call::LlmOpenAi, times: u32::MAX, what: FaultKind::StallAfter };
const LINES: usize = 420;
const LINE_MS: usize = 400;

/// What came of a job, apart from its id.
#[derive(Debug, PartialEq)]
struct Outcome {
    notes: Notes,
    names: BTreeMap<u16, String>,
    spent: Spent,
}

/// How many questions a job takes: those for names, those for notes of a part, and those that put notes together, one by one.
#[derive(Debug, Clone, Copy)]
struct Shape {
    names: usize,
    parts: usize,
    together: usize,
}

impl Shape {
    fn all(self) -> usize {
        self.names + self.parts + self.together
    }

    /// How many are under way after so many answers: the next kind begins when the one before has ended.
    fn in_flight_after(self, answered: usize) -> usize {
        let (named, noted) = (self.names, self.names + self.parts);
        match answered {
            done if done < named => (named - done).min(AT_A_TIME),
            done if done < noted => (noted - done).min(AT_A_TIME),
            _ => 1, // Each of these has the notes of all.
        }
    }
}

/// A job's questions, each with the number of times that it was asked and that it was answered.
type Questions = BTreeMap<String, (usize, usize)>;

struct Minutes {
    sandbox: Sandbox,
    installation: Installation,
    key: String,
}

impl Minutes {
    /// With the job of a `template`. It is the same one in every case: what marks the end of the material depends on its
    /// id, and with that, by a hair, where the parts end. Its pages all go to the template's folder.
    async fn with(template: &Path) -> Minutes {
        let installation = Installation::new();
        copy(template, installation.path());
        Minutes::on(installation).await
    }

    async fn on(installation: Installation) -> Minutes {
        let mut world = World::new();
        let key = world.add_llm_key(LlmProvider::OpenAi);
        world.add_llm_model(LlmProvider::OpenAi, MODEL, WINDOW_TOKENS);
        let sandbox = Sandbox::start(world).await.unwrap();
        let settings = format!(
            "[notes]\nmodels = [\"openai/{MODEL}\"]\n[secrets]\nkeep = \"file\"\n[endpoints]\nopenai = \"{}\"\n\
             [speech]\nengine = \"transcribe-cpp\"\nmodel = \"/nowhere/model.bin\"\n",
            sandbox.openai(),
        );
        std::fs::write(installation.home().settings_file(), settings).unwrap();
        Minutes { sandbox, installation, key }
    }

    fn run(&self, arguments: &[&Path]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_working-debrief"));
        command.arg(self.installation.path()).args(arguments).env("DEBRIEF_OPENAI_KEY", &self.key);
        command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap()
    }

    async fn finish(&self, mut child: Child) {
        let mut said = String::new();
        let mut stdout = child.stdout.take().unwrap();
        tokio::time::timeout(PATIENCE, stdout.read_to_string(&mut said)).await.unwrap().unwrap();
        child.wait().await.unwrap();
        assert_eq!(said.trim(), "completed");
    }

    fn asked(&self) -> Vec<Seen> {
        let world = self.sandbox.world();
        world.requests().iter().filter(|seen| seen.call == Some(Call::LlmOpenAi)).cloned().collect()
    }

    fn questions(&self) -> Questions {
        let mut questions = Questions::new();
        for seen in self.asked() {
            let question = seen.question.unwrap();
            let (asked, answered) =
                questions.entry(format!("{}\n{}", question.instructions, question.material)).or_default();
            *asked += 1;
            *answered += usize::from(seen.status == Some(200));
        }
        questions
    }

    /// Kills the process once every answer is kept and no more questions come.
    async fn kill_in_the_silence(&self, mut child: Child, shape: Shape, answered: usize) {
        let asked = answered + shape.in_flight_after(answered);
        let wait = async {
            while self.asked().len() < asked || self.kept(shape) < answered {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap();
        child.kill().await.unwrap();
        assert_eq!((self.asked().len(), self.kept(shape)), (asked, answered), "answered and kept");
    }

    fn store(&self) -> (JobStore, JobId) {
        let store = JobStore::open(&self.installation.home().database()).unwrap();
        let id = store.jobs(1).unwrap()[0].id;
        (store, id)
    }

    /// How many answers the database has.
    fn kept(&self, shape: Shape) -> usize {
        let (store, id) = self.store();
        let parts = |stage| store.parts(id, stage).unwrap().len();
        let named = store.checkpoint::<Speakers>(id, Stage::Identify).unwrap().is_some();
        parts(Stage::Summarize) + if named { shape.names } else { parts(Stage::Identify) }
    }

    fn outcome(&self) -> Outcome {
        let (store, id) = self.store();
        let spent = store.spent_since(Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(spent.len(), 1, "{spent:#?}");
        let names = store.checkpoint::<Speakers>(id, Stage::Identify).unwrap().unwrap().output.names;
        Outcome {
            notes: store.made(id).unwrap().unwrap().notes.unwrap(),
            names,
            spent: spent[0].spent.clone(),
        }
    }
}

/// Three hours' talk, as far as it goes, by speakers whom nobody named.
fn talk() -> String {
    let written = debrief_yardstick::transcripts::named("offsite-en-8-three-hours").unwrap();
    let at = |ms: usize| format!("{:02}:{:02}.{:03}", ms / 60_000, ms / 1_000 % 60, ms % 1_000);
    let mut text = "WEBVTT\n\n".to_owned();
    for (number, segment) in written.transcript.segments.iter().take(LINES).enumerate() {
        let (from, to) = (at(number * LINE_MS), at((number + 1) * LINE_MS));
        let speaker = segment.speaker.unwrap() + 1;
        writeln!(text, "{from} --> {to}\n<v Speaker {speaker}>{}\n", segment.text).unwrap();
    }
    text
}

/// A recording that is as long as the talk.
fn silence(file: &Path) {
    let sample_format = hound::SampleFormat::Int;
    let spec = hound::WavSpec { channels: 1, sample_rate: 8_000, bits_per_sample: 16, sample_format };
    let mut writer = hound::WavWriter::create(file, spec).unwrap();
    for _ in 0..LINES * LINE_MS * 8 {
        writer.write_sample(0_i16).unwrap();
    }
    writer.finalize().unwrap();
}

/// The folder of an installation whose process was killed when it asked for the first time.
async fn ready_to_ask(folder: &Path) {
    let minutes = Minutes::on(Installation::on(folder)).await;
    minutes.sandbox.world().plan(SILENCE);
    let recording = minutes.installation.path().join("offsite.wav");
    silence(&recording);
    let transcript = minutes.installation.file("offsite.vtt", talk().as_bytes());
    let mut child = minutes.run(&[recording.as_path(), &transcript]);
    let wait = async {
        while minutes.asked().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
    child.kill().await.unwrap();
}

/// What comes of the job when nothing more happens to it, and the questions that it takes.
async fn undisturbed(template: &Path) -> (Outcome, Shape) {
    let minutes = Minutes::with(template).await;
    minutes.finish(minutes.run(&[])).await;
    let questions = minutes.questions();
    assert!(questions.values().all(|times| *times == (1, 1)), "each is asked once");
    let asked = minutes.asked();
    let of = |words: &str| {
        asked.iter().filter(|seen| seen.question.as_ref().unwrap().instructions.contains(words)).count()
    };
    let (names, parts) = (of("which names the speakers"), of("the notes of one part of"));
    let shape = Shape { names, parts, together: asked.len() - names - parts };
    let outcome = minutes.outcome();
    assert_eq!(outcome.spent.calls as usize, questions.len());
    assert!(outcome.spent.usd > 0.0 && !outcome.spent.unpriced, "{:?}", outcome.spent);
    (outcome, shape)
}

/// The process is killed when so many questions were answered, and those that are under way never will be.
async fn killed_after(answered: usize, template: &Path, expected: &Outcome, shape: Shape) {
    let case = format!("killed after {answered} answers");
    let minutes = Minutes::with(template).await;
    minutes.sandbox.world().plan_after(u32::try_from(answered).unwrap(), SILENCE);
    minutes.kill_in_the_silence(minutes.run(&[]), shape, answered).await;
    let before = minutes.questions();
    let lost = |question: &String| before.get(question).is_some_and(|(_, answered)| *answered == 0);
    minutes.sandbox.world().forget_faults();

    minutes.finish(minutes.run(&[])).await;
    let all = minutes.questions();
    assert_eq!(all.len(), shape.all(), "{case}: the questions are the same");
    for (question, times) in &all {
        // What was under way is asked once more, and nothing else.
        let expected = if lost(question) { (2, 1) } else { (1, 1) };
        assert_eq!(*times, expected, "{case}: {question}");
    }
    assert_eq!(minutes.outcome(), *expected, "{case}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_kept_is_never_asked_for_again_wherever_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path();
    ready_to_ask(template).await;
    let (expected, shape) = undisturbed(template).await;
    assert!(shape.names >= 3 && shape.parts >= 5 && shape.together >= 1, "{shape:?}");
    for answered in 0..shape.all() {
        killed_after(answered, template, &expected, shape).await;
    }
}
