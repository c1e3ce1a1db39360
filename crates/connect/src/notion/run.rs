//! One publish under way: finding the job's page, writing it, going on with it, changing what is to be changed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use debrief_core::failure::{Failure, Warning};
use debrief_core::job::NotionPlace;
use debrief_core::page::Page;
use debrief_core::ports::{NotionPage, SentBlock};
use debrief_core::stage::{Progress, StageCx, StepResult};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::blocks::ICON;
use super::client::Notion;
use super::digest::digest;
use super::errors::NotionError;
use super::lookup::Sought;
use super::merge::{Change, Present, plan};
use super::node::Node;
use super::pack::{children, first_request};
use super::places::Opened;
use super::schema::Mapping;

/// Where an unfinished publish goes on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Bookmark {
    /// A page may have been made since then, though nobody said so.
    pub(super) creating_since: Option<Timestamp>,
    pub(super) page: Option<PageRef>,
    /// Blocks at the page's top level that Notion has said it has.
    pub(super) acknowledged: usize,
    /// What those blocks say, and what the ones say that were sent last. Should the page have to say something else before
    /// it is whole, they are known for Debrief's own by this.
    #[serde(default)]
    pub(super) sent: Vec<SentBlock>,
    #[serde(default)]
    pub(super) begun: Vec<SentBlock>,
    /// Digests of the properties that the page was made with.
    #[serde(default)]
    pub(super) properties: BTreeMap<String, String>,
    /// Uploads that no page is known to use yet.
    pub(super) uploads: BTreeMap<PathBuf, Upload>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Upload {
    pub(super) id: String,
    pub(super) at: Timestamp,
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
pub(super) struct Run<'r> {
    pub(super) notion: &'r Notion,
    pub(super) page: &'r Page,
    pub(super) cx: &'r StageCx,
    pub(super) bookmark: Bookmark,
    pub(super) nodes: Vec<Node>,
    pub(super) done_blocks: usize,
}

impl Run<'_> {
    pub(super) fn save(&self) -> Result<(), Failure> {
        let total = self.nodes.len().max(1);
        self.cx.save_bookmark(&self.bookmark, self.bookmark.acknowledged as f64 / total as f64)
    }

    /// The page of this job, if there is one already: from the bookmark, from an earlier run, or found by its marker.
    pub(super) async fn page_there(
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
    pub(super) async fn write(
        &mut self,
        opened: &Opened,
        values: &BTreeMap<String, Value>,
    ) -> StepResult<PageRef> {
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
        self.bookmark.sent.clear();
        self.bookmark.properties = digests(values);
        self.begin(count)?;
        let created = self.notion.post(&["pages"], &body).await.map_err(Failure::from)?;
        let found = PageRef::of(&created).map_err(Failure::from)?;
        self.bookmark.page = Some(found.clone());
        self.acknowledge(count)?;
        while self.bookmark.acknowledged < self.nodes.len() {
            let from = self.bookmark.acknowledged;
            let count = first_request(&self.nodes[from..], 0);
            let body = json!({ "children": children(&self.nodes[from..from + count]) });
            self.cx.check_stopped()?;
            self.begin(count)?;
            self.notion.append(&["blocks", &found.id, "children"], &body).await.map_err(Failure::from)?;
            self.acknowledge(count)?;
        }
        Ok(found)
    }

    /// From here on these blocks may be there.
    fn begin(&mut self, count: usize) -> Result<(), Failure> {
        let from = self.bookmark.acknowledged;
        self.bookmark.begun = self.nodes[from..from + count].iter().map(Node::sent).collect();
        self.save()
    }

    fn acknowledge(&mut self, count: usize) -> Result<(), Failure> {
        let from = self.bookmark.acknowledged;
        self.told(self.nodes[from..from + count].iter().map(Node::count).sum());
        self.bookmark.acknowledged += count;
        self.bookmark.sent.append(&mut self.bookmark.begun);
        self.save()
    }

    fn told(&mut self, blocks: usize) {
        self.done_blocks += blocks;
        let total = self.nodes.iter().map(Node::count).sum::<usize>().max(self.done_blocks);
        self.cx.progress(Progress::items(self.done_blocks, total));
    }

    /// Brings a page that is there to what it should say. `sent` is what it was sent by a finished run.
    pub(super) async fn mend(&mut self, found: &PageRef, sent: &[SentBlock]) -> StepResult<()> {
        self.bookmark.page = Some(found.clone());
        self.save()?;
        let begins_anew = sent.is_empty() && self.says_something_else();
        let present = self.present(found, sent.is_empty() && !begins_anew).await?;
        let own = if begins_anew { self.sent_of(&present) } else { Vec::new() };
        let plan = plan(if begins_anew { &own } else { sent }, &present, &self.nodes);
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

    /// Whether an interrupted first writing is to go on with other words than it began with.
    fn says_something_else(&self) -> bool {
        let mut wanted = self.nodes.iter().map(Node::sent);
        self.bookmark.sent.iter().chain(&self.bookmark.begun).any(|sent| wanted.next().as_ref() != Some(sent))
    }

    /// What was sent of it. Of the last request nobody knows but by what is there: Notion does all of one or nothing.
    fn sent_of(&self, present: &[Present]) -> Vec<SentBlock> {
        let is_there = |sent: &SentBlock| present.iter().any(|block| block.digest == sent.digest);
        let begun =
            if self.bookmark.begun.iter().all(is_there) { self.bookmark.begun.as_slice() } else { &[] };
        self.bookmark.sent.iter().chain(begun).cloned().collect()
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
    pub(super) async fn set_properties(
        &self,
        found: &PageRef,
        sent: &BTreeMap<String, String>,
        values: &BTreeMap<String, Value>,
    ) -> StepResult<()> {
        let is_new = |(id, value): &(&String, &Value)| sent.get(*id) != Some(&hash(value));
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

/// The hashes of properties, by their ids.
pub(super) fn digests(values: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    values.iter().map(|(id, value)| (id.clone(), hash(value))).collect()
}

/// The hash of a property. It is kept for years, so it must not depend on the order in which its fields were written.
fn hash(value: &Value) -> String {
    let hash = Sha256::digest(by_name(value).to_string().as_bytes());
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The same value with the fields of every object in the order of their names.
fn by_name(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<&String, Value> =
                fields.iter().map(|(name, value)| (name, by_name(value))).collect();
            fields.into_iter().map(|(name, value)| (name.clone(), value)).collect()
        }
        Value::Array(items) => items.iter().map(by_name).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_keeps_the_hash_that_earlier_versions_gave_it() {
        let one: Value =
            serde_json::from_str(r#"{"rich_text":[{"type":"text","text":{"content":"x"}}]}"#).unwrap();
        let two: Value =
            serde_json::from_str(r#"{"rich_text":[{"text":{"content":"x"},"type":"text"}]}"#).unwrap();
        assert_eq!(hash(&one), "c9f8b93ce59ecadc");
        assert_eq!(hash(&two), hash(&one));
    }
}
