//! What can go wrong with a recording, in words for the person.

use std::io;
use std::path::Path;

use debrief_core::failure::{Failure, FailureCode, Warning};

use super::LONGEST_MS;

pub(super) fn empty(name: &str) -> Failure {
    Failure::never(
        FailureCode::EmptyFile,
        format!("{name} is empty."),
        "Copy the recording again from where it was made, then try again.",
    )
}

/// `what` is for example "a PDF document".
pub(super) fn not_a_recording(name: &str, what: &str) -> Failure {
    Failure::never(
        FailureCode::NotARecording,
        format!("{name} is {what}, not a recording."),
        "Choose an audio or video file.",
    )
}

pub(super) fn unrecognised(name: &str) -> Failure {
    Failure::never(
        FailureCode::NotARecording,
        format!("{name} is not an audio or video file that Debrief knows."),
        "Choose an audio or video file. If it is a recording in a rare format, install ffmpeg and try again.",
    )
}

/// Neither Debrief nor ffmpeg knows what it is.
pub(super) fn unrecognised_with_ffmpeg(name: &str) -> Failure {
    let fix = "Choose an audio or video file. If it is a recording, copy it again from where it was made.";
    Failure { fix: fix.into(), ..unrecognised(name) }
}

pub(super) fn ffmpeg_broken(name: &str) -> Failure {
    Failure::never(
        FailureCode::UnsupportedCodec,
        format!("{name} needs ffmpeg, and the ffmpeg on this computer does not start."),
        "Install ffmpeg anew and try again, or convert the recording to MP3 or M4A.",
    )
}

/// ffmpeg has given nothing for `minutes`.
pub(super) fn stalled(name: &str, minutes: u64) -> Failure {
    Failure::never(
        FailureCode::TimedOut,
        format!("ffmpeg read nothing from {name} for {minutes} minutes."),
        "Check that the disk or network drive it is on is connected, then try again.",
    )
}

pub(super) fn no_sound(name: &str) -> Failure {
    Failure::never(
        FailureCode::NotARecording,
        format!("{name} is a video without sound."),
        "Choose a recording with sound. Some recorders keep the sound in a file of its own.",
    )
}

pub(super) fn unsupported(name: &str, codec: &str) -> Failure {
    Failure::never(
        FailureCode::UnsupportedCodec,
        format!("{name} is in a format that Debrief needs ffmpeg for: {codec}."),
        "Install ffmpeg and try again, or convert the recording to MP3 or M4A.",
    )
}

pub(super) fn too_long(name: &str) -> Failure {
    Failure::never(
        FailureCode::UnsupportedCodec,
        format!("{name} is longer than {} hours, the longest that Debrief can read.", LONGEST_MS / 3_600_000),
        "Cut it into shorter files and process each of them.",
    )
}

pub(super) fn damaged(name: &str) -> Failure {
    Failure::never(
        FailureCode::DamagedRecording,
        format!("{name} is damaged; no sound could be read from it."),
        "Copy the recording again from where it was made, then try again.",
    )
}

pub(super) fn no_index(name: &str) -> Failure {
    Failure::never(
        FailureCode::DamagedRecording,
        format!("{name} is damaged: its index is missing, because the recording or the copying broke off."),
        "Copy the recording again from where it was made. If it is the only copy, a repair tool such as untrunc can \
         bring it back.",
    )
}

pub(super) fn no_samples(name: &str) -> Failure {
    Failure::never(
        FailureCode::DamagedRecording,
        format!("{name} holds no sound at all: it is 0 seconds long."),
        "Copy the recording again from where it was made, then try again.",
    )
}

/// The recording could not be opened or read.
pub(super) fn reading(name: &str, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::NotFound => Failure::never(
            FailureCode::MissingFile,
            format!("{name} is no longer where it was."),
            "Put the file back, or process it again from its new place.",
        ),
        io::ErrorKind::PermissionDenied => Failure::never(
            FailureCode::PermissionDenied,
            format!("This computer does not let Debrief read {name}."),
            "Give yourself permission to read the file, or copy it to a folder of your own, then try again.",
        ),
        io::ErrorKind::IsADirectory => Failure::never(
            FailureCode::IsAFolder,
            format!("{name} is a folder."),
            "Choose the recordings inside it.",
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

/// The decoded audio could not be written.
pub(super) fn writing(folder: &Path, error: &io::Error) -> Failure {
    let folder = folder.display();
    match error.kind() {
        // A quota or a limit on file sizes is met the same way as a full disk.
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Failure::disk_full("reading the audio", &folder.to_string())
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Failure::never(
            FailureCode::PermissionDenied,
            format!("This computer does not let Debrief write to {folder}."),
            "Give yourself permission to write to that folder, then try again.",
        ),
        // Everything else is not the person's doing; the system's own words go into the details.
        _ => Failure::never(
            FailureCode::Internal,
            format!("The audio could not be written to {folder}."),
            "Check that the disk is connected and healthy, then try again.",
        ),
    }
    .because(error)
}

/// The recording breaks off at `end_ms`.
pub(super) fn ends_early(end_ms: u32, declared_ms: Option<u32>) -> Warning {
    let end = clock(end_ms);
    let of = declared_ms.map(|ms| format!(" of {}", clock(ms))).unwrap_or_default();
    Warning::new(
        "recording_ends_early",
        format!(
            "The recording breaks off at {end}{of}; everything up to there was kept. If the original is longer, copy it \
             again and process it again."
        ),
    )
}

/// `lost_ms` of the recording, in all, are unreadable.
pub(super) fn scratches(lost_ms: u32) -> Warning {
    let lost = f64::from(lost_ms) / 1000.0;
    Warning::new(
        "recording_damaged",
        format!(
            "Parts of the recording are damaged: {lost:.1} seconds in all could not be read and are silent here. If you \
             have another copy, process that one."
        ),
    )
}

/// Only one of several audio tracks is used.
pub(super) fn several_tracks(count: usize, used: usize) -> Warning {
    Warning::new(
        "several_audio_tracks",
        format!(
            "The file has {count} audio tracks; only track {used} was used. If somebody is missing, save the tracks as \
             separate files and process each of them."
        ),
    )
}

fn clock(ms: u32) -> String {
    let seconds = ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}
