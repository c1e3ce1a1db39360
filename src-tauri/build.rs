//! Embeds the window's settings, permissions and pages. Runs in the root of the repository.

use std::path::Path;

use tauri_build::{AppManifest, Attributes};

/// Shown when the pages were never built, so that plain `cargo` commands work in a fresh clone.
const PLACEHOLDER: &str = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Debrief</title></head>\n\
<body><main><h1>Debrief</h1><p>The pages of this window aren't built yet. Run <code>make run</code>.</p></main></body>\n</html>\n";

fn main() {
    // tauri-build reads the settings and permissions but announces only some of them.
    for path in ["ui/dist", "src-tauri/build.rs", "src-tauri/capabilities", "src-tauri/permissions"] {
        println!("cargo:rerun-if-changed={path}");
    }
    place_placeholder().expect("ui/dist must be writable: the pages of the window are embedded from there");

    let attributes = Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        // Not `AppManifest::commands()`: it writes a `permissions/` folder at the root.
        .app_manifest(AppManifest::new().permissions_path_pattern("./src-tauri/permissions/**/*"));
    tauri_build::try_build(attributes).expect("tauri.conf.json, capabilities and permissions must be valid");
}

fn place_placeholder() -> std::io::Result<()> {
    let page = Path::new("ui/dist/index.html");
    if page.exists() {
        return Ok(());
    }
    std::fs::create_dir_all("ui/dist")?;
    std::fs::write(page, PLACEHOLDER)
}
