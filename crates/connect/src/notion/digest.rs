//! A block's own content in a few characters, the same for what was sent and for what Notion gives back of it.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Fields that say something of a block besides its texts. The tick of a to-do is the person's.
const FIELDS: [&str; 6] =
    ["is_toggleable", "language", "has_column_header", "table_width", "url", "expression"];

/// The digest of a block's own content, without the blocks inside.
pub(super) fn digest(block: &Value) -> String {
    let kind = block["type"].as_str().unwrap_or_default();
    let content = &block[kind];
    let mut canon = vec![kind.to_owned()];
    for name in ["rich_text", "caption"] {
        if let Some(texts) = content[name].as_array() {
            canon.push(texts_of(texts));
        }
    }
    for cell in content["cells"].as_array().into_iter().flatten() {
        canon.push(texts_of(cell.as_array().map_or(&[], Vec::as_slice)));
    }
    if let Some(emoji) = content["icon"]["emoji"].as_str() {
        canon.push(emoji.to_owned());
    }
    for name in FIELDS {
        match &content[name] {
            // Notion adds what was left out.
            Value::Null | Value::Bool(false) => {}
            Value::String(text) if name == "url" => canon.push(same_address(text)),
            value => canon.push(format!("{name}={value}")),
        }
    }
    let colour = content["color"].as_str().filter(|colour| *colour != "default");
    canon.extend(colour.map(str::to_owned));
    let hash = Sha256::digest(canon.join("\u{1f}").as_bytes());
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Rich texts as one text with marks, neighbours of one style joined as Notion joins them.
fn texts_of(texts: &[Value]) -> String {
    let mut canon = String::new();
    let mut last_style = None;
    for text in texts {
        let style = style_of(text);
        if last_style.as_ref() != Some(&style) {
            canon.push('\u{1e}');
            canon.push_str(&style);
            canon.push('\u{1d}');
        }
        canon.push_str(content_of(text));
        last_style = Some(style);
    }
    canon
}

fn content_of(text: &Value) -> &str {
    let date = text["mention"]["date"]["start"].as_str();
    date.or(text["text"]["content"].as_str()).or(text["plain_text"].as_str()).unwrap_or_default()
}

fn style_of(text: &Value) -> String {
    let annotations = &text["annotations"];
    let mut style: Vec<String> = ["bold", "italic", "strikethrough", "underline", "code"]
        .into_iter()
        .filter(|name| annotations[name] == Value::Bool(true))
        .map(str::to_owned)
        .collect();
    style.extend(annotations["color"].as_str().filter(|colour| *colour != "default").map(str::to_owned));
    style.extend(text["text"]["link"]["url"].as_str().map(same_address));
    style.extend(text["mention"]["type"].as_str().map(str::to_owned));
    style.join(",")
}

/// Notion may write an address in another way than it was sent.
fn same_address(address: &str) -> String {
    url::Url::parse(address).map_or_else(|_| address.to_owned(), String::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_notion_gives_back_has_the_digest_of_what_was_sent() {
        let sent = json!({ "type": "to_do", "to_do": { "rich_text": [
            { "type": "text", "text": { "content": "Send " } },
            { "type": "text", "text": { "content": "it", "link": { "url": "https://example.com" } } },
            { "type": "mention", "mention": { "type": "date", "date": { "start": "2026-11-13" } } },
        ] } });
        let plain = json!({ "bold": false, "italic": false, "strikethrough": false, "underline": false, "code": false, "color": "default" });
        let given = json!({ "object": "block", "id": "1", "type": "to_do", "has_children": false, "to_do": {
            "checked": true, "color": "default", "rich_text": [
                { "type": "text", "text": { "content": "Se", "link": null }, "annotations": plain, "plain_text": "Se", "href": null },
                { "type": "text", "text": { "content": "nd ", "link": null }, "annotations": plain, "plain_text": "nd ", "href": null },
                { "type": "text", "text": { "content": "it", "link": { "url": "https://example.com/" } }, "annotations": plain, "plain_text": "it", "href": "https://example.com/" },
                { "type": "mention", "mention": { "type": "date", "date": { "start": "2026-11-13", "end": null, "time_zone": null } }, "annotations": plain, "plain_text": "2026-11-13", "href": null },
            ] } });
        assert_eq!(digest(&sent), digest(&given));
    }

    #[test]
    fn other_words_and_other_styles_have_other_digests() {
        let block = |text: &str, bold: bool| {
            digest(&json!({ "type": "paragraph", "paragraph": { "rich_text": [
                { "type": "text", "text": { "content": text }, "annotations": { "bold": bold } }] } }))
        };
        assert_ne!(block("a", false), block("b", false));
        assert_ne!(block("a", false), block("a", true));
    }
}
