//! A Whisper model of the right shape with arbitrary weights, small enough to make in a test: it runs, it says nonsense.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

const VOCABULARY: i32 = 51_864;
const STATE: i32 = 64;
const HEADS: i32 = 1;
const AUDIO_POSITIONS: i32 = 1500;
const TEXT_POSITIONS: i32 = 448;
const MELS: i32 = 80;
const SPECTRUM: i32 = 201;
/// `ggml` in the file's byte order.
const MAGIC: u32 = 0x6767_6d6c;

/// Writes the model in the format of whisper.cpp; the same on every run. About 14 MB.
pub(super) fn write(folder: &Path) -> PathBuf {
    let path = folder.join("ggml-tiny-nonsense.bin");
    let mut out = Out { file: BufWriter::new(File::create(&path).unwrap()), seed: 7 };
    out.int(MAGIC as i32);
    let layers = 1;
    for number in
        [VOCABULARY, AUDIO_POSITIONS, STATE, HEADS, layers, TEXT_POSITIONS, STATE, HEADS, layers, MELS, 0]
    {
        out.int(number);
    }
    out.int(MELS);
    out.int(SPECTRUM);
    for mel in 0..MELS {
        for bin in 0..SPECTRUM {
            // Two bins per band: no real filter bank, but every band hears something.
            out.float(if bin / 2 == mel { 0.02 } else { 0.0 });
        }
    }
    // Tokens up to the end-of-text sign; the others are made up by the loader.
    out.int(50_256);
    for token in 0..50_256 {
        let text = format!(" w{token}");
        out.int(text.len() as i32);
        out.file.write_all(text.as_bytes()).unwrap();
    }
    tensors(&mut out);
    out.file.flush().unwrap();
    path
}

fn tensors(out: &mut Out) {
    out.tensor("encoder.positional_embedding", &[STATE, AUDIO_POSITIONS]);
    out.tensor("encoder.conv1.weight", &[3, MELS, STATE]);
    out.tensor("encoder.conv1.bias", &[1, STATE]);
    out.tensor("encoder.conv2.weight", &[3, STATE, STATE]);
    out.tensor("encoder.conv2.bias", &[1, STATE]);
    out.tensor("encoder.ln_post.weight", &[STATE]);
    out.tensor("encoder.ln_post.bias", &[STATE]);
    out.tensor("decoder.positional_embedding", &[STATE, TEXT_POSITIONS]);
    out.tensor("decoder.token_embedding.weight", &[STATE, VOCABULARY]);
    out.tensor("decoder.ln.weight", &[STATE]);
    out.tensor("decoder.ln.bias", &[STATE]);
    for side in ["encoder", "decoder"] {
        let crossing: &[&str] = if side == "decoder" { &["attn", "cross_attn"] } else { &["attn"] };
        for attention in crossing {
            let name = format!("{side}.blocks.0.{attention}");
            for part in ["query", "key", "value", "out"] {
                out.tensor(&format!("{name}.{part}.weight"), &[STATE, STATE]);
                if part != "key" {
                    out.tensor(&format!("{name}.{part}.bias"), &[STATE]);
                }
            }
            out.tensor(&format!("{name}_ln.weight"), &[STATE]);
            out.tensor(&format!("{name}_ln.bias"), &[STATE]);
        }
        let name = format!("{side}.blocks.0.mlp");
        out.tensor(&format!("{name}.0.weight"), &[STATE, 4 * STATE]);
        out.tensor(&format!("{name}.0.bias"), &[4 * STATE]);
        out.tensor(&format!("{name}.2.weight"), &[4 * STATE, STATE]);
        out.tensor(&format!("{name}.2.bias"), &[STATE]);
        out.tensor(&format!("{name}_ln.weight"), &[STATE]);
        out.tensor(&format!("{name}_ln.bias"), &[STATE]);
    }
}

struct Out {
    file: BufWriter<File>,
    seed: u32,
}

impl Out {
    fn int(&mut self, number: i32) {
        self.file.write_all(&number.to_le_bytes()).unwrap();
    }

    fn float(&mut self, number: f32) {
        self.file.write_all(&number.to_le_bytes()).unwrap();
    }

    /// A tensor of 32-bit numbers between -0.1 and 0.1, its dimensions in the file's order.
    fn tensor(&mut self, name: &str, dimensions: &[i32]) {
        self.int(dimensions.len() as i32);
        self.int(name.len() as i32);
        self.int(0);
        for dimension in dimensions {
            self.int(*dimension);
        }
        self.file.write_all(name.as_bytes()).unwrap();
        for _ in 0..dimensions.iter().product::<i32>() {
            self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let number = (self.seed >> 8) as f32 / (1 << 24) as f32;
            self.float(number * 0.2 - 0.1);
        }
    }
}
