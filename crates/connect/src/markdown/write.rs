//! Files that are either whole or not there.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use debrief_core::job::JobId;

/// Puts `content` at `path` in one step: a crash leaves the old file or the new one. A file that came into being
/// since the place was chosen is not overwritten.
pub(super) fn replace(path: &Path, content: &str, job: JobId) -> io::Result<()> {
    let folder = path.parent().expect("a page lies in a folder");
    let exists = path.exists();
    let prefix = prefix(job);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    // Temporary files are for their owner alone; a page is readable by whom the person's umask lets read.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(content.as_bytes())?;
    file.as_file().sync_all()?;
    let kept = if exists { file.persist(path) } else { file.persist_noclobber(path) };
    match kept {
        Ok(_) => Ok(()),
        // Some network and memory-card file systems cannot refuse to overwrite; the folder was looked at just now.
        Err(error) if error.error.kind() == io::ErrorKind::Unsupported => {
            Ok(error.file.persist(path).map(drop)?)
        }
        Err(error) => Err(error.error),
    }
}

/// Removes what an interrupted run of `job` left half-written.
pub(super) fn sweep(folder: &Path, job: JobId) -> io::Result<()> {
    let prefix = prefix(job);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes a file that may have gone already.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes the names in `folder` last through a power cut. Only Unix lets a folder be synced.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(folder)?.sync_all() {
        // Network file systems may not know how.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        outcome => outcome,
    }
}

fn prefix(job: JobId) -> String {
    format!(".debrief-{job}-")
}
