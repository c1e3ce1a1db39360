//! Types of files that Notion takes.

use super::check::{At, Checked};
use super::error::ApiError;

/// In bytes.
pub(super) const FILE_NAME_AT_MOST: usize = 900;

/// Types of files that Notion takes, each with its endings.
const TYPES: [(&str, &str); 51] = [
    ("audio/aac", "aac adts"),
    ("audio/midi", "mid midi"),
    ("audio/mpeg", "mp3 mpga"),
    ("audio/mp4", "m4a m4b mp4"),
    ("audio/ogg", "oga ogg"),
    ("audio/wav", "wav"),
    ("audio/x-ms-wma", "wma"),
    ("application/pdf", "pdf"),
    ("text/plain", "txt"),
    ("application/json", "json"),
    ("application/msword", "doc dot"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.template", "dotx"),
    ("application/vnd.ms-excel", "xls xlt xla"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.template", "xltx"),
    ("application/vnd.ms-powerpoint", "ppt pot pps ppa"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("application/vnd.openxmlformats-officedocument.presentationml.template", "potx"),
    ("image/gif", "gif"),
    ("image/heic", "heic"),
    ("image/jpeg", "jpeg jpg"),
    ("image/png", "png"),
    ("image/svg+xml", "svg"),
    ("image/tiff", "tif tiff"),
    ("image/webp", "webp"),
    ("image/vnd.microsoft.icon", "ico"),
    ("video/x-amv", "amv"),
    ("video/x-ms-asf", "asf wmv"),
    ("video/x-msvideo", "avi"),
    ("video/x-f4v", "f4v"),
    ("video/x-flv", "flv"),
    ("video/mp4", "mp4 m4v gifv"),
    ("application/mp4", "mp4"),
    ("video/webm", "webm"),
    ("video/quicktime", "mov qt"),
    ("video/mpeg", "mpeg"),
    ("video/x-matroska", "mkv"),
    // Other names of the same.
    ("audio/mp3", "mp3"),
    ("audio/x-m4a", "m4a m4b"),
    ("audio/m4a", "m4a"),
    ("audio/x-wav", "wav"),
    ("audio/wave", "wav"),
    ("audio/vnd.wave", "wav"),
    ("audio/x-aac", "aac"),
    ("audio/x-midi", "mid midi"),
    ("image/jpg", "jpg jpeg"),
    ("image/x-icon", "ico"),
    ("video/x-m4v", "m4v"),
    ("video/avi", "avi"),
    ("video/x-ms-wmv", "wmv"),
];

/// A type without its parameters.
pub(super) fn essence(kind: &str) -> &str {
    kind.split(';').next().unwrap_or_default().trim()
}

pub(super) fn file_name(at: &At<'_>) -> Checked<String> {
    let name = at.string()?;
    if name.is_empty() || name.len() > FILE_NAME_AT_MOST {
        return Err(at.wrong(&format!("1 to {FILE_NAME_AT_MOST} bytes long")));
    }
    Ok(name.to_owned())
}

/// Name and type of a file; the one follows from the other where it is not given, and both have to fit.
pub(super) fn named(name: Option<String>, kind: Option<&str>) -> Checked<(String, String)> {
    let kind = kind.map(|kind| essence(kind).to_lowercase());
    let endings = |kind: &str| TYPES.iter().find(|(known, _)| *known == kind).map(|(_, endings)| *endings);
    if let Some(kind) = &kind
        && endings(kind).is_none()
    {
        return Err(ApiError::invalid(format!("Content type \"{kind}\" is not supported.")));
    }
    let Some(name) = name else {
        let kind =
            kind.ok_or_else(|| ApiError::invalid("The file has neither a name nor a content type."))?;
        let ending = endings(&kind).and_then(|endings| endings.split(' ').next()).unwrap_or_default();
        return Ok((format!("upload.{ending}"), kind));
    };
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    let of_ending = |wanted: &str| {
        TYPES
            .iter()
            .find(|(_, endings)| endings.split(' ').any(|ending| ending == wanted))
            .map(|(kind, _)| *kind)
    };
    match (ending, kind) {
        (None, None) => Err(ApiError::invalid("The filename must include an extension.")),
        (None, Some(kind)) => {
            let ending = endings(&kind).and_then(|endings| endings.split(' ').next()).unwrap_or_default();
            Ok((format!("{name}.{ending}"), kind))
        }
        (Some(ending), None) => match of_ending(&ending) {
            Some(kind) => Ok((name, kind.to_owned())),
            None => Err(unsupported(&ending)),
        },
        (Some(ending), Some(kind)) => {
            if of_ending(&ending).is_none() {
                return Err(unsupported(&ending));
            }
            if !endings(&kind).is_some_and(|endings| endings.split(' ').any(|known| known == ending)) {
                return Err(ApiError::invalid(format!(
                    "The extension \".{ending}\" does not match the content type \"{kind}\"."
                )));
            }
            Ok((name, kind))
        }
    }
}

fn unsupported(ending: &str) -> ApiError {
    ApiError::invalid(format!("Files with the extension \".{ending}\" are not supported."))
}
