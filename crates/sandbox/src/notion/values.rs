//! Values of a page's properties: checked against the schema, and read back.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::check::{At, Checked};
use super::error::ApiError;
use super::icon;
use super::rich_text::{ITEMS_AT_MOST, date, rich_text};
use super::schema::{self, Property, Type, option_name};
use super::state::{DataSource, Notion, Page, minute, user};
use super::tokens::Caller;

const URL_AT_MOST: usize = 2000;
const EMAIL_AT_MOST: usize = 200;
const PHONE_AT_MOST: usize = 200;

/// Types that a request can give a value.
const WRITABLE: [&str; 13] = [
    "title",
    "rich_text",
    "number",
    "url",
    "select",
    "multi_select",
    "people",
    "email",
    "phone_number",
    "date",
    "checkbox",
    "files",
    "status",
];

/// Values by the id of their property, and the schema with the options that they brought.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) values: BTreeMap<String, Value>,
    pub(super) schema: Vec<Property>,
}

/// Reads the values of a request; all of them, or none.
pub(super) fn written(
    notion: &Notion,
    caller: &Caller,
    source: &DataSource,
    at: &At<'_>,
) -> Checked<Written> {
    let mut written = Written { schema: source.schema.clone(), ..Written::default() };
    let mut mistakes = vec![];
    for name in at.map()?.keys() {
        let given = at.field(name);
        given.object(&[&WRITABLE[..], &["type"]].concat())?;
        let kind = given.one_of(&WRITABLE)?;
        given.says(kind)?;
        let found = schema::find(&written.schema, name);
        let Some(property) = found.map(|found| &mut written.schema[found]) else {
            mistakes.push(format!("{name} is not a property that exists."));
            continue;
        };
        if property.kind.name() != kind {
            mistakes.push(format!("{name} is expected to be {}.", property.kind.name()));
            continue;
        }
        let value = value(notion, caller, property, &given.field(kind))?;
        written.values.insert(property.id.clone(), value);
    }
    if mistakes.is_empty() { Ok(written) } else { Err(ApiError::invalid(mistakes.join(" "))) }
}

/// A page outside a data source has a title and nothing else.
pub(super) fn title_only(notion: &Notion, at: &At<'_>) -> Checked<BTreeMap<String, Value>> {
    let mut values = BTreeMap::new();
    for name in at.map()?.keys() {
        let given = at.field(name);
        if name != "title" {
            return Err(schema::unknown(name));
        }
        given.object(&["title", "type"])?;
        given.says("title")?;
        values.insert("title".to_owned(), rich_text(notion, &given.field("title"))?);
    }
    Ok(values)
}

fn value(notion: &Notion, caller: &Caller, property: &mut Property, at: &At<'_>) -> Checked<Value> {
    match property.kind {
        Type::Title | Type::RichText => rich_text(notion, at),
        Type::Checkbox => Ok(at.flag()?.into()),
        Type::MultiSelect => {
            let items = at.list(ITEMS_AT_MOST)?;
            items.iter().map(|item| chosen(property, item)).collect::<Checked<Vec<_>>>().map(Value::from)
        }
        Type::People => {
            let people = &notion.workspaces[&caller.standing.workspace].people;
            let person = |item: &At<'_>| {
                item.object(&["id", "object"])?;
                let id = item.field("id").id()?;
                if !people.contains_key(&id) {
                    return Err(ApiError::invalid(format!("Could not find user with ID: {id}.")));
                }
                Ok(user(&id))
            };
            at.list(ITEMS_AT_MOST)?.iter().map(person).collect::<Checked<Vec<_>>>().map(Value::from)
        }
        Type::Files => {
            let file = |item: &At<'_>| file(notion, caller, item);
            at.list(ITEMS_AT_MOST)?.iter().map(file).collect::<Checked<Vec<_>>>().map(Value::from)
        }
        Type::Number
        | Type::Select
        | Type::Status
        | Type::Date
        | Type::Url
        | Type::Email
        | Type::PhoneNumber
            if at.is_null() =>
        {
            Ok(Value::Null)
        }
        Type::Number => {
            at.number()?;
            Ok(at.value().cloned().unwrap_or_default())
        }
        Type::Select => chosen(property, at),
        Type::Status => {
            at.object(&["id", "name", "color", "description"])?;
            let name = option_name(&at.field("name"))?;
            if property.options().iter().all(|option| option["name"] != name) {
                // Unlike a select, a status has the options that a person gave it.
                return Err(ApiError::invalid(format!(
                    "Invalid status option. Status option \"{name}\" does not exist."
                )));
            }
            Ok(shown(&property.option(&name)))
        }
        Type::Date => date(at),
        Type::Url => Ok(limited(at, URL_AT_MOST)?.into()),
        Type::Email => Ok(limited(at, EMAIL_AT_MOST)?.into()),
        Type::PhoneNumber => Ok(limited(at, PHONE_AT_MOST)?.into()),
        Type::CreatedTime | Type::CreatedBy | Type::LastEditedTime | Type::LastEditedBy => {
            Err(at.wrong("not present"))
        }
    }
}

fn limited<'a>(at: &At<'a>, at_most: usize) -> Checked<&'a str> {
    let text = at.text(at_most)?;
    if text.is_empty() {
        let path = format!("{}.length", at.path());
        return Err(ApiError::failed(&path, "≥ `1`", Some(&0.into())));
    }
    Ok(text)
}

/// An option by its id, or by a name that may be new.
fn chosen(property: &mut Property, at: &At<'_>) -> Checked<Value> {
    at.object(&["id", "name", "color", "description"])?;
    if let Some(id) = at.field("id").given() {
        let known = property.options().iter().find(|option| Some(&option["id"]) == id.value());
        return known.map(shown).ok_or_else(|| id.wrong("the id of an option that exists"));
    }
    let name = option_name(&at.field("name"))?;
    Ok(shown(&property.option(&name)))
}

/// An option as a page shows it.
fn shown(option: &Value) -> Value {
    json!({ "id": option["id"], "name": option["name"], "color": option["color"] })
}

fn file(notion: &Notion, caller: &Caller, at: &At<'_>) -> Checked<Value> {
    at.object(&["type", "external", "file_upload", "name"])?;
    let kind = at.one_of(&["external", "file_upload"])?;
    let mut file = icon::hosted(notion, caller, at, kind, &[])?;
    let of_upload = || {
        let id = file["file_upload"]["id"].as_str()?;
        notion.uploads.get(id).map(|upload| upload.filename().to_owned())
    };
    let name = match (at.field("name").given(), of_upload()) {
        (Some(name), _) => name.text(ITEMS_AT_MOST)?.to_owned(),
        (None, Some(name)) => name,
        (None, None) => return Err(at.field("name").wrong("defined")),
    };
    file["name"] = name.into();
    Ok(file)
}

/// All properties of a page as they are read.
pub(super) fn properties(notion: &Notion, page: &Page) -> Value {
    let source = match &page.parent {
        super::state::Parent::DataSource(id) => notion.sources.get(id),
        super::state::Parent::Workspace | super::state::Parent::Page(_) | super::state::Parent::Block(_) => {
            None
        }
    };
    let Some(source) = source else {
        let title = page.values.get("title").cloned().unwrap_or_else(|| json!([]));
        return json!({ "title": { "id": "title", "type": "title", "title": title } });
    };
    let properties = source.schema.iter().map(|property| {
        let kind = property.kind.name();
        let mut object = json!({ "id": property.id, "type": kind });
        object[kind] = read(property, page);
        (property.name.clone(), object)
    });
    properties.collect::<Map<_, _>>().into()
}

/// The value of one property, or what it is while nobody gave it one.
pub(super) fn read(property: &Property, page: &Page) -> Value {
    let usual = match property.kind {
        Type::Title | Type::RichText | Type::MultiSelect | Type::People | Type::Files => json!([]),
        Type::Checkbox => false.into(),
        Type::Number
        | Type::Select
        | Type::Status
        | Type::Date
        | Type::Url
        | Type::Email
        | Type::PhoneNumber => Value::Null,
        Type::CreatedTime => return minute(page.made.at).into(),
        Type::CreatedBy => return user(&page.made.by),
        Type::LastEditedTime => return minute(page.made.edited).into(),
        Type::LastEditedBy => return user(&page.made.edited_by),
    };
    page.values.get(&property.id).cloned().unwrap_or(usual)
}
