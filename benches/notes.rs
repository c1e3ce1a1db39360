//! How far the evidence gate can be trusted, and how much of a summary by hand the notes without a language model have.
//! Fails below its floors. `cargo bench -p debrief-bench --bench notes`
#![expect(clippy::print_stdout, reason = "a measurement is for reading")]

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use debrief_connect::summarize::ExtractiveNotes;
use debrief_connect::transcribe::simplified;
use debrief_core::failure::{Failure, Warning};
use debrief_core::job::JobId;
use debrief_core::ports::Summarizer as _;
use debrief_core::stage::{Progress, StageCx, StageHost};
use debrief_yardstick::Outcome;
use debrief_yardstick::claims::{self, PRECISION, RECALL};
use debrief_yardstick::rouge::Rouge;
use debrief_yardstick::transcripts::{self, Written};
use serde_json::Value;

mod tokens;

fn main() -> Outcome<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let good = gate()? & summaries(&runtime)?;
    tokens::measure(&runtime)?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn gate() -> Outcome<bool> {
    let found = claims::measure()?;
    println!("the set that the gate was made with: {found}");
    let held_out = claims::measure_held_out(one_script)?;
    println!("held out, written without knowledge of the rules, which were then mended by it: {held_out}");
    let kept_back = claims::measure_kept_back(one_script)?;
    println!("kept back until the rules were mended by the others, then mended by it as well: {kept_back}");
    println!("  floor of each: precision {PRECISION} %, recall {RECALL} %");
    Ok([found, held_out, kept_back].iter().all(|set| set.precision() >= PRECISION && set.recall() >= RECALL))
}

/// All Chinese in one script, for comparing.
fn one_script(text: &str) -> String {
    text.chars().map(simplified).collect()
}

fn summaries(runtime: &tokio::runtime::Runtime) -> Outcome<bool> {
    let (mut ours, mut firsts) = (Vec::new(), Vec::new());
    println!(
        "notes without a model, against a summary by hand (F1): ROUGE-1 ROUGE-2 ROUGE-L; the first sentences in brackets"
    );
    for written in transcripts::all() {
        let notes = ExtractiveNotes.summarize(&written.transcript, &written.recording, cx());
        let notes = runtime.block_on(notes)?;
        let taken: Vec<&str> = notes.summary.iter().map(|point| point.text.as_str()).collect();
        let our = Rouge::of(&written.reference, &taken.join("\n"));
        let first = Rouge::of(&written.reference, &first_sentences(&written, taken.len()));
        println!(
            "  {:26} {:.3} {:.3} {:.3} [{:.3} {:.3} {:.3}]",
            written.name, our.one, our.two, our.l, first.one, first.two, first.l
        );
        ours.push(our);
        firsts.push(first);
    }
    let (our, first) = (Rouge::mean(&ours), Rouge::mean(&firsts));
    println!(
        "  {:26} {:.3} {:.3} {:.3} [{:.3} {:.3} {:.3}]",
        "mean", our.one, our.two, our.l, first.one, first.two, first.l
    );
    Ok(our.one > first.one && our.two > first.two && our.l > first.l)
}

/// As many of the first lines as the notes have points.
fn first_sentences(written: &Written, count: usize) -> String {
    let lines = written.transcript.segments.iter().take(count).map(|segment| segment.text.as_str());
    lines.collect::<Vec<_>>().join("\n")
}

/// A stage that nobody stops and that keeps nothing.
struct Alone;

#[async_trait::async_trait]
impl StageHost for Alone {
    fn progress(&self, _progress: Progress) {}
    fn stopped(&self) -> bool {
        false
    }
    async fn stop_requested(&self) {
        std::future::pending().await
    }
    fn bookmark(&self) -> Option<Value> {
        None
    }
    fn save_bookmark(&self, _bookmark: Value, _fraction: f64) -> Result<(), Failure> {
        Ok(())
    }
    fn warn(&self, _warning: Warning) {}
}

fn cx() -> StageCx {
    StageCx::new(JobId(uuid::Uuid::nil()), Path::new("unused"), Arc::new(Alone))
}
