//! The recording and its documents, as far as they are wanted on the page.

use std::path::{Path, PathBuf};

use debrief_core::failure::Warning;
use debrief_core::page::{Block, Page, PropertyKind, PropertyValue};
use debrief_core::ports::NotionPage;
use debrief_core::stage::StepResult;
use jiff::Timestamp;

use super::blocks::Uploads;
use super::run::{Run, Upload};
use super::upload::{GOOD_FOR, USUAL_LIMIT_BYTES, played_as};

/// Which files are to be put on the page.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FilesWanted {
    /// The recording.
    pub(super) recording: bool,
    /// Its documents.
    pub(super) attachments: bool,
}

/// A file to bring to Notion.
struct Wanted<'w> {
    kind: &'static str,
    content_type: &'static str,
    name: &'w str,
    file: &'w Path,
    caption: &'w str,
}

fn recording_name(page: &Page) -> String {
    let recording = page.properties.iter().find(|property| property.kind == PropertyKind::Recording);
    match recording.map(|recording| &recording.value) {
        Some(PropertyValue::Link { text, .. }) => text.clone(),
        Some(PropertyValue::Text(_) | PropertyValue::Names(_)) | None => String::new(),
    }
}

fn documents(page: &Page) -> Vec<(String, PathBuf)> {
    let document = |block: &Block| match block {
        Block::Attachment { name, file: Some(file), .. } => Some((name.clone(), file.clone())),
        Block::Attachment { file: None, .. }
        | Block::Heading { .. }
        | Block::Subheading { .. }
        | Block::Prose(_)
        | Block::Note(_)
        | Block::Warning(_)
        | Block::Point { .. }
        | Block::Todo { .. }
        | Block::Utterance { .. } => None,
    };
    page.blocks.iter().filter_map(document).collect()
}

impl Run<'_> {
    pub(super) async fn uploads(
        &mut self,
        files: FilesWanted,
        earlier: Option<&NotionPage>,
    ) -> StepResult<Uploads> {
        let mut uploads = Uploads::default();
        if !files.recording && !files.attachments {
            return Ok(uploads);
        }
        let limit = self.notion.me().await?.upload_limit_bytes.unwrap_or(USUAL_LIMIT_BYTES);
        if files.recording {
            let name = recording_name(self.page);
            match played_as(&name) {
                Some((kind, content_type)) => {
                    let wanted = Wanted {
                        kind,
                        content_type,
                        name: &name,
                        file: &self.page.recording_file,
                        caption: "",
                    };
                    let id = self.upload(&wanted, limit, earlier).await?;
                    uploads.recording = id.map(|id| (id, kind));
                }
                None => self.not_uploaded(&name, "Notion plays no files of this kind."),
            }
        }
        if files.attachments {
            for (name, file) in documents(self.page) {
                let ending = if name.to_lowercase().ends_with(".pdf") { "" } else { ".pdf" };
                let file_name = format!("{name}{ending}");
                let wanted = Wanted {
                    kind: "pdf",
                    content_type: "application/pdf",
                    name: &file_name,
                    file: &file,
                    caption: &name,
                };
                if let Some(id) = self.upload(&wanted, limit, earlier).await? {
                    uploads.documents.insert(file, id);
                }
            }
        }
        Ok(uploads)
    }

    fn not_uploaded(&self, name: &str, why: &str) {
        let text = format!("{name} was not uploaded to Notion: {why} The page links to it instead.");
        self.cx.warn(Warning::new("not_uploaded", text));
    }

    /// `None` when it stays a link.
    async fn upload(
        &mut self,
        wanted: &Wanted<'_>,
        limit: u64,
        earlier: Option<&NotionPage>,
    ) -> StepResult<Option<String>> {
        // What is on the page already stays there; Notion is never sent this id.
        let node = super::blocks::file(wanted.kind, "", wanted.caption).sent();
        if earlier.is_some_and(|earlier| earlier.sent.contains(&node)) {
            return Ok(Some(String::new()));
        }
        let now = Timestamp::now();
        let kept = self.bookmark.uploads.get(wanted.file);
        if let Some(kept) = kept.filter(|kept| now.duration_since(kept.at).unsigned_abs() < GOOD_FOR) {
            return Ok(Some(kept.id.clone()));
        }
        let Ok(metadata) = tokio::fs::metadata(wanted.file).await else {
            self.not_uploaded(wanted.name, "it is no longer on this computer.");
            return Ok(None);
        };
        if metadata.len() > limit {
            let why = format!("it is larger than the {} MB that this workspace takes.", limit >> 20);
            self.not_uploaded(wanted.name, &why);
            return Ok(None);
        }
        let id = self.notion.upload(wanted.file, wanted.name, wanted.content_type, self.cx).await?;
        self.bookmark.uploads.insert(wanted.file.to_owned(), Upload { id: id.clone(), at: now });
        self.save()?;
        Ok(Some(id))
    }
}
