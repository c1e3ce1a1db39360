//! `POST data_sources/{id}/query`: which pages, in which order.

use std::cmp::Ordering;

use serde_json::Value;

use super::check::{At, Checked};
use super::filter::{Filter, property_named};
use super::objects::Window;
use super::rich_text::plain_text;
use super::schema::{Property, Type};
use super::state::Page;
use super::tokens::Caller;
use super::values;
use crate::world::World;

const SORTS_AT_MOST: usize = 100;

/// One of the keys that pages are sorted by.
struct Sort<'a> {
    by: By<'a>,
    ascending: bool,
}

enum By<'a> {
    Property(&'a Property),
    Created,
    Edited,
}

impl World {
    pub(super) fn query(&self, caller: &Caller, id: &str, body: &At<'_>) -> Checked<Value> {
        body.object(&["filter", "sorts", "start_cursor", "page_size", "in_trash", "result_type"])?;
        let (id, source) = self.seen_source(caller, id)?;
        if let Some(kind) = body.field("result_type").given() {
            kind.word(&["page", "data_source"])?;
        }
        let in_trash = body.field("in_trash").given().map(|flag| flag.flag()).transpose()?;
        let filter = body.field("filter").given().map(|at| Filter::of(&source.schema, &at)).transpose()?;
        let sorts = match body.field("sorts").given() {
            Some(sorts) => {
                let sorts = sorts.list(SORTS_AT_MOST)?;
                sorts.iter().map(|sort| Sort::of(&source.schema, sort)).collect::<Checked<Vec<_>>>()?
            }
            None => vec![],
        };
        let window = Window::of(body)?;
        let mut pages: Vec<_> = self
            .notion
            .pages
            .iter()
            .filter(|(page, found)| {
                found.parent.id() == Some(id.as_str())
                    && self.notion.is_in_trash(page.as_str()) == in_trash.unwrap_or_default()
                    && filter.as_ref().is_none_or(|filter| filter.lets_pass(found))
            })
            .collect();
        pages.sort_by(|(_, one), (_, other)| {
            let sorted = sorts.iter().map(|sort| sort.compare(one, other));
            // The newest comes first where nothing else decides.
            sorted.fold(Ordering::Equal, Ordering::then).then(other.made.number.cmp(&one.made.number))
        });
        let ids: Vec<String> = pages.iter().map(|(id, _)| id.as_str().to_owned()).collect();
        window.list("page_or_data_source", &ids, |id| {
            let found = self.notion.pages.get_key_value(id);
            found.map_or(Value::Null, |(id, page)| self.page_object(id, page))
        })
    }
}

impl<'a> Sort<'a> {
    fn of(schema: &'a [Property], at: &At<'_>) -> Checked<Sort<'a>> {
        at.object(&["property", "timestamp", "direction"])?;
        let by = match at.one_of(&["property", "timestamp"])? {
            "property" => By::Property(property_named(schema, at.field("property").string()?)?),
            _timestamp => match at.field("timestamp").word(&["created_time", "last_edited_time"])? {
                "created_time" => By::Created,
                _last_edited_time => By::Edited,
            },
        };
        let ascending = at.field("direction").word(&["ascending", "descending"])? == "ascending";
        Ok(Sort { by, ascending })
    }

    fn compare(&self, one: &Page, other: &Page) -> Ordering {
        let ordering = match self.by {
            By::Created => one.made.at.cmp(&other.made.at),
            By::Edited => one.made.edited.cmp(&other.made.edited),
            By::Property(property) => {
                return by_value(property, one, other, self.ascending);
            }
        };
        if self.ascending { ordering } else { ordering.reverse() }
    }
}

/// Pages without a value come last in either direction.
fn by_value(property: &Property, one: &Page, other: &Page, ascending: bool) -> Ordering {
    let (one, other) = (values::read(property, one), values::read(property, other));
    let ordering = match property.kind {
        Type::Number => {
            let (one, other) = (one.as_f64(), other.as_f64());
            match (one, other) {
                (Some(one), Some(other)) => one.total_cmp(&other),
                (one, other) => return other.is_some().cmp(&one.is_some()),
            }
        }
        Type::Checkbox => one.as_bool().cmp(&other.as_bool()),
        _text => {
            let (one, other) = (shown(property.kind, &one), shown(property.kind, &other));
            if one.is_empty() || other.is_empty() {
                return one.is_empty().cmp(&other.is_empty());
            }
            one.cmp(&other)
        }
    };
    if ascending { ordering } else { ordering.reverse() }
}

/// A value as text: what it is sorted by.
pub(super) fn shown(kind: Type, value: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names = |value: &Value| {
        let names =
            value.as_array().into_iter().flatten().map(|item| item["name"].as_str().unwrap_or_default());
        names.collect::<Vec<_>>().join(", ")
    };
    match kind {
        Type::Title | Type::RichText => plain_text(value),
        Type::Select | Type::Status => text(&value["name"]),
        Type::MultiSelect | Type::Files => names(value),
        Type::Date => match value["end"].as_str() {
            Some(end) => format!("{} → {end}", text(&value["start"])),
            None => text(&value["start"]),
        },
        Type::Number => value.as_f64().map(|number| number.to_string()).unwrap_or_default(),
        Type::Checkbox => if value == &Value::Bool(true) { "Yes" } else { "No" }.to_owned(),
        Type::Url | Type::Email | Type::PhoneNumber | Type::CreatedTime | Type::LastEditedTime => text(value),
        Type::People => {
            let ids = value.as_array().into_iter().flatten().map(|user| text(&user["id"]));
            ids.collect::<Vec<_>>().join(", ")
        }
        Type::CreatedBy | Type::LastEditedBy => text(&value["id"]),
    }
}
