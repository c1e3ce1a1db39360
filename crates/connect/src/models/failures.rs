//! What can go wrong with models, in words for the person.

use std::io;
use std::path::Path;

use debrief_core::failure::{Failure, FailureCode, Retry};

use super::folder::FILE_PREFIX;

pub(super) fn damaged(file: &str) -> Failure {
    Failure::never(
        FailureCode::ModelDamaged,
        format!("What arrived is not what the catalogue says of {file}."),
        "It was thrown away. Try again later; if it happens again, tell the makers of Debrief.",
    )
}

pub(super) fn missing(id: &str, name: &str) -> Failure {
    // A file that somebody added is nowhere to be downloaded from.
    let fix = match id.starts_with(FILE_PREFIX) {
        true => "Add its file again with `debrief models add FILE`, or choose another model in the settings."
            .into(),
        false => format!("Download it in the settings, or run `debrief models get {id}`."),
    };
    Failure::person(FailureCode::ModelMissing, format!("The model {name} is not on this computer."), fix)
}

pub(super) fn unreachable(host: &str, busy: bool) -> Failure {
    let (code, what) = if busy {
        (FailureCode::ServiceBusy, format!("{host}, where models come from, has no time now."))
    } else {
        (FailureCode::Offline, format!("{host}, where models come from, can't be reached."))
    };
    Failure::later(code, what, "Check the connection and download again: what has arrived is kept.")
}

pub(super) fn not_a_file(host: &str) -> Failure {
    Failure::never(
        FailureCode::Offline,
        format!("{host} answers with something else than a model."),
        "Perhaps this network wants you to sign in: open a page in the browser, then download again.",
    )
}

pub(super) fn not_offered(file: &str) -> Failure {
    Failure::never(
        FailureCode::ModelMissing,
        format!("{file} is not offered where the catalogue says."),
        "Update Debrief, or get the file elsewhere and add it with `debrief models add FILE`.",
    )
}

pub(super) fn no_room(folder: &Path, needed: u64, free: u64) -> Failure {
    Failure::person(
        FailureCode::DiskFull,
        format!(
            "The disk has no room for this model: it needs {}, and {} are free.",
            megabytes(needed),
            megabytes(free)
        ),
        format!("Free some space on the disk that holds {}, or choose another folder.", folder.display()),
    )
    .because(format!("{needed} bytes needed, {free} bytes free"))
}

pub(super) fn disk(folder: &Path, error: &io::Error) -> Failure {
    use io::ErrorKind as K;
    if matches!(error.kind(), K::StorageFull | K::QuotaExceeded | K::FileTooLarge) {
        return Failure::person(
            FailureCode::DiskFull,
            "The disk is full; the work on the model stopped.",
            format!("Free some space on the disk that holds {}, then go on.", folder.display()),
        );
    }
    Failure::never(
        FailureCode::PermissionDenied,
        format!("Debrief can't work in the folder for models, {}.", folder.display()),
        "Check that it is there and can be written to, or choose another folder.",
    )
    .because(error)
}

pub(super) fn busy_elsewhere(name: &str) -> Failure {
    Failure::never(
        FailureCode::BadRequest,
        format!("Another Debrief on this computer is downloading {name}."),
        "Wait until it is done: the model is for both.",
    )
}

pub(super) fn busy_here() -> Failure {
    Failure::never(
        FailureCode::BadRequest,
        "A model is being downloaded.",
        "Wait until it is done, or cancel it, then try again.",
    )
}

pub(super) fn name_taken(name: &str) -> Failure {
    Failure::never(
        FailureCode::BadRequest,
        format!("There is another model of the name {name} already."),
        "Give the file another name, or remove the other model first.",
    )
}

pub(super) fn unusable(name: &str) -> Failure {
    Failure {
        retry: Retry::Never,
        ..Failure::person(
            FailureCode::ModelUnusable,
            format!("{name} is no speech model that Debrief can use."),
            "Add a file of the catalogue, a GGUF file made for transcribe.cpp, or whisper.cpp's ggml-….bin.",
        )
    }
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let code = match error.kind() {
        io::ErrorKind::NotFound => FailureCode::MissingFile,
        _ => FailureCode::PermissionDenied, // Whatever else keeps it from being read.
    };
    Failure::never(code, format!("{} can't be read.", path.display()), "Check its path and its permissions.")
        .because(error)
}

/// In decimal megabytes, as disks are sold.
fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
