//! Samples → files, through real encoders.

use std::io::Cursor;

use ogg::writing::{PacketWriteEndInfo, PacketWriter};
use opusic_c::{Application, Bitrate, Channels, Encoder, SampleRate};

const FRAME: usize = 320;

/// 16 kHz mono as Opus of 24 kbit/s in Ogg.
pub(super) fn opus(samples: &[i16]) -> Vec<u8> {
    let mut encoder = Encoder::new(Channels::Mono, SampleRate::Hz16000, Application::Voip).unwrap();
    encoder.set_bitrate(Bitrate::Value(24_000)).unwrap();
    let skip = encoder.get_look_ahead().unwrap() * 3;
    let mut writer = PacketWriter::new(Vec::new());
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend((skip as u16).to_le_bytes());
    head.extend(16_000_u32.to_le_bytes());
    head.extend([0, 0, 0]);
    writer.write_packet(head, 1, PacketWriteEndInfo::EndPage, 0).unwrap();
    let tags = b"OpusTags\x04\0\0\0test\0\0\0\0".to_vec();
    writer.write_packet(tags, 1, PacketWriteEndInfo::EndPage, 0).unwrap();
    // What the encoder looks ahead has to be pushed out at the end.
    let mut samples = samples.to_vec();
    let end = samples.len() as u64 * 3 + u64::from(skip);
    samples.resize((samples.len() + skip as usize / 3).next_multiple_of(FRAME), 0);
    let frames = samples.chunks(FRAME);
    let last = frames.len() - 1;
    for (at, frame) in frames.enumerate() {
        let frame: Vec<f32> = frame.iter().map(|sample| f32::from(*sample) / 32768.0).collect();
        let mut packet = vec![0; 1500];
        let length = encoder.encode_float_to_slice(&frame, &mut packet).unwrap();
        packet.truncate(length);
        let position = ((at as u64 + 1) * FRAME as u64 * 3).min(end);
        let info = if at == last { PacketWriteEndInfo::EndStream } else { PacketWriteEndInfo::NormalPacket };
        writer.write_packet(packet, 1, info, position).unwrap();
    }
    writer.into_inner()
}

pub(super) fn wav(samples: &[i16], sample_rate: u32) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
    samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
    file.into_inner()
}

/// Through ffmpeg: `arguments` name codec and container.
pub(super) fn ffmpeg(samples: &[i16], sample_rate: u32, arguments: &[&str], name: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in.wav"), folder.path().join(name));
    std::fs::write(&from, wav(samples, sample_rate)).unwrap();
    let mut command = std::process::Command::new("ffmpeg");
    command.args(["-v", "error", "-i"]).arg(&from).args(arguments).arg(&to);
    assert!(command.status().unwrap().success());
    std::fs::read(&to).unwrap()
}
