//! Formats that are left to ffmpeg.

use super::*;

/// The decoder with ffmpeg, or none where it is not installed: these tests then have nothing to say.
#[expect(clippy::print_stderr, reason = "a test that tests nothing has to say so")]
fn with_ffmpeg() -> Option<MediaDecoder> {
    let decoder = MediaDecoder::new(None);
    if decoder.ffmpeg().is_none() {
        eprintln!("skipped: ffmpeg is not installed");
        return None;
    }
    Some(decoder)
}

#[tokio::test]
async fn formats_that_need_ffmpeg_become_the_same_speech() {
    let Some(decoder) = with_ffmpeg() else { return };
    let formats = [
        ("ac3.mkv", "AC-3, 48000 Hz, 1 channel"),
        ("eac3.mp4", "E-AC-3, 48000 Hz, 1 channel"),
        ("speech.wma", "WMA, 44100 Hz, 1 channel"),
    ];
    for (name, format) in formats {
        let decoded = decode_with(decoder.clone(), &fixture(name)).await;
        assert_is_the_speech(&decoded, name);
        assert_eq!(decoded.audio().source_format, format);
    }
}

#[tokio::test]
async fn a_name_that_looks_like_an_option_or_an_address_is_a_name() {
    let Some(decoder) = with_ffmpeg() else { return };
    let folder = tempfile::tempdir().unwrap();
    for name in ["-i.wma", "http:talk.wma", "會議 100%d.wma"] {
        let file = folder.path().join(name);
        fs::copy(fixture("speech.wma"), &file).unwrap();
        assert_is_the_speech(&decode_with(decoder.clone(), &file).await, name);
    }
}

#[tokio::test]
async fn what_ffmpeg_cannot_read_either_is_damaged() {
    let Some(decoder) = with_ffmpeg() else { return };
    let (_folder, file) = changed("speech.wma", |bytes| bytes[16..].fill(0));
    assert_snapshot!(decode_with(decoder, &file).await.told(), @r"
    damaged_recording (Never)
    speech.wma is damaged; no sound could be read from it.
    Copy the recording again from where it was made, then try again.
    ");
}

#[tokio::test]
async fn what_neither_knows_is_no_recording() {
    let Some(decoder) = with_ffmpeg() else { return };
    let (_folder, file) = changed("speech.wma", |bytes| bytes.fill(0x01));
    assert_snapshot!(decode_with(decoder, &file).await.told(), @r"
    not_a_recording (Never)
    speech.wma is not an audio or video file that Debrief knows.
    Choose an audio or video file. If it is a recording, copy it again from where it was made.
    ");
}

#[tokio::test]
async fn an_ffmpeg_that_does_not_start_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("ffmpeg");
    fs::write(&program, "no program").unwrap();
    let decoded = decode_with(MediaDecoder::new(Some(program)), &fixture("speech.wma")).await;
    assert_snapshot!(decoded.told(), @r"
    unsupported_codec (Never)
    speech.wma needs ffmpeg, and the ffmpeg on this computer does not start.
    Install ffmpeg anew and try again, or convert the recording to MP3 or M4A.
    ");
}

#[cfg(unix)]
#[tokio::test]
async fn a_stop_ends_an_ffmpeg_that_says_nothing() {
    use std::os::unix::fs::PermissionsExt;
    use std::time::{Duration, Instant};

    let folder = tempfile::tempdir().unwrap();
    let (program, pid_file) = (folder.path().join("ffmpeg"), folder.path().join("pid"));
    fs::write(&program, format!("#!/bin/sh\necho $$ > '{}'\nexec sleep 60\n", pid_file.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let job = tempfile::tempdir().unwrap();
    let recorder = Recorder::stopping_after(20);
    let decoder = MediaDecoder::new(Some(program));
    let speech = recording(fixture("speech.wma"));
    let work = decoder.decode(&speech, recorder.cx(job.path()));
    let ask = async {
        while !pid_file.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let asked = Instant::now();
        // Uses up the polls that the recorder grants.
        while recorder.cx(job.path()).check_stopped().is_ok() {}
        asked
    };
    let (result, asked) = tokio::join!(work, ask);
    assert!(matches!(result, Err(StepError::Stopped(_))), "{result:?}");
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    let pid = fs::read_to_string(&pid_file).unwrap();
    let process = Path::new("/proc").join(pid.trim());
    for _ in 0..100 {
        if !is_running(&process) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!is_running(&process), "ffmpeg still runs");
    assert_eq!(fs::read_dir(job.path()).unwrap().count(), 0);
}

/// A process that was killed but not yet waited for does not run.
#[cfg(unix)]
fn is_running(process: &Path) -> bool {
    fs::read_to_string(process.join("stat")).is_ok_and(|stat| !stat.contains(") Z "))
}
