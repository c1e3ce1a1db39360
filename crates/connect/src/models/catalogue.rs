//! The models that Debrief offers, read from one committed file.

use debrief_core::failure::{Failure, FailureCode};
use serde::Deserialize;

const CATALOGUE: &str = include_str!("catalogue.toml");
/// Stands for "more languages than a list is good for".
const MANY: &str = "many";

/// The models on offer, for each purpose the best first.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// In the order of the file.
    #[serde(rename = "model")]
    pub models: Vec<CatalogueModel>,
}

/// One model on offer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueModel {
    /// Stable, for settings and the command line.
    pub id: String,
    /// For people.
    pub name: String,
    /// What can run it.
    pub family: Family,
    /// What it is for.
    pub purpose: Purpose,
    /// BCP 47 primary languages, or `many` alone.
    pub languages: Vec<String>,
    /// Owner and name at Hugging Face.
    pub repository: String,
    /// The commit there, so that what is downloaded never changes.
    pub revision: String,
    /// An estimate of what it needs while it runs, in bytes.
    pub memory_bytes: u64,
    /// With fewer cores, and no graphics processor, it is slow: our guess.
    pub wants_cores: u32,
    /// Short name of the licence.
    pub licence: String,
    /// What the licence wants to be shown.
    pub attribution: String,
    /// Whether the makers of Debrief ever ran these weights.
    pub run: Run,
    /// All of them are needed.
    pub files: Vec<CatalogueFile>,
}

/// One file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueFile {
    /// Its name in the repository, and on disk.
    pub name: String,
    /// Exact if there is a sum, an estimate otherwise.
    pub size_bytes: u64,
    /// In lower-case hexadecimal digits, where it was checked against its source.
    pub sha256: Option<String>,
}

/// Kinds of models, by what runs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// By transcribe.cpp, also in whisper.cpp's own format.
    Whisper,
    /// By transcribe.cpp.
    Parakeet,
    /// By transcribe.cpp.
    Moonshine,
    /// By transcribe.cpp.
    Canary,
    /// By transcribe.cpp.
    Sortformer,
    /// By the library of that name.
    Speakrs,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Speech to words.
    Transcribe,
    /// Telling speakers apart.
    Speakers,
}

/// Whether weights were ever run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Run {
    /// Only their format and options were tried, with generated weights.
    Never,
    /// The weights themselves.
    Yes,
}

impl Catalogue {
    /// The one that comes with Debrief.
    pub fn built_in() -> Catalogue {
        toml::from_str(CATALOGUE).expect("a test reads it")
    }

    /// The model of that id.
    ///
    /// # Errors
    /// There is none.
    pub fn model(&self, id: &str) -> Result<&CatalogueModel, Failure> {
        self.models.iter().find(|model| model.id == id).ok_or_else(|| {
            Failure::never(
                FailureCode::BadRequest,
                format!("There is no model \"{id}\"."),
                "`debrief models list` shows the ids of all models.",
            )
        })
    }
}

impl CatalogueModel {
    /// The sizes of all its files, in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).sum()
    }

    /// Whether it understands a language, given in BCP 47.
    pub fn understands(&self, language: &str) -> bool {
        let primary = language.split(['-', '_']).next().unwrap_or(language).to_ascii_lowercase();
        self.languages.iter().any(|known| known == MANY || *known == primary)
    }

    /// Whether it understands more languages than a list is good for.
    pub fn understands_many(&self) -> bool {
        self.languages.iter().any(|known| known == MANY)
    }

    /// Whether every file can be checked against a known sum.
    pub fn is_verified(&self) -> bool {
        self.files.iter().all(|file| file.sha256.is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_entry_of_the_catalogue_is_whole_and_safe() {
        let catalogue = Catalogue::built_in();
        let ids: BTreeSet<&str> = catalogue.models.iter().map(|model| model.id.as_str()).collect();
        assert_eq!(ids.len(), catalogue.models.len(), "ids are unique");
        for model in &catalogue.models {
            let plain = |text: &str| {
                text.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) && !text.starts_with('.')
            };
            assert!(plain(&model.id) && !model.files.is_empty(), "{}", model.id);
            assert_eq!(model.revision.len(), 40, "{}: a commit, not a branch", model.id);
            assert_eq!(model.repository.split('/').filter(|part| plain(part)).count(), 2, "{}", model.id);
            assert!(model.memory_bytes >= model.size_bytes(), "{}", model.id);
            assert!(!model.attribution.is_empty() && !model.licence.is_empty(), "{}", model.id);
            for file in &model.files {
                assert!(plain(&file.name) && file.size_bytes > 0, "{}", file.name);
                let sum = file.sha256.as_deref().unwrap_or(&"0".repeat(64)).to_owned();
                assert!(sum.len() == 64 && sum.chars().all(|c| "0123456789abcdef".contains(c)), "{sum}");
            }
        }
    }

    #[test]
    fn speakrs_gets_exactly_the_files_that_it_asks_for() {
        let catalogue = Catalogue::built_in();
        let model = catalogue.model("speakrs-community-1").unwrap();
        assert_eq!(model.repository, speakrs::models::MODEL_REPOSITORY);
        assert_eq!(model.revision, speakrs::models::MODEL_REVISION);
        let ours: BTreeSet<String> = model.files.iter().map(|file| file.name.clone()).collect();
        let wanted = speakrs::models::required_model_files(speakrs::ExecutionMode::Cpu);
        assert_eq!(ours, wanted.into_iter().collect());
    }

    #[test]
    fn an_unknown_model_says_where_ids_are() {
        let failure = Catalogue::built_in().model("ears").unwrap_err();
        assert_eq!(failure.what, "There is no model \"ears\".");
        assert_eq!(failure.fix, "`debrief models list` shows the ids of all models.");
    }
}
