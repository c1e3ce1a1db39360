//! Properties of a data source: what may be declared, and how it is read.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::check::{At, Checked};
use super::error::ApiError;

/// In the name of a property or of an option.
pub(super) const NAME_AT_MOST: usize = 100;
/// In the declaration of a select.
const OPTIONS_AT_MOST: usize = 100;

const OPTION_COLOURS: [&str; 10] =
    ["default", "gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red"];

macro_rules! types {
    ($($kind:ident $name:literal),* $(,)?) => {
        /// The type of a property.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Type { $($kind),* }

        impl Type {
            /// As Notion names them.
            pub(super) const NAMES: &[&'static str] = &[$($name),*];

            pub(super) fn name(self) -> &'static str {
                match self { $(Type::$kind => $name),* }
            }

            pub(super) fn of(name: &str) -> Option<Type> {
                match name { $($name => Some(Type::$kind),)* _ => None }
            }
        }
    };
}

types! {
    Title "title",
    RichText "rich_text",
    Number "number",
    Select "select",
    MultiSelect "multi_select",
    Status "status",
    Date "date",
    People "people",
    Files "files",
    Checkbox "checkbox",
    Url "url",
    Email "email",
    PhoneNumber "phone_number",
    CreatedTime "created_time",
    CreatedBy "created_by",
    LastEditedTime "last_edited_time",
    LastEditedBy "last_edited_by",
}

/// One property of a data source.
#[derive(Debug, Clone)]
pub(super) struct Property {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: Type,
    pub(super) description: Value,
    /// What its type needs to know, in the form in which it is read.
    pub(super) config: Value,
}

impl Property {
    /// A property as a request or a test declares it.
    pub(super) fn of(at: &At<'_>, name: &str) -> Checked<Property> {
        at.object(&[Type::NAMES, &["type", "description", "name"]].concat())?;
        let kind = at.one_of(Type::NAMES)?;
        at.says(kind)?;
        let config = config(kind, &at.field(kind), &json!({}))?;
        let kind = Type::of(kind).expect("it is one of the names");
        let id = if kind == Type::Title { "title".to_owned() } else { short_id() };
        let description = description(at)?.unwrap_or(Value::Null);
        Ok(Property { id, name: checked_name(at, name)?, kind, description, config })
    }

    /// The property as it is read.
    pub(super) fn object(&self) -> Value {
        let mut object = json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "type": self.kind.name(),
        });
        object[self.kind.name()] = self.config.clone();
        object
    }

    /// Its options, where it has any.
    pub(super) fn options(&self) -> &[Value] {
        self.config["options"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// The option of this name, which comes to be where there is none.
    pub(super) fn option(&mut self, name: &str) -> Value {
        let known = self.options().iter().find(|option| option["name"] == name).cloned();
        known.unwrap_or_else(|| {
            let option = option(name, "default", &Value::Null);
            if let Some(options) = self.config["options"].as_array_mut() {
                options.push(option.clone());
            }
            option
        })
    }
}

/// What `PATCH data_sources/{id}` does to a schema. Either everything is done or nothing.
pub(super) fn changed(schema: &[Property], at: &At<'_>) -> Checked<Vec<Property>> {
    let mut changed = schema.to_vec();
    for name in at.map()?.keys() {
        let given = at.field(name);
        let found = find(&changed, name);
        match (found, given.is_null()) {
            (Some(found), true) => {
                if changed[found].kind == Type::Title {
                    return Err(ApiError::invalid("Cannot delete the title property of a data source."));
                }
                changed.remove(found);
            }
            (None, true) => return Err(unknown(name)),
            (Some(found), false) => {
                let property = updated(&changed[found], &given)?;
                changed[found] = property;
            }
            (None, false) => {
                if given.map()?.keys().all(|key| key == "name") {
                    return Err(unknown(name));
                }
                let property = Property::of(&given, name)?;
                if property.kind == Type::Title {
                    return Err(ApiError::invalid("Cannot create new title property."));
                }
                changed.push(property);
            }
        }
    }
    let mut names: Vec<&str> = changed.iter().map(|property| property.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(ApiError::invalid(format!("Property name {} is used more than once.", pair[0]))),
        None => Ok(changed),
    }
}

/// Where in a schema a property is, by its name or its id.
pub(super) fn find(schema: &[Property], name: &str) -> Option<usize> {
    let by_name = schema.iter().position(|property| property.name == name);
    by_name.or_else(|| schema.iter().position(|property| property.id == name))
}

pub(super) fn unknown(name: &str) -> ApiError {
    ApiError::invalid(format!("{name} is not a property that exists."))
}

fn updated(property: &Property, at: &At<'_>) -> Checked<Property> {
    at.object(&[Type::NAMES, &["type", "description", "name"]].concat())?;
    let mut property = property.clone();
    if let Some(name) = at.field("name").given() {
        property.name = checked_name(&name, name.string()?)?;
    }
    if let Some(description) = description(at)? {
        property.description = description;
    }
    if !at.map()?.keys().any(|key| Type::NAMES.contains(&key.as_str())) {
        return Ok(property);
    }
    let name = at.one_of(Type::NAMES)?;
    at.says(name)?;
    let kind = Type::of(name).expect("it is one of the names");
    if (kind == Type::Title) != (property.kind == Type::Title) {
        return Err(ApiError::invalid("The title property of a data source cannot change its type."));
    }
    let before = if kind == property.kind { property.config.clone() } else { json!({}) };
    property.config = config(name, &at.field(name), &before)?;
    property.kind = kind;
    Ok(property)
}

fn checked_name(at: &At<'_>, name: &str) -> Checked<String> {
    if name.is_empty() || name.encode_utf16().count() > NAME_AT_MOST {
        return Err(at.wrong(&format!("a property with a name of 1 to {NAME_AT_MOST} characters")));
    }
    Ok(name.to_owned())
}

fn description(at: &At<'_>) -> Checked<Option<Value>> {
    match at.field("description").given() {
        None => Ok(None),
        Some(at) if at.is_null() => Ok(Some(Value::Null)),
        Some(at) => Ok(Some(at.text(280)?.into())),
    }
}

fn config(kind: &str, at: &At<'_>, before: &Value) -> Checked<Value> {
    match kind {
        "number" => {
            at.object(&["format"])?;
            let format = match at.field("format").given() {
                Some(format) => format.string()?,
                None => before["format"].as_str().unwrap_or("number"),
            };
            Ok(json!({ "format": format }))
        }
        "select" | "multi_select" => Ok(json!({ "options": options(at, before)? })),
        "status" => {
            let options = options(at, before)?;
            let options = if options.is_empty() {
                ["Not started", "In progress", "Done"].map(usual).into()
            } else {
                options
            };
            let ids: Vec<&Value> = options.iter().map(|option| &option["id"]).collect();
            let group = json!({ "id": Uuid::new_v4().to_string(), "name": "To-do", "color": "gray", "option_ids": ids });
            Ok(json!({ "options": options, "groups": [group] }))
        }
        _plain => {
            at.object(&[])?;
            Ok(json!({}))
        }
    }
}

fn usual(name: &str) -> Value {
    option(name, "default", &Value::Null)
}

/// The options afterwards: those not named stay as they are.
fn options(at: &At<'_>, before: &Value) -> Checked<Vec<Value>> {
    at.object(&["options"])?;
    let mut options = before["options"].as_array().cloned().unwrap_or_default();
    let Some(given) = at.field("options").given() else { return Ok(options) };
    for item in given.list(OPTIONS_AT_MOST)? {
        item.object(&["name", "id", "color", "description"])?;
        let name = option_name(&item.field("name"))?;
        let colour = match item.field("color").given() {
            Some(colour) => colour.word(&OPTION_COLOURS)?,
            None => "default",
        };
        if options.iter().all(|option| option["name"] != name) {
            options.push(option(&name, colour, item.field("description").value().unwrap_or(&Value::Null)));
        }
    }
    Ok(options)
}

/// The name of an option; a comma would make two of it.
pub(super) fn option_name(at: &At<'_>) -> Checked<String> {
    let name = at.text(NAME_AT_MOST)?;
    if name.is_empty() {
        return Err(ApiError::failed(&format!("{}.length", at.path()), "≥ `1`", Some(&0.into())));
    }
    if name.contains(',') {
        return Err(ApiError::invalid(format!("Invalid select option, commas not allowed: {name}")));
    }
    Ok(name.to_owned())
}

fn option(name: &str, colour: &str, description: &Value) -> Value {
    json!({ "id": Uuid::new_v4().to_string(), "name": name, "color": colour, "description": description })
}

/// Ids of properties are short, and no two of a schema are the same.
fn short_id() -> String {
    Uuid::new_v4().simple().to_string().chars().take(12).collect()
}

/// A schema as a test declares it. There is always one title.
pub(super) fn declared(value: &Value) -> Checked<Vec<Property>> {
    let at = At::new("properties", Some(value));
    let names = at.map()?.keys();
    let schema: Checked<Vec<Property>> = names.map(|name| Property::of(&at.field(name), name)).collect();
    let schema = schema?;
    match schema.iter().filter(|property| property.kind == Type::Title).count() {
        1 => Ok(schema),
        _ => Err(ApiError::invalid("Title is not provided")),
    }
}

/// The properties of a schema as they are read.
pub(super) fn objects(schema: &[Property]) -> Value {
    let objects = schema.iter().map(|property| (property.name.clone(), property.object()));
    objects.collect::<Map<_, _>>().into()
}
