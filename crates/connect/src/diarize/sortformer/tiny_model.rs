//! A Sortformer of the right shape with arbitrary weights, as GGUF: it runs, it tells nonsense apart.

use std::path::{Path, PathBuf};

const MODEL: u64 = 16;
const FEED: u64 = 32;
const CHANNELS: u64 = 8;
const MELS: u64 = 80;
const SPEAKERS: u64 = 4;
const HEADS: u64 = 2;
const KERNEL: u64 = 9;
/// Everything in the file lies on multiples of this.
const ALIGNMENT: usize = 32;

/// Writes the model; the same on every run. About 60 KB.
pub(super) fn write(folder: &Path) -> PathBuf {
    let mut out = Gguf::default();
    out.text("general.architecture", "sortformer");
    for (key, value) in [
        ("sortformer.max_speakers", SPEAKERS),
        ("sortformer.frame_hop", 1280),
        ("sortformer.encoder.n_layers", 1),
        ("sortformer.encoder.d_model", MODEL),
        ("sortformer.encoder.n_heads", HEADS),
        ("sortformer.encoder.d_ff", FEED),
        ("sortformer.encoder.conv_kernel", KERNEL),
        ("sortformer.encoder.subsampling_factor", 8),
        ("sortformer.encoder.subsampling_channels", CHANNELS),
        ("sortformer.encoder.feat_in", MELS),
        ("sortformer.encoder.pos_emb_max_len", 5000),
        ("sortformer.transformer.n_layers", 1),
        ("sortformer.transformer.d_model", MODEL),
        ("sortformer.transformer.n_heads", HEADS),
        ("sortformer.transformer.d_ff", FEED),
        ("frontend.num_mels", MELS),
        ("frontend.sample_rate", 16_000),
        ("frontend.n_fft", 512),
        ("frontend.win_length", 400),
        ("frontend.hop_length", 160),
        ("sortformer.stream.chunk_len", 188),
        ("sortformer.stream.spkcache_len", 188),
        ("sortformer.stream.fifo_len", 188),
        ("sortformer.stream.spkcache_update_period", 144),
    ] {
        out.number(&format!("stt.{key}"), u32::try_from(value).unwrap());
    }
    out.text("stt.sortformer.encoder.conv_norm_type", "batch_norm");
    out.text("stt.sortformer.transformer.activation", "relu");
    out.text("stt.frontend.window", "hann");
    out.text("stt.frontend.normalize", "none");
    out.real("stt.frontend.dither", 0.0);
    out.real("stt.frontend.pre_emphasis", 0.97);
    encoder(&mut out);
    transformer(&mut out);
    let path = folder.join("tiny-sortformer.gguf");
    std::fs::write(&path, out.finish()).unwrap();
    path
}

fn encoder(out: &mut Gguf) {
    for (number, shape) in
        [(0, [3, 3, 1]), (2, [3, 3, 1]), (3, [1, 1, CHANNELS]), (5, [3, 3, 1]), (6, [1, 1, CHANNELS])]
    {
        let name = format!("enc.pre_encode.conv.{number}");
        out.tensor(&format!("{name}.weight"), &[shape[0], shape[1], shape[2], CHANNELS]);
        out.tensor(&format!("{name}.bias"), &[CHANNELS]);
    }
    out.linear("enc.pre_encode.out", CHANNELS * MELS / 8, MODEL);
    let block = "enc.blocks.0";
    for norm in ["norm_ff1", "norm_attn", "norm_conv", "norm_ff2", "norm_out"] {
        out.norm(&format!("{block}.{norm}"));
    }
    for feed in ["ff1", "ff2"] {
        out.linear(&format!("{block}.{feed}.linear1"), MODEL, FEED);
        out.linear(&format!("{block}.{feed}.linear2"), FEED, MODEL);
    }
    for part in ["q", "k", "v", "out"] {
        out.linear(&format!("{block}.attn.linear_{part}"), MODEL, MODEL);
    }
    out.tensor(&format!("{block}.attn.linear_pos.weight"), &[MODEL, MODEL]);
    out.tensor(&format!("{block}.attn.pos_bias_u"), &[MODEL / HEADS, HEADS]);
    out.tensor(&format!("{block}.attn.pos_bias_v"), &[MODEL / HEADS, HEADS]);
    for (part, shape, outputs) in [
        ("pointwise1", [1, MODEL, 2 * MODEL], 2 * MODEL),
        ("depthwise", [KERNEL, 1, MODEL], MODEL),
        ("pointwise2", [1, MODEL, MODEL], MODEL),
    ] {
        out.tensor(&format!("{block}.conv.{part}.weight"), &shape);
        out.tensor(&format!("{block}.conv.{part}.bias"), &[outputs]);
    }
    out.norm(&format!("{block}.conv.bn"));
    out.tensor(&format!("{block}.conv.bn.running_mean"), &[MODEL]);
    out.around(1.0, &format!("{block}.conv.bn.running_var"), &[MODEL]);
}

fn transformer(out: &mut Gguf) {
    out.linear("diar.encoder_proj", MODEL, MODEL);
    let block = "tf.blocks.0";
    out.norm(&format!("{block}.norm_1"));
    out.norm(&format!("{block}.norm_2"));
    for part in ["q", "k", "v", "out"] {
        out.linear(&format!("{block}.attn.{part}"), MODEL, MODEL);
    }
    out.linear(&format!("{block}.ff.in"), MODEL, FEED);
    out.linear(&format!("{block}.ff.out"), FEED, MODEL);
    out.linear("diar.fc1", MODEL, MODEL);
    out.linear("diar.single_spk_head", MODEL, SPEAKERS);
    out.linear("diar.spk_head", 2 * MODEL, SPEAKERS);
}

/// A file of version 3.
#[derive(Default)]
struct Gguf {
    facts: u64,
    keys: Vec<u8>,
    tensors: u64,
    names: Vec<u8>,
    data: Vec<u8>,
    seed: u32,
}

impl Gguf {
    fn key(&mut self, key: &str, kind: u32) {
        self.facts += 1;
        put_text(&mut self.keys, key);
        self.keys.extend(kind.to_le_bytes());
    }

    fn number(&mut self, key: &str, value: u32) {
        self.key(key, 4);
        self.keys.extend(value.to_le_bytes());
    }

    fn real(&mut self, key: &str, value: f32) {
        self.key(key, 6);
        self.keys.extend(value.to_le_bytes());
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key, 8);
        put_text(&mut self.keys, value);
    }

    fn linear(&mut self, name: &str, inputs: u64, outputs: u64) {
        self.tensor(&format!("{name}.weight"), &[inputs, outputs]);
        self.tensor(&format!("{name}.bias"), &[outputs]);
    }

    fn norm(&mut self, name: &str) {
        self.around(1.0, &format!("{name}.weight"), &[MODEL]);
        self.tensor(&format!("{name}.bias"), &[MODEL]);
    }

    fn tensor(&mut self, name: &str, shape: &[u64]) {
        self.around(0.0, name, shape);
    }

    /// Numbers up to 0.5 away from `centre`.
    fn around(&mut self, centre: f32, name: &str, shape: &[u64]) {
        self.tensors += 1;
        put_text(&mut self.names, name);
        self.names.extend(u32::try_from(shape.len()).unwrap().to_le_bytes());
        shape.iter().for_each(|size| self.names.extend(size.to_le_bytes()));
        self.names.extend(0u32.to_le_bytes());
        self.names.extend((self.data.len() as u64).to_le_bytes());
        for _ in 0..shape.iter().product() {
            self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let number = centre + (self.seed >> 8) as f32 / (1 << 24) as f32 - 0.5;
            self.data.extend(number.to_le_bytes());
        }
        self.data.resize(self.data.len().next_multiple_of(ALIGNMENT), 0);
    }

    fn finish(self) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3u32.to_le_bytes());
        bytes.extend(self.tensors.to_le_bytes());
        bytes.extend(self.facts.to_le_bytes());
        bytes.extend(self.keys);
        bytes.extend(self.names);
        bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
        bytes.extend(self.data);
        bytes
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}
