//! A stretch of a recording as Ogg Opus: a tenth of the WAV, and every service reads it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use debrief_core::failure::Failure;
use debrief_core::stage::{StageCx, StepResult};
use ogg::writing::{PacketWriteEndInfo, PacketWriter};
use opusic_c::{Application, Bitrate, Channels, Encoder, ErrorCode, SampleRate, Signal};

use crate::transcribe::pcm::{Pcm, Region, SAMPLE_RATE};

/// Speech at 16 kHz loses nothing that a recogniser would hear.
const BITS_PER_S: u32 = 24_000;
/// What a second takes at most, with everything around it: the rate may be exceeded for a moment.
pub(super) const BYTES_PER_S: u64 = BITS_PER_S as u64 / 8 * 6 / 5;
/// Samples in a packet: 20 ms.
const PACKET: u32 = SAMPLE_RATE / 50;
/// Ogg Opus counts in samples of 48 kHz, whatever was encoded.
const TICKS: u64 = 48_000 / SAMPLE_RATE as u64;
/// Packets read at once: a second.
const SECOND: usize = 50;
/// Half of what the encoder could do for the last per cent of quality.
const COMPLEXITY: u8 = 5;
/// More than the largest packet at this rate.
const PACKET_BYTES: usize = 1_500;

/// Encodes `region` of the decoded recording `audio` into the new file `to`; its size in bytes. Memory does not grow with
/// the length.
///
/// # Errors
/// Stopped; the recording cannot be read, or the file not be written.
pub(super) fn encode(audio: &Path, region: Region, to: &Path, cx: &StageCx) -> StepResult<u64> {
    let unwritten = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            Failure::disk_full("compressing the audio", &cx.folder().display().to_string())
        }
        _ => Failure::internal(format!("{} cannot be written: {error}", to.display())),
    };
    let mut pcm = Pcm::open(audio)?;
    let mut encoder = encoder().map_err(|code| Failure::internal(code.message()))?;
    let ahead = encoder.get_look_ahead().map_err(|code| Failure::internal(code.message()))?;
    let file = BufWriter::new(File::create(to).map_err(unwritten)?);
    // One stream in the file, so any number will do.
    let mut stream = Stream { writer: PacketWriter::new(file), serial: region.start };
    stream.head(ahead).map_err(unwritten)?;

    let length = region.end - region.start;
    // The encoder answers late: it is fed silence until it has said all.
    let packets = (length + ahead).div_ceil(PACKET);
    let last_tick = u64::from(length + ahead) * TICKS;
    let (mut samples, mut input, mut output) = (Vec::new(), [0; PACKET as usize], [0; PACKET_BYTES]);
    for number in 0..packets {
        let at = number as usize % SECOND;
        if at == 0 {
            cx.check_stopped()?;
            let start = (region.start + number * PACKET).min(region.end);
            let end = (start + SECOND as u32 * PACKET).min(region.end);
            pcm.read(Region { start, end }, &mut samples)?;
        }
        input.fill(0);
        let from = (at * PACKET as usize).min(samples.len());
        for (input, sample) in input.iter_mut().zip(&samples[from..]) {
            // The binding takes the bits of signed samples as unsigned ones.
            *input = sample.cast_unsigned();
        }
        let size =
            encoder.encode_to_slice(&input, &mut output).map_err(|code| Failure::internal(code.message()))?;
        let tick = (u64::from(number + 1) * u64::from(PACKET) * TICKS).min(last_tick);
        stream.packet(&output[..size], tick, number + 1 == packets).map_err(unwritten)?;
    }
    let mut file = stream.writer.into_inner();
    file.flush().map_err(unwritten)?;
    Ok(file.get_ref().metadata().map_err(unwritten)?.len())
}

fn encoder() -> Result<Encoder, ErrorCode> {
    let mut encoder = Encoder::new(Channels::Mono, SampleRate::Hz16000, Application::Voip)?;
    encoder.set_bitrate(Bitrate::Value(BITS_PER_S))?;
    encoder.set_vbr(true)?;
    encoder.set_vbr_constraint(true)?;
    encoder.set_signal(Signal::Voice)?;
    encoder.set_complexity(COMPLEXITY)?;
    Ok(encoder)
}

/// An Ogg stream with one Opus stream in it (RFC 7845).
struct Stream {
    writer: PacketWriter<'static, BufWriter<File>>,
    serial: u32,
}

impl Stream {
    fn head(&mut self, ahead: u32) -> std::io::Result<()> {
        let mut head = b"OpusHead\x01\x01".to_vec();
        let skip = u64::from(ahead) * TICKS;
        head.extend(u16::try_from(skip).unwrap_or(u16::MAX).to_le_bytes());
        head.extend(SAMPLE_RATE.to_le_bytes());
        // No gain, one channel.
        head.extend([0, 0, 0]);
        self.writer.write_packet(head, self.serial, PacketWriteEndInfo::EndPage, 0)?;
        let vendor = "Debrief";
        let mut tags = b"OpusTags".to_vec();
        tags.extend((vendor.len() as u32).to_le_bytes());
        tags.extend(vendor.as_bytes());
        tags.extend(0u32.to_le_bytes());
        self.writer.write_packet(tags, self.serial, PacketWriteEndInfo::EndPage, 0)
    }

    fn packet(&mut self, packet: &[u8], tick: u64, is_last: bool) -> std::io::Result<()> {
        let end = if is_last { PacketWriteEndInfo::EndStream } else { PacketWriteEndInfo::NormalPacket };
        self.writer.write_packet(packet.to_vec(), self.serial, end, tick)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::transcribe::testing::{Desk, flite, silence, write_wav};

    /// What another program makes of the file, as 16 kHz samples.
    fn decoded(file: &Path) -> Vec<i16> {
        let mut command = Command::new("ffmpeg");
        command
            .args(["-nostdin", "-v", "error", "-i"])
            .arg(file)
            .args(["-ar", "16000", "-ac", "1", "-f", "s16le", "-"]);
        let output = command.output().expect("this test needs ffmpeg (Debian: apt install ffmpeg)");
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        output.stdout.chunks_exact(2).map(|bytes| i16::from_le_bytes([bytes[0], bytes[1]])).collect()
    }

    #[test]
    fn a_stretch_is_as_long_as_it_was_and_nothing_in_it_has_moved() {
        let desk = Desk::new();
        let talk = flite("rms", "we need to talk to the customers again before we start");
        let samples = [silence(1500), talk.clone(), silence(700), talk].concat();
        let audio = write_wav(desk.folder(), &samples);
        let (start, end) = (16_000, samples.len() as u32 - 3_333);
        let file = desk.folder().join("piece.ogg");
        let size_bytes = encode(&audio.file, Region { start, end }, &file, &desk.cx()).unwrap();
        assert_eq!(size_bytes, std::fs::metadata(&file).unwrap().len());
        let seconds = u64::from(end - start).div_ceil(16_000);
        assert!(size_bytes < seconds * BYTES_PER_S, "{size_bytes} bytes for {seconds} s");

        let found = decoded(&file);
        let said = &samples[start as usize..end as usize];
        assert!(found.len().abs_diff(said.len()) <= 1, "{} of {}", found.len(), said.len());
        // Twenty milliseconds either way, over the same samples of the one.
        let likeness = |shift: usize| -> f64 {
            let pairs = said[320..said.len() - 400].iter().zip(&found[shift..]);
            pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        let best = (0..640).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap();
        assert!(best.abs_diff(320) <= 16, "the speech has moved by {} samples", best as i32 - 320);
    }

    #[test]
    fn a_stop_ends_it() {
        let desk = Desk::new();
        let audio = write_wav(desk.folder(), &silence(3000));
        desk.stop();
        let file = desk.folder().join("piece.ogg");
        assert!(encode(&audio.file, Region { start: 0, end: 48_000 }, &file, &desk.cx()).is_err());
    }
}
