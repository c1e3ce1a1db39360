//! A model's words → the answer that was asked for, or what is wrong with it in words for the model.

use jsonschema::Validator;
use serde_json::Value;

/// So many faults are named to a model at once.
const MAX_FAULTS: usize = 8;
const MAX_FAULT_CHARS: usize = 300;

/// The JSON object that the words are. It may stand in a code fence, and after what a reasoning model thought aloud; anything
/// else around it, and the answer is none.
pub(super) fn object(words: &str) -> Result<Value, String> {
    let words = unfenced(after_thinking(words.trim_start_matches('\u{feff}').trim()));
    if words.is_empty() {
        return Err("The answer is empty.".to_owned());
    }
    match serde_json::from_str(words) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err("The answer is JSON, but not an object.".to_owned()),
        Err(error) => Err(format!("The answer is not one JSON object: {error}.")),
    }
}

/// What of the value doesn't fit the schema.
pub(super) fn fits(value: &Value, schema: &Validator) -> Result<(), String> {
    let faults: Vec<String> =
        schema.iter_errors(value).take(MAX_FAULTS).map(|fault| fault_at(&fault)).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

fn fault_at(fault: &jsonschema::ValidationError<'_>) -> String {
    let place = fault.instance_path().to_string();
    let text = format!("{}: {fault}", if place.is_empty() { "/" } else { &place });
    text.chars().take(MAX_FAULT_CHARS).collect()
}

fn after_thinking(words: &str) -> &str {
    let thought = words.strip_prefix("<think>").and_then(|rest| rest.split_once("</think>"));
    thought.map_or(words, |(_, answer)| answer.trim())
}

fn unfenced(words: &str) -> &str {
    let inside = words.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let Some((language, inside)) = inside.and_then(|inside| inside.split_once('\n')) else { return words };
    if matches!(language.trim(), "" | "json" | "JSON") { inside.trim() } else { words }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_read_bare_in_a_fence_or_after_thinking() {
        for words in [
            r#" {"a": 1} "#,
            "\u{feff}{\"a\": 1}",
            "```json\n{\"a\": 1}\n```",
            "```\n{\"a\": 1}```\n",
            "<think>First {\"b\": 2}?</think>\n\n{\"a\": 1}",
            "<think></think>```json\n{\"a\": 1}\n```",
        ] {
            assert_eq!(object(words), Ok(json!({ "a": 1 })), "{words}");
        }
    }

    #[test]
    fn anything_else_is_no_answer() {
        for words in [
            "",
            "Here it is: {\"a\": 1}",
            "{\"a\": 1} Anything else?",
            "{\"a\": 1}{\"a\": 1}",
            "Sure!\n```json\n{\"a\": 1}\n```",
            "```json\n{\"a\": 1}\n```\nDone.",
            "```python\n{\"a\": 1}\n```",
            "[1]",
            "\"a\"",
            "{\"a\": 1",
            "<think>{\"a\": 1}",
        ] {
            assert!(object(words).is_err(), "{words}");
        }
    }

    #[test]
    fn a_model_is_told_where_its_answer_does_not_fit() {
        let schema = json!({ "type": "object", "additionalProperties": false, "required": ["todos"], "properties": {
            "todos": { "type": "array", "items": { "type": "object", "required": ["text", "segment"],
                "properties": { "text": { "type": "string" }, "segment": { "type": "integer" } } } } } });
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert_eq!(fits(&json!({ "todos": [{ "text": "Call", "segment": 3 }] }), &validator), Ok(()));
        let wrong = json!({ "todos": [{ "text": "Call", "segment": "three" }], "more": 1 });
        let told = fits(&wrong, &validator).unwrap_err();
        assert!(told.contains("/todos/0/segment: \"three\" is not of type \"integer\""), "{told}");
        assert!(told.contains("'more'"), "{told}");
    }
}
