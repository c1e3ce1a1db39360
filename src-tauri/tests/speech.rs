//! Speech in the real window, against a sandbox: a service that needs a key, and what the settings show of models.

use std::io::Cursor;
use std::path::Path;

use debrief_sandbox::{Sandbox, SpeechService, World, dtmf};
use serde_json::json;

use crate::support::{DesktopWindow, Place};

const RATE_HZ: u32 = 16_000;

/// Tones that the sandbox's services hear as words; the letter is the speaker.
fn talk() -> Vec<u8> {
    let words = [(500, "A123"), (1_200, "4567"), (2_500, "B890"), (3_300, "1111")];
    let mut file = Cursor::new(Vec::new());
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE_HZ,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
    for sample in dtmf::say(&words, 5_000, RATE_HZ) {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
    file.into_inner()
}

#[tokio::test]
async fn a_service_hears_a_recording_once_it_has_a_key() {
    let mut world = World::new();
    let key = world.add_speech_key(SpeechService::Deepgram);
    let sandbox = Sandbox::start(world).await.unwrap();
    let place = Place::new().await;
    let settings = format!(
        "[speech]\nengine = \"deepgram\"\n[secrets]\nkeep = \"session\"\n[endpoints]\ndeepgram = \"{}\"\n",
        sandbox.deepgram()
    );
    place.write("debrief/settings.toml", settings);
    let recording = place.write("talk 2026-11-05.wav", talk());
    let window = DesktopWindow::open_in(place, &[]).await;

    let id = window.process(&recording).await;
    window.until("the job needs a key", || async { window.says(&id, "group").await == "Needs you" }).await;
    assert!(sandbox.world().requests().is_empty(), "nothing was sent");
    window.press(&format!("Enter key: {}", window.says(&id, "title").await)).await;

    let deepgram = window.unfold("Deepgram").await;
    window.until("it says where audio goes", || window.shows("Audio is sent to 127.0.0.1")).await;
    window.enter_key(&deepgram, &key).await;
    window.until("the job has ended", || async { window.says(&id, "group").await == "Done" }).await;
    window.press("Close settings").await;

    let page = window.open_page(&id).await;
    for said in ["A123 4567", "B890 1111", "Speaker 2"] {
        assert!(page.contains(said), "{page}");
    }
    assert!(!window.holds(&key).await);
    let view = window.invoke("speech_status", json!({})).await.unwrap();
    assert!(!view.to_string().contains(&key));
    window.close().await;
}

/// The models in the settings, as a picture in `folder`.
pub(crate) async fn take_picture(folder: &Path) {
    let window = DesktopWindow::open().await;
    window.press("Get a better model").await;
    window.until("models are listed", || window.shows("Whisper")).await;
    window.screenshot(&folder.join("models.png")).await;
}
