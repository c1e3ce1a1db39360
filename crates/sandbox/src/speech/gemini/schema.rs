//! An answer that fits a JSON schema: a list of utterances, perhaps inside an object.

use serde_json::{Map, Value, json};

use super::super::heard::{Heard, Word, seconds, span_ms, text};

/// What the service understands of JSON schema.
const KEYWORDS: [&str; 18] = [
    "$id",
    "$anchor",
    "type",
    "format",
    "title",
    "description",
    "enum",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "anyOf",
    "properties",
    "additionalProperties",
    "required",
    "propertyOrdering",
];

/// Fills the schema with what was heard.
///
/// # Errors
/// What in the schema is not understood, or has a name that nothing is known for.
pub(super) fn filled(schema: &Value, heard: &Heard, language: &str) -> Result<Value, String> {
    let object = keywords(schema)?;
    match kind(schema)? {
        "array" => list(schema, heard, language),
        "object" => {
            let mut lists = 0;
            let mut whole = Map::new();
            for (name, inner) in properties(object)? {
                let value = if kind(inner)? == "array" {
                    lists += 1;
                    list(inner, heard, language)?
                } else {
                    fill(name, inner, &heard.words, language)?
                };
                whole.insert(name.clone(), value);
            }
            if lists == 1 { Ok(whole.into()) } else { Err("an object has to hold one array".to_owned()) }
        }
        other => Err(format!("a schema of type {other} holds no utterances")),
    }
}

fn list(schema: &Value, heard: &Heard, language: &str) -> Result<Value, String> {
    keywords(schema)?;
    let items = schema.get("items").ok_or("an array needs items")?;
    let item = keywords(items)?;
    if kind(items)? != "object" {
        return Err("items have to be objects".to_owned());
    }
    let properties = properties(item)?;
    let one = |words: &[Word]| -> Result<Value, String> {
        let fields =
            properties.iter().map(|(name, schema)| Ok((name.clone(), fill(name, schema, words, language)?)));
        fields.collect::<Result<Map<_, _>, String>>().map(Value::from)
    };
    // A wrong name is refused even when nobody speaks.
    one(&[])?;
    heard.turns().map(one).collect()
}

/// The properties, all of which `required` may name and no other.
fn properties(object: &Map<String, Value>) -> Result<&Map<String, Value>, String> {
    let known = object.get("properties").and_then(Value::as_object).filter(|known| !known.is_empty());
    let known = known.ok_or("an object needs properties")?;
    let required = object.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    match required.iter().find(|name| !name.as_str().is_some_and(|name| known.contains_key(name))) {
        Some(name) => Err(format!("required property {name} is not among the properties")),
        None => Ok(known),
    }
}

fn keywords(schema: &Value) -> Result<&Map<String, Value>, String> {
    let object = schema.as_object().ok_or("a schema has to be an object")?;
    match object.keys().find(|name| !KEYWORDS.contains(&name.as_str())) {
        Some(name) => Err(format!("unknown keyword {name}")),
        None => Ok(object),
    }
}

/// The type; `null` beside it says that it may be missing, which nothing here is.
fn kind(schema: &Value) -> Result<&str, String> {
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => Some(kind.as_str()),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        Some(_) | None => None,
    };
    kind.ok_or_else(|| "a schema needs a type".to_owned())
}

fn fill(name: &str, schema: &Value, words: &[Word], language: &str) -> Result<Value, String> {
    keywords(schema)?;
    let kind = kind(schema)?;
    let (start_ms, end_ms) = span_ms(words);
    let speaker = words.first().map_or(1, |word| word.speaker + 1);
    let plain = name.to_lowercase().replace(['_', '-'], "");
    let value = match (plain.as_str(), kind) {
        ("text" | "transcript" | "content", "string") => text(words).into(),
        ("language" | "languagecode" | "lang", "string") => language.into(),
        ("speaker" | "speakerlabel", "string") => format!("Speaker {speaker}").into(),
        ("speaker" | "speakerlabel" | "speakerid", "integer" | "number") => speaker.into(),
        ("startms", "integer" | "number") => start_ms.into(),
        ("endms", "integer" | "number") => end_ms.into(),
        ("start" | "starts" | "startseconds" | "starttime", _) => time(start_ms, kind)?,
        ("end" | "ends" | "endseconds" | "endtime", _) => time(end_ms, kind)?,
        _ => return Err(format!("nothing is known for property {name} of type {kind}")),
    };
    Ok(value)
}

/// Seconds, or a clock's time as text.
fn time(ms: u64, kind: &str) -> Result<Value, String> {
    match kind {
        "number" => Ok(json!(seconds(ms))),
        "integer" => Ok((ms / 1000).into()),
        "string" => Ok(format!("{:02}:{:02}.{:03}", ms / 60_000, ms / 1000 % 60, ms % 1000).into()),
        other => Err(format!("a time is no {other}")),
    }
}
