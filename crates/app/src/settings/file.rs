//! The settings file and the environment: read, checked, changed.

use std::path::Path;

use debrief_core::failure::{Failure, FailureCode};
use serde::de::DeserializeOwned;
use toml::Table;

use super::Settings;

/// Environment variables that are settings start with this; `DEBRIEF__SPEECH__MODEL` is `model` in `[speech]`.
const PREFIX: &str = "DEBRIEF__";

impl Settings {
    /// Reads the settings file, if it is there, then the environment.
    ///
    /// # Errors
    /// An unknown key or a bad value, with file and line or the variable's name.
    pub fn load(
        file: &Path,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Settings, Failure> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(
                    bad(format!("The settings file {} can't be read.", file.display())).because(error)
                );
            }
        };
        let mut table = checked(&text, file)?;
        let mut variables: Vec<(String, String)> =
            environment.filter(|(name, _)| name.starts_with(PREFIX)).collect();
        variables.sort();
        for (name, value) in variables {
            let set = setting_of(&name, &value)
                .map_err(|error| bad(format!("The environment variable {name} is no setting: {error}.")))?;
            merge(&mut table, set);
        }
        // Every part was checked alone; together they can only be as good.
        table.try_into().map_err(|error: toml::de::Error| bad(error.message().to_owned()))
    }
}

/// One setting to change: its section, its key and its new value; `None` takes it out.
pub(crate) type Change<'a> = (&'a str, &'a str, Option<Value>);

/// A value in the settings file.
pub(crate) type Value = toml_edit::Value;

/// Changes settings in their file; everything else in it, comments included, stays as it is.
///
/// # Errors
/// The file can't be read or written, or would hold a bad value; nothing is changed then.
pub(crate) fn change(file: &Path, changes: &[Change<'_>]) -> Result<(), Failure> {
    let unwritten = |error: &dyn std::fmt::Display| {
        let what = format!("The settings file {} can't be changed.", file.display());
        Failure::never(FailureCode::BadSettings, what, "Check its permissions and that the disk isn't full.")
            .because(error)
    };
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(unwritten(&error)),
    };
    let mut document: toml_edit::DocumentMut = text.parse().map_err(|error| unwritten(&error))?;
    for (section, key, value) in changes {
        match value {
            Some(value) => {
                let table = document.entry(section).or_insert(toml_edit::table());
                let table = table
                    .as_table_like_mut()
                    .ok_or_else(|| unwritten(&format!("{section} is no section")))?;
                table.insert(key, toml_edit::value(value.clone()));
            }
            None => {
                if let Some(table) = document.get_mut(section).and_then(|table| table.as_table_like_mut()) {
                    table.remove(key);
                }
            }
        }
    }
    let text = document.to_string();
    checked(&text, file)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| unwritten(&error))?;
    let mut written = tempfile::NamedTempFile::new_in(folder).map_err(|error| unwritten(&error))?;
    std::io::Write::write_all(&mut written, text.as_bytes())
        .and_then(|()| written.as_file().sync_all())
        .map_err(|error| unwritten(&error))?;
    written.persist(file).map_err(|error| unwritten(&error.error))?;
    Ok(())
}

/// The file's table, if it makes valid settings.
fn checked(text: &str, file: &Path) -> Result<Table, Failure> {
    let failed = |error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        bad(format!("{}, line {line}: {}.", file.display(), error.message().trim_end_matches('.')))
    };
    toml::from_str::<Settings>(text).map_err(failed)?;
    toml::from_str(text).map_err(failed)
}

/// A table with just the setting that a variable stands for.
fn setting_of(name: &str, value: &str) -> Result<Table, String> {
    let lower = name[PREFIX.len()..].to_lowercase();
    let Some((section, key)) = lower.split_once("__") else {
        return Err(format!("it needs the form {PREFIX}SECTION__KEY"));
    };
    let table = |value: toml::Value| {
        Table::from_iter([(section.to_owned(), Table::from_iter([(key.to_owned(), value)]).into())])
    };
    let is_valid = |table: &Table| try_into::<Settings>(table.clone());
    let as_text = table(toml::Value::String(value.to_owned()));
    let error = match is_valid(&as_text) {
        Ok(_) => return Ok(as_text),
        Err(error) => error,
    };
    // A number or a truth value, as it would stand in the file.
    match toml::from_str::<Table>(&format!("value = {value}")).ok().and_then(|mut t| t.remove("value")) {
        Some(typed) => {
            let typed = table(typed);
            is_valid(&typed).map(|_| typed)
        }
        None => Err(error),
    }
}

fn try_into<T: DeserializeOwned>(table: Table) -> Result<T, String> {
    table.try_into().map_err(|error: toml::de::Error| error.message().trim_end_matches('.').to_owned())
}

fn merge(into: &mut Table, from: Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

fn bad(what: String) -> Failure {
    Failure::never(FailureCode::BadSettings, what, "Correct or remove it; nothing else was changed.")
}
