//! What the web view can reach, asserted: content policy, permissions, commands, typed bindings.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn json_of(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(root(path)).unwrap()).unwrap()
}

#[test]
fn nothing_from_elsewhere_is_loaded_run_or_called() {
    let security = json_of("tauri.conf.json")["app"]["security"].clone();
    let policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src ipc: http://ipc.localhost",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ];
    assert_eq!(security["csp"], policy.join("; "));
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(security["capabilities"], json!(["main"]));
    assert_eq!(security.get("dangerousDisableAssetCspModification"), None);
    assert_eq!(security.get("assetProtocol"), None);
}

#[test]
fn the_window_has_its_size_zooms_and_takes_dropped_files() {
    let windows = json_of("tauri.conf.json")["app"]["windows"].clone();
    assert_eq!(windows.as_array().unwrap().len(), 1);
    let window = &windows[0];
    assert_eq!(window["label"], "main");
    assert_eq!((&window["width"], &window["height"]), (&json!(1120), &json!(720)));
    assert_eq!((&window["minWidth"], &window["minHeight"]), (&json!(720), &json!(520)));
    assert_eq!(window["dragDropEnabled"], true);
    assert_eq!(window["zoomHotkeysEnabled"], true);
}

#[test]
fn the_version_is_written_in_one_place() {
    assert_eq!(json_of("tauri.conf.json").get("version"), None);
}

#[test]
fn the_web_view_may_listen_zoom_and_call_the_apps_commands_and_nothing_else() {
    let files: Vec<_> = std::fs::read_dir(root("src-tauri/capabilities")).unwrap().collect();
    assert_eq!(files.len(), 1, "one capability file, for the one window");
    let main = json_of("src-tauri/capabilities/main.json");
    assert_eq!(main["identifier"], "main");
    assert_eq!(main["windows"], json!(["main"]));
    assert_eq!(
        main["permissions"],
        json!([
            "core:event:allow-listen",
            "core:event:allow-unlisten",
            // The keys for zooming are handled in the page, except on Windows.
            "core:webview:allow-set-webview-zoom",
            "main-window"
        ])
    );
    assert_eq!(main.get("remote"), None);
    assert_eq!(main.get("webviews"), None);
}

#[test]
fn the_allowed_commands_are_those_that_exist() {
    let files: Vec<_> = std::fs::read_dir(root("src-tauri/permissions")).unwrap().collect();
    assert_eq!(files.len(), 1, "one permission file");
    let text = std::fs::read_to_string(root("src-tauri/permissions/app.toml")).unwrap();
    let file: toml::Table = text.parse().unwrap();
    let permissions = file["permission"].as_array().unwrap();
    assert_eq!(permissions.len(), 1);
    assert_eq!(permissions[0]["identifier"].as_str(), Some("main-window"));
    let mut allowed: Vec<String> = permissions[0]["commands"]["allow"].clone().try_into().unwrap();
    allowed.sort();
    assert_eq!(allowed, commands_in(&exported()));
}

#[test]
fn the_bindings_of_the_pages_are_up_to_date() {
    let kept = root("ui/src/backend/bindings.ts");
    let fresh = exported();
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
        std::fs::write(&kept, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(kept).unwrap_or_default();
    assert!(kept == fresh, "ui/src/backend/bindings.ts is stale: run `make bindings` and commit it");
}

/// The bindings as they would be written now.
fn exported() -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bindings.ts");
    let commands = crate::commands::all::<tauri::Wry>();
    commands.export(specta_typescript::Typescript::default(), &file).unwrap();
    std::fs::read_to_string(file).unwrap()
}

/// The names that the bindings call, sorted. A call reads `__TAURI_INVOKE<JobView>("get_job_status", …)`.
fn commands_in(bindings: &str) -> Vec<String> {
    let name = |line: &str| {
        let (_, call) = line.split_once("__TAURI_INVOKE<")?;
        let (_, name) = call.split_once("(\"")?;
        Some(name.split_once('"')?.0.to_owned())
    };
    let mut names: Vec<String> = bindings.lines().filter_map(name).collect();
    names.sort();
    names
}
