//! Whisper models of the right shape in whisper.cpp's format. They hear nothing: in every window they say the same words.
//!
//! Random weights alone would make every decoding fail and begin again at higher temperatures, which no real model does.
//! So the numbers are random and small but for one chain: the embedding of a token holds, in its first half, a sign of
//! its own and, in its second half, the sign of the token that follows. The last layer of the decoder moves the second
//! half into the first; the output, which is the same matrix, then points at the follower. The work that is done, matrix
//! by matrix, is that of a real model of this shape.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use half::f16;

use crate::Outcome;

const AUDIO_POSITIONS: u32 = 1500;
const TEXT_POSITIONS: u32 = 448;
const MELS: u32 = 80;
const SPECTRUM: u32 = 201;
/// `ggml` in the file's byte order.
const MAGIC: u32 = 0x6767_6d6c;
/// The first word of the chain: no token that is kept from being said.
const FIRST_WORD: u32 = 42_000;
/// The first tokens are single bytes, of which any hint can be made: in the order of GPT-2, visible ones first.
const BYTES: [u8; 256] = bytes();
/// How large the random numbers are, and how much louder the chain is.
const RANDOM: f32 = 0.015;
const LOUD: f32 = 4.0;
/// The standard deviation of numbers that are equally likely between -1 and 1.
const SPREAD: f32 = 0.577;

const fn bytes() -> [u8; 256] {
    let (mut bytes, mut at) = ([0; 256], 0);
    let mut visible = true;
    loop {
        let mut byte = 0;
        while byte < 256 {
            if matches!(byte, 33..=126 | 161..=172 | 174..=255) == visible {
                bytes[at] = byte as u8;
                at += 1;
            }
            byte += 1;
        }
        if !visible {
            return bytes;
        }
        visible = false;
    }
}

/// What a model is like.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Part of the file's name.
    pub name: &'static str,
    /// Languages, or English alone.
    pub multilingual: bool,
    /// Width.
    pub state: u32,
    /// Layers of the encoder and of the decoder.
    pub layers: u32,
    /// Words in each window.
    pub words: u32,
}

/// The smallest one, English only. About 14 MB.
pub const TINY: Shape =
    Shape { name: "tiny-nonsense", multilingual: false, state: 128, layers: 1, words: 40 };

/// Whisper's base, with as many tokens in a window as speech has. About 150 MB.
pub const BASE: Shape = Shape { name: "base-nonsense", multilingual: true, state: 512, layers: 6, words: 90 };

impl Shape {
    /// Writes the model into `folder`; the same on every run.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write(&self, folder: &Path) -> Outcome<PathBuf> {
        let path = folder.join(format!("ggml-{}.bin", self.name));
        let mut out = Out { file: BufWriter::new(File::create(&path)?), seed: 7 };
        self.header(&mut out)?;
        self.outside(&mut out)?;
        for side in ["encoder", "decoder"] {
            for layer in 0..self.layers {
                self.layer(side, layer, &mut out)?;
            }
        }
        out.file.flush()?;
        Ok(path)
    }

    fn vocabulary(&self) -> u32 {
        51_864 + u32::from(self.multilingual)
    }

    /// The end of the text, the first of the tokens that are no text.
    fn end(&self) -> u32 {
        50_256 + u32::from(self.multilingual)
    }

    /// The token of the time 0.00; that of 30.00 is the last of all.
    fn no_time(&self) -> u32 {
        self.vocabulary() - 1501
    }

    /// The token that follows another one.
    fn follower(&self, token: u32) -> u32 {
        let start = self.end() + 1;
        let (english, transcribe) = (start + 1, start + 101);
        if token == start && self.multilingual {
            english
        } else if token == start || token == transcribe {
            self.no_time()
        } else if token == self.no_time() {
            FIRST_WORD
        } else if token == FIRST_WORD + self.words - 1 {
            self.vocabulary() - 1
        } else if token == self.vocabulary() - 1 {
            self.end()
        } else {
            (token + 1) % self.vocabulary()
        }
    }

    fn header(&self, out: &mut Out) -> Outcome<()> {
        let (heads, half_precision) = (self.state / 64, 1);
        let audio = [AUDIO_POSITIONS, self.state, heads, self.layers];
        let text = [TEXT_POSITIONS, self.state, heads, self.layers];
        out.int(MAGIC)?;
        out.int(self.vocabulary())?;
        audio
            .into_iter()
            .chain(text)
            .chain([MELS, half_precision, MELS, SPECTRUM])
            .try_for_each(|n| out.int(n))?;
        for mel in 0..MELS {
            for bin in 0..SPECTRUM {
                // Two bins per band: no real filter bank, but every band hears something.
                out.float(if bin / 2 == mel { 0.02 } else { 0.0 })?;
            }
        }
        // The loader makes up the others.
        out.int(self.end())?;
        for token in 0..self.end() {
            let text = match BYTES.get(token as usize) {
                Some(byte) => vec![*byte],
                None => format!(" w{token}").into_bytes(),
            };
            out.int(text.len() as u32)?;
            out.file.write_all(&text)?;
        }
        Ok(())
    }

    /// What is outside of the layers.
    fn outside(&self, out: &mut Out) -> Outcome<()> {
        let state = self.state;
        out.numbers("encoder.positional_embedding", &[state, AUDIO_POSITIONS])?;
        out.weights("encoder.conv1.weight", &[3, MELS, state])?;
        out.numbers("encoder.conv1.bias", &[1, state])?;
        out.weights("encoder.conv2.weight", &[3, state, state])?;
        out.numbers("encoder.conv2.bias", &[1, state])?;
        self.norm("encoder.ln_post", out)?;
        out.numbers("decoder.positional_embedding", &[state, TEXT_POSITIONS])?;
        self.norm("decoder.ln", out)?;
        out.tensor("decoder.token_embedding.weight", &[state, self.vocabulary()], true)?;
        (0..self.vocabulary()).try_for_each(|token| {
            let half = state / 2;
            let own = (0..half).map(|at| sign(token, at));
            let follower = (0..half).map(|at| sign(self.follower(token), at));
            own.chain(follower).try_for_each(|number| out.half(number))
        })
    }

    fn norm(&self, name: &str, out: &mut Out) -> Outcome<()> {
        out.tensor(&format!("{name}.weight"), &[self.state], false)?;
        (0..self.state).try_for_each(|_| out.float(1.0))?;
        out.numbers(&format!("{name}.bias"), &[self.state])
    }

    fn layer(&self, side: &str, layer: u32, out: &mut Out) -> Outcome<()> {
        let (state, block) = (self.state, format!("{side}.blocks.{layer}"));
        let attentions: &[&str] = if side == "decoder" { &["attn", "cross_attn"] } else { &["attn"] };
        for attention in attentions {
            let name = format!("{block}.{attention}");
            for part in ["query", "key", "value", "out"] {
                out.weights(&format!("{name}.{part}.weight"), &[state, state])?;
                if part != "key" {
                    out.numbers(&format!("{name}.{part}.bias"), &[state])?;
                }
            }
            self.norm(&format!("{name}_ln"), out)?;
        }
        self.norm(&format!("{block}.mlp_ln"), out)?;
        out.numbers(&format!("{block}.mlp.0.bias"), &[4 * state])?;
        out.numbers(&format!("{block}.mlp.2.bias"), &[state])?;
        let (widen, narrow) = (format!("{block}.mlp.0.weight"), format!("{block}.mlp.2.weight"));
        if side == "decoder" && layer + 1 == self.layers {
            self.chain(&widen, &narrow, out)
        } else {
            out.weights(&widen, &[state, 4 * state])?;
            out.weights(&narrow, &[4 * state, state])
        }
    }

    /// Takes both halves away and puts the second one, louder, into the first. The function between the two matrices
    /// bends, but of a number and its opposite it leaves the difference as it is.
    fn chain(&self, widen: &str, narrow: &str, out: &mut Out) -> Outcome<()> {
        let (state, half) = (self.state, self.state / 2);
        out.tensor(widen, &[state, 4 * state], true)?;
        for row in 0..4 * state {
            let (target, direction) = (row % state, if row < state { 1.0 } else { -1.0 });
            for column in 0..state {
                let random = out.random();
                let number = match column {
                    _ if row >= 2 * state => random,
                    _ if column == target => -SPREAD * direction,
                    _ if target < half && column == target + half => LOUD * direction,
                    _ => 0.0,
                };
                out.half(number)?;
            }
        }
        out.tensor(narrow, &[4 * state, state], true)?;
        for row in 0..state {
            for column in 0..4 * state {
                let random = out.random();
                let number = match column {
                    _ if column >= 2 * state => random,
                    _ if column == row => 1.0,
                    _ if column == row + state => -1.0,
                    _ => 0.0,
                };
                out.half(number)?;
            }
        }
        Ok(())
    }
}

/// A number between -1 and 1 that belongs to a token.
fn sign(token: u32, at: u32) -> f32 {
    let mut mixed = token.wrapping_mul(0x9e37_79b1) ^ at.wrapping_mul(0x85eb_ca6b);
    for (shift, factor) in [(16, 0x7feb_352d), (15, 0x846c_a68b)] {
        mixed = (mixed ^ (mixed >> shift)).wrapping_mul(factor);
    }
    ((mixed ^ (mixed >> 16)) >> 8) as f32 / (1 << 23) as f32 - 1.0
}

struct Out {
    file: BufWriter<File>,
    seed: u32,
}

impl Out {
    fn int(&mut self, number: u32) -> Outcome<()> {
        Ok(self.file.write_all(&number.to_le_bytes())?)
    }

    fn float(&mut self, number: f32) -> Outcome<()> {
        Ok(self.file.write_all(&number.to_le_bytes())?)
    }

    fn half(&mut self, number: f32) -> Outcome<()> {
        Ok(self.file.write_all(&f16::from_f32(number).to_le_bytes())?)
    }

    fn random(&mut self) -> f32 {
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((self.seed >> 8) as f32 / (1 << 23) as f32 - 1.0) * RANDOM
    }

    /// What comes before a tensor's numbers; dimensions in the file's order.
    fn tensor(&mut self, name: &str, dimensions: &[u32], half_precision: bool) -> Outcome<()> {
        self.int(dimensions.len() as u32)?;
        self.int(name.len() as u32)?;
        self.int(u32::from(half_precision))?;
        dimensions.iter().try_for_each(|dimension| self.int(*dimension))?;
        Ok(self.file.write_all(name.as_bytes())?)
    }

    /// A tensor of random numbers.
    fn numbers(&mut self, name: &str, dimensions: &[u32]) -> Outcome<()> {
        self.tensor(name, dimensions, false)?;
        (0..dimensions.iter().product()).try_for_each(|_| {
            let number = self.random();
            self.float(number)
        })
    }

    /// A tensor of random numbers in half precision, as models have their matrices.
    fn weights(&mut self, name: &str, dimensions: &[u32]) -> Outcome<()> {
        self.tensor(name, dimensions, true)?;
        (0..dimensions.iter().product()).try_for_each(|_| {
            let number = self.random();
            self.half(number)
        })
    }
}
