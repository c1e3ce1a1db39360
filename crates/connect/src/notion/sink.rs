//! Notion as a destination: each page once, whole, and without touching what people wrote.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode, Warning};
use debrief_core::job::NotionPlace;
use debrief_core::page::{Block, Page, PropertyKind, PropertyValue};
use debrief_core::ports::{NotionPage, PageSink, PublishedPage, SentBlock};
use debrief_core::stage::{Progress, StageCx, StepResult, Stopped};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::blocks::{ICON, Uploads, blocks};
use super::client::Notion;
use super::digest::digest;
use super::errors::NotionError;
use super::lookup::Sought;
use super::merge::{Change, Present, plan};
use super::node::Node;
use super::pack::{children, first_request};
use super::places::Opened;
use super::schema::{Choices, Mapping};
use super::upload::{GOOD_FOR, USUAL_LIMIT_BYTES, played_as};

/// A request that is under way when the person stops the job has this long to be answered.
const GRACE: Duration = Duration::from_millis(700);

/// Writes pages into one place in Notion.
pub struct NotionSink {
    notion: Notion,
    place: Option<NotionPlace>,
    choices: Choices,
    upload_recording: bool,
    upload_attachments: bool,
}

/// Where an unfinished publish goes on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Bookmark {
    /// A page may have been made since then, though nobody said so.
    creating_since: Option<Timestamp>,
    page: Option<PageRef>,
    /// Blocks at the page's top level that Notion has said it has.
    acknowledged: usize,
    /// Uploads that no page is known to use yet.
    uploads: BTreeMap<PathBuf, Upload>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Upload {
    id: String,
    at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PageRef {
    pub(super) id: String,
    pub(super) url: String,
}

impl PageRef {
    pub(super) fn of(page: &Value) -> Result<PageRef, NotionError> {
        let text = |key: &str| page[key].as_str().map(str::to_owned);
        match (text("id"), text("url")) {
            (Some(id), Some(url)) => Ok(PageRef { id, url }),
            (None, _) | (_, None) => Err(NotionError::NoAnswer("the answer holds no page".to_owned())),
        }
    }
}

/// One publish under way.
struct Run<'r> {
    notion: &'r Notion,
    page: &'r Page,
    cx: &'r StageCx,
    bookmark: Bookmark,
    nodes: Vec<Node>,
    done_blocks: usize,
}

impl NotionSink {
    /// Pages go to `place`, their facts to the properties of the person's `choices`.
    pub fn new(notion: Notion, place: Option<NotionPlace>, choices: Choices) -> NotionSink {
        NotionSink { notion, place, choices, upload_recording: false, upload_attachments: false }
    }

    /// The same sink, which puts the recording itself and its documents on the page.
    #[must_use]
    pub fn uploading(self, recording: bool, attachments: bool) -> NotionSink {
        NotionSink { upload_recording: recording, upload_attachments: attachments, ..self }
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
        let uploads = self.uploads(&mut run, earlier.as_ref()).await?;
        let with_marker = mapping.debrief_id().is_none();
        let values = match opened.found.place {
            NotionPlace::DataSource(_) | NotionPlace::Database(_) => mapping.values(page),
            NotionPlace::Page(_) => {
                let title = json!({ "title": super::rich_text::one_block(&page.title) });
                BTreeMap::from([("title".to_owned(), title)])
            }
        };
        run.nodes = blocks(page, &mapping.elsewhere(&values), with_marker, &uploads);
        let there = run.page_there(&opened, &mapping, earlier.as_ref()).await?;
        let found = match there {
            Some(found) => {
                if let Some(earlier) = &earlier {
                    run.set_properties(&found, earlier, &values).await?;
                }
                run.mend(&found, earlier.as_ref().map_or(&[], |earlier| earlier.sent.as_slice())).await?;
                found
            }
            None => run.write(&opened, &values).await?,
        };
        let sent = run.nodes.iter().map(Node::sent).collect();
        let properties = values.iter().map(|(id, value)| (id.clone(), hash(value))).collect();
        Ok(PublishedPage {
            notion: Some(NotionPage { id: found.id, url: found.url, sent, properties }),
            ..PublishedPage::default()
        })
    }

    /// Brings the recording and its documents to Notion, as far as that is wanted and allowed.
    async fn uploads(&self, run: &mut Run<'_>, earlier: Option<&NotionPage>) -> StepResult<Uploads> {
        let mut uploads = Uploads::default();
        if !self.upload_recording && !self.upload_attachments {
            return Ok(uploads);
        }
        let limit = self.notion.me().await?.upload_limit_bytes.unwrap_or(USUAL_LIMIT_BYTES);
        if self.upload_recording {
            let name = recording_name(run.page);
            match played_as(&name) {
                Some((kind, content_type)) => {
                    let wanted = Wanted {
                        kind,
                        content_type,
                        name: &name,
                        file: &run.page.recording_file,
                        caption: "",
                    };
                    let id = run.upload(&wanted, limit, earlier).await?;
                    uploads.recording = id.map(|id| (id, kind));
                }
                None => run.not_uploaded(&name, "Notion plays no files of this kind."),
            }
        }
        if self.upload_attachments {
            for (name, file) in documents(run.page) {
                let ending = if name.to_lowercase().ends_with(".pdf") { "" } else { ".pdf" };
                let file_name = format!("{name}{ending}");
                let wanted = Wanted {
                    kind: "pdf",
                    content_type: "application/pdf",
                    name: &file_name,
                    file: &file,
                    caption: &name,
                };
                if let Some(id) = run.upload(&wanted, limit, earlier).await? {
                    uploads.documents.insert(file, id);
                }
            }
        }
        Ok(uploads)
    }
}

/// A file to bring to Notion.
struct Wanted<'w> {
    kind: &'static str,
    content_type: &'static str,
    name: &'w str,
    file: &'w Path,
    caption: &'w str,
}

fn recording_name(page: &Page) -> String {
    let recording = page.properties.iter().find(|property| property.kind == PropertyKind::Recording);
    match recording.map(|recording| &recording.value) {
        Some(PropertyValue::Link { text, .. }) => text.clone(),
        Some(PropertyValue::Text(_) | PropertyValue::Names(_)) | None => String::new(),
    }
}

fn documents(page: &Page) -> Vec<(String, PathBuf)> {
    let document = |block: &Block| match block {
        Block::Attachment { name, file: Some(file), .. } => Some((name.clone(), file.clone())),
        Block::Attachment { file: None, .. }
        | Block::Heading { .. }
        | Block::Subheading { .. }
        | Block::Prose(_)
        | Block::Note(_)
        | Block::Warning(_)
        | Block::Point { .. }
        | Block::Todo { .. }
        | Block::Utterance { .. } => None,
    };
    page.blocks.iter().filter_map(document).collect()
}

impl Run<'_> {
    fn save(&self) -> Result<(), Failure> {
        let total = self.nodes.len().max(1);
        self.cx.save_bookmark(&self.bookmark, self.bookmark.acknowledged as f64 / total as f64)
    }

    fn not_uploaded(&self, name: &str, why: &str) {
        let text = format!("{name} was not uploaded to Notion: {why} The page links to it instead.");
        self.cx.warn(Warning::new("not_uploaded", text));
    }

    /// `None` when it stays a link.
    async fn upload(
        &mut self,
        wanted: &Wanted<'_>,
        limit: u64,
        earlier: Option<&NotionPage>,
    ) -> StepResult<Option<String>> {
        // What is on the page already stays there; Notion is never sent this id.
        let node = super::blocks::file(wanted.kind, "", wanted.caption).sent();
        if earlier.is_some_and(|earlier| earlier.sent.contains(&node)) {
            return Ok(Some(String::new()));
        }
        let now = Timestamp::now();
        let kept = self.bookmark.uploads.get(wanted.file);
        if let Some(kept) = kept.filter(|kept| now.duration_since(kept.at).unsigned_abs() < GOOD_FOR) {
            return Ok(Some(kept.id.clone()));
        }
        let Ok(metadata) = tokio::fs::metadata(wanted.file).await else {
            self.not_uploaded(wanted.name, "it is no longer on this computer.");
            return Ok(None);
        };
        if metadata.len() > limit {
            let why = format!("it is larger than the {} MB that this workspace takes.", limit >> 20);
            self.not_uploaded(wanted.name, &why);
            return Ok(None);
        }
        let id = self.notion.upload(wanted.file, wanted.name, wanted.content_type, self.cx).await?;
        self.bookmark.uploads.insert(wanted.file.to_owned(), Upload { id: id.clone(), at: now });
        self.save()?;
        Ok(Some(id))
    }

    /// The page of this job, if there is one already: from the bookmark, from an earlier run, or found by its marker.
    async fn page_there(
        &self,
        opened: &Opened,
        mapping: &Mapping,
        earlier: Option<&NotionPage>,
    ) -> StepResult<Option<PageRef>> {
        let known = self.bookmark.page.as_ref().map(|page| page.id.as_str());
        if let Some(id) = known.or(earlier.map(|earlier| earlier.id.as_str())) {
            match self.notion.get(&["pages", id], &[]).await {
                Ok(page) => {
                    if page["in_trash"] == Value::Bool(true) {
                        let back = json!({ "in_trash": false });
                        self.notion.set(&["pages", id], &back).await.map_err(Failure::from)?;
                    }
                    return Ok(Some(PageRef::of(&page).map_err(Failure::from)?));
                }
                // The place is there, so this page is gone for good.
                Err(NotionError::NotFound(_)) => {}
                Err(error) => return Err(Failure::from(error).into()),
            }
        }
        let Some(since) = self.bookmark.creating_since else { return Ok(None) };
        let sought = Sought { page: self.page, place: &opened.found.place, mapping, since };
        Ok(self.notion.find_page(&sought).await.map_err(Failure::from)?)
    }

    /// Creates the page and fills it, in as few requests as the limits allow.
    async fn write(&mut self, opened: &Opened, values: &BTreeMap<String, Value>) -> StepResult<PageRef> {
        let mut body = json!({ "icon": { "type": "emoji", "emoji": ICON }, "properties": values });
        match &opened.found.place {
            NotionPlace::DataSource(id) | NotionPlace::Database(id) => {
                body["parent"] = json!({ "type": "data_source_id", "data_source_id": id });
            }
            NotionPlace::Page(id) => body["parent"] = json!({ "type": "page_id", "page_id": id }),
        }
        let count = first_request(&self.nodes, body.to_string().len());
        body["children"] = children(&self.nodes[..count]);
        self.cx.check_stopped()?;
        // From here on a page may exist that nobody knows of.
        self.bookmark.creating_since.get_or_insert_with(Timestamp::now);
        self.bookmark.page = None;
        self.bookmark.acknowledged = 0;
        self.save()?;
        let created = self.notion.post(&["pages"], &body).await.map_err(Failure::from)?;
        let found = PageRef::of(&created).map_err(Failure::from)?;
        self.bookmark.page = Some(found.clone());
        self.acknowledge(count)?;
        while self.bookmark.acknowledged < self.nodes.len() {
            let from = self.bookmark.acknowledged;
            let count = first_request(&self.nodes[from..], 0);
            let body = json!({ "children": children(&self.nodes[from..from + count]) });
            self.cx.check_stopped()?;
            self.notion.append(&["blocks", &found.id, "children"], &body).await.map_err(Failure::from)?;
            self.acknowledge(count)?;
        }
        Ok(found)
    }

    fn acknowledge(&mut self, count: usize) -> Result<(), Failure> {
        let from = self.bookmark.acknowledged;
        self.told(self.nodes[from..from + count].iter().map(Node::count).sum());
        self.bookmark.acknowledged += count;
        self.save()
    }

    fn told(&mut self, blocks: usize) {
        self.done_blocks += blocks;
        let total = self.nodes.iter().map(Node::count).sum::<usize>().max(self.done_blocks);
        self.cx.progress(Progress::items(self.done_blocks, total));
    }

    /// Brings a page that is there to what it should say. `sent` is what it was sent by a finished run.
    async fn mend(&mut self, found: &PageRef, sent: &[SentBlock]) -> StepResult<()> {
        self.bookmark.page = Some(found.clone());
        self.save()?;
        let present = self.present(found, sent.is_empty()).await?;
        let plan = plan(sent, &present, &self.nodes);
        let nodes = self.nodes.clone();
        self.apply(&found.id, &plan.changes, &nodes).await?;
        if plan.kept_edits > 0 {
            let text = format!(
                "{} blocks of the Notion page were changed by hand and are kept as they are.",
                plan.kept_edits
            );
            self.cx.warn(Warning::new("page_edited", text));
        }
        Ok(())
    }

    /// What is on the page. Blocks that Notion has acknowledged are taken to be whole when a first writing goes on.
    async fn present(&self, found: &PageRef, goes_on: bool) -> StepResult<Vec<Present>> {
        let wanted: Vec<SentBlock> = self.nodes.iter().map(Node::sent).collect();
        let whole = if goes_on { self.bookmark.acknowledged.min(wanted.len()) } else { 0 };
        let mut next = 0;
        let mut present = Vec::new();
        for block in self.notion.list(&["blocks", &found.id, "children"]).await.map_err(Failure::from)? {
            let digest = digest(&block);
            let id = block["id"].as_str().unwrap_or_default().to_owned();
            let acknowledged =
                wanted[next..whole.max(next)].iter().position(|wanted| wanted.digest == digest);
            let inside = match acknowledged {
                Some(skipped) => {
                    next += skipped + 1;
                    wanted[next - 1].inside.iter().map(assumed).collect()
                }
                None => self.inside(&block).await?,
            };
            present.push(Present { id, digest, inside });
        }
        Ok(present)
    }

    async fn inside(&self, block: &Value) -> StepResult<Vec<Present>> {
        let id = block["id"].as_str().unwrap_or_default();
        // Pages and databases inside are the person's own, however much is in them.
        let is_own = matches!(block["type"].as_str(), Some("child_page" | "child_database"));
        if block["has_children"] != Value::Bool(true) || is_own {
            return Ok(Vec::new());
        }
        self.cx.check_stopped()?;
        let mut present = Vec::new();
        for block in self.notion.list(&["blocks", id, "children"]).await.map_err(Failure::from)? {
            let inside = Box::pin(self.inside(&block)).await?;
            let id = block["id"].as_str().unwrap_or_default().to_owned();
            present.push(Present { id, digest: digest(&block), inside });
        }
        Ok(present)
    }

    async fn apply(&mut self, parent: &str, changes: &[Change], nodes: &[Node]) -> StepResult<()> {
        for change in changes {
            self.cx.check_stopped()?;
            match change {
                Change::Insert { after, from, to } => {
                    self.insert(parent, after.clone(), &nodes[*from..*to]).await?;
                }
                Change::Rewrite { id, wanted } => {
                    let body = nodes[*wanted].patch();
                    self.notion.set(&["blocks", id], &body).await.map_err(Failure::from)?;
                }
                Change::Inside { id, wanted, changes } => {
                    Box::pin(self.apply(id, changes, &nodes[*wanted].inside)).await?;
                }
                Change::Delete { id } => match self.notion.delete(&["blocks", id]).await {
                    // Somebody was faster.
                    Ok(_) | Err(NotionError::NotFound(_)) => {}
                    Err(error) => return Err(Failure::from(error).into()),
                },
            }
        }
        Ok(())
    }

    async fn insert(&mut self, parent: &str, after: Option<String>, nodes: &[Node]) -> StepResult<()> {
        let (mut after, mut rest) = (after, nodes);
        while !rest.is_empty() {
            let count = first_request(rest, 0);
            let position = match &after {
                Some(id) => json!({ "type": "after_block", "after_block": { "id": id } }),
                None => json!({ "type": "start" }),
            };
            let body = json!({ "children": children(&rest[..count]), "position": position });
            self.cx.check_stopped()?;
            let answer =
                self.notion.append(&["blocks", parent, "children"], &body).await.map_err(Failure::from)?;
            let last = answer["results"].as_array().and_then(|blocks| blocks.last());
            after = last.and_then(|block| block["id"].as_str()).map(str::to_owned);
            if after.is_none() {
                return Err(Failure::from(NotionError::NoAnswer("no blocks in the answer".to_owned())).into());
            }
            self.told(rest[..count].iter().map(Node::count).sum());
            rest = &rest[count..];
        }
        Ok(())
    }

    /// Sets those properties that would say something else than they were sent.
    async fn set_properties(
        &self,
        found: &PageRef,
        earlier: &NotionPage,
        values: &BTreeMap<String, Value>,
    ) -> StepResult<()> {
        let is_new = |(id, value): &(&String, &Value)| earlier.properties.get(*id) != Some(&hash(value));
        let changed: BTreeMap<&String, &Value> = values.iter().filter(is_new).collect();
        if changed.is_empty() {
            return Ok(());
        }
        self.cx.check_stopped()?;
        let body = json!({ "properties": changed });
        match self.notion.set(&["pages", &found.id], &body).await {
            // The page was moved to a database with other properties.
            Ok(_) | Err(NotionError::Invalid { .. }) => Ok(()),
            Err(error) => Err(Failure::from(error).into()),
        }
    }
}

fn assumed(block: &SentBlock) -> Present {
    Present {
        id: String::new(),
        digest: block.digest.clone(),
        inside: block.inside.iter().map(assumed).collect(),
    }
}

fn hash(value: &Value) -> String {
    let hash = Sha256::digest(value.to_string().as_bytes());
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
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
