//! Objects as Notion answers with them.

use serde_json::{Map, Value, json};

use super::check::{At, Checked};
use super::error::ApiError;
use super::rich_text::plain;
use super::schema;
use super::state::{
    Block, BlockId, DataSource, DataSourceId, Database, DatabaseId, Made, Page, PageId, Parent, minute, user,
};
use super::tokens::Caller;
use super::values;
use crate::world::World;

/// Items of a list in one answer.
pub(super) const PAGE_SIZE_AT_MOST: usize = 100;

/// Which part of a list is wanted.
pub(super) struct Window {
    size: usize,
    start: Option<String>,
}

impl Window {
    /// `start_cursor` and `page_size` of a body.
    pub(super) fn of(body: &At<'_>) -> Checked<Window> {
        let size = match body.field("page_size").given() {
            Some(size) => size.whole(1, PAGE_SIZE_AT_MOST as u64)?,
            None => PAGE_SIZE_AT_MOST as u64,
        };
        let start = match body.field("start_cursor").filled() {
            Some(start) => Some(start.id()?),
            None => None,
        };
        Ok(Window { size: usize::try_from(size).expect("at most a hundred"), start })
    }

    /// The part of a list of `ids` whose items are told by `tell`. A cursor is the id of the next item.
    pub(super) fn list(&self, kind: &str, ids: &[String], tell: impl Fn(&str) -> Value) -> Checked<Value> {
        let from = match &self.start {
            Some(start) => ids
                .iter()
                .position(|id| id == start)
                .ok_or_else(|| ApiError::invalid(format!("The start_cursor provided is invalid: {start}")))?,
            None => 0,
        };
        let results: Vec<Value> = ids[from..].iter().take(self.size).map(|id| tell(id)).collect();
        let next = ids.get(from + self.size);
        Ok(json!({
            "object": "list",
            "type": kind,
            kind: {},
            "results": results,
            "has_more": next.is_some(),
            "next_cursor": next,
        }))
    }
}

impl World {
    pub(super) fn page_url(&self, id: &str) -> String {
        format!("{}{}/{}", self.address, super::VIEW_PATH, id.replace('-', ""))
    }

    fn parent_object(&self, parent: &Parent) -> Value {
        match parent {
            Parent::Workspace => json!({ "type": "workspace", "workspace": true }),
            Parent::DataSource(id) => {
                let database = self.notion.sources.get(id).map(|source| source.database.as_str());
                json!({ "type": "data_source_id", "data_source_id": id.as_str(), "database_id": database })
            }
            Parent::Page(id) => json!({ "type": "page_id", "page_id": id.as_str() }),
            Parent::Block(id) => json!({ "type": "block_id", "block_id": id.as_str() }),
        }
    }

    pub(super) fn page_object(&self, id: &PageId, page: &Page) -> Value {
        let in_trash = self.notion.is_in_trash(id.as_str());
        json!({
            "object": "page",
            "id": id.as_str(),
            "created_time": minute(page.made.at),
            "created_by": user(&page.made.by),
            "last_edited_time": minute(page.made.edited),
            "last_edited_by": user(&page.made.edited_by),
            "in_trash": in_trash,
            "archived": in_trash,
            "is_archived": false,
            "is_locked": false,
            "url": self.page_url(id.as_str()),
            "public_url": null,
            "parent": self.parent_object(&page.parent),
            "properties": self.signed(values::properties(&self.notion, page)),
            "icon": self.signed(page.icon.clone()),
            "cover": self.signed(page.cover.clone()),
        })
    }

    pub(super) fn database_object(&self, id: &DatabaseId, database: &Database) -> Value {
        let sources = database.sources.iter().filter_map(|id| {
            let source = self.notion.sources.get(id)?;
            Some(json!({ "id": id.as_str(), "name": source.title }))
        });
        json!({
            "object": "database",
            "id": id.as_str(),
            "title": plain(&database.title),
            "description": [],
            "parent": { "type": "workspace", "workspace": true },
            "is_inline": false,
            "in_trash": false,
            "archived": false,
            "is_locked": false,
            "created_time": minute(database.made.at),
            "last_edited_time": minute(database.made.edited),
            "data_sources": sources.collect::<Vec<_>>(),
            "icon": null,
            "cover": null,
            "url": self.page_url(id.as_str()),
            "public_url": null,
        })
    }

    pub(super) fn source_object(&self, id: &DataSourceId, source: &DataSource) -> Value {
        json!({
            "object": "data_source",
            "id": id.as_str(),
            "title": plain(&source.title),
            "description": [],
            "parent": { "type": "database_id", "database_id": source.database.as_str() },
            "database_parent": { "type": "workspace", "workspace": true },
            "is_inline": false,
            "in_trash": source.in_trash,
            "archived": source.in_trash,
            "created_time": minute(source.made.at),
            "created_by": user(&source.made.by),
            "last_edited_time": minute(source.made.edited),
            "last_edited_by": user(&source.made.edited_by),
            "properties": schema::objects(&source.schema),
            "icon": self.signed(source.icon.clone()),
            "cover": null,
            "url": self.page_url(source.database.as_str()),
            "public_url": null,
        })
    }

    /// A block, or a page in the form of a block.
    pub(super) fn block_object(&self, id: &str) -> Value {
        if let Some(page) = self.notion.pages.get(id) {
            let title = self.notion.title_of(id).unwrap_or_default();
            let parent = self.parent_object(&page.parent);
            return self.block_of(id, "child_page", json!({ "title": title }), parent, &page.made);
        }
        let Some(block) = self.notion.blocks.get(id) else { return Value::Null };
        let Block { parent, kind, content, made, .. } = block;
        let content = self.signed(Value::Object(content.clone()));
        self.block_of(id, kind.name(), content, self.parent_object(parent), made)
    }

    fn block_of(&self, id: &str, kind: &str, content: Value, parent: Value, made: &Made) -> Value {
        let in_trash = self.notion.is_in_trash(id);
        json!({
            "object": "block",
            "id": id,
            "parent": parent,
            "created_time": minute(made.at),
            "created_by": user(&made.by),
            "last_edited_time": minute(made.edited),
            "last_edited_by": user(&made.edited_by),
            "has_children": !self.notion.shown(id).is_empty(),
            "in_trash": in_trash,
            "archived": in_trash,
            "type": kind,
            kind: content,
        })
    }

    /// Uploaded files are read back as files of Notion's, with an address that expires.
    fn signed(&self, value: Value) -> Value {
        match value {
            Value::Array(items) => items.into_iter().map(|item| self.signed(item)).collect(),
            Value::Object(fields) => {
                let upload = fields.get("file_upload").and_then(|upload| upload["id"].as_str());
                let file = upload.and_then(|id| self.signed_file(id));
                let mut signed: Map<String, Value> = fields
                    .into_iter()
                    .filter(|(name, _)| file.is_none() || name != "file_upload")
                    .map(|(name, value)| (name, self.signed(value)))
                    .collect();
                if let Some(file) = file {
                    signed.insert("type".to_owned(), "file".into());
                    signed.insert("file".to_owned(), file);
                }
                signed.into()
            }
            value @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => value,
        }
    }

    /// A page that the caller sees.
    pub(super) fn seen_page(&self, caller: &Caller, id: &str) -> Checked<(PageId, &Page)> {
        let page = self.notion.pages.get(id).filter(|_| caller.sees(self, id));
        let page = page.ok_or_else(|| ApiError::not_found("page", id, &caller.standing.name))?;
        Ok((PageId::from(id), page))
    }

    pub(super) fn seen_source(&self, caller: &Caller, id: &str) -> Checked<(DataSourceId, &DataSource)> {
        let source = self.notion.sources.get(id).filter(|_| caller.sees(self, id));
        let source = source.ok_or_else(|| ApiError::not_found("data source", id, &caller.standing.name))?;
        Ok((DataSourceId::from(id), source))
    }

    /// A block or a page that the caller sees, as something that blocks lie in.
    pub(super) fn seen_block(&self, caller: &Caller, id: &str) -> Checked<Parent> {
        let is_page = self.notion.pages.contains_key(id);
        let there = is_page || self.notion.blocks.contains_key(id);
        if !there || !caller.sees(self, id) {
            return Err(ApiError::not_found("block", id, &caller.standing.name));
        }
        Ok(if is_page { Parent::Page(PageId::from(id)) } else { Parent::Block(BlockId::from(id)) })
    }

    /// What is in the trash, or lies in something that is, cannot be changed.
    pub(super) fn editable(&self, id: &str) -> Checked<()> {
        let in_trash = |id: &str| {
            self.notion.blocks.get(id).is_some_and(|block| block.in_trash)
                || self.notion.pages.get(id).is_some_and(|page| page.in_trash)
        };
        if in_trash(id) {
            let why = "Can't edit block that is archived. You must unarchive the block before editing.";
            return Err(ApiError::invalid(why));
        }
        if self.notion.is_in_trash(id) {
            let why = "Can't edit page on block with an archived ancestor. You must unarchive the ancestor before \
                editing page.";
            return Err(ApiError::invalid(why));
        }
        Ok(())
    }
}
