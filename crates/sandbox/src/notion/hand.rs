//! What a test arranges and looks at, and what a person does by hand.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::block::{Reader, Within};
use super::check::{At, Checked, uuid};
use super::rich_text::plain;
use super::schema;
use super::state::{BlockId, DataSource, DataSourceId, Database, DatabaseId, PageId, Parent, WorkspaceId};
use super::tokens::{Caller, Whose};
use super::values;
use crate::world::World;

/// Who made what a test arranges.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

impl World {
    /// Adds a page at the top of a workspace.
    pub fn add_notion_page(&mut self, ws: &WorkspaceId, title: &str) -> PageId {
        let values = BTreeMap::from([("title".to_owned(), plain(title))]);
        self.make_page(ws, Parent::Workspace, values, NOBODY)
    }

    /// Adds a database at the top of a workspace, with its data sources: name and properties of each, in the form of a
    /// request: `{"Name":{"title":{}},"Date":{"date":{}}}`.
    ///
    /// # Panics
    /// When Notion would refuse the properties.
    pub fn add_database(&mut self, ws: &WorkspaceId, title: &str, sources: &[(&str, Value)]) -> DatabaseId {
        let id = DatabaseId::new();
        let database = Database {
            workspace: ws.clone(),
            title: title.to_owned(),
            sources: vec![],
            removed: false,
            made: self.making(NOBODY),
        };
        self.notion.databases.insert(id.clone(), database);
        for (title, properties) in sources {
            let source = DataSource {
                database: id.clone(),
                title: (*title).to_owned(),
                icon: Value::Null,
                schema: expected(schema::declared(properties)),
                in_trash: false,
                made: self.making(NOBODY),
            };
            let source_id = DataSourceId::new();
            self.notion.sources.insert(source_id.clone(), source);
            if let Some(database) = self.notion.databases.get_mut(&id) {
                database.sources.push(source_id);
            }
        }
        id
    }

    /// The data sources of a database, in order.
    #[must_use]
    pub fn data_sources(&self, db: &DatabaseId) -> Vec<DataSourceId> {
        self.notion.databases.get(db).map(|database| database.sources.clone()).unwrap_or_default()
    }

    /// Adds a property to a data source, changes it, or removes it.
    ///
    /// # Panics
    /// When Notion would refuse the property.
    pub fn set_property(&mut self, ds: &DataSourceId, name: &str, schema: Option<Value>) {
        let Some(source) = self.notion.sources.get(ds) else { return };
        let change = json!({ name: schema });
        let schema = expected(schema::changed(&source.schema, &At::new("properties", Some(&change))));
        self.adopt_schema(ds.as_str(), schema);
    }

    /// Takes a database away, with everything in it: nobody finds it any more.
    pub fn remove_database(&mut self, db: &DatabaseId) {
        if let Some(database) = self.notion.databases.get_mut(db) {
            database.removed = true;
        }
    }

    /// Brings a database back.
    pub fn restore_database(&mut self, db: &DatabaseId) {
        if let Some(database) = self.notion.databases.get_mut(db) {
            database.removed = false;
        }
    }

    /// The pages directly in a data source or a page that are not in the trash, oldest first.
    #[must_use]
    pub fn pages_of(&self, parent: &str) -> Vec<Value> {
        let parent = usual(parent);
        let pages = self.notion.pages.iter().filter(|(id, page)| {
            page.parent.id() == Some(parent.as_str()) && !self.notion.is_in_trash(id.as_str())
        });
        let mut pages: Vec<_> = pages.collect();
        pages.sort_by_key(|(_, page)| page.made.number);
        pages.into_iter().map(|(id, page)| self.page_object(id, page)).collect()
    }

    /// A page as Notion tells of it, also from the trash.
    #[must_use]
    pub fn notion_page(&self, id: &str) -> Option<Value> {
        let (id, page) = self.notion.pages.get_key_value(usual(id).as_str())?;
        Some(self.page_object(id, page))
    }

    /// The blocks of a page or a block in order, each with its own ones in `children`.
    #[must_use]
    pub fn blocks_of(&self, id: &str) -> Vec<Value> {
        let blocks = self.notion.shown(&usual(id)).into_iter().map(|child| {
            let mut block = self.block_object(child);
            // A page within is not looked into.
            let below = if self.notion.blocks.contains_key(child) { self.blocks_of(child) } else { vec![] };
            block["children"] = below.into();
            block
        });
        blocks.collect()
    }

    /// Ticks a to-do.
    pub fn tick(&mut self, block: &str) {
        self.write_content(block, "checked", true.into());
    }

    /// Replaces the text of a block; its style is lost.
    pub fn edit_text(&mut self, block: &str, text: &str) {
        self.write_content(block, "rich_text", plain(text));
    }

    /// Writes a block, in the form of a request, behind another one or at the end.
    ///
    /// # Panics
    /// When Notion would refuse the block, or `parent` or `after` are not there.
    pub fn write_block(&mut self, parent: &str, after: Option<&str>, block: Value) -> BlockId {
        let parent = usual(parent);
        let caller = self.by_hand(&parent);
        let blocks = Value::from(vec![block]);
        let at = At::new("children", Some(&blocks));
        let holder = expected(self.seen_block(&caller, &parent));
        let within = self.notion.blocks.get(parent.as_str());
        let within = within.map_or(Within::Any, |block| block.kind.within(&block.content));
        let drafts = expected(Reader::new(&self.notion, &caller).blocks(&at, within));
        let place = after.map_or(usize::MAX, |after| {
            let after = usual(after);
            let before = self.notion.children(&parent).iter().position(|child| *child == after);
            before.expect("the block before it is there") + 1
        });
        let written = self.plant(&holder, drafts, place, NOBODY).into_iter().next();
        self.edited(&parent, NOBODY);
        written.expect("one block was written")
    }

    /// Puts a block into the trash.
    pub fn delete_block(&mut self, block: &str) {
        self.put_into_trash(&usual(block), true, NOBODY);
    }

    /// Puts a page into the trash.
    pub fn trash_page(&mut self, page: &str) {
        self.put_into_trash(&usual(page), true, NOBODY);
    }

    /// Gives a page's property a value, in the form of a request: `{"rich_text":[…]}`.
    ///
    /// # Panics
    /// When Notion would refuse the value.
    pub fn set_page_property(&mut self, page: &str, name: &str, value: Value) {
        let page = usual(page);
        let given = json!({ name: value });
        let at = At::new("properties", Some(&given));
        let caller = self.by_hand(&page);
        let parent = self.notion.pages.get(page.as_str()).map(|page| page.parent.clone());
        let source = match &parent {
            Some(Parent::DataSource(id)) => self.notion.sources.get(id).map(|source| (id.clone(), source)),
            _ => None,
        };
        let values = match source {
            Some((id, source)) => {
                let written = expected(values::written(&self.notion, &caller, source, &at));
                if let Some(source) = self.notion.sources.get_mut(&id) {
                    source.schema = written.schema;
                }
                written.values
            }
            None => expected(values::title_only(&self.notion, &at)),
        };
        values.values().for_each(|value| self.notion.attach(value));
        if let Some(page) = self.notion.pages.get_mut(page.as_str()) {
            page.values.extend(values);
        }
        self.edited(&page, NOBODY);
    }

    fn write_content(&mut self, block: &str, field: &str, value: Value) {
        let block = usual(block);
        if let Some(block) = self.notion.blocks.get_mut(block.as_str()) {
            block.content.insert(field.to_owned(), value);
        }
        self.edited(&block, NOBODY);
    }

    /// Somebody who sees everything in the workspace of something.
    fn by_hand(&mut self, id: &str) -> Caller {
        let workspace = self.notion.workspace_of(id).cloned().expect("it is of this world");
        let kind = Whose::Personal { user: NOBODY.to_owned() };
        let standing = self.standing(&workspace, "Somebody", kind, BTreeSet::new());
        Caller { token: String::new(), standing, at: self.now() }
    }
}

/// Ids may come without dashes, as in an address.
fn usual(id: &str) -> String {
    uuid(id).unwrap_or_else(|| id.to_owned())
}

fn expected<T>(checked: Checked<T>) -> T {
    checked.expect("a test writes what Notion would accept")
}
