//! The borders between the crates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml::Table;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What a manifest names in `[dependencies]`, on every platform.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join(manifest)).unwrap();
    let table: Table = toml::from_str(&text).unwrap();
    let here = table.get("dependencies").and_then(|value| value.as_table());
    let targets = table.get("target").and_then(|value| value.as_table());
    let of_targets = targets.into_iter().flat_map(|targets| targets.values());
    let of_targets =
        of_targets.filter_map(|target| target.get("dependencies").and_then(|value| value.as_table()));
    here.into_iter().chain(of_targets).flat_map(|table| table.keys().cloned()).collect()
}

fn ours(manifest: &str) -> Vec<String> {
    dependencies(manifest).into_iter().filter(|name| name.starts_with("debrief-")).collect()
}

#[test]
fn the_arrows_between_the_crates_point_inwards() {
    assert_eq!(ours("crates/core/Cargo.toml"), [""; 0]);
    assert_eq!(ours("crates/runtime/Cargo.toml"), ["debrief-core"]);
    assert_eq!(ours("crates/connect/Cargo.toml"), ["debrief-core"]);
    assert_eq!(ours("crates/app/Cargo.toml"), ["debrief-connect", "debrief-core", "debrief-runtime"]);
    assert_eq!(ours("crates/cli/Cargo.toml"), ["debrief-app", "debrief-core", "debrief-sandbox"]);
    assert_eq!(ours("crates/sandbox/Cargo.toml"), [""; 0]);
    assert_eq!(ours("crates/yardstick/Cargo.toml"), ["debrief-core"]);
    assert_eq!(ours("Cargo.toml"), ["debrief-app", "debrief-core"]);
}

#[test]
fn nothing_but_the_desktop_package_names_tauri() {
    for manifest in manifests() {
        let tauri = dependencies(&manifest).into_iter().any(|name| name.starts_with("tauri"));
        assert_eq!(tauri, manifest == "Cargo.toml", "{manifest}");
    }
}

#[test]
fn the_core_is_pure() {
    let impure = ["tokio", "rusqlite", "reqwest", "tempfile", "tracing"];
    let named = dependencies("crates/core/Cargo.toml");
    assert!(impure.iter().all(|name| !named.contains(*name)), "{named:?}");
    let words = [
        "std::fs",
        "std::net",
        "std::thread",
        "std::env",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "new_v4",
    ];
    for file in rust_files(&root().join("crates/core/src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in words {
            assert!(!text.contains(word), "{} names {word}", file.display());
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_where_no_foreign_function_is_called() {
    for file in [
        "crates/core/src/lib.rs",
        "crates/runtime/src/lib.rs",
        "crates/app/src/lib.rs",
        "crates/cli/src/main.rs",
        "crates/sandbox/src/lib.rs",
    ] {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        assert!(text.contains("#![forbid(unsafe_code)]"), "{file}");
    }
}

#[test]
fn only_the_store_speaks_sql() {
    for file in rust_files(&root().join("crates"))
        .into_iter()
        .filter(|file| !file.components().any(|part| part.as_os_str() == "store"))
    {
        let text = std::fs::read_to_string(&file).unwrap();
        let in_tests = file.components().any(|part| part.as_os_str() == "tests");
        assert!(in_tests || !text.contains("rusqlite"), "{} names rusqlite", file.display());
    }
}

fn manifests() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let table: Table = toml::from_str(&text).unwrap();
    let members = table["workspace"]["members"].as_array().unwrap().iter();
    let members = members.map(|member| format!("{}/Cargo.toml", member.as_str().unwrap()));
    let members = members.filter(|manifest| manifest != "./Cargo.toml");
    std::iter::once("Cargo.toml".to_owned()).chain(members).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
