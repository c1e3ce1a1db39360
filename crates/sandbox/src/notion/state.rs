//! What Notion knows: workspaces, databases, pages and blocks, and what lies within what.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp, Unit};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::block::Kind;
use super::person::NotionPerson;
use super::rate::Rate;
use super::schema::Property;
use super::tokens::{Code, Refresh, Token};
use super::upload::Upload;
use crate::world::World;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            pub(super) fn new() -> $name {
                $name(Uuid::new_v4().to_string())
            }

            /// As text: a UUID with dashes.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> $name {
                $name(super::check::uuid(id).unwrap_or_else(|| id.to_owned()))
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids!(
    /// Names a workspace of Notion.
    WorkspaceId,
    /// Names a database of Notion.
    DatabaseId,
    /// Names a data source: a table of a database.
    DataSourceId,
    /// Names a page of Notion.
    PageId,
    /// Names a block of a page.
    BlockId
);

/// What Notion knows.
#[derive(Debug, Default)]
pub(crate) struct Notion {
    pub(super) workspaces: BTreeMap<WorkspaceId, Workspace>,
    pub(super) databases: BTreeMap<DatabaseId, Database>,
    pub(super) sources: BTreeMap<DataSourceId, DataSource>,
    pub(super) pages: BTreeMap<PageId, Page>,
    pub(super) blocks: BTreeMap<BlockId, Block>,
    pub(super) uploads: BTreeMap<String, Upload>,
    pub(super) tokens: BTreeMap<String, Token>,
    pub(super) codes: BTreeMap<String, Code>,
    pub(super) refresh: BTreeMap<String, Refresh>,
    pub(super) person: NotionPerson,
    pub(super) rate: Rate,
    pub(super) tokens_expire: bool,
    /// Things made so far: their order, where the clock is too coarse.
    pub(super) made: u64,
}

#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) name: String,
    pub(super) upload_at_most_bytes: u64,
    /// The people in it, by id.
    pub(super) people: BTreeMap<String, Human>,
}

#[derive(Debug)]
pub(super) struct Human {
    pub(super) name: String,
    pub(super) email: String,
}

/// When and by whom something was made and changed.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) at: Timestamp,
    pub(super) by: String,
    pub(super) edited: Timestamp,
    pub(super) edited_by: String,
    pub(super) number: u64,
}

#[derive(Debug)]
pub(super) struct Database {
    pub(super) workspace: WorkspaceId,
    pub(super) title: String,
    pub(super) sources: Vec<DataSourceId>,
    /// Nobody finds it, or anything in it, until it is restored.
    pub(super) removed: bool,
    pub(super) made: Made,
}

#[derive(Debug)]
pub(super) struct DataSource {
    pub(super) database: DatabaseId,
    pub(super) title: String,
    pub(super) icon: Value,
    pub(super) schema: Vec<Property>,
    pub(super) in_trash: bool,
    pub(super) made: Made,
}

/// What a page or a block lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parent {
    Workspace,
    DataSource(DataSourceId),
    Page(PageId),
    Block(BlockId),
}

#[derive(Debug)]
pub(super) struct Page {
    pub(super) workspace: WorkspaceId,
    pub(super) parent: Parent,
    /// By the id of the property, in the form in which they are read. Empty ones may be missing.
    pub(super) values: BTreeMap<String, Value>,
    pub(super) icon: Value,
    pub(super) cover: Value,
    pub(super) in_trash: bool,
    /// Blocks and pages within, in order; those in the trash keep their place.
    pub(super) children: Vec<String>,
    pub(super) made: Made,
}

#[derive(Debug)]
pub(super) struct Block {
    pub(super) parent: Parent,
    pub(super) kind: Kind,
    /// In the form in which it is read; an uploaded file is named by its `file_upload`.
    pub(super) content: Map<String, Value>,
    pub(super) in_trash: bool,
    pub(super) children: Vec<String>,
    pub(super) made: Made,
}

impl Parent {
    pub(super) fn id(&self) -> Option<&str> {
        match self {
            Parent::Workspace => None,
            Parent::DataSource(id) => Some(id.as_str()),
            Parent::Page(id) => Some(id.as_str()),
            Parent::Block(id) => Some(id.as_str()),
        }
    }
}

/// Notion tells the time of a change to the minute.
pub(super) fn minute(time: Timestamp) -> String {
    let minute = time.round(Unit::Minute).expect("a test stays within the calendar");
    let minute = if minute > time { minute - SignedDuration::from_mins(1) } else { minute };
    minute.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// The time of something that expires.
pub(super) fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Somebody, as little as Notion tells of them.
pub(super) fn user(id: &str) -> Value {
    json!({ "object": "user", "id": id })
}

impl Notion {
    /// Itself and everything that it lies in, nearest first. `None` where a part of that is not there.
    pub(super) fn lineage(&self, id: &str) -> Option<Vec<String>> {
        let mut lineage = vec![];
        let mut next = Some(id.to_owned());
        while let Some(id) = next {
            let above = if let Some(block) = self.blocks.get(id.as_str()) {
                block.parent.id()
            } else if let Some(page) = self.pages.get(id.as_str()) {
                page.parent.id()
            } else if let Some(source) = self.sources.get(id.as_str()) {
                Some(source.database.as_str())
            } else {
                let database = self.databases.get(id.as_str())?;
                if database.removed {
                    return None;
                }
                None
            };
            next = above.map(str::to_owned);
            lineage.push(id);
        }
        Some(lineage)
    }

    /// Whether it, or something that it lies in, was put into the trash.
    pub(super) fn is_in_trash(&self, id: &str) -> bool {
        self.lineage(id).is_none_or(|lineage| {
            lineage.iter().any(|id| {
                let id = id.as_str();
                self.blocks.get(id).is_some_and(|block| block.in_trash)
                    || self.pages.get(id).is_some_and(|page| page.in_trash)
                    || self.sources.get(id).is_some_and(|source| source.in_trash)
            })
        })
    }

    /// The workspace that something lies in.
    pub(super) fn workspace_of(&self, id: &str) -> Option<&WorkspaceId> {
        self.lineage(id)?.iter().find_map(|id| {
            let page = self.pages.get(id.as_str()).map(|page| &page.workspace);
            page.or_else(|| self.databases.get(id.as_str()).map(|database| &database.workspace))
        })
    }

    /// What a person or a bot is called.
    pub(super) fn name_of(&self, user: &str) -> &str {
        let human = self.workspaces.values().find_map(|workspace| workspace.people.get(user));
        let bot = || self.tokens.values().find(|token| token.standing.bot == user);
        let name = human.map(|human| human.name.as_str());
        name.or_else(|| bot().map(|token| token.standing.name.as_str())).unwrap_or("Somebody")
    }

    /// What lies directly within a page or a block.
    pub(super) fn children(&self, id: &str) -> &[String] {
        if let Some(page) = self.pages.get(id) {
            return &page.children;
        }
        self.blocks.get(id).map_or(&[], |block| &block.children)
    }

    pub(super) fn children_mut(&mut self, id: &str) -> Option<&mut Vec<String>> {
        match self.pages.get_mut(id) {
            Some(page) => Some(&mut page.children),
            None => self.blocks.get_mut(id).map(|block| &mut block.children),
        }
    }

    /// Those of them that are not in the trash.
    pub(super) fn shown(&self, id: &str) -> Vec<&str> {
        let shown = self.children(id).iter().map(String::as_str).filter(|child| {
            let block = self.blocks.get(*child).map(|block| block.in_trash);
            let page = || self.pages.get(*child).map(|page| page.in_trash);
            !block.or_else(page).unwrap_or(true)
        });
        shown.collect()
    }
}

impl World {
    /// Made now by `user`.
    pub(super) fn making(&mut self, user: &str) -> Made {
        let now = self.now();
        self.notion.made += 1;
        Made {
            at: now,
            by: user.to_owned(),
            edited: now,
            edited_by: user.to_owned(),
            number: self.notion.made,
        }
    }

    /// Notes that something was changed by `user`, and with it the page that it is on.
    pub(super) fn edited(&mut self, id: &str, user: &str) {
        let now = self.now();
        let touch = |made: &mut Made| {
            made.edited = now;
            user.clone_into(&mut made.edited_by);
        };
        let lineage = self.notion.lineage(id).unwrap_or_default();
        for (distance, id) in lineage.iter().enumerate() {
            let id = id.as_str();
            if let Some(page) = self.notion.pages.get_mut(id) {
                touch(&mut page.made);
                return;
            }
            if distance > 0 {
                continue;
            }
            if let Some(block) = self.notion.blocks.get_mut(id) {
                touch(&mut block.made);
            } else if let Some(source) = self.notion.sources.get_mut(id) {
                touch(&mut source.made);
                return;
            }
        }
    }
}
