//! Bad input: each kind has its own words, and what can be kept is kept.

use std::io;

use super::super::failures;
use super::*;

#[tokio::test]
async fn a_missing_file_says_so() {
    assert_snapshot!(decode(Path::new("gone.mp3")).await.told(), @r"
    missing_file (Never)
    gone.mp3 is no longer where it was.
    Put the file back, or process it again from its new place.
    ");
}

#[tokio::test]
async fn a_folder_says_so() {
    assert_snapshot!(decode(&fixture("")).await.told(), @r"
    is_a_folder (Never)
    fixtures is a folder.
    Choose the recordings inside it.
    ");
}

#[tokio::test]
async fn an_empty_file_says_so() {
    let (_folder, file) = changed("speech.mp3", Vec::clear);
    assert_snapshot!(decode(&file).await.told(), @r"
    empty_file (Never)
    speech.mp3 is empty.
    Copy the recording again from where it was made, then try again.
    ");
}

#[tokio::test]
async fn a_text_named_mp3_says_so() {
    assert_snapshot!(decode(&fixture("text.mp3")).await.told(), @r"
    not_a_recording (Never)
    text.mp3 is a text file, not a recording.
    Choose an audio or video file.
    ");
}

#[tokio::test]
async fn a_picture_named_m4a_says_so() {
    assert_snapshot!(decode(&fixture("picture.m4a")).await.told(), @r"
    not_a_recording (Never)
    picture.m4a is a picture (PNG), not a recording.
    Choose an audio or video file.
    ");
}

#[tokio::test]
async fn bytes_without_meaning_say_so() {
    // Deterministic noise that holds no marker of any format.
    let (_folder, file) = changed("speech.wav", |bytes| {
        let mut state = 1_u32;
        bytes.iter_mut().for_each(|byte| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (state >> 24) as u8 & 0x7E;
        });
    });
    assert_snapshot!(decode(&file).await.told(), @r"
    not_a_recording (Never)
    speech.wav is not an audio or video file that Debrief knows.
    Choose an audio or video file. If it is a recording in a rare format, install ffmpeg and try again.
    ");
}

#[tokio::test]
async fn a_video_without_sound_says_so() {
    assert_snapshot!(decode(&fixture("no-audio.mp4")).await.told(), @r"
    not_a_recording (Never)
    no-audio.mp4 is a video without sound.
    Choose a recording with sound. Some recorders keep the sound in a file of its own.
    ");
}

#[tokio::test]
async fn a_recording_of_zero_seconds_says_so() {
    assert_snapshot!(decode(&fixture("no-samples.wav")).await.told(), @r"
    damaged_recording (Never)
    no-samples.wav holds no sound at all: it is 0 seconds long.
    Copy the recording again from where it was made, then try again.
    ");
}

#[tokio::test]
async fn a_truncated_m4a_says_so() {
    assert_snapshot!(decode(&fixture("no-index.m4a")).await.told(), @r"
    damaged_recording (Never)
    no-index.m4a is damaged: its index is missing, because the recording or the copying broke off.
    Copy the recording again from where it was made. If it is the only copy, a repair tool such as untrunc can bring it back.
    ");
}

#[tokio::test]
async fn a_recording_whose_sound_is_all_noise_says_so() {
    let (_folder, file) = changed("speech.flac", |bytes| bytes[200..].fill(0x55));
    assert_snapshot!(decode(&file).await.told(), @r"
    damaged_recording (Never)
    speech.flac is damaged; no sound could be read from it.
    Copy the recording again from where it was made, then try again.
    ");
}

#[tokio::test]
async fn a_codec_that_needs_ffmpeg_is_named() {
    assert_snapshot!(decode(&fixture("ac3.mkv")).await.told(), @r"
    unsupported_codec (Never)
    ac3.mkv is in a format that Debrief needs ffmpeg for: AC-3, 48000 Hz, 1 channel.
    Install ffmpeg and try again, or convert the recording to MP3 or M4A.
    ");
    assert_snapshot!(decode(&fixture("eac3.mp4")).await.told(), @r"
    unsupported_codec (Never)
    eac3.mp4 is in a format that Debrief needs ffmpeg for: E-AC-3, 48000 Hz.
    Install ffmpeg and try again, or convert the recording to MP3 or M4A.
    ");
    assert_snapshot!(decode(&fixture("speech.wma")).await.told(), @r"
    unsupported_codec (Never)
    speech.wma is in a format that Debrief needs ffmpeg for: Windows Media (WMA, WMV).
    Install ffmpeg and try again, or convert the recording to MP3 or M4A.
    ");
}

#[tokio::test]
async fn what_a_truncated_recording_holds_is_kept_and_the_person_is_told() {
    for name in ["half.mp3", "half.m4a"] {
        let decoded = decode(&fixture(name)).await;
        let duration_ms = decoded.audio().duration_ms;
        assert!((2_000..4_000).contains(&duration_ms), "{name}: {duration_ms}");
        let likeness = likeness(&decoded.samples());
        assert!(likeness > 0.95, "{name}: {likeness}");
    }
    assert_snapshot!(decode(&fixture("half.mp3")).await.warned(), @r"recording_ends_early: The recording breaks off at 0:02 of 0:05; everything up to there was kept. If the original is longer, copy it again and process it again.");
    assert_snapshot!(decode(&fixture("half.m4a")).await.warned(), @r"recording_ends_early: The recording breaks off at 0:02 of 0:05; everything up to there was kept. If the original is longer, copy it again and process it again.");
    for name in ["speech.flac", "speech.wav", "speech.mkv", "speech.webm"] {
        let (_folder, file) = changed(name, |bytes| bytes.truncate(bytes.len() / 2));
        let decoded = decode(&file).await;
        let duration_ms = decoded.audio().duration_ms;
        assert!((2_000..4_000).contains(&duration_ms), "{name}: {duration_ms}");
        assert!(decoded.warned().starts_with("recording_ends_early"), "{name}: {:?}", decoded.warned());
    }
}

#[tokio::test]
async fn a_recorder_that_streams_without_end_mark_is_not_called_damaged() {
    let (_folder, file) = changed("live.webm", |bytes| bytes.truncate(bytes.len() - 40));
    let decoded = decode(&file).await;
    assert_is_the_speech(&decoded, "live.webm without its last bytes");
    assert_eq!(decoded.warned(), "");
    // As ffmpeg writes a WAV into a pipe: it cannot go back to fill in the lengths.
    let (_folder, file) = changed("speech.wav", |bytes| {
        bytes[4..8].fill(0xFF);
        let data = bytes.windows(4).position(|window| window == b"data").unwrap();
        bytes[data + 4..data + 8].fill(0xFF);
    });
    let decoded = decode(&file).await;
    assert_is_the_speech(&decoded, "a WAV of unknown length");
    assert_eq!(decoded.warned(), "");
}

#[tokio::test]
async fn broken_packets_become_silence_and_the_rest_keeps_its_time() {
    let (_folder, file) = changed("speech.m4a", |bytes| {
        let start = bytes.windows(4).position(|window| window == b"mdat").unwrap();
        let middle = start + (bytes.len() - start) / 3;
        bytes[middle..middle + 3_000].fill(0xA5);
    });
    let decoded = decode(&file).await;
    assert!(decoded.audio().duration_ms.abs_diff(SPEECH_MS) <= 100, "{} ms", decoded.audio().duration_ms);
    let samples = decoded.samples();
    let end = samples.len() - 2 * SAMPLE_RATE_HZ as usize;
    let tail_of_original = &original()[end.min(original().len())..];
    let best = (0..=6).map(|shift| {
        correlation(
            &envelope(tail_of_original),
            &envelope(&samples[(end + shift * 160).min(samples.len())..]),
        )
    });
    let best = best.fold(f64::MIN, f64::max);
    assert!(best > 0.95, "the last two seconds moved: {best}");
    assert_snapshot!(decoded.warned(), @r"recording_damaged: Parts of the recording are damaged: 0.5 seconds in all could not be read and are silent here. If you have another copy, process that one.");
}

#[tokio::test]
async fn damage_that_a_flac_is_read_around_is_told() {
    let (_folder, file) = changed("speech.flac", |bytes| {
        let middle = bytes.len() / 3;
        let damaged = bytes.len() / 8;
        bytes[middle..middle + damaged].fill(0xA5);
    });
    let decoded = decode(&file).await;
    assert!(decoded.audio().duration_ms.abs_diff(SPEECH_MS) <= 100, "{} ms", decoded.audio().duration_ms);
    let warned = decoded.warned();
    assert!(warned.starts_with("recording_damaged: Parts of the recording are damaged: 0."), "{warned}");
}

#[tokio::test]
async fn no_damage_anywhere_panics_or_hangs() {
    // Every fixture with 64 bytes overwritten at each of 12 places: any outcome but a panic or a hang will do.
    for name in
        ["speech.mp3", "speech.m4a", "speech.flac", "speech.ogg", "speech.opus", "speech.webm", "speech.wav"]
    {
        for place in 0..12 {
            let (_folder, file) = changed(name, |bytes| {
                let at = (bytes.len() - 64) * place / 11;
                bytes[at..at + 64].fill(0xA5);
            });
            let work = decode(&file);
            let decoded = tokio::time::timeout(std::time::Duration::from_secs(20), work).await;
            let decoded = decoded.unwrap_or_else(|_| panic!("{name} hangs when damaged at {place}/11"));
            if let Err(StepError::Failed(failure)) = &decoded.result {
                let detail = failure.detail.clone().unwrap_or_default();
                assert!(!detail.contains("panicked"), "{name} at {place}/11: {detail}");
            }
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_may_not_be_read_says_so() {
    // As root every file may be read, so the wording is asked for directly.
    let denied = io::Error::from(io::ErrorKind::PermissionDenied);
    assert_snapshot!(told(&failures::reading("talk.mp3", &denied)), @r"
    permission_denied (Never)
    This computer does not let Debrief read talk.mp3.
    Give yourself permission to read the file, or copy it to a folder of your own, then try again.
    ");
    let (_folder, file) = changed("speech.mp3", |_| {});
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    if fs::File::open(&file).is_err() {
        assert_eq!(decode(&file).await.failure().code.word(), "permission_denied");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_says_so_and_waits() {
    // /dev/full answers every write as a full disk does.
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.path().join("audio.wav.part")).unwrap();
    let cx = Recorder::new().cx(folder.path());
    let result = MediaDecoder::without_ffmpeg().decode(&recording(fixture("speech.mp3")), cx).await;
    let Err(StepError::Failed(failure)) = result else { panic!("{result:?}") };
    let told = told(&failure).replace(&folder.path().display().to_string(), "[folder]");
    assert_snapshot!(told, @r"
    disk_full (Person)
    The disk is full; reading the audio stopped.
    Free some space on the disk that holds [folder]. The job goes on by itself.
    ");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn other_troubles_with_the_disk_have_their_own_words() {
    let folder = Path::new("jobs/7");
    let error = |kind| io::Error::from(kind);
    assert_snapshot!(told(&failures::writing(folder, &error(io::ErrorKind::ReadOnlyFilesystem))), @r"
    permission_denied (Never)
    This computer does not let Debrief write to jobs/7.
    Give yourself permission to write to that folder, then try again.
    ");
    assert_snapshot!(told(&failures::writing(folder, &error(io::ErrorKind::NotFound))), @r"
    internal (Never)
    The audio could not be written to jobs/7.
    Check that the disk is connected and healthy, then try again.
    ");
    assert_snapshot!(told(&failures::reading("talk.mp3", &error(io::ErrorKind::NotConnected))), @r"
    missing_file (Never)
    talk.mp3 could not be read from its disk.
    Check that the disk or network drive it is on is connected, then try again.
    ");
    assert_eq!(failures::writing(folder, &error(io::ErrorKind::QuotaExceeded)).code.word(), "disk_full");
}

#[test]
fn an_ffmpeg_that_stalls_has_its_own_words() {
    assert_snapshot!(told(&failures::stalled("talk.wma", 5)), @r"
    timed_out (Never)
    ffmpeg read nothing from talk.wma for 5 minutes.
    Check that the disk or network drive it is on is connected, then try again.
    ");
}

#[test]
fn a_recording_beyond_37_hours_is_refused() {
    assert_snapshot!(told(&failures::too_long("night.wav")), @r"
    unsupported_codec (Never)
    night.wav is longer than 37 hours, the longest that Debrief can read.
    Cut it into shorter files and process each of them.
    ");
}

#[test]
fn the_end_of_a_long_recording_is_told_in_hours() {
    let warning = failures::ends_early(3_725_000, Some(7_200_000));
    assert_snapshot!(warning.text, @r"The recording breaks off at 1:02:05 of 2:00:00; everything up to there was kept. If the original is longer, copy it again and process it again.");
}
