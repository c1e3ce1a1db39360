//! Databases, data sources, and the search for them and for pages.

use serde_json::Value;

use super::check::{At, Checked};
use super::error::ApiError;
use super::icon;
use super::objects::Window;
use super::rich_text::{plain_text, rich_text};
use super::schema;
use super::tokens::Caller;
use crate::world::World;

impl World {
    pub(super) fn get_database(&self, caller: &Caller, id: &str) -> Checked<Value> {
        let found = self.notion.databases.get_key_value(id).filter(|_| caller.sees(self, id));
        let (id, database) =
            found.ok_or_else(|| ApiError::not_found("database", id, &caller.standing.name))?;
        Ok(self.database_object(id, database))
    }

    pub(super) fn get_source(&self, caller: &Caller, id: &str) -> Checked<Value> {
        let (id, source) = self.seen_source(caller, id)?;
        Ok(self.source_object(&id, source))
    }

    /// `PATCH data_sources/{id}`: properties are added, renamed and removed.
    pub(super) fn patch_source(&mut self, caller: &Caller, id: &str, body: &At<'_>) -> Checked<Value> {
        body.object(&["title", "icon", "properties", "in_trash"])?;
        let (id, source) = self.seen_source(caller, id)?;
        caller.may_write()?;
        let title = match body.field("title").given() {
            Some(title) => Some(plain_text(&rich_text(&self.notion, &title)?)),
            None => None,
        };
        let icon = body.field("icon").given();
        let icon = icon.map(|icon| icon::icon(&self.notion, caller, &icon)).transpose()?;
        let in_trash = body.field("in_trash").given().map(|flag| flag.flag()).transpose()?;
        let schema = match body.field("properties").given() {
            Some(properties) => schema::changed(&source.schema, &properties)?,
            None => source.schema.clone(),
        };
        self.adopt_schema(id.as_str(), schema);
        if let Some(source) = self.notion.sources.get_mut(&id) {
            source.title = title.unwrap_or_else(|| std::mem::take(&mut source.title));
            source.icon = icon.unwrap_or_else(|| source.icon.take());
            source.in_trash = in_trash.unwrap_or(source.in_trash);
        }
        self.edited(id.as_str(), caller.user());
        Ok(self.source_object(&id, &self.notion.sources[&id]))
    }

    /// Gives a data source another schema; values of properties that are gone or have another type are gone too.
    pub(super) fn adopt_schema(&mut self, id: &str, schema: Vec<schema::Property>) {
        let Some(source) = self.notion.sources.get_mut(id) else { return };
        let kept = |before: &schema::Property| {
            schema.iter().any(|after| after.id == before.id && after.kind == before.kind)
        };
        let lost: Vec<String> =
            source.schema.iter().filter(|before| !kept(before)).map(|before| before.id.clone()).collect();
        source.schema = schema;
        for page in self.notion.pages.values_mut().filter(|page| page.parent.id() == Some(id)) {
            page.values.retain(|property, _| !lost.contains(property));
        }
    }

    /// `POST search`: by title, the last edited first.
    pub(super) fn search(&self, caller: &Caller, body: &At<'_>) -> Checked<Value> {
        body.object(&["query", "filter", "sort", "start_cursor", "page_size"])?;
        let query = match body.field("query").given() {
            Some(query) => query.string()?.to_lowercase(),
            None => String::new(),
        };
        let (kind, in_trash) = wanted(&body.field("filter"))?;
        let ascending = sorted_up(&body.field("sort"))?;
        let window = Window::of(body)?;
        let pages = self.notion.pages.iter().map(|(id, page)| {
            (id.as_str(), "page", self.notion.title_of(id.as_str()).unwrap_or_default(), &page.made)
        });
        let sources = self
            .notion
            .sources
            .iter()
            .map(|(id, source)| (id.as_str(), "data_source", source.title.clone(), &source.made));
        let mut found: Vec<_> = pages
            .chain(sources)
            .filter(|(id, found, title, _)| {
                kind.is_none_or(|kind| kind == *found)
                    && title.to_lowercase().contains(&query)
                    && self.notion.is_in_trash(id) == in_trash
                    && caller.sees(self, id)
            })
            .collect();
        found.sort_by_key(|(_, _, _, made)| (made.edited, made.number));
        if !ascending {
            found.reverse();
        }
        let ids: Vec<String> = found.iter().map(|(id, ..)| (*id).to_owned()).collect();
        window.list("page_or_data_source", &ids, |id| self.page_or_source(id))
    }

    fn page_or_source(&self, id: &str) -> Value {
        if let Some((id, page)) = self.notion.pages.get_key_value(id) {
            return self.page_object(id, page);
        }
        let source = self.notion.sources.get_key_value(id);
        source.map_or(Value::Null, |(id, source)| self.source_object(id, source))
    }
}

/// The kind of object asked for, and whether from the trash.
fn wanted(at: &At<'_>) -> Checked<(Option<&'static str>, bool)> {
    let Some(at) = at.clone().given() else { return Ok((None, false)) };
    at.object(&["property", "value", "in_trash"])?;
    let in_trash = at.field("in_trash").given().map(|flag| flag.flag()).transpose()?;
    if in_trash.is_some() && at.field("property").value().is_none() && at.field("value").value().is_none() {
        return Ok((None, in_trash.unwrap_or_default()));
    }
    at.field("property").word(&["object"])?;
    let kind = at.field("value").word(&["page", "data_source"])?;
    Ok((Some(kind), in_trash.unwrap_or_default()))
}

fn sorted_up(at: &At<'_>) -> Checked<bool> {
    let Some(at) = at.clone().given() else { return Ok(false) };
    if at.field("property").value().is_some() {
        at.object(&["property"])?;
        at.field("property").word(&["relevance"])?;
        return Ok(false);
    }
    at.object(&["timestamp", "direction"])?;
    at.field("timestamp").word(&["last_edited_time"])?;
    Ok(at.field("direction").word(&["ascending", "descending"])? == "ascending")
}
