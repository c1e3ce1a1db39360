//! Models that stand in for each other, asked until one gives an answer that can be used.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode, Warning};
use debrief_core::ports::{Answer, AnswerCheck, LanguageModel, Question};
use debrief_core::stage::{StageCx, StepError, StepResult, Stopped};
use genai::chat::ChatMessage;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::call::{Ask, Form, Said, call};
use super::caller::{Caller, Patience};
use super::errors::LlmError;
use super::provider::{Provider, is_its_own};
use super::purse::Purse;
use super::{LlmSettings, ModelSettings, parse, tokens};
use crate::http::{is_here, local_only};

/// A wait that a provider asks for is waited for on the spot if it is no longer.
const SHORT_WAIT: Duration = Duration::from_secs(20);
/// What models that think before they answer get on top of the answer's room.
const THINKING_ROOM: u32 = 16_384;
const NO_MODEL: &str = "No language model is chosen.";

/// Models that stand in for each other. One chain serves one stage of one run of a job: what it has learnt of its models,
/// and what it has told the person, is for that stage.
pub struct Chain {
    models: Vec<ModelSettings>,
    did: &'static str,
    links: Vec<Link>,
    purse: Purse,
}

/// A model, and what the stage has learnt of it.
struct Link {
    caller: OnceCell<Arc<Caller>>,
    patience: Patience,
    learnt: Mutex<Learnt>,
}

struct Learnt {
    /// Why it is not asked any more, and until when.
    out: Option<(LlmError, Option<Instant>)>,
    form: Form,
    /// What the person was told of it.
    told: BTreeSet<String>,
}

/// Why a model gave no answer.
enum Ended {
    Stopped(Stopped),
    Error(LlmError),
}

impl From<LlmError> for Ended {
    fn from(error: LlmError) -> Ended {
        Ended::Error(error)
    }
}

/// Whether the words are an answer; what is wrong with them otherwise.
type Exam<'a> = dyn Fn(&str) -> Result<Value, String> + Send + Sync + 'a;

impl Chain {
    /// With these models; nothing is asked yet. `did` says what a model that stood in for another has done, for the person:
    /// "wrote the notes".
    pub fn new(settings: LlmSettings, did: &'static str) -> Chain {
        let link = |model: &ModelSettings| Link {
            caller: OnceCell::new(),
            patience: Patience::of(model),
            learnt: Mutex::new(Learnt { out: None, form: Form::Schema, told: BTreeSet::new() }),
        };
        let links = settings.models.iter().map(link).collect();
        Chain { models: settings.models, did, links, purse: Purse::new(settings.ledger) }
    }

    /// The same, waiting no longer for the first sign of an answer, and no longer between two.
    #[must_use]
    pub fn with_patience(mut self, first: Duration, between: Duration) -> Chain {
        for link in &mut self.links {
            link.patience = Patience { first, between, ..link.patience };
        }
        self
    }

    /// Whether one of the models could be asked now, judged without asking it.
    ///
    /// # Errors
    /// What the first one lacks: its key, or the leave to send anything to it.
    pub async fn ready(&self) -> Result<(), Failure> {
        let mut first = None;
        for model in &self.models {
            let lacks = match model.key().await {
                Ok(_) if local_only() && !is_here(&model.base) => {
                    LlmError::LocalOnly(model.base.host_str().unwrap_or_default().to_owned())
                }
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            first.get_or_insert_with(|| model.whose().failure(lacks));
        }
        Err(first.unwrap_or_else(no_model))
    }

    async fn ask_one(
        &self,
        index: usize,
        question: &Question,
        exam: &Exam<'_>,
        cx: &StageCx,
    ) -> Result<Value, Ended> {
        let (model, link) = (&self.models[index], &self.links[index]);
        let caller =
            link.caller.get_or_try_init(async || Caller::new(model, link.patience).await.map(Arc::new));
        let caller = caller.await?.clone();
        let mut talk = vec![ChatMessage::user(question.material.clone())];
        let (mut repaired, mut afresh) = (false, false);
        let (mut truncated, mut widened, mut waited) = (false, false, false);
        let mut room = room(model, question);
        loop {
            let form = link.learnt().form;
            let said = self.one_call(model, &caller, question, talk.clone(), form, room, cx).await;
            let (words, fault) = match said {
                Ok(Said::All(words)) => match exam(&words) {
                    Ok(value) => return Ok(value),
                    Err(fault) => (words, fault),
                },
                Ok(Said::Truncated) if !truncated => {
                    truncated = true;
                    continue;
                }
                Ok(Said::Truncated) => return Err(LlmError::NoAnswer("it ended early, twice".into()).into()),
                Ok(Said::OutOfRoom) => match wider(model, room).filter(|_| !widened) {
                    Some(more) => {
                        (room, widened) = (more, true);
                        continue;
                    }
                    None => return Err(LlmError::OutOfRoom(room).into()),
                },
                Err(Ended::Error(LlmError::Unusable(fault))) => (String::new(), fault),
                Err(Ended::Error(LlmError::Unfit(words))) => match looser(model, form, &words) {
                    Some(form) => {
                        tracing::info!(model = model.described(), ?form, "the form of the answer is refused");
                        link.learnt().form = form;
                        continue;
                    }
                    None => return Err(LlmError::Unfit(words).into()),
                },
                Err(Ended::Error(error)) => {
                    let Some(wait) = short_wait(&error).filter(|_| !waited) else { return Err(error.into()) };
                    waited = true;
                    tokio::select! {
                        () = cx.stop_requested() => return Err(Ended::Stopped(Stopped)),
                        () = tokio::time::sleep(wait) => continue,
                    }
                }
                Err(stopped @ Ended::Stopped(_)) => return Err(stopped),
            };
            // What is wrong with it quotes it, and an answer quotes the transcript.
            tracing::info!(task = question.task, model = model.described(), "an answer can't be used");
            let repair = [
                ChatMessage::assistant(words.clone()),
                ChatMessage::user(format!(
                    "Your answer can't be used:\n{fault}\n\nGive the whole answer once more, with that put right: one JSON \
                     object of the same shape, and nothing else."
                )),
            ];
            let fits = self.count(&words).saturating_add(self.count(&question.material)).saturating_add(room)
                < tokens::window(model);
            talk.truncate(1);
            if !repaired && !words.trim().is_empty() && fits {
                repaired = true;
                talk.extend(repair);
            } else if !afresh {
                (repaired, afresh) = (true, true);
            } else {
                return Err(LlmError::Unusable(fault).into());
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what one call needs")]
    async fn one_call(
        &self,
        model: &ModelSettings,
        caller: &Caller,
        question: &Question,
        said: Vec<ChatMessage>,
        form: Form,
        room: u32,
        cx: &StageCx,
    ) -> Result<Said, Ended> {
        let _place = tokio::select! {
            () = cx.stop_requested() => return Err(Ended::Stopped(Stopped)),
            place = caller.turn() => place,
        };
        let mut tab = self.purse.open(model, question, &said, cx.job())?;
        let instructions = instructions(question, form);
        let ask = Ask {
            instructions: &instructions,
            said,
            shape: question.shape,
            schema: &question.schema,
            form,
            room,
        };
        tokio::select! {
            () = cx.stop_requested() => Err(Ended::Stopped(Stopped)),
            said = call(caller, ask, &mut tab.meter) => said.map_err(Ended::Error),
        }
    }

    /// Tells the person, once, that another model stood in.
    fn tell(&self, passed: &[(usize, LlmError)], by: usize, task: &str, cx: &StageCx) {
        let answered = &self.models[by];
        for (index, error) in passed {
            let model = &self.models[*index];
            let why = model.whose().passed_over(error);
            tracing::warn!(task, %error, model = model.described(), by = answered.described(), "another model stood in");
            if !self.links[*index].learnt().told.insert(why.clone()) {
                continue;
            }
            let (name, other) = (answered.whose().name, model.whose().name);
            let who = if name == other { answered.described() } else { name.to_owned() };
            cx.warn(Warning::new("another_model_answered", format!("{why}; {who} {}.", self.did)));
        }
    }

    /// What to say when no model is left.
    fn nobody(&self, passed: Vec<(usize, LlmError)>) -> Failure {
        // Whoever tries again finds a clean slate: a key may have been added, and some things pass by themselves.
        for link in &self.links {
            link.learnt().out = None;
        }
        let mut failures = passed.into_iter().map(|(index, error)| {
            let whose = self.models[index].whose();
            (whose.passed_over(&error), whose.failure(error))
        });
        let Some((_, first)) = failures.next() else { return no_model() };
        let others: Vec<String> = failures
            .map(|(why, failure)| format!("{why} ({})", failure.detail.as_deref().unwrap_or("no details")))
            .collect();
        if others.is_empty() {
            return first;
        }
        let detail = format!("{}; {}", first.detail.as_deref().unwrap_or("no details"), others.join("; "));
        first.because(detail)
    }
}

#[async_trait]
impl LanguageModel for Chain {
    fn window_tokens(&self) -> u32 {
        self.models.iter().map(tokens::window).min().unwrap_or(0)
    }

    fn count(&self, text: &str) -> u32 {
        let providers: BTreeSet<Provider> = self.models.iter().map(|model| model.provider).collect();
        providers.into_iter().map(|provider| tokens::count(provider, text)).max().unwrap_or(0)
    }

    fn at_a_time(&self) -> usize {
        self.models.first().map_or(1, |model| model.provider.info().at_a_time)
    }

    async fn ask(&self, question: &Question, check: &AnswerCheck<'_>, cx: &StageCx) -> StepResult<Answer> {
        let schema = jsonschema::validator_for(&question.schema)
            .map_err(|error| Failure::internal(format!("the schema of {}: {error}", question.shape)))?;
        let exam = |words: &str| {
            let value = parse::object(words)?;
            parse::fits(&value, &schema)?;
            check(&value)?;
            Ok(value)
        };
        let mut passed = Vec::new();
        for (index, model) in self.models.iter().enumerate() {
            if let Some(error) = self.links[index].out_now() {
                passed.push((index, error));
                continue;
            }
            match self.ask_one(index, question, &exam, cx).await {
                Ok(value) => {
                    self.tell(&passed, index, &question.task, cx);
                    return Ok(Answer { value, by: model.described() });
                }
                Err(Ended::Stopped(stopped)) => return Err(stopped.into()),
                Err(Ended::Error(error)) => {
                    tracing::warn!(task = question.task, model = model.described(), %error, "no answer");
                    self.links[index].passed(&error);
                    passed.push((index, error));
                }
            }
        }
        Err(StepError::Failed(self.nobody(passed)))
    }
}

impl Link {
    fn learnt(&self) -> MutexGuard<'_, Learnt> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why it is not asked now.
    fn out_now(&self) -> Option<LlmError> {
        let mut learnt = self.learnt();
        if learnt.out.as_ref().is_some_and(|(_, until)| until.is_some_and(|until| until <= Instant::now())) {
            learnt.out = None;
        }
        learnt.out.as_ref().map(|(error, _)| error.clone())
    }

    fn passed(&self, error: &LlmError) {
        if error.lasts() {
            let until = error.after_ms().map(|ms| Instant::now() + Duration::from_millis(ms.into()));
            self.learnt().out = Some((error.clone(), until));
        }
    }
}

fn no_model() -> Failure {
    let fix = "Choose one in the settings under Summary; the job goes on by itself.";
    Failure::person(FailureCode::NotesModelMissing, NO_MODEL, fix)
}

/// How long a busy provider wants to be left alone, if that is worth waiting for.
fn short_wait(error: &LlmError) -> Option<Duration> {
    let after_ms = error.after_ms().filter(|_| matches!(error, LlmError::Busy { .. }))?;
    Some(Duration::from_millis(after_ms.into())).filter(|wait| *wait <= SHORT_WAIT)
}

/// The instructions, with the shape of the answer where the provider doesn't see to it.
fn instructions(question: &Question, form: Form) -> String {
    match form {
        Form::Schema => question.instructions.clone(),
        Form::Json | Form::Plain => format!(
            "{}\n\nAnswer with one JSON object and nothing else: no words before or after it, no code fence. It fits this \
             JSON schema:\n{}",
            question.instructions, question.schema
        ),
    }
}

/// The next form to try, where the refusal can be about the form.
fn looser(model: &ModelSettings, form: Form, words: &str) -> Option<Form> {
    const ABOUT_FORM: [&str; 6] =
        ["response_format", "schema", "output_config", "structured", "response_mime", "response mime"];
    let words = words.to_lowercase();
    let strange = model.provider == Provider::Compatible || !is_its_own(model.provider, &model.base);
    let meant = strange
        || model.provider.info().on_this_machine
        || ABOUT_FORM.iter().any(|about| words.contains(about));
    form.looser(model.provider.speaks()).filter(|_| meant)
}

/// Tokens that the model may write at first.
fn room(model: &ModelSettings, question: &Question) -> u32 {
    let thinks = model.price().is_some_and(|price| price.reasoning) && model.provider != Provider::Anthropic;
    let thoughts = if thinks { THINKING_ROOM } else { 0 };
    question.answer_tokens.saturating_add(thoughts).min(most_room(model))
}

/// Twice the room, as far as the model goes; `None` when it has all that there is.
fn wider(model: &ModelSettings, room: u32) -> Option<u32> {
    let more = room.saturating_mul(2).min(most_room(model));
    (more > room).then_some(more)
}

fn most_room(model: &ModelSettings) -> u32 {
    let known = model.price().and_then(|price| price.answer_tokens);
    known.unwrap_or(u32::MAX).min(tokens::window(model))
}
