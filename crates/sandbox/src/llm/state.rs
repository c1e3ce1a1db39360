//! What the providers of language models know: models, and what a test wants them to say.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde_json::Value;

use crate::seen::SeenQuestion;
use crate::world::World;

/// Whoever answers with a language model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LlmProvider {
    /// OpenAI.
    OpenAi,
    /// Groq.
    Groq,
    /// A server on this machine that has OpenAI's shape: Ollama, LM Studio, llama.cpp.
    Local,
    /// Anthropic.
    Anthropic,
    /// Gemini.
    Gemini,
}

const PROVIDERS: [LlmProvider; 5] =
    [LlmProvider::OpenAi, LlmProvider::Groq, LlmProvider::Local, LlmProvider::Anthropic, LlmProvider::Gemini];

/// What a model is to answer, as text: nobody checks that it fits the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LlmReply(pub(super) String);

impl From<&str> for LlmReply {
    fn from(text: &str) -> LlmReply {
        LlmReply(text.to_owned())
    }
}

impl From<String> for LlmReply {
    fn from(text: String) -> LlmReply {
        LlmReply(text)
    }
}

impl From<Value> for LlmReply {
    fn from(value: Value) -> LlmReply {
        LlmReply(value.to_string())
    }
}

/// A model, as far as its limits matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Model {
    pub(super) id: String,
    /// Tokens of question and answer together.
    pub(super) context_tokens: u64,
    /// Tokens of an answer.
    pub(super) answer_tokens: u64,
}

type Rule = Box<dyn Fn(&SeenQuestion) -> Option<LlmReply> + Send>;

/// What one provider knows.
#[derive(Default)]
struct Provider {
    models: Vec<Model>,
    rules: Vec<Rule>,
    queue: VecDeque<LlmReply>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Provider");
        f.field("models", &self.models).field("rules", &self.rules.len()).field("queue", &self.queue).finish()
    }
}

#[derive(Debug)]
pub(crate) struct Llm {
    providers: BTreeMap<LlmProvider, Provider>,
    /// Whether the local server forgets what doesn't fit.
    local_forgets: bool,
}

impl Default for Llm {
    fn default() -> Llm {
        let provider = |of| Provider { models: usual_models(of), ..Provider::default() };
        Llm { providers: PROVIDERS.into_iter().map(|of| (of, provider(of))).collect(), local_forgets: false }
    }
}

impl Llm {
    fn of(&self, of: LlmProvider) -> &Provider {
        self.providers.get(&of).expect("all providers are there from the beginning")
    }

    fn of_mut(&mut self, of: LlmProvider) -> &mut Provider {
        self.providers.get_mut(&of).expect("all providers are there from the beginning")
    }

    pub(super) fn models(&self, of: LlmProvider) -> &[Model] {
        &self.of(of).models
    }

    pub(super) fn model(&self, of: LlmProvider, id: &str) -> Option<&Model> {
        self.models(of).iter().find(|model| model.id == id)
    }

    /// The tokens that are left of a question that its server cuts without a word, where it does so.
    pub(super) fn forgets(&self, question: &SeenQuestion) -> Option<u64> {
        let local = question.provider == LlmProvider::Local && self.local_forgets;
        let model = self.model(question.provider, &question.model).filter(|_| local)?;
        Some(model.context_tokens)
    }

    /// What a test wants as an answer to this question.
    pub(super) fn scripted(&mut self, question: &SeenQuestion) -> Option<LlmReply> {
        let provider = self.of_mut(question.provider);
        let ruled = provider.rules.iter().rev().find_map(|rule| rule(question));
        ruled.or_else(|| provider.queue.pop_front())
    }
}

impl World {
    /// A provider has this model too, or one of this name with another context. It may answer with half of its context.
    pub fn add_llm_model(&mut self, provider: LlmProvider, id: &str, context_tokens: u64) {
        let models = &mut self.llm.of_mut(provider).models;
        models.retain(|model| model.id != id);
        models.push(Model { id: id.to_owned(), context_tokens, answer_tokens: context_tokens / 2 });
    }

    /// A provider has this model no longer. Gemini keeps every name that has the form of its own.
    pub fn remove_llm_model(&mut self, provider: LlmProvider, id: &str) {
        self.llm.of_mut(provider).models.retain(|model| model.id != id);
    }

    /// Whether the local server, as Ollama does, forgets the beginning of a question that is too long, and says nothing. At
    /// first it refuses such a question, as llama.cpp does.
    pub fn let_local_llm_forget(&mut self, forgets: bool) {
        self.llm.local_forgets = forgets;
    }

    /// The names of a provider's models.
    #[must_use]
    pub fn llm_models(&self, provider: LlmProvider) -> Vec<String> {
        self.llm.models(provider).iter().map(|model| model.id.clone()).collect()
    }

    /// What a provider answers to its next questions, one each, where no rule has an answer. Several calls queue up.
    pub fn llm_replies<R: Into<LlmReply>>(
        &mut self,
        provider: LlmProvider,
        replies: impl IntoIterator<Item = R>,
    ) {
        self.llm.of_mut(provider).queue.extend(replies.into_iter().map(Into::into));
    }

    /// What a provider answers, every time, to a question whose instructions or material have `text` in them.
    pub fn llm_replies_to(&mut self, provider: LlmProvider, text: &str, reply: impl Into<LlmReply>) {
        let (text, reply) = (text.to_owned(), reply.into());
        self.llm_answers(provider, move |question| {
            let says = question.instructions.contains(&text) || question.material.contains(&text);
            says.then(|| reply.clone())
        });
    }

    /// A rule for answers: `None` leaves the question to the rules before it, then to the queue, then to the stand-in.
    pub fn llm_answers<R: Into<LlmReply>>(
        &mut self,
        provider: LlmProvider,
        rule: impl Fn(&SeenQuestion) -> Option<R> + Send + 'static,
    ) {
        let rule = move |question: &SeenQuestion| rule(question).map(Into::into);
        self.llm.of_mut(provider).rules.push(Box::new(rule));
    }

    /// Forgets what a test wanted as answers.
    pub fn forget_llm_replies(&mut self) {
        for provider in self.llm.providers.values_mut() {
            provider.rules.clear();
            provider.queue.clear();
        }
    }

    /// Notes a question, as the checks have understood it.
    pub(super) fn note_question(
        &mut self,
        number: u64,
        question: SeenQuestion,
        fields: Vec<(String, String)>,
    ) {
        self.requests.note_question(number, question, fields);
    }
}

/// A choice of what each has, with the context and the longest answer in tokens.
fn usual_models(of: LlmProvider) -> Vec<Model> {
    let models: &[(&str, u64, u64)] = match of {
        LlmProvider::OpenAi => &[
            ("gpt-6-sol", 1_050_000, 128_000),
            ("gpt-5.4", 1_050_000, 128_000),
            ("gpt-5.4-mini", 400_000, 128_000),
            ("gpt-5.4-nano", 400_000, 128_000),
            ("gpt-5", 400_000, 128_000),
            ("gpt-5-mini", 400_000, 128_000),
            ("gpt-4.1", 1_047_576, 32_768),
            ("gpt-4.1-mini", 1_047_576, 32_768),
            ("gpt-4.1-nano", 1_047_576, 32_768),
            ("gpt-4o", 128_000, 16_384),
            ("gpt-4o-mini", 128_000, 16_384),
            ("o3", 200_000, 100_000),
            ("o4-mini", 200_000, 100_000),
        ],
        LlmProvider::Groq => &[
            ("openai/gpt-oss-120b", 131_072, 65_536),
            ("openai/gpt-oss-20b", 131_072, 65_536),
            ("qwen/qwen3.8-27b", 131_072, 16_384),
            ("llama-3.3-70b-versatile", 131_072, 32_768),
            ("llama-3.1-8b-instant", 131_072, 131_072),
            ("meta-llama/llama-4-scout-17b-16e-instruct", 131_072, 8_192),
            ("moonshotai/kimi-k2-instruct-0905", 262_144, 16_384),
        ],
        LlmProvider::Local => &[("qwen3:8b", 40_960, 40_960), ("gemma3:4b", 32_768, 32_768)],
        LlmProvider::Anthropic => &[
            ("claude-opus-5-5", 1_000_000, 128_000),
            ("claude-sonnet-5-5", 1_000_000, 128_000),
            ("claude-haiku-5-5", 1_000_000, 128_000),
            ("claude-opus-4-8", 1_000_000, 128_000),
            ("claude-sonnet-4-6", 1_000_000, 128_000),
            ("claude-sonnet-4-5", 200_000, 64_000),
            ("claude-haiku-4-5", 200_000, 64_000),
            ("claude-haiku-4-5-20251001", 200_000, 64_000),
            ("claude-3-haiku-20240307", 200_000, 4_096),
        ],
        LlmProvider::Gemini => &[
            ("gemini-2.5-pro", 1_048_576, 65_536),
            ("gemini-2.5-flash", 1_048_576, 65_536),
            ("gemini-2.5-flash-lite", 1_048_576, 65_536),
            ("gemini-3-flash-preview", 1_048_576, 65_536),
            ("gemini-3.5-flash", 1_048_576, 65_536),
            ("gemini-3.6-flash", 1_048_576, 65_536),
            ("gemini-3.8-flash", 1_048_576, 65_536),
        ],
    };
    let models = models.iter();
    models
        .map(|(id, context_tokens, answer_tokens)| Model {
            id: (*id).to_owned(),
            context_tokens: *context_tokens,
            answer_tokens: *answer_tokens,
        })
        .collect()
}
