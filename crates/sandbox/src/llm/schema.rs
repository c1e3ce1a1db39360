//! JSON schemas, as far as each provider takes them.

use serde_json::{Map, Value};

/// Whose idea of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// OpenAI's with `strict: true`, and Groq's.
    Strict,
    /// Without `strict`: a schema is only read.
    Loose,
    /// `output_config.format.schema`
    Anthropic,
    /// `responseJsonSchema`
    Gemini,
    /// `responseSchema`, a part of OpenAPI.
    GeminiOpenApi,
}

const STRICT: [&str; 21] = [
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "definitions",
    "description",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maximum",
    "minItems",
    "minimum",
    "multipleOf",
    "pattern",
    "properties",
    "required",
    "type",
];
const ANTHROPIC: [&str; 17] = [
    "$defs",
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "definitions",
    "description",
    "enum",
    "format",
    "items",
    "minItems",
    "pattern",
    "properties",
    "required",
    "type",
];
const GEMINI: [&str; 20] = [
    "$anchor",
    "$defs",
    "$id",
    "$ref",
    "additionalProperties",
    "anyOf",
    "description",
    "enum",
    "format",
    "items",
    "maxItems",
    "maximum",
    "minItems",
    "minimum",
    "oneOf",
    "prefixItems",
    "properties",
    "propertyOrdering",
    "required",
    "type",
];
const GEMINI_OPEN_API: [&str; 21] = [
    "anyOf",
    "default",
    "description",
    "enum",
    "example",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "nullable",
    "pattern",
    "properties",
    "propertyOrdering",
    "required",
    "type",
];
const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "object", "array", "null"];
/// The formats of texts that OpenAI and Anthropic know.
const FORMATS: [&str; 10] =
    ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri"];
/// OpenAI's limits.
const NESTED_AT_MOST: usize = 10;
const PROPERTIES_AT_MOST: usize = 5_000;
const ENUM_AT_MOST: usize = 1_000;
/// Anthropic's limit for properties that may be missing.
const OPTIONAL_AT_MOST: usize = 24;

/// What is wrong, and where: the names on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) at: Vec<String>,
    pub(super) why: String,
}

impl Wrong {
    /// As OpenAI names the place: `('properties', 'todos', 'items')`.
    pub(super) fn context(&self) -> String {
        let names: Vec<_> = self.at.iter().map(|name| format!("'{name}'")).collect();
        match names.as_slice() {
            [one] => format!("({one},)"),
            names => format!("({})", names.join(", ")),
        }
    }
}

/// The types that a schema allows, in small letters.
pub(super) fn kinds(schema: &Value) -> Vec<String> {
    let kinds = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind.as_str()],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        Some(_) | None => Vec::new(),
    };
    kinds.into_iter().map(str::to_lowercase).collect()
}

/// The schema that a `$ref` leads to.
pub(super) fn resolved<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    let mut schema = schema;
    // Whoever refers in circles is left with the reference.
    for _ in 0..8 {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
        match target.and_then(|target| root.pointer(target)) {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

/// Whether a provider takes a schema.
pub(super) fn check(schema: &Value, dialect: Dialect) -> Result<(), Wrong> {
    let mut check = Check { root: schema, dialect, at: Vec::new(), properties: 0, optional: 0 };
    if dialect == Dialect::Strict {
        if schema.get("anyOf").is_some() {
            return Err(check.wrong("'anyOf' is not permitted at the root"));
        }
        if kinds(schema) != ["object"] {
            let kind = schema.get("type").map_or("\"None\"".to_owned(), Value::to_string);
            let why = format!("schema must be a JSON Schema of 'type: \"object\"', got 'type: {kind}'");
            return Err(check.wrong(why));
        }
    }
    check.schema(schema, 0)
}

struct Check<'a> {
    root: &'a Value,
    dialect: Dialect,
    at: Vec<String>,
    properties: usize,
    optional: usize,
}

impl Check<'_> {
    fn wrong(&self, why: impl Into<String>) -> Wrong {
        Wrong { at: self.at.clone(), why: why.into() }
    }

    fn inside<T>(
        &mut self,
        names: &[&str],
        then: impl FnOnce(&mut Self) -> Result<T, Wrong>,
    ) -> Result<T, Wrong> {
        let length = self.at.len();
        self.at.extend(names.iter().map(|name| (*name).to_owned()));
        let done = then(self);
        self.at.truncate(length);
        done
    }

    fn keywords(&self) -> Option<&'static [&'static str]> {
        match self.dialect {
            Dialect::Strict => Some(&STRICT),
            Dialect::Loose => None,
            Dialect::Anthropic => Some(&ANTHROPIC),
            Dialect::Gemini => Some(&GEMINI),
            Dialect::GeminiOpenApi => Some(&GEMINI_OPEN_API),
        }
    }

    fn schema(&mut self, schema: &Value, depth: usize) -> Result<(), Wrong> {
        let Some(object) = schema.as_object() else {
            return Err(self.wrong(format!("{schema} is not of type 'object', 'boolean'")));
        };
        if let Some(known) = self.keywords() {
            let of_all = ["title", "$schema"];
            let known = |name: &str| {
                known.contains(&name)
                    // Only words for people; `$schema` belongs to the root.
                    || name == of_all[0]
                    || (name == of_all[1] && depth == 0 && self.dialect != Dialect::GeminiOpenApi)
            };
            if let Some(name) = object.keys().find(|name| !known(name)) {
                return Err(self.unknown(name, object));
            }
        }
        self.reference(object)?;
        self.kind(object)?;
        self.values(object)?;
        if let Some(inner) = object.get("properties") {
            self.properties(object, inner, depth)?;
        } else if self.demands_closed() && kinds(schema).iter().any(|kind| kind == "object") {
            self.closed(object)?;
        }
        for name in ["items", "not", "contains"] {
            if let Some(inner) = object.get(name) {
                self.inside(&[name], |check| check.schema(inner, depth + 1))?;
            }
        }
        if self.dialect != Dialect::Loose
            && kinds(schema).iter().any(|kind| kind == "array")
            && !object.contains_key("items")
            && !object.contains_key("prefixItems")
        {
            return Err(self.wrong("array schema missing items"));
        }
        for name in ["anyOf", "oneOf", "allOf", "prefixItems"] {
            let Some(choices) = object.get(name) else { continue };
            let choices = choices.as_array().filter(|choices| !choices.is_empty());
            let choices =
                choices.ok_or_else(|| self.wrong(format!("'{name}' has to be a list of schemas")))?;
            for (at, choice) in choices.iter().enumerate() {
                self.inside(&[name, &at.to_string()], |check| check.schema(choice, depth + 1))?;
            }
        }
        for name in ["$defs", "definitions"] {
            let Some(inner) = object.get(name) else { continue };
            let inner =
                inner.as_object().ok_or_else(|| self.wrong(format!("'{name}' has to be an object")))?;
            for (key, inner) in inner {
                // What is defined is as deep as where it is used, which nobody counts here.
                self.inside(&[name, key], |check| check.schema(inner, depth))?;
            }
        }
        Ok(())
    }

    fn unknown(&self, name: &str, object: &Map<String, Value>) -> Wrong {
        match self.dialect {
            Dialect::Strict | Dialect::Loose => self.wrong(format!("'{name}' is not permitted")),
            Dialect::Anthropic => {
                let kind = object.get("type").and_then(Value::as_str).unwrap_or("any");
                self.wrong(format!("For '{kind}' type, property '{name}' is not supported"))
            }
            Dialect::Gemini | Dialect::GeminiOpenApi => {
                self.wrong(format!("Unknown name \"{name}\": Cannot find field."))
            }
        }
    }

    /// A reference has to lead to somewhere inside.
    fn reference(&self, object: &Map<String, Value>) -> Result<(), Wrong> {
        let Some(target) = object.get("$ref") else { return Ok(()) };
        let inside = target.as_str().and_then(|target| target.strip_prefix('#'));
        match inside.and_then(|target| self.root.pointer(target)) {
            Some(_) if self.dialect == Dialect::Strict && object.len() > 1 => {
                Err(self.wrong("$ref cannot have keywords beside it"))
            }
            Some(_) => Ok(()),
            None => Err(self.wrong(format!("reference {target} leads nowhere"))),
        }
    }

    fn kind(&self, object: &Map<String, Value>) -> Result<(), Wrong> {
        let Some(kind) = object.get("type") else {
            let instead = ["$ref", "anyOf", "oneOf", "allOf", "enum", "const"];
            let free =
                self.dialect == Dialect::Loose || instead.iter().any(|name| object.contains_key(*name));
            return if free { Ok(()) } else { Err(self.wrong("schema must have a 'type' key")) };
        };
        let is_list = kind.is_array();
        let kinds = kinds(&Value::Object(object.clone()));
        let known = !kinds.is_empty() && kinds.iter().all(|kind| TYPES.contains(&kind.as_str()));
        let is_upper = kind.as_str().is_some_and(|kind| kind.chars().any(char::is_uppercase));
        let fits = match self.dialect {
            // Its types are names like `STRING`; small letters are taken too.
            Dialect::GeminiOpenApi => known && !is_list,
            Dialect::Strict | Dialect::Loose | Dialect::Anthropic | Dialect::Gemini => known && !is_upper,
        };
        if fits {
            Ok(())
        } else {
            Err(self.wrong(format!("{kind} is not valid under any of the given schemas")))
        }
    }

    /// What a value may be: lists of values, formats and bounds.
    fn values(&self, object: &Map<String, Value>) -> Result<(), Wrong> {
        if let Some(values) = object.get("enum") {
            let values = values.as_array().filter(|values| !values.is_empty());
            let Some(values) = values else {
                return Err(self.wrong("enum has to be a list that is not empty"));
            };
            if self.dialect == Dialect::Strict && values.len() > ENUM_AT_MOST {
                return Err(self.wrong(format!("enum has more than {ENUM_AT_MOST} values")));
            }
            if self.dialect == Dialect::Anthropic
                && values.iter().any(|value| value.is_object() || value.is_array())
            {
                return Err(self.wrong("enum values have to be strings, numbers, booleans or null"));
            }
            if self.dialect == Dialect::GeminiOpenApi && !values.iter().all(Value::is_string) {
                return Err(self.wrong("enum: only allowed for STRING type"));
            }
        }
        let format = object.get("format").and_then(Value::as_str);
        if let Some(format) = format
            && matches!(self.dialect, Dialect::Strict | Dialect::Anthropic)
            && !FORMATS.contains(&format)
        {
            return Err(self.wrong(format!("'{format}' is not a supported format")));
        }
        if self.dialect == Dialect::Anthropic
            && object.get("minItems").is_some_and(|least| least.as_u64().is_none_or(|least| least > 1))
        {
            return Err(self.wrong("For 'array' type, 'minItems' values other than 0 or 1 are not supported"));
        }
        Ok(())
    }

    fn demands_closed(&self) -> bool {
        matches!(self.dialect, Dialect::Strict | Dialect::Anthropic)
    }

    fn closed(&self, object: &Map<String, Value>) -> Result<(), Wrong> {
        if object.get("additionalProperties") == Some(&Value::Bool(false)) {
            return Ok(());
        }
        Err(self.wrong(match self.dialect {
            Dialect::Anthropic => "For 'object' type, 'additionalProperties' must be explicitly set to false",
            Dialect::Strict | Dialect::Loose | Dialect::Gemini | Dialect::GeminiOpenApi => {
                "'additionalProperties' is required to be supplied and to be false"
            }
        }))
    }

    fn properties(&mut self, object: &Map<String, Value>, inner: &Value, depth: usize) -> Result<(), Wrong> {
        let Some(inner) = inner.as_object() else { return Err(self.wrong("properties has to be an object")) };
        if self.demands_closed() {
            self.closed(object)?;
        }
        let required = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_required = |name: &String| required.iter().any(|required| required == name);
        if let Some(extra) =
            required.iter().find(|name| !name.as_str().is_some_and(|name| inner.contains_key(name)))
        {
            return Err(self.wrong(format!("'required' has {extra}, which is not among the properties")));
        }
        let missing = inner.keys().find(|name| !is_required(name));
        match (self.dialect, missing) {
            (Dialect::Strict, Some(missing)) => {
                return Err(self.wrong(format!(
                    "'required' is required to be supplied and to be an array including every key in properties. \
                     Missing '{missing}'"
                )));
            }
            (Dialect::GeminiOpenApi, _) if inner.is_empty() => {
                return Err(self.wrong("properties: should be non-empty for OBJECT type"));
            }
            (_, _) => self.optional += inner.keys().filter(|name| !is_required(name)).count(),
        }
        self.properties += inner.len();
        if self.dialect == Dialect::Strict
            && (self.properties > PROPERTIES_AT_MOST || depth / 2 >= NESTED_AT_MOST)
        {
            let why = format!(
                "more than {PROPERTIES_AT_MOST} properties, or nested more than {NESTED_AT_MOST} levels"
            );
            return Err(self.wrong(why));
        }
        if self.dialect == Dialect::Anthropic && self.optional > OPTIONAL_AT_MOST {
            return Err(self
                .wrong(format!("Schemas contains too many optional parameters, limit {OPTIONAL_AT_MOST}")));
        }
        for (name, inner) in inner {
            self.inside(&["properties", name], |check| check.schema(inner, depth + 1))?;
        }
        Ok(())
    }
}
