//! Uploads are really decoded: what a service could not read, no stand-in takes.

use std::io::Cursor;
use std::sync::LazyLock;

use bytes::Bytes;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use super::dtmf::{Ear, Heard};

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    codecs
});

/// An upload, listened to from its beginning to its end.
#[derive(Debug)]
pub(super) struct Sound {
    pub(super) size_bytes: u64,
    pub(super) duration_ms: u64,
    pub(super) words: Vec<Heard>,
}

/// Why an upload is no sound.
#[derive(Debug)]
pub(super) struct NotSound(pub(super) String);

/// Decodes and listens, away from the tasks that answer.
pub(super) async fn listen(upload: Bytes) -> Result<Sound, NotSound> {
    let listened = tokio::task::spawn_blocking(move || decode(upload)).await;
    listened.unwrap_or_else(|panic| Err(NotSound(panic.to_string())))
}

fn decode(upload: Bytes) -> Result<Sound, NotSound> {
    let refused = |error: Error| NotSound(error.to_string());
    let size_bytes = upload.len() as u64;
    let stream = MediaSourceStream::new(Box::new(Cursor::new(upload)), Default::default());
    let (hint, options, meta) = (Hint::new(), FormatOptions::default(), MetadataOptions::default());
    let mut format = symphonia::default::get_probe().probe(&hint, stream, options, meta).map_err(refused)?;
    let (track, mut decoder) = audio(format.as_ref())?;
    let mut listener = Listener::default();
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) if packet.track_id == track => packet,
            Ok(Some(_)) => continue,
            Ok(None) => break,
            Err(error) => return Err(refused(error)),
        };
        let sound = decoder.decode(&packet).map_err(refused)?;
        let (rate, channels) = (sound.spec().rate(), sound.num_planes());
        if !sound.is_empty() && channels > 0 {
            sound.copy_to_vec_interleaved(&mut listener.interleaved);
            listener.hear(rate, channels)?;
        }
    }
    let Some((rate, ear)) = listener.ear else { return Err(NotSound("no samples".to_owned())) };
    let duration_ms = listener.frames * 1000 / u64::from(rate);
    Ok(Sound { size_bytes, duration_ms, words: ear.words() })
}

fn audio(format: &dyn FormatReader) -> Result<(u32, Box<dyn AudioDecoder>), NotSound> {
    let track = format.tracks().iter().find(|track| track.track_type() == Some(TrackType::Audio));
    let params = track.and_then(|track| Some((track.id, track.codec_params.as_ref()?.audio()?)));
    let Some((id, params)) = params else { return Err(NotSound("no track of sound".to_owned())) };
    let decoder = CODECS.make_audio_decoder(params, &AudioDecoderOptions::default());
    Ok((id, decoder.map_err(|error| NotSound(error.to_string()))?))
}

#[derive(Default)]
struct Listener {
    interleaved: Vec<f32>,
    frames: u64,
    ear: Option<(u32, Ear)>,
}

impl Listener {
    fn hear(&mut self, rate: u32, channels: usize) -> Result<(), NotSound> {
        let (known, ear) = self.ear.get_or_insert_with(|| (rate, Ear::new(rate)));
        if *known != rate {
            return Err(NotSound("the sample rate changes on the way".to_owned()));
        }
        ear.take(&self.interleaved, channels);
        self.frames += (self.interleaved.len() / channels) as u64;
        Ok(())
    }
}
