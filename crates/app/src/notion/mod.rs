//! Notion, for the window and the command line: connecting, the place for pages, its properties, pages of jobs.

pub(crate) mod settings;
mod view;

use std::sync::PoisonError;

use debrief_connect::notion::{Choices, Opened, REDIRECT, Role, TokenKind};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::{Destination, JobId, JobStatus, NotionPlace as Place, SubmitJob};
use debrief_core::ports::PublishedPage;
use debrief_core::stage::Stage;
use debrief_core::view::{JobResult, PageDestination};
use jiff::Timestamp;
use url::Url;

use crate::App;
use crate::google::Trouble;
use crate::settings::{Change, Value};
use crate::sign_in::LIMIT;

pub use view::{
    NotionChoice, NotionConnection, NotionPlace, NotionPlaceKind, NotionPlaces, NotionProperty, NotionRole,
    NotionTokenKind, NotionView, PageOptions,
};

/// Id and address of the page that shows that everything works.
pub(crate) type TestPage = std::sync::Mutex<Option<(String, Url)>>;

/// Where a job's page is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageToOpen {
    /// An HTML file on this machine.
    File(std::path::PathBuf),
    /// A page in Notion.
    Notion(Url),
}

impl App {
    /// Who is connected to Notion, and where pages go. What is wrong is in the answer.
    ///
    /// # Errors
    /// The database refused.
    pub async fn notion(&self) -> Result<NotionView, Failure> {
        let settings = self.settings();
        let steps = self.steps.now();
        let notion = steps.notion();
        let connected = notion.connection().connected()?;
        let me = match notion.connection().ready() {
            Ok(()) => Some(notion.me().await),
            Err(_) if connected.is_none() => None,
            Err(failure) => Some(Err(failure)),
        };
        let (me, problem) =
            me.map(|me| me.map_or_else(|e| (None, Some(e)), |me| (Some(me), None))).unwrap_or_default();
        let place = steps.place();
        let opened = match (&place, &me) {
            (Some(place), Some(_)) => Some(notion.open(place).await),
            (None, _) | (_, None) => None,
        };
        let (opened, mut place_problem) = match opened {
            Some(Ok(opened)) => (Some(opened), None),
            Some(Err(failure)) => (None, Some(failure)),
            None => (None, None),
        };
        if let (Some(opened), Some(Place::DataSource(id) | Place::Database(id) | Place::Page(id))) =
            (&opened, &place)
        {
            let name = opened.found.name.clone();
            *self.place_name.lock().unwrap_or_else(PoisonError::into_inner) = Some((id.clone(), name));
        }
        let properties =
            opened.as_ref().map(|opened| properties(opened, &steps.choices())).unwrap_or_default();
        if let Some(schema) = opened.as_ref().and_then(|opened| opened.schema.as_ref()) {
            place_problem = schema.mapping(&steps.choices()).err();
        }
        Ok(NotionView {
            connection: connected.map(|connected| NotionConnection {
                workspace: match (&me, connected.kind) {
                    (Some(me), TokenKind::Environment) => me.workspace.clone(),
                    (Some(_) | None, _) => connected.workspace,
                },
                kind: connected.kind.into(),
                user: me.as_ref().and_then(|me| me.user.clone()),
            }),
            problem: problem.map(Trouble::from),
            client_id: settings.notion.client_id.clone(),
            redirect: REDIRECT.to_owned(),
            signing_in: self.notion_sign_in.is_open(),
            place: match opened {
                Some(opened) => Some(opened.found.into()),
                None => place.map(unread),
            },
            place_problem: place_problem.map(Trouble::from),
            properties,
            destination: PageDestination::of(&steps.destination()),
            options: PageOptions {
                sections: steps.layout().sections,
                language: steps.layout().language,
                upload_recording: settings.notion.upload_recording,
                upload_attachments: settings.notion.upload_attachments,
            },
            upload_limit_bytes: me.and_then(|me| me.upload_limit_bytes).map(|bytes| bytes as f64),
            test_page: self.notion_test_page().ok().map(String::from),
            waiting_jobs: u32::try_from(self.waiting_for(is_notions)?.len()).unwrap_or(u32::MAX),
            sandbox: settings.endpoints.notion_sandbox(),
        })
    }

    /// Connects with a pasted token.
    ///
    /// # Errors
    /// Notion doesn't take it or can't be asked, or it can't be kept; whatever was connected before still is.
    pub async fn connect_notion(&self, token: &str) -> Result<(), Failure> {
        self.steps.now().notion().connect(token).await?;
        self.wake_notion_jobs()
    }

    /// Signs in with the person's own public integration, in their browser, which `browse` opens. Empty texts stand for the
    /// client that was set up before. A second call opens the same page again and gets the same answer.
    ///
    /// # Errors
    /// Why there is no sign-in; nothing was changed then.
    pub async fn sign_in_notion(
        &self,
        client_id: &str,
        client_secret: &str,
        browse: impl Fn(&Url) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (client_id, client_secret) = (client_id.trim(), client_secret.trim());
        if !client_id.is_empty() && self.settings().notion.client_id.as_deref() != Some(client_id) {
            self.change_settings(&[("notion", "client_id", Some(client_id.into()))]).await?;
        }
        let steps = self.steps.now();
        if !client_secret.is_empty() {
            steps.notion().connection().set_client_secret(client_secret).await?;
        }
        let waiting = match self.notion_sign_in.same(&client_id.to_owned()) {
            Some(waiting) => waiting,
            None => {
                // The one that is open holds the port.
                self.notion_sign_in.cancel();
                let sign_in = steps.notion().begin_sign_in().await?;
                let url = sign_in.url().clone();
                let answer = async move { sign_in.finish(LIMIT).await.map(|_| ()) };
                self.notion_sign_in.open(client_id.to_owned(), url, answer)
            }
        };
        browse(&waiting.url)?;
        waiting.outcome().await?;
        self.wake_notion_jobs()
    }

    /// Gives up the open sign-in.
    pub fn cancel_notion_sign_in(&self) {
        self.notion_sign_in.cancel();
    }

    /// Forgets the connection. Jobs that need it wait.
    ///
    /// # Errors
    /// The keychain can't be changed.
    pub async fn disconnect_notion(&self) -> Result<(), Failure> {
        let steps = self.steps.now();
        let connection = steps.notion().connection();
        if connection.connected()?.is_some_and(|connected| connected.kind == TokenKind::Environment) {
            let what = "The token in DEBRIEF_NOTION_TOKEN can't be forgotten here.";
            return Err(Failure::never(FailureCode::BadRequest, what, "Start without it."));
        }
        self.forget_test_page();
        connection.disconnect().await
    }

    /// Places whose title has `query` in it.
    ///
    /// # Errors
    /// Nobody is connected, or Notion can't be asked.
    pub async fn search_notion(&self, query: &str, cursor: Option<&str>) -> Result<NotionPlaces, Failure> {
        let steps = self.steps.now();
        steps.notion().connection().ready()?;
        let (found, cursor) = steps.notion().search(query, cursor).await?;
        Ok(NotionPlaces { places: found.into_iter().map(NotionPlace::from).collect(), cursor })
    }

    /// Pages go there from now on: a found place by its id, or a pasted link. Jobs that waited for a place go on.
    ///
    /// # Errors
    /// It is not there, not shared, or a database with several data sources.
    pub async fn choose_notion_place(&self, text: &str) -> Result<(), Failure> {
        let steps = self.steps.now();
        steps.notion().connection().ready()?;
        let found = steps.notion().find_place(text).await?;
        let (source, page) = match &found.place {
            Place::DataSource(id) | Place::Database(id) => (Some(id), None),
            Place::Page(id) => (None, Some(id)),
        };
        let text = |id: Option<&String>| id.map(|id| Value::from(id.as_str()));
        let keys: Vec<String> = Role::ALL.iter().map(|role| property_key(*role)).collect();
        let mut changes: Vec<Change<'_>> = vec![
            ("notion", "data_source_id", text(source)),
            ("notion", "database_id", None),
            ("notion", "page_id", text(page)),
        ];
        // Properties were chosen for the place before.
        changes.extend(keys.iter().map(|key| ("notion", key.as_str(), None)));
        self.change_settings(&changes).await?;
        self.forget_test_page();
        self.wake_notion_jobs()
    }

    /// Uses a property for a role, or none.
    ///
    /// # Errors
    /// The settings can't be written.
    pub async fn map_notion_property(&self, role: NotionRole, property: Option<&str>) -> Result<(), Failure> {
        let key = property_key(role.into());
        self.change_settings(&[("notion", &key, Some(property.unwrap_or_default().into()))]).await?;
        self.wake_notion_jobs()
    }

    /// Makes a property for every role that has none, and uses it.
    ///
    /// # Errors
    /// The connection may not change the database.
    pub async fn create_notion_properties(&self) -> Result<(), Failure> {
        let steps = self.steps.now();
        let opened = self.opened().await?;
        let Some(schema) = &opened.schema else { return Ok(()) };
        let choices = steps.choices();
        let mapping = schema.mapping(&choices)?;
        let is_missing = |role: &Role| !mapping.0.contains_key(role) && !choices.contains_key(role);
        let roles: Vec<Role> = Role::ALL.into_iter().filter(is_missing).collect();
        let before: Vec<&String> = schema.properties.iter().map(|property| &property.id).collect();
        let made = steps.notion().create_properties(&opened.found.place, schema, &roles).await?;
        let new = made.properties.iter().filter(|property| !before.contains(&&property.id));
        let mut chosen: Vec<(String, String)> = Vec::new();
        for property in new {
            let is_for =
                |role: &&Role| role.to_create().is_some_and(|(name, _)| property.name.starts_with(name));
            // “Date” and nothing longer begins with “Date”.
            let role = roles
                .iter()
                .filter(is_for)
                .max_by_key(|role| role.to_create().map_or(0, |(name, _)| name.len()));
            chosen.extend(role.map(|role| (property_key(*role), property.id.clone())));
        }
        let changes: Vec<Change<'_>> =
            chosen.iter().map(|(key, id)| ("notion", key.as_str(), Some(Value::from(id.as_str())))).collect();
        self.change_settings(&changes).await?;
        self.wake_notion_jobs()
    }

    /// Writes a short page to see that everything works; its address.
    ///
    /// # Errors
    /// What a job's page would meet.
    pub async fn write_notion_test_page(&self) -> Result<Url, Failure> {
        let steps = self.steps.now();
        let opened = self.opened().await?;
        let chinese = steps.layout().language.is_some_and(|language| language.starts_with("zh"));
        let (title, text) = match chinese {
            true => ("Debrief 測試頁", "Debrief 可以寫入這裡。這一頁可以刪除。"),
            false => ("Debrief test page", "Debrief can write here. You can delete this page."),
        };
        let (id, url) = steps.notion().write_test_page(&opened, &steps.choices(), title, text).await?;
        let url = Url::parse(&url).map_err(Failure::internal)?;
        let earlier =
            self.test_page.lock().unwrap_or_else(PoisonError::into_inner).replace((id, url.clone()));
        if let Some((earlier, _)) = earlier {
            // One is enough. That it stays is no reason to say that this one failed.
            let _ = steps.notion().trash_page(&earlier).await;
        }
        Ok(url)
    }

    /// The address of the test page.
    ///
    /// # Errors
    /// There is none.
    pub fn notion_test_page(&self) -> Result<Url, Failure> {
        let page = self.test_page.lock().unwrap_or_else(PoisonError::into_inner);
        page.as_ref().map(|(_, url)| url.clone()).ok_or_else(|| {
            Failure::never(FailureCode::BadRequest, "There is no test page.", "Write one in the settings.")
        })
    }

    /// Moves the test page to Notion's trash.
    ///
    /// # Errors
    /// Notion refuses or can't be asked.
    pub async fn remove_notion_test_page(&self) -> Result<(), Failure> {
        let page = self.test_page.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some((id, _)) = page else { return Ok(()) };
        self.steps.now().notion().trash_page(&id).await?;
        *self.test_page.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// It was written somewhere else than pages go to now.
    fn forget_test_page(&self) {
        *self.test_page.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Pages go to Notion or to the folder from now on.
    ///
    /// # Errors
    /// The settings can't be written.
    pub async fn set_destination(&self, destination: PageDestination) -> Result<(), Failure> {
        let word = match destination {
            PageDestination::Notion => "notion",
            PageDestination::Folder => "folder",
        };
        self.change_settings(&[("pages", "to", Some(word.into()))]).await
    }

    /// What pages show from now on.
    ///
    /// # Errors
    /// A language that pages are not written in, or the settings can't be written.
    pub async fn set_page_options(&self, options: &PageOptions) -> Result<(), Failure> {
        let language = match options.language.as_deref() {
            known @ (None | Some("en" | "zh-TW")) => known.map(Value::from),
            Some(other) => {
                let what = format!("Pages are not written in “{other}”.");
                return Err(Failure::never(FailureCode::BadRequest, what, "Choose en or zh-TW."));
            }
        };
        let words = options.sections.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
        let words = words.map_err(Failure::internal)?;
        let sections: toml_edit::Array = words.iter().filter_map(|word| word.as_str()).collect();
        self.change_settings(&[
            ("pages", "sections", Some(sections.into())),
            ("pages", "language", language),
            ("notion", "upload_recording", Some(options.upload_recording.into())),
            ("notion", "upload_attachments", Some(options.upload_attachments.into())),
        ])
        .await
    }

    /// Writes into a completed job's page what has changed since; what people did to it stays.
    ///
    /// # Errors
    /// There is no such job, or it is not at its end.
    pub fn update_page(&self, id: JobId) -> Result<(), Failure> {
        let job = self.pool.store().job(id)?;
        if job.status != JobStatus::Completed {
            let what = "This job has no page yet that could be updated.";
            return Err(Failure::never(FailureCode::BadRequest, what, "Wait until it is done."));
        }
        let request = SubmitJob { layout: self.steps.now().layout(), ..job.request };
        Ok(self.pool.retry(id, Some(Stage::Publish), Some(&request))?)
    }

    /// Takes a job's page back: a Notion page goes to Notion's trash, and a renamed recording gets its old name back.
    ///
    /// # Errors
    /// There is nothing to take back, or a service refuses; what was taken back so far is.
    pub async fn undo_page(&self, id: JobId) -> Result<(), Failure> {
        let result = self.status(id)?.result;
        let page = self.pool.store().checkpoint::<PublishedPage>(id, Stage::Publish)?;
        let page = page.and_then(|stored| stored.output.notion);
        let renamed = result.as_ref().is_some_and(|result| result.renamed_from.is_some());
        let Some(page) = page.filter(|_| result.as_ref().is_some_and(|result| !result.page_undone)) else {
            return match renamed {
                true => self.undo_rename(id).await,
                false => Err(nothing_to_undo(result.is_some_and(|result| result.page_undone))),
            };
        };
        self.steps.now().notion().trash_page(&page.id).await?;
        let undone = |result: &mut JobResult| result.page_undone = true;
        self.pool.store_handle().amend_result(id, undone, Timestamp::now())?;
        self.pool.stir();
        if renamed { self.undo_rename(id).await } else { Ok(()) }
    }

    /// A job's page as Markdown, to be copied.
    ///
    /// # Errors
    /// There is no such job, or nothing was transcribed yet.
    pub fn page_markdown(&self, id: JobId) -> Result<String, Failure> {
        Ok(self.document(id)?.markdown())
    }

    /// The place for pages, as it is now.
    async fn opened(&self) -> Result<Opened, Failure> {
        let steps = self.steps.now();
        steps.notion().connection().ready()?;
        let place = steps.place().ok_or_else(|| {
            let what = "No Notion database or page was chosen for pages.";
            Failure::person(FailureCode::NotionPlaceUnset, what, "Choose one.")
        })?;
        steps.notion().open(&place).await
    }

    /// Jobs that waited for Notion look again at once, those without a place with the one that there is now.
    pub(crate) fn wake_notion_jobs(&self) -> Result<(), Failure> {
        let steps = self.steps.now();
        for job in self.pool.store().held_up()? {
            let JobStatus::Waiting { fix, .. } = &job.status else { continue };
            if !is_notions(fix.code) {
                continue;
            }
            let needs_place = matches!(fix.code, FailureCode::NotionPlaceUnset | FailureCode::NotionNoAccess);
            let destination = match job.request.destination {
                Destination::Notion { .. } if needs_place && steps.place().is_some() => {
                    steps.destination_of(PageDestination::Notion)
                }
                ref other => other.clone(),
            };
            let request = SubmitJob { destination, ..job.request };
            // Another process may have been faster.
            let _ = self.pool.retry(job.id, None, Some(&request));
        }
        Ok(())
    }
}

/// A job of which nothing is in Notion or renamed, any more if it was `undone` once.
fn nothing_to_undo(undone: bool) -> Failure {
    let (what, fix) = match undone {
        true => ("This job was taken back already.", "`debrief update JOB` brings its page back."),
        false => (
            "There is nothing of this job to take back: no page in Notion, and no recording with a name that it gave.",
            "Pages in a folder are yours: move or delete the files yourself.",
        ),
    };
    Failure::never(FailureCode::BadRequest, what, fix)
}

/// Whether a job with this failure waits for something about Notion.
fn is_notions(code: FailureCode) -> bool {
    use FailureCode as C;
    matches!(
        code,
        C::NotionNotConnected
            | C::NotionSignInExpired
            | C::NotionNoAccess
            | C::NotionPlaceUnset
            | C::NotionPropertyUnfit
    )
}

fn property_key(role: Role) -> String {
    format!("{}_property", role.word())
}

/// A place that can't be looked at now.
fn unread(place: Place) -> NotionPlace {
    let (kind, id) = match place {
        Place::DataSource(id) | Place::Database(id) => (NotionPlaceKind::DataSource, id),
        Place::Page(id) => (NotionPlaceKind::Page, id),
    };
    NotionPlace { name: id.clone(), id, kind, icon: None, database: None, url: None }
}

fn properties(opened: &Opened, choices: &Choices) -> Vec<NotionProperty> {
    let Some(schema) = &opened.schema else { return Vec::new() };
    // With a choice that doesn't fit, the others are still shown.
    let fit: Choices = choices
        .iter()
        .filter(|(role, _)| schema.problem(**role, choices).is_none())
        .map(|(role, chosen)| (*role, chosen.clone()))
        .collect();
    let mapping = schema.mapping(&fit).unwrap_or_default();
    let one = |role: Role| {
        let chosen = mapping.0.get(&role).map(|property| property.id.clone());
        let choice = |property: &debrief_connect::notion::SchemaProperty| NotionChoice {
            id: property.id.clone(),
            name: property.name.clone(),
            kind: property.kind.clone(),
        };
        NotionProperty {
            role: role.into(),
            choices: schema.fitting(role).into_iter().map(choice).collect(),
            missing: chosen.is_none() && !choices.contains_key(&role) && role.to_create().is_some(),
            problem: schema.problem(role, choices),
            chosen,
        }
    };
    Role::ALL.into_iter().map(one).collect()
}
