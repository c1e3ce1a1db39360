//! Notion's own program: pages open in it where it is installed.

use std::process::{Command, Stdio};

use tauri::Url;

/// The address by which Notion's program opens a page; `None` for a page elsewhere.
pub(crate) fn address(url: &Url) -> Option<String> {
    let is_notions = matches!(url.host_str(), Some("www.notion.so" | "notion.so" | "app.notion.com"));
    (url.scheme() == "https" && is_notions).then(|| url.as_str().replacen("https", "notion", 1))
}

/// Whether something on this computer opens `notion:` addresses.
pub(crate) fn is_installed() -> bool {
    let mut ask = question();
    let asked = ask.stdin(Stdio::null()).stderr(Stdio::null()).output();
    // Where nothing can be asked, nothing is installed.
    asked.is_ok_and(|answer| {
        answer.status.success() && (cfg!(not(target_os = "linux")) || !answer.stdout.is_empty())
    })
}

#[cfg(target_os = "windows")]
fn question() -> Command {
    let mut ask = Command::new("reg");
    ask.args(["query", r"HKCR\notion", "/v", "URL Protocol"]);
    ask
}

#[cfg(target_os = "macos")]
fn question() -> Command {
    let mut ask = Command::new("open");
    // Only looks where it is.
    ask.args(["-Ra", "Notion"]);
    ask
}

#[cfg(not(any(target_os = "windows", target_os = "macos")))]
fn question() -> Command {
    let mut ask = Command::new("xdg-mime");
    ask.args(["query", "default", "x-scheme-handler/notion"]);
    ask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_notions_own_pages_open_in_its_program() {
        let address = |text: &str| address(&Url::parse(text).unwrap());
        assert_eq!(
            address("https://www.notion.so/Launch-2f8a").as_deref(),
            Some("notion://www.notion.so/Launch-2f8a")
        );
        assert_eq!(address("http://127.0.0.1:4010/notion/view/2f8a"), None);
        assert_eq!(address("https://example.com/notion.so"), None);
    }
}
