//! The mark in a page's files that says whose page it is and whether a person has changed it since.

use std::path::Path;
use std::{fs, io};

use debrief_core::job::JobId;
use sha2::{Digest, Sha256};

/// A file of the folder is read only up to this size; pages are far smaller.
const LARGEST_PAGE_BYTES: u64 = 64 << 20;

const MARKDOWN_OPEN: &str = "<!-- debrief:job=";
const HTML_OPEN: &str = "<meta name=\"debrief-job\" content=\"";

/// What a file in the folder is to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// No such file.
    Nothing,
    /// Written for this job, and unchanged since.
    Ours,
    /// Written for this job, and changed by hand since.
    OursEdited,
    /// Anything else: never touched.
    Foreign,
}

/// The last line of a Markdown page whose other lines are `body`.
pub(super) fn markdown_line(job: JobId, body: &str) -> String {
    format!("{MARKDOWN_OPEN}{job} sha256={} -->\n", digest(body))
}

/// A line for the head of an HTML page whose other lines are `body`.
pub(super) fn html_line(job: JobId, body: &str) -> String {
    format!("{HTML_OPEN}{job}\" data-sha256=\"{}\">\n", digest(body))
}

/// What the file at `path` is to `job`.
pub(super) fn look(path: &Path, job: JobId) -> io::Result<Found> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
        Ok(meta) if !meta.is_file() || meta.len() > LARGEST_PAGE_BYTES => return Ok(Found::Foreign),
        Ok(_) => {}
    }
    match fs::read(path) {
        Ok(bytes) => Ok(judge(&String::from_utf8_lossy(&bytes), job)),
        // A file that can't be read can't be shown to be ours.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(Found::Foreign),
        Err(error) => Err(error),
    }
}

fn judge(content: &str, job: JobId) -> Found {
    // Editors and sync clients may change line ends; that alone is no edit.
    let content = content.replace("\r\n", "\n");
    let openings = [format!("{MARKDOWN_OPEN}{job} "), format!("{HTML_OPEN}{job}\" ")];
    let is_marker = |line: &str| openings.iter().any(|opening| line.starts_with(opening));
    // Escaped text cannot contain a line that looks like a marker, so the first one is the marker.
    let Some(marker) = content.lines().find(|line| is_marker(line)) else { return Found::Foreign };
    let body: String = content.split_inclusive('\n').filter(|line| !is_marker(line)).collect();
    if marker.contains(&digest(&body)) { Found::Ours } else { Found::OursEdited }
}

fn digest(body: &str) -> String {
    Sha256::digest(body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
