//! Pages: making, reading and changing them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::block::{Reader, Within};
use super::check::{At, Checked};
use super::error::ApiError;
use super::icon;
use super::state::{DataSourceId, Page, PageId, Parent, WorkspaceId};
use super::tokens::{Caller, Whose};
use super::values;
use crate::world::World;

impl World {
    pub(super) fn get_page(&self, caller: &Caller, id: &str) -> Checked<Value> {
        let (id, page) = self.seen_page(caller, id)?;
        Ok(self.page_object(&id, page))
    }

    /// `POST pages`: everything is checked before anything is made.
    pub(super) fn create_page(&mut self, caller: &Caller, body: &At<'_>) -> Checked<Value> {
        body.object(&["parent", "properties", "children", "icon", "cover"])?;
        let parent = parent_of(&body.field("parent"))?;
        let given = body.field("properties");
        let icon = icon_of(self, caller, body)?;
        let cover = cover_of(self, caller, body)?;
        let drafts = match body.field("children").given() {
            Some(children) => Reader::new(&self.notion, caller).blocks(&children, Within::Any)?,
            None => vec![],
        };
        caller.may_write()?;
        let mut schema = None;
        let properties = match &parent {
            Parent::DataSource(id) => {
                let (_, source) = self.seen_source(caller, id.as_str())?;
                self.editable(id.as_str())?;
                match given.given() {
                    Some(given) => {
                        let written = values::written(&self.notion, caller, source, &given)?;
                        schema = Some((id.clone(), written.schema));
                        written.values
                    }
                    None => BTreeMap::new(),
                }
            }
            Parent::Page(id) => {
                self.seen_page(caller, id.as_str())?;
                self.editable(id.as_str())?;
                self.titled(&given)?
            }
            Parent::Workspace => {
                if matches!(caller.standing.kind, Whose::Internal { .. }) {
                    let why = "Internal integrations aren't owned by a single user, so creating workspace-level \
                        private pages is not supported.";
                    return Err(ApiError::invalid(why));
                }
                self.titled(&given)?
            }
            Parent::Block(_) => return Err(body.field("parent").wrong("a page or a data source")),
        };
        if let Some((id, schema)) = schema
            && let Some(source) = self.notion.sources.get_mut(&id)
        {
            source.schema = schema;
        }
        for held in properties.values().chain(&icon).chain(&cover) {
            self.notion.attach(held);
        }
        let id = self.make_page(&caller.standing.workspace, parent, properties, caller.user());
        if let Some(page) = self.notion.pages.get_mut(&id) {
            page.icon = icon.unwrap_or_default();
            page.cover = cover.unwrap_or_default();
        }
        self.plant(&Parent::Page(id.clone()), drafts, usize::MAX, caller.user());
        Ok(self.page_object(&id, &self.notion.pages[&id]))
    }

    /// Puts a page into the world, and into the page that it lies in.
    pub(super) fn make_page(
        &mut self,
        workspace: &WorkspaceId,
        parent: Parent,
        values: BTreeMap<String, Value>,
        user: &str,
    ) -> PageId {
        let id = PageId::new();
        let page = Page {
            workspace: workspace.clone(),
            parent: parent.clone(),
            values,
            icon: Value::Null,
            cover: Value::Null,
            in_trash: false,
            children: vec![],
            made: self.making(user),
        };
        self.notion.pages.insert(id.clone(), page);
        if let Parent::Page(parent) = &parent {
            if let Some(parent) = self.notion.pages.get_mut(parent) {
                parent.children.push(id.as_str().to_owned());
            }
            self.edited(parent.as_str(), user);
        }
        id
    }

    pub(super) fn patch_page(&mut self, caller: &Caller, id: &str, body: &At<'_>) -> Checked<Value> {
        body.object(&["properties", "icon", "cover", "in_trash"])?;
        let (id, page) = self.seen_page(caller, id)?;
        caller.may_write()?;
        let in_trash = match body.field("in_trash").given() {
            Some(flag) => Some(flag.flag()?),
            None => None,
        };
        if in_trash != Some(false) {
            self.editable(id.as_str())?;
        }
        let (icon, cover) = (icon_of(self, caller, body)?, cover_of(self, caller, body)?);
        let mut schema = None;
        let properties = match (body.field("properties").given(), &page.parent) {
            (None, _) => BTreeMap::new(),
            (Some(given), Parent::DataSource(source)) => {
                let (source, found) = (source.clone(), &self.notion.sources[source]);
                let written = values::written(&self.notion, caller, found, &given)?;
                schema = Some((source, written.schema));
                written.values
            }
            (Some(given), _) => values::title_only(&self.notion, &given)?,
        };
        if let Some((source, schema)) = schema
            && let Some(source) = self.notion.sources.get_mut(&source)
        {
            source.schema = schema;
        }
        for held in properties.values().chain(&icon).chain(&cover) {
            self.notion.attach(held);
        }
        if let Some(page) = self.notion.pages.get_mut(&id) {
            page.values.extend(properties);
            page.icon = icon.unwrap_or_else(|| page.icon.take());
            page.cover = cover.unwrap_or_else(|| page.cover.take());
            page.in_trash = in_trash.unwrap_or(page.in_trash);
        }
        self.edited(id.as_str(), caller.user());
        Ok(self.page_object(&id, &self.notion.pages[&id]))
    }

    fn titled(&self, given: &At<'_>) -> Checked<BTreeMap<String, Value>> {
        match given.clone().given() {
            Some(given) => values::title_only(&self.notion, &given),
            None => Ok(BTreeMap::new()),
        }
    }
}

fn icon_of(world: &World, caller: &Caller, body: &At<'_>) -> Checked<Option<Value>> {
    body.field("icon").given().map(|at| icon::icon(&world.notion, caller, &at)).transpose()
}

fn cover_of(world: &World, caller: &Caller, body: &At<'_>) -> Checked<Option<Value>> {
    body.field("cover").given().map(|at| icon::cover(&world.notion, caller, &at)).transpose()
}

fn parent_of(at: &At<'_>) -> Checked<Parent> {
    const KINDS: [&str; 3] = ["data_source_id", "page_id", "workspace"];
    at.object(&[&KINDS[..], &["type"]].concat())?;
    let kind = at.one_of(&KINDS)?;
    at.says(kind)?;
    let inner = at.field(kind);
    match kind {
        "data_source_id" => Ok(Parent::DataSource(DataSourceId::from(inner.id()?.as_str()))),
        "page_id" => Ok(Parent::Page(PageId::from(inner.id()?.as_str()))),
        _workspace if inner.flag()? => Ok(Parent::Workspace),
        _workspace => Err(inner.wrong("`true`")),
    }
}
