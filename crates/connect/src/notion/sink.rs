//! Notion as a destination: each page once, whole, and without touching what people wrote.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::NotionPlace;
use debrief_core::page::Page;
use debrief_core::ports::{NotionPage, PageSink, PublishedPage};
use debrief_core::stage::{StageCx, StepResult, Stopped};
use serde_json::json;

use super::blocks::blocks;
use super::client::Notion;
use super::files::FilesWanted;
use super::node::Node;
use super::places::Opened;
use super::run::{Run, digests};
use super::schema::{Choices, Mapping};

/// A request that is under way when the person stops the job has this long to be answered.
const GRACE: Duration = Duration::from_millis(700);

/// Writes pages into one place in Notion.
pub struct NotionSink {
    notion: Notion,
    place: Option<NotionPlace>,
    choices: Choices,
    files: FilesWanted,
}

impl NotionSink {
    /// Pages go to `place`, their facts to the properties of the person's `choices`.
    pub fn new(notion: Notion, place: Option<NotionPlace>, choices: Choices) -> NotionSink {
        NotionSink { notion, place, choices, files: FilesWanted::default() }
    }

    /// The same sink, which puts the recording itself and its documents on the page.
    #[must_use]
    pub fn uploading(self, recording: bool, attachments: bool) -> NotionSink {
        NotionSink { files: FilesWanted { recording, attachments }, ..self }
    }

    async fn opened(&self) -> Result<(Opened, Mapping), Failure> {
        self.notion.connection().ready()?;
        let place = self.place.as_ref().ok_or_else(unset)?;
        let opened = self.notion.open(place).await?;
        let mapping = self.mapping_of(&opened)?;
        Ok((opened, mapping))
    }

    fn mapping_of(&self, opened: &Opened) -> Result<Mapping, Failure> {
        opened.schema.as_ref().map_or_else(|| Ok(Mapping::default()), |schema| schema.mapping(&self.choices))
    }

    async fn publish_unless_stopped(&self, page: &Page, cx: &StageCx) -> StepResult<PublishedPage> {
        cx.check_stopped()?;
        let (opened, mapping) = self.opened().await?;
        let earlier = cx.earlier_output::<PublishedPage>().and_then(|published| published.notion);
        let mut run = Run {
            notion: &self.notion,
            page,
            cx,
            bookmark: cx.bookmark().unwrap_or_default(),
            nodes: Vec::new(),
            done_blocks: 0,
        };
        let there = run.page_there(&opened, &mapping, earlier.as_ref()).await?;
        // What was sent to a page that is gone says nothing of another one.
        let earlier = earlier.filter(|earlier| there.as_ref().is_some_and(|there| there.id == earlier.id));
        let uploads = run.uploads(self.files, earlier.as_ref()).await?;
        let with_marker = mapping.debrief_id().is_none();
        let values = match opened.found.place {
            NotionPlace::DataSource(_) | NotionPlace::Database(_) => mapping.values(page),
            NotionPlace::Page(_) => {
                let title = json!({ "title": super::rich_text::one_block(&page.title) });
                BTreeMap::from([("title".to_owned(), title)])
            }
        };
        run.nodes = blocks(page, &mapping.elsewhere(&values), with_marker, &uploads);
        let found = match there {
            Some(found) => {
                let sent = earlier.as_ref().map_or(&run.bookmark.properties, |earlier| &earlier.properties);
                // A page of which nobody knows with what it was made has them.
                if !sent.is_empty() {
                    run.set_properties(&found, sent, &values).await?;
                }
                run.mend(&found, earlier.as_ref().map_or(&[], |earlier| earlier.sent.as_slice())).await?;
                found
            }
            None => run.write(&opened, &values).await?,
        };
        let sent = run.nodes.iter().map(Node::sent).collect();
        let properties = digests(&values);
        Ok(PublishedPage {
            notion: Some(NotionPage { id: found.id, url: found.url, sent, properties }),
            ..PublishedPage::default()
        })
    }
}

/// No place was chosen.
fn unset() -> Failure {
    Failure::person(
        FailureCode::NotionPlaceUnset,
        "No Notion database or page was chosen for pages.",
        "Choose one in the settings; the job goes on by itself, and its transcript is safe.",
    )
}

#[async_trait]
impl PageSink for NotionSink {
    async fn ready(&self) -> Result<(), Failure> {
        self.opened().await.map(|_| ())
    }

    async fn publish(&self, page: &Page, cx: StageCx) -> StepResult<PublishedPage> {
        let stop = async {
            cx.stop_requested().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            published = self.publish_unless_stopped(page, &cx) => published,
            // What was under way may have been done; the bookmark says so.
            () = stop => Err(Stopped.into()),
        }
    }
}
