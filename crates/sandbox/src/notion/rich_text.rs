//! Rich texts: what may be written, and how it is read back.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use serde_json::{Map, Value, json};
use url::Url;

use super::check::{At, Checked};
use super::error::ApiError;
use super::state::{Notion, user};

/// Rich texts in an array, and items in other arrays of properties.
pub(super) const ITEMS_AT_MOST: usize = 100;
const CONTENT_AT_MOST: usize = 2000;
const EXPRESSION_AT_MOST: usize = 1000;
const URL_AT_MOST: usize = 2000;

pub(super) const COLOURS: [&str; 20] = [
    "default",
    "gray",
    "brown",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "red",
    "default_background",
    "gray_background",
    "brown_background",
    "orange_background",
    "yellow_background",
    "green_background",
    "blue_background",
    "purple_background",
    "pink_background",
    "red_background",
];

const STYLES: [&str; 5] = ["bold", "italic", "strikethrough", "underline", "code"];

/// An array of rich texts in the form in which it is read: neighbours that look the same have become one.
pub(super) fn rich_text(notion: &Notion, at: &At<'_>) -> Checked<Value> {
    let mut texts: Vec<Value> = vec![];
    for item in at.list(ITEMS_AT_MOST)? {
        let text = one(notion, &item)?;
        if text["plain_text"] == "" {
            continue;
        }
        match texts.last_mut() {
            Some(last) if looks_the_same(last, &text) => append(last, &text),
            _ => texts.push(text),
        }
    }
    Ok(texts.into())
}

/// A text without any style.
pub(super) fn plain(content: &str) -> Value {
    if content.is_empty() {
        return json!([]);
    }
    json!([text(content, &Value::Null, annotations_of(&Map::new()))])
}

/// What of it can be read.
pub(super) fn plain_text(texts: &Value) -> String {
    let texts = texts.as_array().map(Vec::as_slice).unwrap_or_default();
    texts.iter().filter_map(|text| text["plain_text"].as_str()).collect()
}

fn one(notion: &Notion, at: &At<'_>) -> Checked<Value> {
    at.object(&["type", "annotations", "text", "mention", "equation"])?;
    let kind = at.one_of(&["text", "mention", "equation"])?;
    at.says(kind)?;
    let annotations = match at.field("annotations").given() {
        Some(annotations) => annotations_of(checked_annotations(&annotations)?),
        None => annotations_of(&Map::new()),
    };
    let inner = at.field(kind);
    match kind {
        "text" => {
            inner.object(&["content", "link"])?;
            let content = inner.field("content").text(CONTENT_AT_MOST)?;
            let link = match inner.field("link").filled() {
                Some(link) => {
                    link.object(&["url"])?;
                    json!({ "url": link_url(&link.field("url"))? })
                }
                None => Value::Null,
            };
            Ok(text(content, &link, annotations))
        }
        "equation" => {
            inner.object(&["expression"])?;
            let expression = inner.field("expression").text(EXPRESSION_AT_MOST)?;
            Ok(json!({
                "type": "equation",
                "equation": { "expression": expression },
                "annotations": annotations,
                "plain_text": expression,
                "href": null,
            }))
        }
        _mention => {
            let (mention, plain, href) = mention(notion, &inner)?;
            Ok(json!({
                "type": "mention",
                "mention": mention,
                "annotations": annotations,
                "plain_text": plain,
                "href": href,
            }))
        }
    }
}

fn text(content: &str, link: &Value, annotations: Value) -> Value {
    json!({
        "type": "text",
        "text": { "content": content, "link": link },
        "annotations": annotations,
        "plain_text": content,
        "href": link["url"],
    })
}

fn checked_annotations<'a>(at: &At<'a>) -> Checked<&'a Map<String, Value>> {
    let known = [&STYLES[..], &["color"]].concat();
    let map = at.object(&known)?;
    for style in STYLES {
        if let Some(style) = at.field(style).given() {
            style.flag()?;
        }
    }
    if let Some(colour) = at.field("color").given() {
        colour.word(&COLOURS)?;
    }
    Ok(map)
}

fn annotations_of(given: &Map<String, Value>) -> Value {
    let mut all: Map<String, Value> =
        STYLES.iter().map(|style| ((*style).to_owned(), false.into())).collect();
    all.insert("color".to_owned(), "default".into());
    all.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
    all.into()
}

fn mention(notion: &Notion, at: &At<'_>) -> Checked<(Value, String, Value)> {
    at.object(&["type", "user", "date", "page", "database"])?;
    let kind = at.one_of(&["user", "date", "page", "database"])?;
    at.says(kind)?;
    let inner = at.field(kind);
    if kind == "date" {
        let date = date(&inner)?;
        let plain = date["start"].as_str().unwrap_or_default().to_owned();
        return Ok((json!({ "type": "date", "date": date }), plain, Value::Null));
    }
    inner.object(if kind == "user" { &["id", "object"] } else { &["id"] })?;
    let id = inner.field("id").id()?;
    match kind {
        "user" => {
            let people = || notion.workspaces.values().flat_map(|workspace| &workspace.people);
            let (_, human) = people()
                .find(|(known, _)| **known == id)
                .ok_or_else(|| ApiError::invalid(format!("Could not find user with ID: {id}.")))?;
            Ok((json!({ "type": "user", "user": user(&id) }), format!("@{}", human.name), Value::Null))
        }
        "page" => {
            let title = notion.title_of(&id);
            let title =
                title.ok_or_else(|| ApiError::invalid(format!("Could not find page with ID: {id}.")))?;
            let href = format!("https://www.notion.so/{}", id.replace('-', ""));
            Ok((json!({ "type": "page", "page": { "id": id } }), title, href.into()))
        }
        _database => {
            let database = notion.databases.get(id.as_str());
            let title = database.map(|database| database.title.clone());
            let title =
                title.ok_or_else(|| ApiError::invalid(format!("Could not find database with ID: {id}.")))?;
            let href = format!("https://www.notion.so/{}", id.replace('-', ""));
            Ok((json!({ "type": "database", "database": { "id": id } }), title, href.into()))
        }
    }
}

/// Two texts that a reader cannot tell apart are one.
fn looks_the_same(one: &Value, other: &Value) -> bool {
    let texts = one["type"] == "text" && other["type"] == "text";
    texts && one["annotations"] == other["annotations"] && one["text"]["link"] == other["text"]["link"]
}

fn append(to: &mut Value, text: &Value) {
    let joined = format!(
        "{}{}",
        to["plain_text"].as_str().unwrap_or_default(),
        text["plain_text"].as_str().unwrap_or_default()
    );
    to["text"]["content"] = joined.as_str().into();
    to["plain_text"] = joined.into();
}

/// The address of a link: a whole one, or one within Notion.
fn link_url(at: &At<'_>) -> Checked<String> {
    let text = at.text(URL_AT_MOST)?;
    let whole = Url::parse(text).is_ok_and(|url| !["javascript", "data"].contains(&url.scheme()));
    if whole || text.starts_with('/') || text.starts_with('#') {
        return Ok(text.to_owned());
    }
    Err(ApiError::invalid("Invalid URL for link."))
}

/// The address of a file or a bookmark: on the web.
pub(super) fn web_url(at: &At<'_>) -> Checked<String> {
    let text = at.text(URL_AT_MOST)?;
    let on_the_web = Url::parse(text).is_ok_and(|url| url.has_host() && url.scheme().starts_with("http"));
    if on_the_web {
        Ok(text.to_owned())
    } else {
        Err(ApiError::invalid(format!("{} is not a valid URL.", at.path())))
    }
}

/// A date, or a range of them, as it is read: a time always has its offset.
pub(super) fn date(at: &At<'_>) -> Checked<Value> {
    at.object(&["start", "end", "time_zone"])?;
    let zone = match at.field("time_zone").filled() {
        Some(zone) => {
            let name = zone.string()?;
            Some((name, TimeZone::get(name).map_err(|_| zone.wrong("a valid time zone"))?))
        }
        None => None,
    };
    let inner = zone.as_ref().map(|(_, zone)| zone);
    let (start, from, has_time) = point(&at.field("start"), inner)?;
    let end = match at.field("end").filled() {
        Some(end) => {
            let (text, until, ends_with_time) = point(&end, inner)?;
            if until < from || ends_with_time != has_time {
                return Err(ApiError::invalid(format!("{} must be after {}.start.", end.path(), at.path())));
            }
            Some(text)
        }
        None => None,
    };
    Ok(json!({ "start": start, "end": end, "time_zone": zone.map(|(name, _)| name) }))
}

/// A day or a moment: as it is read, as a moment, and whether it has a time.
fn point(at: &At<'_>, zone: Option<&TimeZone>) -> Checked<(String, Timestamp, bool)> {
    let text = at.string()?;
    let wrong = || at.wrong("a valid ISO 8601 date string");
    if text.len() == "2026-11-23".len() {
        let date: Date = text.parse().map_err(|_| wrong())?;
        let moment = date.to_zoned_datetime(TimeZone::UTC).map_err(|_| wrong())?.timestamp();
        return Ok((text.to_owned(), moment, false));
    }
    if !text.as_bytes().get(10).is_some_and(|letter| b"T ".contains(letter)) {
        return Err(wrong());
    }
    let written = "%Y-%m-%dT%H:%M:%S.%3f%:z";
    if let Ok(moment) = text.parse::<Timestamp>() {
        if zone.is_some() {
            return Err(at.wrong("a date without an offset when time_zone is given"));
        }
        let offset =
            jiff::fmt::temporal::Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset());
        let zone = offset.map_or(TimeZone::UTC, TimeZone::fixed);
        return Ok((ZonedDateTime::new(moment, zone).strftime(written).to_string(), moment, true));
    }
    let local: DateTime = text.parse().map_err(|_| wrong())?;
    let zoned = local.to_zoned_datetime(zone.cloned().unwrap_or(TimeZone::UTC)).map_err(|_| wrong())?;
    Ok((zoned.strftime(written).to_string(), zoned.timestamp(), true))
}

impl Notion {
    /// The title of a page.
    pub(super) fn title_of(&self, page: &str) -> Option<String> {
        let page = self.pages.get(page)?;
        Some(page.values.get("title").map(plain_text).unwrap_or_default())
    }
}
