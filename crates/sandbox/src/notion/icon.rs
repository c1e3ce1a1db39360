//! Icons and covers, and files that somebody else keeps or that were uploaded.

use serde_json::{Value, json};

use super::check::{At, Checked};
use super::rich_text::web_url;
use super::state::Notion;
use super::tokens::Caller;

/// An icon as it is kept; `null` takes one away.
pub(super) fn icon(notion: &Notion, caller: &Caller, at: &At<'_>) -> Checked<Value> {
    if at.is_null() {
        return Ok(Value::Null);
    }
    at.object(&["type", "emoji", "external", "file_upload"])?;
    match at.one_of(&["emoji", "external", "file_upload"])? {
        "emoji" => {
            at.says("emoji")?;
            let emoji = at.field("emoji");
            let text = emoji.string()?;
            // Letters and digits are no emoji, and one emoji has a few code points at most.
            if text.is_empty() || text.chars().count() > 10 || text.is_ascii() {
                return Err(emoji.wrong("a valid emoji"));
            }
            Ok(json!({ "type": "emoji", "emoji": text }))
        }
        kind => hosted(notion, caller, at, kind, &["image"]),
    }
}

/// A cover as it is kept; `null` takes one away.
pub(super) fn cover(notion: &Notion, caller: &Caller, at: &At<'_>) -> Checked<Value> {
    if at.is_null() {
        return Ok(Value::Null);
    }
    at.object(&["type", "external", "file_upload"])?;
    let kind = at.one_of(&["external", "file_upload"])?;
    hosted(notion, caller, at, kind, &["image"])
}

/// A file that somebody else keeps, or an upload of one of some families of types.
pub(super) fn hosted(
    notion: &Notion,
    caller: &Caller,
    at: &At<'_>,
    kind: &'static str,
    families: &[&str],
) -> Checked<Value> {
    at.says(kind)?;
    let inner = at.field(kind);
    if kind == "external" {
        inner.object(&["url"])?;
        return Ok(json!({ "type": "external", "external": { "url": web_url(&inner.field("url"))? } }));
    }
    inner.object(&["id"])?;
    let id = inner.field("id").id()?;
    notion.attachable(caller, &id, families)?;
    Ok(json!({ "type": "file_upload", "file_upload": { "id": id } }))
}
