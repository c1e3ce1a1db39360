//! Codecs: the decoders there are, their names, and a way around one of their limits.

use std::sync::LazyLock;

use symphonia::core::codecs::audio::well_known as id;
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions, CODEC_ID_NULL_AUDIO,
};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::{Error, Result};

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    codecs
});

/// A decoder for a stream of these parameters.
pub(super) fn decoder_for(params: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>> {
    let options = AudioDecoderOptions::default();
    match CODECS.make_audio_decoder(params, &options) {
        Err(Error::Unsupported(why)) if params.codec == id::CODEC_ID_AAC => {
            let core = params.extra_data.as_deref().and_then(low_complexity_core);
            let Some(core) = core else { return Err(Error::Unsupported(why)) };
            let mut params = params.clone();
            params.with_extra_data(Box::new(core));
            CODECS.make_audio_decoder(&params, &options)
        }
        made => made,
    }
}

/// The configuration of the AAC-LC stream inside an HE-AAC stream. It is a stream of half the rate, complete but for the
/// highest notes; decoded alone it holds all that 16 kHz can.
fn low_complexity_core(config: &[u8]) -> Option<[u8; 2]> {
    let mut bits = Bits { bytes: config, at: 0 };
    // ISO 14496-3: kind 5 is spectral band replication (HE-AAC), 29 the same with parametric stereo (HE-AAC v2).
    if !matches!(bits.take(5)?, 5 | 29) {
        return None;
    }
    let rate_index = bits.take(4)?;
    let channels = bits.take(4)?;
    let extension_rate_index = bits.take(4)?;
    let core_kind = bits.take(5)?;
    // Index 15 spells the rate out in 24 more bits; no encoder does that for the common rates.
    if rate_index == 15 || extension_rate_index == 15 || core_kind != 2 {
        return None;
    }
    let frame_flags = bits.take(3)?;
    let config = 2 << 11 | rate_index << 7 | channels << 3 | frame_flags;
    Some(config.to_be_bytes())
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u16> {
        (0..count).try_fold(0, |value, _| {
            let byte = self.bytes.get(self.at / 8)?;
            let bit = byte >> (7 - self.at % 8) & 1;
            self.at += 1;
            Some(value << 1 | u16::from(bit))
        })
    }
}

/// For example "AAC-LC, 48000 Hz, 2 channels".
pub(super) fn describe(params: &AudioCodecParameters) -> String {
    let mut words = name(params).unwrap_or_else(|| "unknown codec".into());
    if let Some(rate) = params.sample_rate {
        words += &format!(", {rate} Hz");
    }
    if let Some(channels) = &params.channels {
        words += &match channels.count() {
            1 => ", 1 channel".to_owned(),
            count => format!(", {count} channels"),
        };
    }
    words
}

/// The codec as people call it.
pub(super) fn name(params: &AudioCodecParameters) -> Option<String> {
    if params.codec == CODEC_ID_NULL_AUDIO {
        return None;
    }
    if params.codec == id::CODEC_ID_AAC {
        return Some(aac_name(params.extra_data.as_deref()).into());
    }
    let known = NAMES.iter().find(|(codec, _)| *codec == params.codec).map(|(_, name)| (*name).to_owned());
    known.or_else(|| {
        let word = CODECS.get_audio_decoder(params.codec)?.codec.info.short_name;
        let family = ["pcm", "adpcm"].into_iter().find(|family| word.starts_with(family));
        Some(family.unwrap_or(word).to_uppercase())
    })
}

fn aac_name(config: Option<&[u8]>) -> &'static str {
    match config.and_then(|bytes| Bits { bytes, at: 0 }.take(5)) {
        Some(5) => "HE-AAC",
        Some(29) => "HE-AAC v2",
        Some(2) | None => "AAC-LC",
        Some(_) => "AAC",
    }
}

const NAMES: &[(AudioCodecId, &str)] = &[
    (id::CODEC_ID_MP3, "MP3"),
    (id::CODEC_ID_MP2, "MP2"),
    (id::CODEC_ID_FLAC, "FLAC"),
    (id::CODEC_ID_VORBIS, "Vorbis"),
    (id::CODEC_ID_OPUS, "Opus"),
    (id::CODEC_ID_ALAC, "Apple Lossless"),
    (id::CODEC_ID_AC3, "AC-3"),
    (id::CODEC_ID_EAC3, "E-AC-3"),
    (id::CODEC_ID_AC4, "AC-4"),
    (id::CODEC_ID_DCA, "DTS"),
    (id::CODEC_ID_TRUEHD, "Dolby TrueHD"),
    (id::CODEC_ID_WMA, "WMA"),
    (id::CODEC_ID_SPEEX, "Speex"),
    (id::CODEC_ID_MUSEPACK, "Musepack"),
    (id::CODEC_ID_WAVPACK, "WavPack"),
    (id::CODEC_ID_MONKEYS_AUDIO, "Monkey's Audio"),
    (id::CODEC_ID_TTA, "True Audio"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// HE-AAC, 22.05 kHz core of 44.1 kHz, stereo, as encoders write it explicitly.
    const HE_AAC: [u8; 4] = [0x2B, 0x92, 0x08, 0x00];

    fn aac(config: &[u8]) -> AudioCodecParameters {
        let mut params = AudioCodecParameters::new();
        params.for_codec(id::CODEC_ID_AAC).with_extra_data(config.into());
        params
    }

    #[test]
    fn he_aac_is_decoded_as_its_low_complexity_core() {
        // AAC-LC, 22.05 kHz, stereo.
        assert_eq!(low_complexity_core(&HE_AAC), Some([0x13, 0x90]));
        let decoder = decoder_for(&aac(&HE_AAC)).unwrap();
        assert_eq!(decoder.codec_params().sample_rate, Some(22_050));
        assert_eq!(name(&aac(&HE_AAC)).unwrap(), "HE-AAC");
    }

    #[test]
    fn a_configuration_without_core_or_cut_short_is_left_alone() {
        assert_eq!(low_complexity_core(&[0x13, 0x90]), None);
        assert_eq!(low_complexity_core(&HE_AAC[..2]), None);
        // AAC Main, 44.1 kHz, stereo.
        assert!(matches!(decoder_for(&aac(&[0x0A, 0x10])), Err(Error::Unsupported(_))));
    }

    #[test]
    fn a_format_reads_as_a_person_would_say_it() {
        let mut params = aac(&[0x11, 0x90]);
        params.with_sample_rate(48_000).with_channels(symphonia::core::audio::Channels::Discrete(2));
        assert_eq!(describe(&params), "AAC-LC, 48000 Hz, 2 channels");
        let mut params = AudioCodecParameters::new();
        params.for_codec(id::CODEC_ID_PCM_S16LE).with_sample_rate(16_000);
        params.with_channels(symphonia::core::audio::Channels::Discrete(1));
        assert_eq!(describe(&params), "PCM, 16000 Hz, 1 channel");
        params.for_codec(id::CODEC_ID_EAC3);
        assert_eq!(name(&params).unwrap(), "E-AC-3");
    }
}
