//! Files on their way to a page.

use std::path::Path;
use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::stage::{Progress, StageCx, StepResult};
use reqwest::multipart::{Form, Part};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::client::{Notion, PART_TIMEOUT};
use super::errors::NotionError;
use crate::http;

/// Files up to this size go in one piece.
const SINGLE_BYTES: u64 = 20 << 20;
/// Notion takes parts of 5 to 20 MiB; a small one is soon sent again.
const PART_BYTES: u64 = 8 << 20;
/// Where Notion doesn't say how large a file may be: the limit of its free plan.
pub(super) const USUAL_LIMIT_BYTES: u64 = 5 << 20;
/// An upload that no page uses is dropped by Notion after an hour.
pub(super) const GOOD_FOR: Duration = Duration::from_secs(50 * 60);

/// Endings that Notion plays, with the block and the content type that they have there.
const PLAYED: [(&str, &str, &str); 15] = [
    ("aac", "audio", "audio/aac"),
    ("m4a", "audio", "audio/mp4"),
    ("m4b", "audio", "audio/mp4"),
    ("mp3", "audio", "audio/mpeg"),
    ("oga", "audio", "audio/ogg"),
    ("ogg", "audio", "audio/ogg"),
    ("wav", "audio", "audio/wav"),
    ("wma", "audio", "audio/x-ms-wma"),
    ("avi", "video", "video/x-msvideo"),
    ("m4v", "video", "video/x-m4v"),
    ("mkv", "video", "video/x-matroska"),
    ("mov", "video", "video/quicktime"),
    ("mp4", "video", "video/mp4"),
    ("webm", "video", "video/webm"),
    ("wmv", "video", "video/x-ms-wmv"),
];

/// How Notion shows a recording of that name: the kind of block, and its content type. `None` when it can't.
pub(super) fn played_as(name: &str) -> Option<(&'static str, &'static str)> {
    let ending = name.rsplit_once('.')?.1.to_lowercase();
    PLAYED.iter().find(|(known, ..)| *known == ending).map(|(_, kind, content_type)| (*kind, *content_type))
}

impl Notion {
    /// Uploads a file, and answers with the upload's id.
    pub(super) async fn upload(
        &self,
        file: &Path,
        name: &str,
        content_type: &str,
        cx: &StageCx,
    ) -> StepResult<String> {
        let unread = |error: std::io::Error| {
            Failure::never(
                FailureCode::MissingFile,
                format!("{} can't be read any more.", file.display()),
                "Put it back and retry, or switch the upload off in the settings.",
            )
            .because(error)
        };
        let mut opened = tokio::fs::File::open(file).await.map_err(unread)?;
        let size = opened.metadata().await.map_err(unread)?.len();
        let parts = if size <= SINGLE_BYTES { 1 } else { size.div_ceil(PART_BYTES) };
        let mut body = json!({ "mode": "single_part", "filename": name, "content_type": content_type });
        if parts > 1 {
            body["mode"] = "multi_part".into();
            body["number_of_parts"] = parts.into();
        }
        // An upload that is begun twice is dropped by Notion when nothing uses it.
        let begun = self.ask(&["file_uploads"], &body).await.map_err(Failure::from)?;
        let id = begun["id"].as_str().ok_or_else(|| no_id(&begun))?.to_owned();
        // While a part is on its way nothing comes back.
        let uploads = http::client_with(PART_TIMEOUT);
        for number in 1..=parts {
            cx.check_stopped()?;
            cx.progress(Progress::bytes((number - 1) * PART_BYTES, Some(size)));
            let length = if parts == 1 { size } else { PART_BYTES.min(size - (number - 1) * PART_BYTES) };
            opened.seek(std::io::SeekFrom::Start((number - 1) * PART_BYTES)).await.map_err(unread)?;
            let mut bytes = Vec::new();
            (&mut opened).take(length).read_to_end(&mut bytes).await.map_err(unread)?;
            let bytes = bytes::Bytes::from(bytes);
            let form = || {
                let part =
                    Part::stream_with_length(bytes.clone(), bytes.len() as u64).file_name(name.to_owned());
                let part = part.mime_str(content_type).expect("the content types are constants");
                let form = Form::new();
                let form = if parts > 1 { form.text("part_number", number.to_string()) } else { form };
                form.part("file", part)
            };
            self.send_part(&uploads, &["file_uploads", &id, "send"], form).await.map_err(Failure::from)?;
        }
        if parts > 1 {
            self.ask(&["file_uploads", &id, "complete"], &json!({})).await.map_err(Failure::from)?;
        }
        Ok(id)
    }
}

fn no_id(answer: &serde_json::Value) -> Failure {
    NotionError::NoAnswer(format!("no id in {answer}")).into()
}
