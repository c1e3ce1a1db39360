//! Which model suits a machine and a language.

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::catalogue::{Catalogue, CatalogueModel, Purpose};

/// A model may take this share of the memory: the rest is the system's and everybody else's.
const SHARE: u64 = 2;

/// What a model runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// All of the memory, in bytes.
    pub memory_bytes: u64,
    /// Processors that programs can use at once.
    pub cores: u32,
    /// Names of graphics processors that an engine of this build can use.
    pub gpus: Vec<String>,
}

impl Machine {
    /// This one, with the graphics processors that its engines found.
    pub fn here(gpus: Vec<String>) -> Machine {
        let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Machine {
            // What is not known is taken for little.
            memory_bytes: System::new_with_specifics(memory).map_or(0, |system| system.total_memory()),
            cores: u32::try_from(cores).unwrap_or(u32::MAX),
            gpus,
        }
    }
}

/// In what respect a model is recommended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// The fewest mistakes that this machine can afford.
    Best,
    /// A good deal lighter, with more mistakes.
    Fast,
}

/// A model that suits, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommendation<'a> {
    /// The model.
    pub model: &'a CatalogueModel,
    /// In what respect.
    pub rank: Rank,
    /// One sentence for the person.
    pub why: String,
}

/// The best model for this machine and language, and a lighter one: none, one or two. Without a language only models
/// that understand many are taken.
pub fn recommend<'a>(
    machine: &Machine,
    language: Option<&str>,
    catalogue: &'a Catalogue,
) -> Vec<Recommendation<'a>> {
    let suits = |model: &&CatalogueModel| {
        model.purpose == Purpose::Transcribe
            && language.map_or(model.understands_many(), |language| model.understands(language))
            && model.memory_bytes.saturating_mul(SHARE) <= machine.memory_bytes
            && (machine.cores >= model.wants_cores || !machine.gpus.is_empty())
    };
    let suitable: Vec<&CatalogueModel> = catalogue.models.iter().filter(suits).collect();
    let Some(best) = suitable.first().copied() else { return Vec::new() };
    let fast = suitable.iter().copied().find(|model| model.memory_bytes <= best.memory_bytes / 2);
    let of = if best.understands_many() { "for many languages" } else { "for European languages" };
    let best = Recommendation {
        model: best,
        rank: Rank::Best,
        why: format!("The most accurate model {of} that suits this computer."),
    };
    let fast = fast.map(|model| Recommendation {
        model,
        rank: Rank::Fast,
        why: "A smaller download that leaves more of this computer free, with more mistakes.".to_owned(),
    });
    std::iter::once(best).chain(fast).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1_000_000_000;

    fn on(memory_gb: u64, cores: u32, language: Option<&str>) -> Vec<String> {
        let machine = Machine { memory_bytes: memory_gb * GB, cores, gpus: Vec::new() };
        let catalogue = Catalogue::built_in();
        recommend(&machine, language, &catalogue).into_iter().map(|found| found.model.id.clone()).collect()
    }

    #[test]
    fn european_languages_get_parakeet_on_a_good_machine() {
        for language in ["en", "en-GB", "de", "uk"] {
            assert_eq!(on(16, 8, Some(language)), ["parakeet-tdt-0.6b-v3", "whisper-base"], "{language}");
        }
    }

    #[test]
    fn chinese_and_unknown_languages_never_get_parakeet() {
        for memory_gb in [2, 4, 8, 64] {
            for language in [Some("zh"), Some("zh-Hant"), Some("ja"), None] {
                let found = on(memory_gb, 8, language);
                assert!(!found.is_empty() && found.iter().all(|id| id.starts_with("whisper")), "{found:?}");
            }
        }
        assert_eq!(on(16, 8, Some("zh")), ["whisper-large-v3-turbo", "whisper-small"]);
    }

    #[test]
    fn a_small_or_slow_machine_never_gets_the_large_model() {
        assert_eq!(on(4, 8, Some("zh")), ["whisper-small", "whisper-base"]);
        assert_eq!(on(16, 2, Some("zh")), ["whisper-base"]);
        assert_eq!(on(1, 1, Some("en")), ["whisper-tiny"]);
        assert_eq!(on(0, 1, Some("en")), [""; 0]);
    }

    #[test]
    fn a_graphics_processor_makes_up_for_few_cores() {
        let machine = Machine { memory_bytes: 16 * GB, cores: 2, gpus: vec!["Some GPU".into()] };
        let catalogue = Catalogue::built_in();
        assert_eq!(recommend(&machine, Some("zh"), &catalogue)[0].model.id, "whisper-large-v3-turbo");
    }

    #[test]
    fn this_machine_has_memory_and_cores() {
        let machine = Machine::here(Vec::new());
        assert!(machine.memory_bytes > 0 && machine.cores > 0, "{machine:?}");
    }
}
