//! A file as Drive has it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use jiff::Timestamp;
use md5::Md5;
use sha2::{Digest, Sha256};

use super::accounts::AccountId;
use crate::ids;

/// The type of a folder.
pub const FOLDER: &str = "application/vnd.google-apps.folder";
/// The type of a shortcut.
pub const SHORTCUT: &str = "application/vnd.google-apps.shortcut";
const NATIVE: &str = "application/vnd.google-apps.";

/// What Drive converts its own documents to, by their kind.
fn conversions(kind: &str) -> &'static [&'static str] {
    match kind {
        "document" => &[
            "application/epub+zip",
            "application/pdf",
            "application/rtf",
            "application/vnd.oasis.opendocument.text",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/zip",
            "text/html",
            "text/markdown",
            "text/plain",
        ],
        // As text with commas or tabs the first sheet alone.
        "spreadsheet" => &[
            "application/pdf",
            "application/vnd.oasis.opendocument.spreadsheet",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/zip",
            "text/csv",
            "text/tab-separated-values",
        ],
        "presentation" => &[
            "application/pdf",
            "application/vnd.oasis.opendocument.presentation",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "text/plain",
        ],
        "drawing" => &["application/pdf", "image/jpeg", "image/png", "image/svg+xml"],
        _ => &[], // Anything else has bytes of its own, or none at all.
    }
}

/// Names a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(String);

impl FileId {
    pub(super) fn new() -> FileId {
        FileId(ids::file_id())
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for FileId {
    fn from(text: &str) -> FileId {
        FileId(text.to_owned())
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The bytes of a file.
#[derive(Debug, Clone)]
pub enum Content {
    /// In memory.
    Bytes(Bytes),
    /// On disk, and read while it is sent: memory stays flat for gigabytes. It must not change while the sandbox runs.
    Disk(PathBuf),
}

impl Content {
    /// # Panics
    /// When a file that the test names cannot be read.
    pub(super) fn length(&self) -> u64 {
        match self {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Disk(path) => {
                let metadata = std::fs::metadata(path);
                metadata.unwrap_or_else(|error| panic!("{}: {error}", path.display())).len()
            }
        }
    }
}

impl Default for Content {
    fn default() -> Content {
        Content::Bytes(Bytes::new())
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Content {
        Content::Bytes(bytes)
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Content {
        Content::Bytes(bytes.into())
    }
}

impl From<&'static [u8]> for Content {
    fn from(bytes: &'static [u8]) -> Content {
        Content::Bytes(Bytes::from_static(bytes))
    }
}

impl From<&'static str> for Content {
    fn from(text: &'static str) -> Content {
        Content::Bytes(Bytes::from_static(text.as_bytes()))
    }
}

impl From<PathBuf> for Content {
    fn from(path: PathBuf) -> Content {
        Content::Disk(path)
    }
}

/// A file to add.
#[derive(Debug, Clone, Default)]
pub struct NewFile {
    /// Its name.
    pub name: String,
    /// Its type.
    pub mime_type: String,
    /// Its bytes. Folders, shortcuts and Google's own documents have none.
    pub content: Content,
    /// Its folders; none means the root of its owner's Drive.
    pub parents: Vec<FileId>,
    /// What a document of Google's exports as, by type.
    pub exports: BTreeMap<String, Bytes>,
    /// What a shortcut points to.
    pub shortcut_target: Option<FileId>,
    /// The shared drive that it is in.
    pub drive_id: Option<String>,
    /// The key without which it is not found.
    pub resource_key: Option<String>,
    /// How long a recording is.
    pub duration_ms: Option<u64>,
    /// When it was made; now, if not given.
    pub created_time: Option<Timestamp>,
    /// The client that made it, which needs no picking.
    pub created_by: Option<String>,
}

impl NewFile {
    /// A file with bytes.
    pub fn new(name: &str, mime_type: &str, content: impl Into<Content>) -> NewFile {
        let content = content.into();
        NewFile { name: name.to_owned(), mime_type: mime_type.to_owned(), content, ..NewFile::default() }
    }

    /// A folder.
    #[must_use]
    pub fn folder(name: &str) -> NewFile {
        NewFile::new(name, FOLDER, Bytes::new())
    }

    /// A shortcut to another file.
    #[must_use]
    pub fn shortcut(name: &str, target: &FileId) -> NewFile {
        NewFile { shortcut_target: Some(target.clone()), ..NewFile::new(name, SHORTCUT, Bytes::new()) }
    }

    /// A text document of Google's own, which exports as this PDF.
    pub fn document(name: &str, pdf: impl Into<Bytes>) -> NewFile {
        NewFile::new(name, "application/vnd.google-apps.document", Bytes::new())
            .exporting("application/pdf", pdf)
    }

    /// A table of Google's own, which exports as this text with commas: its first sheet.
    pub fn sheet(name: &str, csv: impl Into<Bytes>) -> NewFile {
        NewFile::new(name, "application/vnd.google-apps.spreadsheet", Bytes::new()).exporting("text/csv", csv)
    }

    /// Exports as these bytes, when asked for this type.
    ///
    /// # Panics
    /// When Drive converts no document of this kind to that type.
    #[must_use]
    pub fn exporting(mut self, mime_type: &str, bytes: impl Into<Bytes>) -> NewFile {
        let kind = self.mime_type.strip_prefix(NATIVE).unwrap_or_default();
        assert!(conversions(kind).contains(&mime_type), "Drive exports no {kind:?} as {mime_type}");
        self.exports.insert(mime_type.to_owned(), bytes.into());
        self
    }

    /// Lies in a folder.
    #[must_use]
    pub fn in_folder(mut self, folder: &FileId) -> NewFile {
        self.parents.push(folder.clone());
        self
    }

    /// Lies in a shared drive.
    #[must_use]
    pub fn in_shared_drive(mut self, drive_id: &str) -> NewFile {
        self.drive_id = Some(drive_id.to_owned());
        self
    }

    /// Is found with this key only.
    #[must_use]
    pub fn with_resource_key(mut self, key: &str) -> NewFile {
        self.resource_key = Some(key.to_owned());
        self
    }

    /// Is a recording of this length.
    #[must_use]
    pub fn lasting_ms(mut self, duration_ms: u64) -> NewFile {
        self.duration_ms = Some(duration_ms);
        self
    }

    /// Was made at this time.
    #[must_use]
    pub fn created_at(mut self, time: Timestamp) -> NewFile {
        self.created_time = Some(time);
        self
    }
}

/// What an account may do with a file of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// See and download.
    Reader,
    /// Rename and edit, too.
    Writer,
}

/// A file that is still being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Growing {
    /// How much of its content is there.
    pub shown_bytes: u64,
    /// How much appears after each answered `files.get`, as a new revision.
    pub step_bytes: u64,
}

/// A file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DriveFile {
    /// Its name.
    pub name: String,
    /// Its type.
    pub mime_type: String,
    /// Whose it is.
    pub owner: AccountId,
    /// Whether it lies in the trash.
    pub trashed: bool,
    /// Whether those who see it may download it.
    pub can_download: bool,
    /// Whether those who may write to it may rename it.
    pub can_rename: bool,
    /// Whether those who may write to it may change it.
    pub can_edit: bool,
    /// Whether Google takes it for malware or spam.
    pub abusive: bool,
    /// The key without which it is not found.
    pub resource_key: Option<String>,
    /// What a shortcut points to.
    pub shortcut_target: Option<FileId>,
    /// The shared drive that it is in.
    pub drive_id: Option<String>,
    /// Its folders.
    pub parents: Vec<FileId>,
    /// Its private properties, by client.
    pub app_properties: BTreeMap<String, BTreeMap<String, String>>,
    /// When it was made.
    pub created_time: Timestamp,
    /// When it was last changed.
    pub modified_time: Timestamp,
    /// Its revision, where it has bytes.
    pub head_revision_id: String,
    /// How long a recording is.
    pub duration_ms: Option<u64>,
    /// What a document of Google's exports as, by type.
    pub exports: BTreeMap<String, Bytes>,
    /// Whether it is still being written.
    pub growing: Option<Growing>,
    /// The client that made it.
    pub created_by: Option<String>,
    pub(super) id: FileId,
    pub(super) original_name: String,
    pub(super) version: u64,
    pub(super) shares: BTreeMap<AccountId, Right>,
    /// Accounts that it was shared with: `changes` tells them that they lost it.
    pub(super) once_seen_by: BTreeSet<AccountId>,
    /// Deleted for ever. It stays here so that `changes` can tell who must hear of it.
    pub(super) removed: bool,
    content: Content,
    content_bytes: u64,
    checksums: Arc<OnceLock<Checksums>>,
}

/// In lower-case hexadecimal digits.
#[derive(Debug, Clone)]
pub(super) struct Checksums {
    pub(super) md5: String,
    pub(super) sha256: String,
}

impl DriveFile {
    pub(super) fn new(
        id: FileId,
        owner: AccountId,
        root: &FileId,
        new: NewFile,
        now: Timestamp,
    ) -> DriveFile {
        let parents = if new.parents.is_empty() { vec![root.clone()] } else { new.parents };
        let created_time = new.created_time.unwrap_or(now);
        DriveFile {
            original_name: new.name.clone(),
            name: new.name,
            mime_type: new.mime_type,
            owner,
            trashed: false,
            can_download: true,
            can_rename: true,
            can_edit: true,
            abusive: false,
            resource_key: new.resource_key,
            shortcut_target: new.shortcut_target,
            drive_id: new.drive_id,
            parents,
            app_properties: BTreeMap::new(),
            created_time,
            modified_time: created_time,
            head_revision_id: ids::revision_id(),
            duration_ms: new.duration_ms,
            exports: new.exports,
            growing: None,
            created_by: new.created_by,
            id,
            version: 1,
            shares: BTreeMap::new(),
            once_seen_by: BTreeSet::new(),
            removed: false,
            content_bytes: new.content.length(),
            content: new.content,
            checksums: Arc::default(),
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &FileId {
        &self.id
    }

    /// All its bytes, also those that a growing file does not show yet.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// How many bytes it shows.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.growing.map_or(self.content_bytes, |growing| growing.shown_bytes.min(self.content_bytes))
    }

    /// Whether it has bytes: folders, shortcuts and Google's own documents have none.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        !self.mime_type.starts_with(NATIVE)
    }

    pub(super) fn is_exportable(&self) -> bool {
        !self.is_binary() && self.mime_type != FOLDER && self.mime_type != SHORTCUT
    }

    pub(super) fn replace_content(&mut self, content: Content, now: Timestamp) {
        self.content_bytes = content.length();
        self.content = content;
        self.new_revision(now);
    }

    /// Shows more of a growing file; false when it was complete.
    pub(super) fn grow(&mut self, now: Timestamp) -> bool {
        let Some(growing) = &mut self.growing else { return false };
        growing.shown_bytes = growing.shown_bytes.saturating_add(growing.step_bytes);
        if growing.shown_bytes >= self.content_bytes {
            self.growing = None;
        }
        self.new_revision(now);
        true
    }

    fn new_revision(&mut self, now: Timestamp) {
        self.head_revision_id = ids::revision_id();
        self.modified_time = now;
        self.forget_checksums();
    }

    pub(super) fn forget_checksums(&mut self) {
        self.checksums = Arc::default();
    }

    /// Computes the checksums on first use.
    pub(super) fn checksums(&self) -> &Checksums {
        self.checksums.get_or_init(|| {
            let read = checksums_of(&self.content, self.size_bytes());
            read.unwrap_or_else(|error| panic!("the content of {} cannot be read: {error}", self.id))
        })
    }
}

fn checksums_of(content: &Content, length: u64) -> io::Result<Checksums> {
    let mut reader: Box<dyn Read> = match content {
        Content::Bytes(bytes) => Box::new(io::Cursor::new(bytes.clone()).take(length)),
        Content::Disk(path) => Box::new(std::fs::File::open(path)?.take(length)),
    };
    let (mut md5, mut sha256) = (Md5::new(), Sha256::new());
    let mut piece = vec![0; 256 * 1024];
    loop {
        let read = reader.read(&mut piece)?;
        if read == 0 {
            return Ok(Checksums { md5: hex(&md5.finalize()), sha256: hex(&sha256.finalize()) });
        }
        md5.update(&piece[..read]);
        sha256.update(&piece[..read]);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
