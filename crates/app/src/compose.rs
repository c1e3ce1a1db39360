//! Settings → steps: which source, engine and destination a job gets. The one place where runtime and connect meet.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use debrief_connect::google::{Accounts, ClientId, Drive, DriveSource};
use debrief_connect::http;
use debrief_connect::identify::VoiceBook;
use debrief_connect::keychain::Secrets;
use debrief_connect::markdown::{MarkdownFolder, create_default_folder};
use debrief_connect::media::MediaDecoder;
use debrief_connect::models::Models;
use debrief_connect::notion::{Choices, Connection, Notion, NotionSink};
use debrief_connect::recordings::Recordings;
use debrief_core::failure::Failure;
use debrief_core::job::{Destination, NotionPlace, SpeechChoice, SubmitJob};
use debrief_core::link::RecordingLink;
use debrief_core::page::{PageLayout, PageSection};
use debrief_core::ports::{PageSink, Steps};
use debrief_core::secret::Secret;
use debrief_core::view::PageDestination;
use debrief_runtime::pool::Compose;
use debrief_runtime::store::JobStore;
use url::Url;

use crate::book::StoredAccounts;
use crate::home::Home;
use crate::settings::Settings;
use crate::speech::Ears;
use crate::voices::StoredVoices;
use crate::writing::{StoredLedger, Writers, rate};

/// A Google access token for this process alone, in the place of every account.
const TOKEN_VARIABLE: &str = "DEBRIEF_GOOGLE_ACCESS_TOKEN";
/// A Notion token for this process alone, in the place of the connection.
const NOTION_TOKEN_VARIABLE: &str = "DEBRIEF_NOTION_TOKEN";

/// The steps of whatever settings are in force.
pub(crate) struct LiveSteps(RwLock<Arc<ComposedSteps>>);

impl LiveSteps {
    pub(crate) fn new(steps: ComposedSteps) -> LiveSteps {
        LiveSteps(RwLock::new(Arc::new(steps)))
    }

    pub(crate) fn now(&self) -> Arc<ComposedSteps> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a job asks for, with everything fixed that decides its outcome.
    /// What is attached twice is attached once.
    pub(crate) fn request(&self, link: RecordingLink, attachments: Vec<RecordingLink>) -> SubmitJob {
        let mut distinct: Vec<RecordingLink> = Vec::new();
        for attachment in attachments {
            if !distinct.iter().any(|other| other.is_same(&attachment)) {
                distinct.push(attachment);
            }
        }
        let steps = self.now();
        let (speech, notes) = (steps.speech_choice(), steps.writers.choice());
        SubmitJob {
            link,
            attachments: distinct,
            destination: steps.destination(),
            rate: rate(&speech, notes.models.first()),
            speech,
            notes,
            speakers: steps.ears.speakers_choice(),
            layout: steps.layout(),
        }
    }

    /// Jobs that run keep the steps with which they began.
    pub(crate) fn replace(&self, steps: ComposedSteps) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(steps);
    }
}

impl Compose for LiveSteps {
    fn steps(&self, request: &SubmitJob) -> Result<Steps, Failure> {
        self.now().steps(request)
    }
}

/// The steps as the settings choose them.
pub struct ComposedSteps {
    secrets: Secrets,
    drive: Drive,
    ears: Ears,
    writers: Writers,
    ffmpeg: Option<PathBuf>,
    pages_folder: PathBuf,
    pages_to: PageDestination,
    layout: PageLayout,
    notion: Notion,
    notion_settings: crate::notion::settings::Notion,
    voices: Arc<dyn VoiceBook>,
}

impl ComposedSteps {
    /// Reads what the settings say. The default folder for pages is made; a folder that a person chose never is, so that
    /// a disk that isn't there can't be mistaken for an empty one.
    pub fn new(settings: &Settings, home: &Home, store: Arc<JobStore>) -> ComposedSteps {
        let secrets = Secrets::new(settings.secrets.keep, home.keychain_service(), home.secrets_file());
        ComposedSteps::with_secrets(settings, home, store, secrets, None)
    }

    /// As [`ComposedSteps::new`], with secrets that may have been kept before, and the pace of earlier steps.
    pub(crate) fn with_secrets(
        settings: &Settings,
        home: &Home,
        store: Arc<JobStore>,
        secrets: Secrets,
        before: Option<&ComposedSteps>,
    ) -> ComposedSteps {
        let pages_folder = settings.pages.folder.clone();
        if pages_folder.is_none()
            && let Err(failure) = create_default_folder(home.default_pages_folder())
        {
            tracing::warn!(what = failure.what, "the folder for pages can't be made; each job will say so");
        }
        http::set_local_only(settings.privacy.local_only);
        let ledger = Arc::new(StoredLedger::new(store.clone(), settings.spending.monthly_cap_usd));
        let ears = Ears::new(settings, models(settings, home, before), &secrets, ledger.clone());
        let writers = Writers::new(settings, home, ledger, &secrets);
        // Accounts of a sandbox and of Google itself are never mistaken for each other.
        let service = match settings.endpoints.sandbox() {
            Some(host) => format!("google@{host}"),
            None => "google".to_owned(),
        };
        let notion = notion(settings, store.clone(), secrets.clone());
        let place = settings.notion.place();
        let voices = Arc::new(StoredVoices(store.clone()));
        let accounts = Accounts::new(
            &service,
            settings.endpoints.google(),
            client_id(settings),
            Arc::new(StoredAccounts::new(store, service.clone())),
            secrets.clone(),
            secret_variable(TOKEN_VARIABLE),
        );
        ComposedSteps {
            pages_to: settings.pages.to.unwrap_or(match place {
                Some(_) => PageDestination::Notion,
                None => PageDestination::Folder,
            }),
            layout: PageLayout {
                sections: settings.pages.sections.clone().unwrap_or_else(|| PageSection::ALL.to_vec()),
                language: settings.pages.language.clone(),
            },
            notion: match before {
                Some(before) => notion.at_the_pace_of(&before.notion),
                None => notion,
            },
            notion_settings: settings.notion.clone(),
            voices,
            drive: Drive::new(Arc::new(accounts)),
            secrets,
            ears,
            writers,
            ffmpeg: settings.media.ffmpeg.clone(),
            pages_folder: pages_folder.unwrap_or_else(|| home.default_pages_folder().to_owned()),
        }
    }

    /// Where sign-ins are kept.
    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Drive, with everybody who is signed in.
    pub(crate) fn drive(&self) -> &Drive {
        &self.drive
    }

    /// Drive as a source of recordings.
    pub(crate) fn drive_source(&self) -> DriveSource {
        DriveSource::new(self.drive.clone())
    }

    /// Where the next job's page goes.
    pub fn pages_folder(&self) -> &Path {
        &self.pages_folder
    }

    /// What the next job's page goes to.
    pub(crate) fn destination(&self) -> Destination {
        self.destination_of(self.pages_to)
    }

    /// What a page goes to that is to go to that kind of place.
    pub(crate) fn destination_of(&self, kind: PageDestination) -> Destination {
        match kind {
            PageDestination::Folder => Destination::Markdown { folder: self.pages_folder.clone() },
            PageDestination::Notion => Destination::Notion {
                place: self.place(),
                upload_recording: self.notion_settings.upload_recording,
                upload_attachments: self.notion_settings.upload_attachments,
            },
        }
    }

    /// Where in Notion pages go, if that was chosen.
    pub(crate) fn place(&self) -> Option<NotionPlace> {
        self.notion_settings.place()
    }

    /// Which properties the person chose there.
    pub(crate) fn choices(&self) -> Choices {
        self.notion_settings.choices()
    }

    /// What the next job's page shows.
    pub(crate) fn layout(&self) -> PageLayout {
        self.layout.clone()
    }

    /// Notion, as whoever is connected.
    pub(crate) fn notion(&self) -> &Notion {
        &self.notion
    }

    fn notion_sink(&self, place: Option<NotionPlace>) -> NotionSink {
        // Properties were chosen for the place of the settings alone.
        let choices = if place == self.place() { self.choices() } else { Choices::new() };
        NotionSink::new(self.notion.clone(), place, choices)
    }

    /// Whether pages could be written now.
    ///
    /// # Errors
    /// What is missing and what to do.
    pub async fn pages_ready(&self) -> Result<(), Failure> {
        match self.pages_to {
            PageDestination::Folder => MarkdownFolder::new(&self.pages_folder).ready().await,
            PageDestination::Notion => self.notion_sink(self.place()).ready().await,
        }
    }

    /// The engine, model and language that the next job gets.
    pub fn speech_choice(&self) -> SpeechChoice {
        self.ears.speech_choice()
    }

    /// Everything that hears.
    pub(crate) fn ears(&self) -> &Ears {
        &self.ears
    }

    /// Everybody who writes.
    pub(crate) fn writers(&self) -> &Writers {
        &self.writers
    }

    /// The engine that the next job gets: its name for people, and whether it could start now.
    pub async fn next_engine(&self) -> (String, Result<(), Failure>) {
        let transcriber = self.ears.transcriber(&self.speech_choice());
        (transcriber.label(), transcriber.ready().await)
    }
}

impl Compose for ComposedSteps {
    fn steps(&self, request: &SubmitJob) -> Result<Steps, Failure> {
        let decoder =
            self.ffmpeg.clone().map_or_else(MediaDecoder::default, |ffmpeg| MediaDecoder::new(Some(ffmpeg)));
        let sink: Arc<dyn PageSink> = match &request.destination {
            Destination::Markdown { folder } => Arc::new(MarkdownFolder::new(folder)),
            Destination::Notion { place, upload_recording, upload_attachments } => {
                // Whoever hadn't chosen yet when the job was submitted may have since.
                let place = place.clone().or_else(|| self.place());
                Arc::new(self.notion_sink(place).uploading(*upload_recording, *upload_attachments))
            }
        };
        Ok(Steps {
            source: Arc::new(Recordings::new(self.drive_source())),
            decoder: Arc::new(decoder),
            transcriber: self.ears.transcriber(&request.speech),
            diarizer: self.ears.diarizer(&request.speakers),
            identifier: self
                .writers
                .identifier(&request.notes, request.speakers.voices.then(|| self.voices.clone())),
            summarizer: self.writers.summarizer(&request.notes),
            sink,
        })
    }
}

pub(crate) fn secret_variable(name: &str) -> Option<Secret> {
    std::env::var(name).ok().filter(|token| !token.is_empty()).map(Secret::new)
}

/// A key from the environment, for this process alone. It is for the service that bears the name `word`, at `own`, and may be
/// tried on this machine: no other that stands in its place at `base` gets it.
pub(crate) fn key_in_environment(word: &str, own: &Url, base: &Url) -> Option<Secret> {
    let is_for = own.origin() == base.origin() || http::is_here(base);
    secret_variable(&format!("DEBRIEF_{}_KEY", word.to_uppercase())).filter(|_| is_for)
}

/// The models of the settings' folder. Downloads go on when other settings change.
fn models(settings: &Settings, home: &Home, before: Option<&ComposedSteps>) -> Models {
    let folder = settings.models.folder.clone().unwrap_or_else(|| home.data_folder().join("models"));
    let before = before.map(|before| before.ears.models());
    let base = &settings.endpoints.models;
    match before.filter(|before| before.folder() == folder && before.base() == base) {
        Some(before) => before.clone(),
        None => Models::open(folder, Some(base.clone())),
    }
}

/// Notion, as the settings have it.
fn notion(settings: &Settings, store: Arc<JobStore>, secrets: Secrets) -> Notion {
    // Connections to a sandbox and to Notion itself are never mistaken for each other.
    let service = match settings.endpoints.notion_sandbox() {
        Some(host) => format!("notion@{host}"),
        None => "notion".to_owned(),
    };
    let base = settings.endpoints.notion.clone();
    let connection = Connection::new(
        &service,
        base.clone(),
        settings.notion.client_id.clone(),
        Arc::new(StoredAccounts::new(store, service.clone())),
        secrets,
        secret_variable(NOTION_TOKEN_VARIABLE),
    );
    let timeout = std::time::Duration::from_secs(u64::from(settings.notion.timeout_s.0));
    Notion::new(base, Arc::new(connection), timeout)
}

/// The settings' client id, or else the one that was built in.
pub(crate) fn client_id(settings: &Settings) -> Option<ClientId> {
    match (&settings.google.client_id, &settings.google.client_secret) {
        (Some(id), Some(secret)) => Some(ClientId { id: id.clone(), secret: secret.clone() }),
        (Some(id), None) => Some(ClientId { id: id.clone(), secret: String::new() }),
        (None, _) => ClientId::built_in(),
    }
}
