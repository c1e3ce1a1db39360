//! The bundled sample recording: a short synthetic conversation, so that a newcomer can try Debrief at once.

use std::path::{Path, PathBuf};

use debrief_core::failure::{Failure, FailureCode};

/// The sample, an Ogg Opus file.
pub const SAMPLE: &[u8] = include_bytes!("../../../sample/two-speakers.opus");

/// Writes the sample to `file`, unless it is there; returns its path.
pub(crate) fn unpack(file: &Path) -> Result<PathBuf, Failure> {
    let whole = std::fs::metadata(file).is_ok_and(|metadata| metadata.len() == SAMPLE.len() as u64);
    if !whole {
        let write = || -> std::io::Result<()> {
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(file, SAMPLE)
        };
        write().map_err(|error| {
            let what = format!("The sample can't be written to {}.", file.display());
            Failure::never(FailureCode::PermissionDenied, what, "Check that the disk isn't full.")
                .because(error)
        })?;
    }
    Ok(file.to_owned())
}
