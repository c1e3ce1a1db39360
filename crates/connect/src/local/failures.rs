//! What can be wrong with a path, in words for the person.

use std::io;
use std::path::Path;

use debrief_core::failure::{Failure, FailureCode, Warning};

use super::{Trouble, name_of};

pub(super) fn recording(file: &Path, trouble: &Trouble) -> Failure {
    let (name, path) = (name_of(file), file.display());
    match trouble {
        Trouble::IsAFolder => Failure::never(
            FailureCode::IsAFolder,
            format!("{name} is a folder."),
            "Choose the recordings inside it.",
        ),
        Trouble::IsNoFile => Failure::never(
            FailureCode::NotARecording,
            format!("{path} is a device or a pipe, not a file."),
            "Choose an audio or video file.",
        ),
        Trouble::Io(error) => io_failure(file, error),
    }
}

fn io_failure(file: &Path, error: &io::Error) -> Failure {
    let (name, path) = (name_of(file), file.display());
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => {
            Failure::never(
                FailureCode::MissingFile,
                format!("There is no file at {path}."),
                "Check the path, or drop the file here again.",
            )
        }
        io::ErrorKind::PermissionDenied => Failure::never(
            FailureCode::PermissionDenied,
            format!("This computer does not let Debrief read {name}."),
            "Give yourself permission to read the file, or copy it to a folder of your own, then try again.",
        ),
        // Whatever else the system says, the remedy is the same: the disk or the network drive.
        _ => Failure::never(
            FailureCode::MissingFile,
            format!("{name} could not be read from its disk."),
            "Check that the disk or network drive it is on is connected, then try again.",
        ),
    }
    .because(error)
}

pub(super) fn empty(file: &Path) -> Failure {
    Failure::never(
        FailureCode::EmptyFile,
        format!("{} is empty.", name_of(file)),
        "Copy the recording again from where it was made, then try again.",
    )
}

/// An attachment that is left out.
pub(super) fn attachment(file: &Path, trouble: &Trouble) -> Warning {
    let name = name_of(file);
    let why = match trouble {
        Trouble::IsAFolder => "it is a folder",
        Trouble::IsNoFile => "it is a device or a pipe, not a file",
        Trouble::Io(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => {
                "there is no such file"
            }
            io::ErrorKind::PermissionDenied => "this computer does not let Debrief read it",
            // As above.
            _ => "it could not be read from its disk",
        },
    };
    Warning::new(
        "attachment_unavailable",
        format!(
            "The attachment {name} was left out: {why}. To use it, process the recording again with a file that can be read."
        ),
    )
}
