//! `[notion]` in the settings.

use debrief_connect::notion::{Choices, Role, id_in};
use debrief_core::job::NotionPlace;
use serde::Deserialize;

/// `[notion]`. Ids may be given as links; of the three the first one that is set counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notion {
    /// A data source: one table of a database.
    pub data_source_id: Option<String>,
    /// A database with one data source.
    pub database_id: Option<String>,
    /// A page; pages lie inside it.
    pub page_id: Option<String>,
    /// Name or id of the property for the title; an empty text leaves it out, unless set it is found by type and name.
    pub title_property: Option<String>,
    /// For the day of the recording.
    pub date_property: Option<String>,
    /// For the names of those who spoke.
    pub participants_property: Option<String>,
    /// For the length.
    pub duration_property: Option<String>,
    /// For tags.
    pub tags_property: Option<String>,
    /// For the link to the recording.
    pub recording_property: Option<String>,
    /// For the status.
    pub status_property: Option<String>,
    /// For the job, by which its page is found again.
    pub debrief_id_property: Option<String>,
    /// Whether the recording itself is put on the page.
    pub upload_recording: bool,
    /// Whether its documents are.
    pub upload_attachments: bool,
    /// The public integration of the person's own that they sign in with. Its secret is in the keychain.
    pub client_id: Option<String>,
    /// How long Notion may take for one answer, in seconds, 1 to 600; 60 unless set.
    pub timeout_s: NotionTimeout,
}

impl Notion {
    /// Where pages go, if that was chosen.
    pub fn place(&self) -> Option<NotionPlace> {
        let id = |text: &String| id_in(text).unwrap_or_else(|| text.trim().to_owned());
        let is_set = |text: &&String| !text.trim().is_empty();
        let set = |text: &Option<String>| text.as_ref().filter(is_set).map(id);
        set(&self.data_source_id)
            .map(NotionPlace::DataSource)
            .or_else(|| set(&self.database_id).map(NotionPlace::Database))
            .or_else(|| set(&self.page_id).map(NotionPlace::Page))
    }

    /// Which property the person chose for what.
    pub fn choices(&self) -> Choices {
        let chosen = |role: Role| match role {
            Role::Title => &self.title_property,
            Role::Date => &self.date_property,
            Role::Participants => &self.participants_property,
            Role::Duration => &self.duration_property,
            Role::Tags => &self.tags_property,
            Role::Recording => &self.recording_property,
            Role::Status => &self.status_property,
            Role::DebriefId => &self.debrief_id_property,
        };
        Role::ALL.into_iter().filter_map(|role| Some((role, chosen(role).clone()?))).collect()
    }
}

/// A number of seconds from 1 to 600.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct NotionTimeout(pub u32);

impl Default for NotionTimeout {
    fn default() -> Self {
        NotionTimeout(60)
    }
}

impl TryFrom<i64> for NotionTimeout {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        let seconds = u32::try_from(number).ok().filter(|seconds| (1..=600).contains(seconds));
        seconds.map(NotionTimeout).ok_or_else(|| format!("{number} is not a number of seconds from 1 to 600"))
    }
}
