//! The client id that Debrief signs in with: from the settings, a downloaded file, or built in.

use std::path::Path;

use debrief_core::failure::{Failure, FailureCode};
use serde::Deserialize;

/// More than any client file holds.
const MAX_FILE_BYTES: u64 = 64 << 10;

/// An OAuth client of the kind "Desktop app". Google wants its secret although it is not confidential: it is in every copy
/// of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientId {
    /// Ends in `.apps.googleusercontent.com`.
    pub id: String,
    /// The secret that belongs to it.
    pub secret: String,
}

#[derive(Deserialize)]
struct File {
    installed: Option<Installed>,
    web: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Installed {
    client_id: String,
    client_secret: String,
}

impl ClientId {
    /// The client that whoever built this copy of Debrief put in, by the environment variables
    /// `DEBRIEF_GOOGLE_CLIENT_ID` and `DEBRIEF_GOOGLE_CLIENT_SECRET` of the build.
    pub fn built_in() -> Option<ClientId> {
        let id = option_env!("DEBRIEF_GOOGLE_CLIENT_ID").filter(|id| !id.is_empty())?;
        Some(ClientId {
            id: id.to_owned(),
            secret: option_env!("DEBRIEF_GOOGLE_CLIENT_SECRET").unwrap_or_default().to_owned(),
        })
    }

    /// Takes what a person typed.
    ///
    /// # Errors
    /// It is no client id.
    pub fn typed(id: &str, secret: &str) -> Result<ClientId, Failure> {
        let (id, secret) = (id.trim(), secret.trim());
        let fits = |text: &str| !text.is_empty() && text.len() <= 200 && !text.contains(char::is_whitespace);
        if !fits(id) || !fits(secret) {
            return Err(refused(
                "A client id and its secret are one word each.",
                "Copy both from the page of your OAuth client in the Google Cloud console.",
            ));
        }
        Ok(ClientId { id: id.to_owned(), secret: secret.to_owned() })
    }

    /// Reads the `client_secret….json` that the Google Cloud console offers for download.
    ///
    /// # Errors
    /// It can't be read, or is a client of another kind.
    pub fn read(file: &Path) -> Result<ClientId, Failure> {
        let name = file.display();
        let unreadable = |error: &dyn std::fmt::Display| {
            refused(
                format!("{name} can't be read as the file of an OAuth client."),
                "Download it again: Google Cloud console, Google Auth Platform, Clients, your desktop client, Download JSON.",
            )
            .because(error)
        };
        let size = std::fs::metadata(file).map_err(|error| unreadable(&error))?.len();
        if size > MAX_FILE_BYTES {
            return Err(unreadable(&"it is too large"));
        }
        let text = std::fs::read_to_string(file).map_err(|error| unreadable(&error))?;
        // The parser's message may quote the file.
        let content: File =
            serde_json::from_str(&text).map_err(|_| unreadable(&"it isn't the JSON that is expected"))?;
        match content {
            File { installed: Some(Installed { client_id, client_secret }), .. } => {
                ClientId::typed(&client_id, &client_secret)
            }
            File { web: Some(_), .. } => Err(refused(
                format!("{name} belongs to a client of the kind “Web application”."),
                "Make a client of the kind “Desktop app” in the Google Cloud console, and download its file.",
            )),
            File { installed: None, web: None } => Err(unreadable(&"it names no client")),
        }
    }
}

fn refused(what: impl Into<String>, fix: &str) -> Failure {
    Failure::never(FailureCode::BadSettings, what, fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ClientId, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("client_secret_1.json");
        std::fs::write(&file, text).unwrap();
        ClientId::read(&file).map_err(|failure| Failure {
            what: failure.what.replace(&file.display().to_string(), "FILE"),
            ..failure
        })
    }

    #[test]
    fn a_downloaded_file_gives_the_client() {
        let text = r#"{"installed":{"client_id":"1-a.apps.googleusercontent.com","project_id":"p",
            "client_secret":"GOCSPX-x","redirect_uris":["http://localhost"]}}"#;
        let client = read(text).unwrap();
        assert_eq!(
            (client.id.as_str(), client.secret.as_str()),
            ("1-a.apps.googleusercontent.com", "GOCSPX-x")
        );
    }

    #[test]
    fn a_file_of_another_kind_says_which_is_needed() {
        let failure = read(r#"{"web":{"client_id":"x","client_secret":"y"}}"#).unwrap_err();
        assert_eq!(failure.what, "FILE belongs to a client of the kind “Web application”.");
        for text in ["", "{}", "[]", "{\"installed\":{\"client_id\":\"x\"}}", "hidden"] {
            let failure = read(text).unwrap_err();
            assert_eq!(failure.what, "FILE can't be read as the file of an OAuth client.", "{text}");
            assert!(!format!("{failure:?}").contains("hidden"));
        }
    }

    #[test]
    fn words_with_blanks_are_no_client() {
        assert!(ClientId::typed(" a ", "b\n").is_ok());
        for (id, secret) in [("", "b"), ("a", ""), ("a b", "c")] {
            assert_eq!(ClientId::typed(id, secret).unwrap_err().code, FailureCode::BadSettings);
        }
    }
}
