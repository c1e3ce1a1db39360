//! The settings: one TOML file, every value of which the environment can override.

use std::path::{Path, PathBuf};

use debrief_connect::google;
use debrief_connect::keychain::Keep;
use debrief_connect::llm::Provider;
use debrief_connect::transcribe::remote::Service;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::ChineseScript;
use debrief_core::page::PageSection;
use debrief_core::view::PageDestination;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Table;
use url::Url;

use crate::notion::settings::Notion;

/// Everything that can be set. What is missing has its default.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where pages go.
    pub pages: Pages,
    /// How speech becomes text.
    pub speech: Speech,
    /// Services that turn speech into text.
    pub services: Services,
    /// How speakers are told apart.
    pub speakers: Speakers,
    /// Who finds names and writes notes.
    pub notes: Notes,
    /// Providers of language models.
    pub providers: Providers,
    /// What services may cost.
    pub spending: Spending,
    /// What may leave this machine.
    pub privacy: Privacy,
    /// Where models are kept.
    pub models: ModelsSettings,
    /// How recordings are read.
    pub media: Media,
    /// How much is done at once.
    pub pool: Pool,
    /// How watched folders are looked at.
    pub watch: Watch,
    /// How Debrief signs in to Google.
    pub google: Google,
    /// Where in Notion pages go, and how.
    pub notion: Notion,
    /// Where sign-ins are kept.
    pub secrets: SecretsSettings,
    /// Base addresses of outside services.
    pub endpoints: Endpoints,
}

/// `[pages]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pages {
    /// Folder for pages; `None` takes the default folder.
    pub folder: Option<PathBuf>,
    /// `notion` or `folder`; unless set, Notion once a database or page was chosen there.
    pub to: Option<PageDestination>,
    /// The sections that a page shows, in their order.
    pub sections: Option<Vec<PageSection>>,
    /// BCP 47 language of the page's own words: `en` or `zh-TW`; unless set, that of the recording.
    pub language: Option<String>,
}

/// `[speech]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Speech {
    /// Name of an engine; `None` takes the best one that is ready.
    pub engine: Option<String>,
    /// A model of the catalogue by its id, or the path of a file (Whisper `.bin` or GGUF).
    pub model: Option<String>,
    /// BCP 47 language of the recordings; `None` leaves it to the engine.
    pub language: Option<String>,
    /// How Chinese is written; unless set, as `language` says, or else as the engine does.
    pub chinese: Option<ChineseScript>,
    /// Names and terms that may be said, for engines that take hints.
    pub vocabulary: Vec<String>,
    /// Whether a graphics card is used where there is one; yes, unless set.
    pub gpu: Option<bool>,
    /// Folder of a PocketSphinx model, where it is not in a usual place.
    pub pocketsphinx_model: Option<PathBuf>,
}

/// `[services]`: speech services. Their keys are kept with the sign-ins, never here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Services {
    /// The base address of an OpenAI-compatible server, also on this machine.
    pub openai_url: Option<Url>,
    /// Its model.
    pub openai_model: Option<String>,
    /// Groq's model.
    pub groq_model: Option<String>,
    /// Deepgram's model.
    pub deepgram_model: Option<String>,
    /// AssemblyAI's model.
    pub assemblyai_model: Option<String>,
    /// Gemini's model.
    pub gemini_model: Option<String>,
}

/// `[speakers]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Speakers {
    /// Name of a method; `None` takes the best one that is ready.
    pub method: Option<String>,
    /// At least so many speakers.
    pub min: Option<u16>,
    /// At most so many speakers.
    pub max: Option<u16>,
    /// Whether it is kept with jobs how speakers sound, so that voices can be remembered, and remembered ones are known again.
    pub voices: bool,
}

/// `[notes]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notes {
    /// Language models in the order in which they are asked, each as `provider/model`; none: sentences are taken from the
    /// transcript.
    pub models: Vec<Model>,
    /// BCP 47 language of notes; unless set, the transcript's.
    pub language: Option<String>,
    /// Id of a template; `meeting` unless set.
    pub template: Option<String>,
    /// Names and terms with their right spelling.
    pub glossary: Vec<String>,
}

/// A language model, as `anthropic/claude-sonnet-4-6`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Model {
    /// Whose it is.
    pub provider: Provider,
    /// The provider's name for it.
    pub model: String,
}

impl TryFrom<String> for Model {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known = || Provider::ALL.map(|provider| provider.info().word).join(", ");
        let (provider, model) = text
            .split_once('/')
            .filter(|(_, model)| !model.trim().is_empty())
            .ok_or_else(|| format!("“{text}” is no language model; write PROVIDER/MODEL"))?;
        let provider = Provider::from_word(provider)
            .ok_or_else(|| format!("there is no provider “{provider}”; there are {}", known()))?;
        Ok(Model { provider, model: model.trim().to_owned() })
    }
}

/// `[providers]`: where servers of one's own are, and how much they read at once. Keys are kept with the sign-ins, never
/// here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Providers {
    /// The base address of any server that speaks OpenAI's interface.
    pub compatible_url: Option<Url>,
    /// Tokens that a question and its answer may have together there.
    pub compatible_window: Option<u32>,
    /// Ollama's base address.
    pub ollama_url: Option<Url>,
    /// The context length that Ollama was started with, in tokens.
    pub ollama_window: Option<u32>,
    /// LM Studio's base address.
    pub lm_studio_url: Option<Url>,
    /// The context length that LM Studio loads models with, in tokens.
    pub lm_studio_window: Option<u32>,
    /// The base address of llama.cpp's server.
    pub llama_cpp_url: Option<Url>,
    /// The context length that llama.cpp's server was started with, in tokens.
    pub llama_cpp_window: Option<u32>,
}

/// `[spending]`
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spending {
    /// What services may cost in a month, in US dollars; no limit, unless set.
    pub monthly_cap_usd: Option<f64>,
}

/// `[privacy]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// Whether nothing at all leaves this machine.
    pub local_only: bool,
}

/// `[models]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelsSettings {
    /// Where models are kept; `None` takes the folder `models` with the data.
    pub folder: Option<PathBuf>,
}

/// `[media]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Media {
    /// The ffmpeg command, where it is not on the PATH.
    pub ffmpeg: Option<PathBuf>,
}

/// `[pool]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pool {
    /// Jobs at a time, 1 to 16.
    pub jobs: JobsAtATime,
}

impl Default for Pool {
    fn default() -> Self {
        Pool { jobs: JobsAtATime(3) }
    }
}

/// `[watch]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Watch {
    /// How often Drive is asked for what is new, in seconds, 10 to 3600; 60 unless set.
    pub every_s: WatchEvery,
}

/// A number of seconds from 10 to 3600.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct WatchEvery(pub u32);

impl Default for WatchEvery {
    fn default() -> Self {
        WatchEvery(60)
    }
}

impl TryFrom<i64> for WatchEvery {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        let seconds = u32::try_from(number).ok().filter(|seconds| (10..=3600).contains(seconds));
        seconds.map(WatchEvery).ok_or_else(|| format!("{number} is not a number of seconds from 10 to 3600"))
    }
}

/// `[google]`: the OAuth client of the kind "Desktop app" that Debrief signs in with. Google wants its secret, though it is
/// none: every copy of a program has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Google {
    /// Ends in `.apps.googleusercontent.com`.
    pub client_id: Option<String>,
    /// What belongs to it.
    pub client_secret: Option<String>,
}

/// `[secrets]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretsSettings {
    /// `keychain` unless set; `session` keeps sign-ins until Debrief is closed, `file` in a file that only its owner can read.
    pub keep: Keep,
}

/// A number of jobs from 1 to 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct JobsAtATime(pub usize);

impl TryFrom<i64> for JobsAtATime {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        let jobs = usize::try_from(number).ok().filter(|jobs| (1..=16).contains(jobs));
        jobs.map(JobsAtATime).ok_or_else(|| format!("{number} is not a number of jobs from 1 to 16"))
    }
}

/// `[endpoints]`: the base address of every outside service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Endpoints {
    /// Google's sign-in page.
    pub google_auth: Url,
    /// Google's token endpoint.
    pub google_token: Url,
    /// Google's revocation endpoint.
    pub google_revoke: Url,
    /// Drive's API.
    pub drive: Url,
    /// Notion's API.
    pub notion: Url,
    /// Where models are downloaded from.
    pub models: Url,
    /// Groq's API.
    pub groq: Url,
    /// Deepgram's API.
    pub deepgram: Url,
    /// AssemblyAI's API.
    pub assemblyai: Url,
    /// Gemini's API.
    pub gemini: Url,
    /// OpenAI's API, for language models.
    pub openai: Url,
    /// Anthropic's API.
    pub anthropic: Url,
}

impl Settings {
    /// Where a speech service is.
    pub(crate) fn base_of(&self, service: Service) -> Url {
        match service {
            Service::OpenAi => self.services.openai_url.clone().unwrap_or_else(|| service.base()),
            Service::Groq => self.endpoints.groq.clone(),
            Service::Deepgram => self.endpoints.deepgram.clone(),
            Service::AssemblyAi => self.endpoints.assemblyai.clone(),
            Service::Gemini => self.endpoints.gemini.clone(),
        }
    }

    /// The model of a speech service that the person chose.
    pub(crate) fn model_of(&self, service: Service) -> String {
        let chosen = match service {
            Service::OpenAi => &self.services.openai_model,
            Service::Groq => &self.services.groq_model,
            Service::Deepgram => &self.services.deepgram_model,
            Service::AssemblyAi => &self.services.assemblyai_model,
            Service::Gemini => &self.services.gemini_model,
        };
        chosen.clone().unwrap_or_else(|| service.info().model.to_owned())
    }
}

impl Settings {
    /// Where a provider of language models is.
    pub(crate) fn base_of_provider(&self, provider: Provider) -> Url {
        let own = |url: &Option<Url>| url.clone().unwrap_or_else(|| provider.base());
        match provider {
            Provider::OpenAi => self.endpoints.openai.clone(),
            Provider::Anthropic => self.endpoints.anthropic.clone(),
            Provider::Groq => self.endpoints.groq.clone(),
            Provider::Gemini => below(&self.endpoints.gemini, "v1beta"),
            Provider::Compatible => own(&self.providers.compatible_url),
            Provider::Ollama => own(&self.providers.ollama_url),
            Provider::LmStudio => own(&self.providers.lm_studio_url),
            Provider::LlamaCpp => own(&self.providers.llama_cpp_url),
        }
    }

    /// How much a provider's models read at once, where the person says so.
    pub(crate) fn window_of(&self, provider: Provider) -> Option<u32> {
        match provider {
            Provider::Compatible => self.providers.compatible_window,
            Provider::Ollama => self.providers.ollama_window,
            Provider::LmStudio => self.providers.lm_studio_window,
            Provider::LlamaCpp => self.providers.llama_cpp_window,
            Provider::OpenAi | Provider::Anthropic | Provider::Groq | Provider::Gemini => None,
        }
    }
}

/// The speech service and the language models of Gemini have one address.
fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(path);
    }
    url
}

impl Endpoints {
    /// Those of Google.
    pub fn google(&self) -> google::Endpoints {
        google::Endpoints {
            auth: self.google_auth.clone(),
            token: self.google_token.clone(),
            revoke: self.google_revoke.clone(),
            drive: self.drive.clone(),
        }
    }

    /// What stands in for Notion: host and port, if the address is not Notion's own.
    pub fn notion_sandbox(&self) -> Option<String> {
        let other = (self.notion != Endpoints::default().notion).then_some(&self.notion)?;
        Some(other[url::Position::BeforeHost..url::Position::AfterPort].to_owned())
    }

    /// What stands in for Google: host and port of the first address that is not Google's own.
    pub fn sandbox(&self) -> Option<String> {
        let usual = Endpoints::default().google();
        let now = self.google();
        let pairs = [
            (now.token, usual.token),
            (now.auth, usual.auth),
            (now.revoke, usual.revoke),
            (now.drive, usual.drive),
        ];
        let other = pairs.into_iter().find(|(now, usual)| now != usual)?.0;
        Some(other[url::Position::BeforeHost..url::Position::AfterPort].to_owned())
    }
}

impl Default for Endpoints {
    fn default() -> Self {
        let url = |text| Url::parse(text).expect("a constant address");
        Endpoints {
            google_auth: url("https://accounts.google.com/o/oauth2/v2/auth"),
            google_token: url("https://oauth2.googleapis.com/token"),
            google_revoke: url("https://oauth2.googleapis.com/revoke"),
            drive: url("https://www.googleapis.com/drive/v3"),
            notion: url("https://api.notion.com/v1"),
            models: url("https://huggingface.co"),
            groq: Service::Groq.base(),
            deepgram: Service::Deepgram.base(),
            assemblyai: Service::AssemblyAi.base(),
            gemini: Service::Gemini.base(),
            openai: Provider::OpenAi.base(),
            anthropic: Provider::Anthropic.base(),
        }
    }
}

/// Environment variables that are settings start with this; `DEBRIEF__SPEECH__MODEL` is `model` in `[speech]`.
const PREFIX: &str = "DEBRIEF__";

impl Settings {
    /// Reads the settings file, if it is there, then the environment.
    ///
    /// # Errors
    /// An unknown key or a bad value, with file and line or the variable's name.
    pub fn load(
        file: &Path,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Settings, Failure> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(
                    bad(format!("The settings file {} can't be read.", file.display())).because(error)
                );
            }
        };
        let mut table = checked(&text, file)?;
        let mut variables: Vec<(String, String)> =
            environment.filter(|(name, _)| name.starts_with(PREFIX)).collect();
        variables.sort();
        for (name, value) in variables {
            let set = setting_of(&name, &value)
                .map_err(|error| bad(format!("The environment variable {name} is no setting: {error}.")))?;
            merge(&mut table, set);
        }
        // Every part was checked alone; together they can only be as good.
        table.try_into().map_err(|error: toml::de::Error| bad(error.message().to_owned()))
    }
}

/// One setting to change: its section, its key and its new value; `None` takes it out.
pub(crate) type Change<'a> = (&'a str, &'a str, Option<Value>);

/// A value in the settings file.
pub(crate) type Value = toml_edit::Value;

/// Changes settings in their file; everything else in it, comments included, stays as it is.
///
/// # Errors
/// The file can't be read or written, or would hold a bad value; nothing is changed then.
pub(crate) fn change(file: &Path, changes: &[Change<'_>]) -> Result<(), Failure> {
    let unwritten = |error: &dyn std::fmt::Display| {
        let what = format!("The settings file {} can't be changed.", file.display());
        Failure::never(FailureCode::BadSettings, what, "Check its permissions and that the disk isn't full.")
            .because(error)
    };
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(unwritten(&error)),
    };
    let mut document: toml_edit::DocumentMut = text.parse().map_err(|error| unwritten(&error))?;
    for (section, key, value) in changes {
        match value {
            Some(value) => {
                let table = document.entry(section).or_insert(toml_edit::table());
                let table = table
                    .as_table_like_mut()
                    .ok_or_else(|| unwritten(&format!("{section} is no section")))?;
                table.insert(key, toml_edit::value(value.clone()));
            }
            None => {
                if let Some(table) = document.get_mut(section).and_then(|table| table.as_table_like_mut()) {
                    table.remove(key);
                }
            }
        }
    }
    let text = document.to_string();
    checked(&text, file)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| unwritten(&error))?;
    let mut written = tempfile::NamedTempFile::new_in(folder).map_err(|error| unwritten(&error))?;
    std::io::Write::write_all(&mut written, text.as_bytes())
        .and_then(|()| written.as_file().sync_all())
        .map_err(|error| unwritten(&error))?;
    written.persist(file).map_err(|error| unwritten(&error.error))?;
    Ok(())
}

/// The file's table, if it makes valid settings.
fn checked(text: &str, file: &Path) -> Result<Table, Failure> {
    let failed = |error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        bad(format!("{}, line {line}: {}.", file.display(), error.message().trim_end_matches('.')))
    };
    toml::from_str::<Settings>(text).map_err(failed)?;
    toml::from_str(text).map_err(failed)
}

/// A table with just the setting that a variable stands for.
fn setting_of(name: &str, value: &str) -> Result<Table, String> {
    let lower = name[PREFIX.len()..].to_lowercase();
    let Some((section, key)) = lower.split_once("__") else {
        return Err(format!("it needs the form {PREFIX}SECTION__KEY"));
    };
    let table = |value: toml::Value| {
        Table::from_iter([(section.to_owned(), Table::from_iter([(key.to_owned(), value)]).into())])
    };
    let is_valid = |table: &Table| try_into::<Settings>(table.clone());
    let as_text = table(toml::Value::String(value.to_owned()));
    let error = match is_valid(&as_text) {
        Ok(_) => return Ok(as_text),
        Err(error) => error,
    };
    // A number or a truth value, as it would stand in the file.
    match toml::from_str::<Table>(&format!("value = {value}")).ok().and_then(|mut t| t.remove("value")) {
        Some(typed) => {
            let typed = table(typed);
            is_valid(&typed).map(|_| typed)
        }
        None => Err(error),
    }
}

fn try_into<T: DeserializeOwned>(table: Table) -> Result<T, String> {
    table.try_into().map_err(|error: toml::de::Error| error.message().trim_end_matches('.').to_owned())
}

fn merge(into: &mut Table, from: Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

fn bad(what: String) -> Failure {
    Failure::never(FailureCode::BadSettings, what, "Correct or remove it; nothing else was changed.")
}

#[cfg(test)]
mod tests {
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
        let failure =
            change(&file, &[("secrets", "keep", Some("anywhere".into()))]).expect_err("no such place");
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
            (
                "[watch]\nevery_s = 5\n",
                "settings.toml, line 2: 5 is not a number of seconds from 10 to 3600.",
            ),
            (
                "[pool]\njobs = \"many\"\n",
                "settings.toml, line 2: invalid type: string \"many\", expected i64.",
            ),
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
}
