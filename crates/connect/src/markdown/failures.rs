//! What the system says about the folder for pages, as failures.

use std::io::{self, ErrorKind};
use std::path::Path;

use debrief_core::failure::{Failure, FailureCode};

/// The failure for an error of reading or writing in the folder for pages.
pub(super) fn folder_failure(error: &io::Error, folder: &Path) -> Failure {
    let failure = match error.kind() {
        // Some read-only file systems answer "not found" when a file is created in a folder that is there.
        ErrorKind::NotFound if folder.is_dir() => read_only(folder),
        ErrorKind::NotFound
        | ErrorKind::StaleNetworkFileHandle
        | ErrorKind::NetworkDown
        | ErrorKind::NetworkUnreachable
        | ErrorKind::HostUnreachable
        | ErrorKind::NotConnected => gone(folder),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => not_a_folder(folder),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem | ErrorKind::Unsupported => {
            read_only(folder)
        }
        // A file may also be too large for the person's quota; pages are far from any file system's own limit.
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Failure::disk_full("writing the page", &folder.display().to_string())
        }
        ErrorKind::Interrupted | ErrorKind::TimedOut | ErrorKind::ResourceBusy | ErrorKind::WouldBlock => {
            busy(folder)
        }
        // `ErrorKind` grows with the standard library, and input/output errors of a disk have no kind of their own.
        _ => unwritable(folder),
    };
    failure.because(error)
}

fn gone(folder: &Path) -> Failure {
    Failure::person(
        FailureCode::PageFolderGone,
        format!("The folder for pages, {}, has gone.", folder.display()),
        "Connect the drive or choose another folder in the settings; the transcript is safe.",
    )
}

fn not_a_folder(folder: &Path) -> Failure {
    Failure::person(
        FailureCode::PageFolderGone,
        format!("The folder for pages, {}, is not a folder.", folder.display()),
        "Choose another folder in the settings; the transcript is safe.",
    )
}

fn read_only(folder: &Path) -> Failure {
    Failure::person(
        FailureCode::PageFolderReadOnly,
        format!("Debrief may not write into the folder for pages, {}.", folder.display()),
        "Allow writing to it or choose another folder in the settings; the transcript is safe.",
    )
}

fn unwritable(folder: &Path) -> Failure {
    Failure::person(
        FailureCode::PageFolderReadOnly,
        format!("The page could not be written into {}.", folder.display()),
        "Check the disk or choose another folder in the settings; the transcript is safe.",
    )
}

fn busy(folder: &Path) -> Failure {
    Failure::later(
        FailureCode::TimedOut,
        format!("The folder for pages, {}, is busy.", folder.display()),
        "Debrief tries again by itself; the transcript is safe.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_error_says_what_to_do() {
        use std::fmt::Write as _;
        let folder = Path::new("no-such-folder/Pages");
        let kinds = [
            ErrorKind::NotFound,
            ErrorKind::NotADirectory,
            ErrorKind::PermissionDenied,
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::StorageFull,
            ErrorKind::QuotaExceeded,
            ErrorKind::TimedOut,
            ErrorKind::StaleNetworkFileHandle,
            ErrorKind::Other,
        ];
        let mut table = String::new();
        for kind in kinds {
            let failure = folder_failure(&kind.into(), folder);
            assert!(failure.detail.is_some());
            writeln!(
                table,
                "{kind:?}: {} {:?}\n  {}\n  {}",
                failure.code.word(),
                failure.retry,
                failure.what,
                failure.fix
            )
            .unwrap();
        }
        insta::assert_snapshot!(table);
    }
}
