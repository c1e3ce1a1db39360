//! Models of NVIDIA's kind with arbitrary weights, as GGUF: Sortformer and Parakeet. They run, and tell nonsense.

use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::gguf::Gguf;

const MODEL: u64 = 16;
const FEED: u64 = 32;
const CHANNELS: u64 = 8;
const MELS: u64 = 80;
const SPEAKERS: u64 = 4;
const HEADS: u64 = 2;
const KERNEL: u64 = 9;
/// Of the predictor and the joint network.
const HIDDEN: u64 = 16;
/// Pieces of words; the last one is followed by the blank.
const PIECES: u64 = 64;
/// By how many frames of 80 ms Parakeet goes on.
const DURATIONS: [i32; 5] = [0, 1, 2, 3, 4];
/// What decides against all random numbers.
const CERTAIN: f32 = 100.0;

/// Writes a Sortformer; the same on every run. About 60 KB.
///
/// # Errors
/// The file can't be written.
pub fn sortformer(folder: &Path) -> Outcome<PathBuf> {
    let mut out = Gguf::default();
    out.text("general.architecture", "sortformer");
    encoder_facts(&mut out, "sortformer");
    for (key, value) in [
        ("sortformer.max_speakers", SPEAKERS),
        ("sortformer.frame_hop", 1280),
        ("sortformer.encoder.feat_in", MELS),
        ("sortformer.transformer.n_layers", 1),
        ("sortformer.transformer.d_model", MODEL),
        ("sortformer.transformer.n_heads", HEADS),
        ("sortformer.transformer.d_ff", FEED),
        ("sortformer.stream.chunk_len", 188),
        ("sortformer.stream.spkcache_len", 188),
        ("sortformer.stream.fifo_len", 188),
        ("sortformer.stream.spkcache_update_period", 144),
    ] {
        out.number(&format!("stt.{key}"), value as u32);
    }
    out.text("stt.sortformer.encoder.conv_norm_type", "batch_norm");
    out.text("stt.sortformer.transformer.activation", "relu");
    out.text("stt.frontend.normalize", "none");
    encoder(&mut out, true);
    transformer(&mut out);
    out.write(folder.join("tiny-sortformer.gguf"))
}

/// Writes a Parakeet TDT that knows English and German; the same on every run. About 60 KB.
///
/// # Errors
/// The file can't be written.
pub fn parakeet(folder: &Path) -> Outcome<PathBuf> {
    let mut out = Gguf::default();
    out.text("general.architecture", "parakeet");
    out.texts("general.languages", ["en", "de"].into_iter());
    out.text("tokenizer.ggml.model", "unigram");
    // As SentencePiece writes them: every second piece begins a word.
    let pieces: Vec<String> =
        (0..PIECES).map(|piece| format!("{}{piece:02}", if piece % 2 == 0 { "▁w" } else { "x" })).collect();
    out.texts("tokenizer.ggml.tokens", pieces.iter().map(String::as_str));
    encoder_facts(&mut out, "parakeet");
    for (key, value) in [
        ("predictor.hidden", HIDDEN),
        ("predictor.n_layers", 1),
        ("predictor.vocab", PIECES + 1),
        ("joint.hidden", HIDDEN),
        ("joint.num_extra_outputs", DURATIONS.len() as u64),
    ] {
        out.number(&format!("stt.parakeet.{key}"), value as u32);
    }
    out.text("stt.parakeet.joint.activation", "tanh");
    out.numbers("stt.parakeet.tdt.durations", &DURATIONS);
    out.text("stt.frontend.type", "mel");
    out.text("stt.frontend.normalize", "per_feature");
    out.real("stt.frontend.f_min", 0.0);
    out.real("stt.frontend.f_max", 8000.0);
    encoder(&mut out, false);
    chain(&mut out);
    out.write(folder.join("tiny-parakeet.gguf"))
}

/// Predictor and joint network: each piece is followed by the next one, every 320 ms, whatever is heard. Random weights
/// would say one piece for ever. The predictor forgets all but the last piece, whose embedding is its follower's sign; the
/// output looks for that sign.
fn chain(out: &mut Gguf) {
    let square = |name: &str, out: &mut Gguf| {
        let identity = (0..HIDDEN * HIDDEN).map(|at| if at % (HIDDEN + 1) == 0 { 1.0 } else { 0.0 });
        out.given(name, &[HIDDEN, HIDDEN], &identity.collect::<Vec<f32>>());
    };
    let signs = |piece: u64| (0..HIDDEN).map(move |at| sign(piece, at));
    // After the blank, with which everything begins, comes the first piece.
    let followers = (1..PIECES).chain([0, 0]).flat_map(signs).map(|sign| 3.0 * sign);
    out.given("pred.embed.weight", &[HIDDEN, PIECES + 1], &followers.collect::<Vec<f32>>());
    let gates = [4 * HIDDEN];
    // In the order of input, forget, cell and output.
    let cell = (0..4 * HIDDEN * HIDDEN).map(|at| {
        let (row, column) = (at / HIDDEN, at % HIDDEN);
        if row == 2 * HIDDEN + column { 1.0 } else { 0.0 }
    });
    out.given("pred.lstm.0.Wx", &[HIDDEN, gates[0]], &cell.collect::<Vec<f32>>());
    out.given("pred.lstm.0.Wh", &[HIDDEN, gates[0]], &[0.0; (4 * HIDDEN * HIDDEN) as usize]);
    let open = [CERTAIN, -CERTAIN, 0.0, CERTAIN].into_iter().flat_map(|gate| [gate; HIDDEN as usize]);
    out.given("pred.lstm.0.bias", &gates, &open.collect::<Vec<f32>>());
    out.given("joint.enc.weight", &[MODEL, HIDDEN], &[0.01; (MODEL * HIDDEN) as usize]);
    out.given("joint.enc.bias", &[HIDDEN], &[0.0; HIDDEN as usize]);
    square("joint.pred.weight", out);
    out.given("joint.pred.bias", &[HIDDEN], &[0.0; HIDDEN as usize]);
    let durations = DURATIONS.len() as u64;
    let own = (0..PIECES).flat_map(signs).chain(vec![0.0; ((1 + durations) * HIDDEN) as usize]);
    out.given("joint.out.weight", &[HIDDEN, PIECES + 1 + durations], &own.collect::<Vec<f32>>());
    let mut bias = vec![0.0; (PIECES + 1 + durations) as usize];
    if let Some(longest) = bias.last_mut() {
        *longest = CERTAIN;
    }
    out.given("joint.out.bias", &[PIECES + 1 + durations], &bias);
}

/// 1 or -1, as belongs to a piece.
fn sign(piece: u64, at: u64) -> f32 {
    let mixed = (piece * 64 + at + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    if (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 63 == 0 { 1.0 } else { -1.0 }
}

/// What both say of their encoder and of what comes before it.
fn encoder_facts(out: &mut Gguf, family: &str) {
    for (key, value) in [
        ("n_layers", 1),
        ("d_model", MODEL),
        ("n_heads", HEADS),
        ("d_ff", FEED),
        ("conv_kernel", KERNEL),
        ("subsampling_factor", 8),
        ("subsampling_channels", CHANNELS),
        ("pos_emb_max_len", 5000),
    ] {
        out.number(&format!("stt.{family}.encoder.{key}"), value as u32);
    }
    for (key, value) in [
        ("num_mels", MELS),
        ("sample_rate", 16_000),
        ("n_fft", 512),
        ("win_length", 400),
        ("hop_length", 160),
    ] {
        out.number(&format!("stt.frontend.{key}"), value as u32);
    }
    out.text("stt.frontend.window", "hann");
    out.real("stt.frontend.dither", 0.0);
    out.real("stt.frontend.pre_emphasis", 0.97);
}

/// A Fast Conformer of one block; inside the block with biases or without.
fn encoder(out: &mut Gguf, biases: bool) {
    for (number, shape) in
        [(0, [3, 3, 1]), (2, [3, 3, 1]), (3, [1, 1, CHANNELS]), (5, [3, 3, 1]), (6, [1, 1, CHANNELS])]
    {
        let name = format!("enc.pre_encode.conv.{number}");
        out.tensor(&format!("{name}.weight"), &[shape[0], shape[1], shape[2], CHANNELS]);
        out.tensor(&format!("{name}.bias"), &[CHANNELS]);
    }
    out.linear("enc.pre_encode.out", CHANNELS * MELS / 8, MODEL);
    let mut layer = |name: String, shape: &[u64], outputs: u64| {
        out.tensor(&format!("enc.blocks.0.{name}.weight"), shape);
        if biases {
            out.tensor(&format!("enc.blocks.0.{name}.bias"), &[outputs]);
        }
    };
    for feed in ["ff1", "ff2"] {
        layer(format!("{feed}.linear1"), &[MODEL, FEED], FEED);
        layer(format!("{feed}.linear2"), &[FEED, MODEL], MODEL);
    }
    for part in ["q", "k", "v", "out"] {
        layer(format!("attn.linear_{part}"), &[MODEL, MODEL], MODEL);
    }
    layer("conv.pointwise1".into(), &[1, MODEL, 2 * MODEL], 2 * MODEL);
    layer("conv.depthwise".into(), &[KERNEL, 1, MODEL], MODEL);
    layer("conv.pointwise2".into(), &[1, MODEL, MODEL], MODEL);
    let block = "enc.blocks.0";
    for norm in ["norm_ff1", "norm_attn", "norm_conv", "norm_ff2", "norm_out", "conv.bn"] {
        out.norm(&format!("{block}.{norm}"), MODEL);
    }
    out.tensor(&format!("{block}.attn.linear_pos.weight"), &[MODEL, MODEL]);
    out.tensor(&format!("{block}.attn.pos_bias_u"), &[MODEL / HEADS, HEADS]);
    out.tensor(&format!("{block}.attn.pos_bias_v"), &[MODEL / HEADS, HEADS]);
    out.tensor(&format!("{block}.conv.bn.running_mean"), &[MODEL]);
    out.around(1.0, &format!("{block}.conv.bn.running_var"), &[MODEL]);
}

fn transformer(out: &mut Gguf) {
    out.linear("diar.encoder_proj", MODEL, MODEL);
    let block = "tf.blocks.0";
    out.norm(&format!("{block}.norm_1"), MODEL);
    out.norm(&format!("{block}.norm_2"), MODEL);
    for part in ["q", "k", "v", "out"] {
        out.linear(&format!("{block}.attn.{part}"), MODEL, MODEL);
    }
    out.linear(&format!("{block}.ff.in"), MODEL, FEED);
    out.linear(&format!("{block}.ff.out"), FEED, MODEL);
    out.linear("diar.fc1", MODEL, MODEL);
    out.linear("diar.single_spk_head", MODEL, SPEAKERS);
    out.linear("diar.spk_head", 2 * MODEL, SPEAKERS);
}
