//! What language models read and write of a recording, in tokens: the questions that are really asked about the six written
//! transcripts, for the names and for the notes, in the tokens that OpenAI's models count. No model answers here: in its place
//! stand notes made of the transcript's own sentences and an entry for each speaker, in the shape that is asked for.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use debrief_connect::identify::SpeakerNames;
use debrief_connect::llm::{Provider, tokens};
use debrief_connect::summarize::{ExtractiveNotes, ModelNotes};
use debrief_core::failure::Failure;
use debrief_core::job::NotesChoice;
use debrief_core::notes::{Notes, Point, Section, Todo};
use debrief_core::ports::{
    Answer, AnswerCheck, LanguageModel, Question, Recording, SpeakerIdentifier as _, Summarizer as _,
};
use debrief_core::stage::{StageCx, StepError, StepResult};
use debrief_core::transcript::Transcript;
use debrief_yardstick::Outcome;
use debrief_yardstick::transcripts;
use serde_json::{Value, json};

/// The window of most models that are offered.
const WINDOW_TOKENS: u32 = 128_000;

/// Prints what each transcript takes, and what of that grows with its length: for reading, all but what the same questions
/// take with one line alone; for writing, the rise of the line through all six.
pub(crate) fn measure(runtime: &tokio::runtime::Runtime) -> Outcome<()> {
    println!("tokens that language models read and write of a recording, names and notes together:");
    let (mut once, mut a_minute, mut wrote) = (Vec::new(), Vec::new(), Vec::new());
    for written in transcripts::all() {
        let minutes = f64::from(written.transcript.duration_ms) / 60_000.0;
        let all = runtime.block_on(asked(&written.transcript, &written.recording))?;
        let mut first = written.transcript.clone();
        first.segments.truncate(1);
        let bare = runtime.block_on(asked(&first, &written.recording))?;
        let growing = (all.read - bare.read) / minutes;
        println!(
            "  {:26} {minutes:5.1} min: {} questions, {:.0} read ({:.0} once, {growing:.0} a minute), {:.0} written",
            written.name, all.questions, all.read, bare.read, all.wrote
        );
        once.push(bare.read);
        a_minute.push(growing);
        wrote.push((minutes, all.wrote));
    }
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    println!("  mean of reading: {:.0} once, {:.0} a minute", mean(&once), mean(&a_minute));
    let (wrote_once, wrote_a_minute) = line(&wrote);
    println!("  writing: {wrote_once:.0} once, {wrote_a_minute:.0} a minute");
    Ok(())
}

/// The line through points with the least squares: where it begins, and how much it rises.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let count = points.len() as f64;
    let (x, y) =
        (points.iter().map(|p| p.0).sum::<f64>() / count, points.iter().map(|p| p.1).sum::<f64>() / count);
    let rise = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>()
        / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>();
    (y - rise * x, rise)
}

/// What was asked of one transcript, in tokens.
struct Asked {
    questions: usize,
    read: f64,
    wrote: f64,
}

async fn asked(transcript: &Transcript, recording: &Recording) -> Result<Asked, StepError> {
    // Nobody has a name before the names are asked for.
    let mut nameless = transcript.clone();
    nameless.speakers.iter_mut().for_each(|speaker| speaker.name = None);
    let model = Arc::new(Counting {
        transcript: nameless.clone(),
        recording: recording.clone(),
        counted: Mutex::default(),
    });
    let names = SpeakerNames::new(None, Vec::new(), Some(model.clone()));
    names.identify(&nameless, recording, super::cx()).await?;
    let notes = ModelNotes::new(model.clone(), &NotesChoice::default());
    notes.summarize(transcript, recording, super::cx()).await?;
    let counted = model.counted.lock().expect("nobody panics with it");
    let sum = |of: fn(&(u32, u32)) -> u32| counted.iter().map(of).map(f64::from).sum();
    Ok(Asked { questions: counted.len(), read: sum(|tokens| tokens.0), wrote: sum(|tokens| tokens.1) })
}

/// Counts questions and answers.
struct Counting {
    transcript: Transcript,
    recording: Recording,
    /// Tokens read and written, for each question.
    counted: Mutex<Vec<(u32, u32)>>,
}

#[async_trait]
impl LanguageModel for Counting {
    fn window_tokens(&self) -> u32 {
        WINDOW_TOKENS
    }

    fn count(&self, text: &str) -> u32 {
        tokens::count(Provider::OpenAi, text)
    }

    fn at_a_time(&self) -> usize {
        1
    }

    async fn ask(&self, question: &Question, check: &AnswerCheck<'_>, _: &StageCx) -> StepResult<Answer> {
        let value = match question.shape {
            "notes" | "part_notes" => self.notes(question).await?,
            _ => self.names(), // The only other questions are for names.
        };
        check(&value).map_err(Failure::internal)?;
        let texts = [&question.instructions, &question.material, &question.schema.to_string()];
        let read = texts.iter().map(|text| self.count(text)).sum();
        let wrote = self.count(&value.to_string());
        self.counted.lock().expect("nobody panics with it").push((read, wrote));
        Ok(Answer { value, by: "nobody".into() })
    }
}

impl Counting {
    /// An entry for each speaker, with a line of theirs.
    fn names(&self) -> Value {
        let lines = self.transcript.segments.iter().enumerate();
        let entry = |(index, speaker): (usize, &debrief_core::transcript::Speaker)| {
            let said = |(_, segment): &(usize, &debrief_core::transcript::Segment)| {
                segment.speaker.map(usize::from) == Some(index)
            };
            let (place, segment) = lines.clone().find(said)?;
            let quote: String = segment.text.chars().take(60).collect();
            Some(
                json!({"speaker": speaker.label, "name": speaker.label, "segment": place, "quote": quote, "kind": "introduction", "confidence": 90}),
            )
        };
        json!({"speakers": self.transcript.speakers.iter().enumerate().filter_map(entry).collect::<Vec<_>>()})
    }

    /// The sentences that tell most of the lines in the question, or of all where it has none.
    async fn notes(&self, question: &Question) -> StepResult<Value> {
        let places: Vec<usize> = question.material.lines().filter_map(place).collect();
        let mut part = self.transcript.clone();
        if let (Some(first), Some(last)) = (places.first(), places.last()) {
            part.segments = part.segments[*first..=*last].to_vec();
        }
        let notes = ExtractiveNotes.summarize(&part, &self.recording, super::cx()).await?;
        Ok(self.shaped(&notes, question.shape == "notes"))
    }

    fn shaped(&self, notes: &Notes, with_title: bool) -> Value {
        let place = |at_ms: u32| {
            self.transcript.segments.iter().rposition(|segment| segment.start_ms <= at_ms).unwrap_or(0)
        };
        let cited = |point: &Point| json!({"text": point.text, "segments": [place(point.at_ms)]});
        let decision = |point: &Point| json!({"text": point.text, "segments": [place(point.at_ms)], "quote": point.text});
        let task = |todo: &Todo| json!({"text": todo.text, "assignee": todo.assignee, "due": todo.due.map(|due| due.to_string()), "segments": [place(todo.at_ms)], "quote": todo.text});
        let topic = |section: &Section| json!({"heading": section.heading, "from": place(section.at_ms), "body": section.body, "points": section.points.iter().map(cited).collect::<Vec<_>>()});
        let mut value = json!({
            "summary": notes.summary.iter().map(cited).collect::<Vec<_>>(),
            "decisions": notes.decisions.iter().map(decision).collect::<Vec<_>>(),
            "todos": notes.todos.iter().map(task).collect::<Vec<_>>(),
            "topics": notes.sections.iter().map(topic).collect::<Vec<_>>(),
            "questions": [],
            "tags": [],
        });
        if with_title {
            value["title"] = notes.title.clone().into();
        }
        value
    }
}

/// The number in `[12] 0:31 Ana: Good morning.`
fn place(line: &str) -> Option<usize> {
    line.strip_prefix('[')?.split_once(']')?.0.parse().ok()
}
