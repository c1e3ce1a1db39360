//! Pasted text → what it points at.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

/// Where a recording or an attachment is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RecordingLink {
    /// A file on this machine; absolute once the app has resolved it.
    Local {
        /// The file.
        path: PathBuf,
    },
    /// A file in Google Drive.
    Drive {
        /// Its opaque id.
        id: String,
        /// The key that older shared links need besides the id.
        resource_key: Option<String>,
    },
}

/// A folder whose recordings can be watched for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FolderLink {
    /// A folder on this machine.
    Local {
        /// The folder, as it was given.
        path: PathBuf,
    },
    /// A folder in Google Drive.
    Drive {
        /// Its opaque id.
        id: String,
        /// The key that older shared links need besides the id.
        resource_key: Option<String>,
    },
}

/// Why pasted text is no link to a recording or to a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} {}", self.what(), self.fix())]
pub enum LinkError {
    /// Nothing was pasted.
    Empty,
    /// A folder in Drive.
    Folder,
    /// A document published to the web has no file behind it.
    Published,
    /// A web address that is not Drive.
    NotDrive,
    /// A Drive address without a file id.
    NoFileId,
    /// A Drive address that names no folder, where one is wanted.
    NoFolder,
}

impl LinkError {
    /// What happened.
    pub fn what(self) -> &'static str {
        match self {
            LinkError::Empty => "Nothing was pasted.",
            LinkError::Folder => "This link is a folder.",
            LinkError::Published => "This is a page published to the web, not the file itself.",
            LinkError::NotDrive => "This web address isn't a Google Drive file.",
            LinkError::NoFileId => "This Google Drive link has no file in it.",
            LinkError::NoFolder => "This isn't the link of a folder in Google Drive.",
        }
    }

    /// What to do.
    pub fn fix(self) -> &'static str {
        match self {
            LinkError::Empty => "Copy a Google Drive link or the path of a recording, then paste it here.",
            LinkError::Folder => "Open it and copy the links of the recordings inside.",
            LinkError::Published | LinkError::NoFileId => "Copy the link from Drive's Share dialog.",
            LinkError::NotDrive => {
                "Copy the link from Drive's Share dialog, or download the file and drop it here."
            }
            LinkError::NoFolder => "Open the folder in Drive and copy the address from the browser.",
        }
    }
}

impl RecordingLink {
    /// Reads what a person pastes: a Drive link of any form, a bare Drive id, a `file:` address or a path.
    ///
    /// # Errors
    /// [`LinkError`] says what the text is instead and what to do.
    pub fn parse(text: &str) -> Result<RecordingLink, LinkError> {
        let text = unquoted(text.trim());
        if text.is_empty() {
            return Err(LinkError::Empty);
        }
        if let Ok(url) = Url::parse(text) {
            match url.scheme() {
                "http" | "https" => return drive_link(&url),
                "file" => {
                    return url
                        .to_file_path()
                        .map(|path| RecordingLink::Local { path })
                        .map_err(|()| LinkError::NotDrive);
                }
                // A Windows path such as `C:\talk.mp3` parses as scheme `c`; any other scheme falls through to a path too.
                _ => {}
            }
        }
        if is_file_id(text) {
            return Ok(RecordingLink::Drive { id: text.to_owned(), resource_key: None });
        }
        Ok(RecordingLink::Local { path: PathBuf::from(text) })
    }

    /// Whether it is the same file, however it is reached.
    pub fn is_same(&self, other: &RecordingLink) -> bool {
        match (self, other) {
            (RecordingLink::Local { path }, RecordingLink::Local { path: other }) => path == other,
            (RecordingLink::Drive { id, .. }, RecordingLink::Drive { id: other, .. }) => id == other,
            (RecordingLink::Local { .. }, RecordingLink::Drive { .. })
            | (RecordingLink::Drive { .. }, RecordingLink::Local { .. }) => false,
        }
    }

    /// The place as a person would write it: a path or a web address.
    pub fn location(&self) -> String {
        match self {
            RecordingLink::Local { path } => path.display().to_string(),
            RecordingLink::Drive { id, .. } => format!("https://drive.google.com/file/d/{id}/view"),
        }
    }

    /// A short name until the real one is known.
    pub fn short_name(&self) -> String {
        match self {
            RecordingLink::Local { path } => path
                .file_name()
                .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned()),
            RecordingLink::Drive { id, .. } => format!("Drive file {id}"),
        }
    }
}

impl FolderLink {
    /// Reads what a person pastes: the address of a folder in Drive, a bare Drive id, a `file:` address or a path.
    ///
    /// # Errors
    /// [`LinkError`] says what the text is instead and what to do.
    pub fn parse(text: &str) -> Result<FolderLink, LinkError> {
        let text = unquoted(text.trim());
        if let Ok(url) = Url::parse(text)
            && matches!(url.scheme(), "http" | "https")
        {
            return drive_folder(&url);
        }
        match RecordingLink::parse(text)? {
            RecordingLink::Local { path } => Ok(FolderLink::Local { path }),
            RecordingLink::Drive { id, resource_key } => Ok(FolderLink::Drive { id, resource_key }),
        }
    }

    /// The place as a person would write it: a path or a web address.
    pub fn location(&self) -> String {
        match self {
            FolderLink::Local { path } => path.display().to_string(),
            FolderLink::Drive { id, .. } => format!("https://drive.google.com/drive/folders/{id}"),
        }
    }
}

/// File managers and shells copy paths in quotes.
fn unquoted(text: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote)) {
            return inner;
        }
    }
    text
}

/// Drive ids are opaque; 28, 33 and 44 characters are usual. Shorter words are taken for file names.
fn is_file_id(text: &str) -> bool {
    text.len() >= 25 && is_id_shaped(text)
}

fn is_id_shaped(text: &str) -> bool {
    text.len() >= 10 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn drive_link(url: &Url) -> Result<RecordingLink, LinkError> {
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.");
    if !matches!(host, "drive.google.com" | "docs.google.com" | "drive.usercontent.google.com") {
        return Err(LinkError::NotDrive);
    }
    let path: Vec<&str> =
        url.path_segments().map(|s| s.filter(|p| !p.is_empty()).collect()).unwrap_or_default();
    if path.contains(&"folders") || path.contains(&"folderview") {
        return Err(LinkError::Folder);
    }
    if path.windows(2).any(|pair| pair == ["d", "e"]) {
        return Err(LinkError::Published);
    }
    let query = |key: &str| url.query_pairs().find(|(k, _)| k == key).map(|(_, v)| v.into_owned());
    let in_path =
        path.iter().position(|part| *part == "d").and_then(|d| path.get(d + 1)).map(|s| (*s).to_owned());
    let id = in_path.or_else(|| query("id")).filter(|id| is_id_shaped(id)).ok_or(LinkError::NoFileId)?;
    Ok(RecordingLink::Drive { id, resource_key: query("resourcekey") })
}

fn drive_folder(url: &Url) -> Result<FolderLink, LinkError> {
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.");
    if host != "drive.google.com" {
        return Err(LinkError::NoFolder);
    }
    let path: Vec<&str> =
        url.path_segments().map(|s| s.filter(|p| !p.is_empty()).collect()).unwrap_or_default();
    let query = |key: &str| url.query_pairs().find(|(k, _)| k == key).map(|(_, v)| v.into_owned());
    let in_path = path.iter().position(|part| *part == "folders").and_then(|at| path.get(at + 1));
    let id = match (in_path, path.as_slice()) {
        (Some(id), _) => Some((*id).to_owned()),
        // Whether it is a folder's or a file's, Drive alone can say.
        (None, ["folderview" | "open"]) => query("id"),
        (None, _) => None,
    };
    let id = id.filter(|id| is_id_shaped(id)).ok_or(LinkError::NoFolder)?;
    Ok(FolderLink::Drive { id, resource_key: query("resourcekey") })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1AbCdEfGhIjKlMnOpQrStUvWxYz012345";

    fn drive(text: &str) -> (String, Option<String>) {
        match RecordingLink::parse(text) {
            Ok(RecordingLink::Drive { id, resource_key }) => (id, resource_key),
            other => panic!("{text} gave {other:?}"),
        }
    }

    #[test]
    fn every_form_of_a_drive_link_gives_its_id() {
        for text in [
            format!("https://drive.google.com/file/d/{ID}/view?usp=sharing"),
            format!("https://drive.google.com/file/d/{ID}"),
            format!("https://drive.google.com/file/d/{ID}/preview"),
            format!("https://drive.google.com/file/u/1/d/{ID}/edit"),
            format!("https://drive.google.com/open?id={ID}&authuser=0"),
            format!("https://drive.google.com/uc?id={ID}&export=download"),
            format!("https://drive.usercontent.google.com/download?id={ID}&confirm=t"),
            format!("https://docs.google.com/document/d/{ID}/edit#heading=h.1"),
            format!("https://docs.google.com/presentation/u/0/d/{ID}/edit"),
            format!("  {ID}\n"),
        ] {
            assert_eq!(drive(&text), (ID.to_owned(), None), "{text}");
        }
    }

    #[test]
    fn a_resource_key_is_kept() {
        let text = format!("https://drive.google.com/file/d/{ID}/view?resourcekey=0-abc&usp=sharing");
        assert_eq!(drive(&text), (ID.to_owned(), Some("0-abc".to_owned())));
    }

    #[test]
    fn what_is_not_a_file_is_refused_with_its_own_message() {
        let cases = [
            ("", LinkError::Empty),
            ("  \n ", LinkError::Empty),
            ("https://drive.google.com/drive/folders/1AbCdEfGhIjKlMnOp", LinkError::Folder),
            ("https://drive.google.com/drive/u/2/folders/1AbCdEfGhIjKlMnOp?usp=sharing", LinkError::Folder),
            ("https://docs.google.com/document/d/e/2PACX-1vAbCdEfGh/pub", LinkError::Published),
            ("https://example.com/talk.mp3", LinkError::NotDrive),
            ("https://drive.google.com/drive/my-drive", LinkError::NoFileId),
        ];
        for (text, error) in cases {
            assert_eq!(RecordingLink::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn every_form_of_a_folder_s_link_gives_its_id() {
        let drive = |key: Option<&str>| {
            Ok(FolderLink::Drive { id: ID.to_owned(), resource_key: key.map(str::to_owned) })
        };
        for text in [
            format!("https://drive.google.com/drive/folders/{ID}"),
            format!("https://drive.google.com/drive/u/2/folders/{ID}?usp=drive_link"),
            format!("https://drive.google.com/drive/mobile/folders/{ID}#list"),
            format!("https://drive.google.com/folderview?id={ID}&usp=sharing"),
            format!("https://drive.google.com/open?id={ID}"),
            format!(" '{ID}' "),
        ] {
            assert_eq!(FolderLink::parse(&text), drive(None), "{text}");
        }
        let keyed = format!("https://drive.google.com/drive/folders/{ID}?resourcekey=0-abc");
        assert_eq!(FolderLink::parse(&keyed), drive(Some("0-abc")));
        let location = format!("https://drive.google.com/drive/folders/{ID}");
        assert_eq!(FolderLink::parse(&keyed).map(|link| link.location()), Ok(location));
        let path = FolderLink::Local { path: "/home/ana/My talks".into() };
        assert_eq!(FolderLink::parse("\"/home/ana/My talks\""), Ok(path));
    }

    #[test]
    fn what_is_no_folder_is_refused_with_its_own_message() {
        let cases = [
            ("", LinkError::Empty),
            ("https://drive.google.com/file/d/1AbCdEfGhIjKlMnOp/view", LinkError::NoFolder),
            ("https://drive.google.com/drive/my-drive", LinkError::NoFolder),
            ("https://drive.google.com/drive/folders/", LinkError::NoFolder),
            ("https://example.com/drive/folders/1AbCdEfGhIjKlMnOp", LinkError::NoFolder),
        ];
        for (text, error) in cases {
            assert_eq!(FolderLink::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn paths_are_files_on_this_machine() {
        for (text, path) in [
            ("/home/ana/talk.m4a", "/home/ana/talk.m4a"),
            ("\"/home/ana/my talk.m4a\"", "/home/ana/my talk.m4a"),
            ("talk.mp3", "talk.mp3"),
            ("recording-of-monday", "recording-of-monday"),
            ("C:\\Users\\Ana\\talk.mp3", "C:\\Users\\Ana\\talk.mp3"),
        ] {
            assert_eq!(RecordingLink::parse(text), Ok(RecordingLink::Local { path: path.into() }), "{text}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn file_addresses_are_decoded() {
        assert_eq!(
            RecordingLink::parse("file:///home/ana/my%20talk.m4a"),
            Ok(RecordingLink::Local { path: "/home/ana/my talk.m4a".into() })
        );
    }
}
