//! Models of the right shape with arbitrary weights, in speakrs's files: they run, they tell nonsense apart.

use std::f64::consts::PI;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, json};

/// Writes the nine files; the same on every run. About 33 MB.
pub(crate) fn write(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    segmentation().write(&folder.join("segmentation-3.0.safetensors"));
    embedding().write(&folder.join("wespeaker-multimask-tail.safetensors"));
    std::fs::write(folder.join("wespeaker-voxceleb-resnet34.min_num_samples.txt"), "400").unwrap();
    let mut noise = Noise(11);
    let diagonal = |row: usize, column: usize| f64::from(u8::from(row == column));
    npy(&folder.join("plda_lda.npy"), &[256, 128], |row, column| diagonal(row, column) + 0.05 * noise.next());
    npy(&folder.join("plda_tr.npy"), &[128, 128], |row, column| diagonal(row, column) + 0.01 * noise.next());
    npy(&folder.join("plda_mu.npy"), &[128], |_, _| 0.01 * noise.next());
    npy(&folder.join("plda_psi.npy"), &[128], |_, place| 8.0 / (1.0 + place as f64));
    npy(&folder.join("plda_mean1.npy"), &[256], |_, _| 0.01 * noise.next());
    npy(&folder.join("plda_mean2.npy"), &[128], |_, _| 0.01 * noise.next());
}

/// Between -1 and 1.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(self.0 >> 8) / f64::from(1 << 23) - 1.0
    }
}

fn npy(file: &Path, shape: &[usize], mut value: impl FnMut(usize, usize) -> f64) {
    let dimensions = shape.iter().fold(String::new(), |mut text, size| {
        write!(text, "{size},").unwrap();
        text
    });
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({dimensions}), }}");
    // The header ends on a multiple of 64 bytes, with a new line.
    let padded = format!("{header:<width$}\n", width = (10 + header.len() + 1).next_multiple_of(64) - 11);
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(padded.len()).unwrap().to_le_bytes());
    bytes.extend(padded.as_bytes());
    let (rows, columns) = if let [rows, columns] = shape { (*rows, *columns) } else { (1, shape[0]) };
    for row in 0..rows {
        for column in 0..columns {
            bytes.extend(value(row, column).to_le_bytes());
        }
    }
    std::fs::write(file, bytes).unwrap();
}

/// A safetensors file of 32-bit numbers.
struct Tensors {
    header: Map<String, serde_json::Value>,
    data: Vec<u8>,
    noise: Noise,
}

impl Tensors {
    fn new(seed: u32) -> Self {
        Self { header: Map::new(), data: Vec::new(), noise: Noise(seed) }
    }

    fn with(&mut self, name: &str, shape: &[usize], mut value: impl FnMut(usize, f64) -> f64) {
        let from = self.data.len();
        for place in 0..shape.iter().product() {
            let number = value(place, self.noise.next()) as f32;
            self.data.extend(number.to_le_bytes());
        }
        let entry = json!({ "dtype": "F32", "shape": shape, "data_offsets": [from, self.data.len()] });
        self.header.insert(name.to_owned(), entry);
    }

    /// Numbers of the size that keeps a layer's output as large as its input.
    fn layer(&mut self, name: &str, shape: &[usize], inputs: usize) {
        let scale = (3.0 / inputs as f64).sqrt();
        self.with(name, shape, |_, noise| scale * noise);
    }

    fn norm(&mut self, name: &str, channels: usize) {
        self.with(&format!("{name}.weight"), &[channels], |_, noise| 1.0 + 0.1 * noise);
        self.with(&format!("{name}.bias"), &[channels], |_, noise| 0.1 * noise);
    }

    fn write(&self, file: &Path) {
        let header = serde_json::to_vec(&self.header).unwrap();
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.extend(&self.data);
        std::fs::write(file, bytes).unwrap();
    }
}

fn segmentation() -> Tensors {
    let mut out = Tensors::new(3);
    out.norm("sincnet.wav_norm1d", 1);
    let filters = "sincnet.conv1d.0.filterbank";
    out.with(&format!("{filters}.low_hz_"), &[40, 1], |band, _| 30.0 + 180.0 * band as f64);
    out.with(&format!("{filters}.band_hz_"), &[40, 1], |_, _| 150.0);
    let angle = |place: usize| 2.0 * PI * (place as f64 - 125.0) / 16_000.0;
    out.with(&format!("{filters}.window_"), &[125], |place, _| {
        0.54 - 0.46 * (PI * place as f64 / 125.0).cos()
    });
    out.with(&format!("{filters}.n_"), &[1, 125], |place, _| angle(place));
    out.with("onnx::Div_700", &[1, 125], |place, _| angle(place) / 2.0);
    for (number, channels) in [(0, 80), (1, 60), (2, 60)] {
        out.norm(&format!("sincnet.norm1d.{number}"), channels);
    }
    for (number, inputs) in [(1, 80), (2, 60)] {
        out.layer(&format!("sincnet.conv1d.{number}.weight"), &[60, inputs, 5], inputs * 5);
        out.layer(&format!("sincnet.conv1d.{number}.bias"), &[60], 300);
    }
    for layer in 0..4 {
        let inputs = if layer == 0 { 60 } else { 256 };
        let name = |part: usize| format!("onnx::LSTM_{}", 783 + 3 * layer + part);
        out.layer(&name(0), &[2, 1024], 300);
        out.layer(&name(1), &[2, 512, inputs], inputs);
        out.layer(&name(2), &[2, 512, 128], 128);
    }
    for (number, (inputs, outputs)) in [(256, 128), (128, 128), (128, 7)].into_iter().enumerate() {
        // The last layer is steep, so that it makes up its mind about who talks, differently from frame to frame.
        let steep = if number == 2 { 1 } else { inputs };
        out.layer(&format!("onnx::MatMul_{}", 900 + number), &[inputs, outputs], steep);
        let bias = ["linear.0.bias", "linear.1.bias", "classifier.bias"][number];
        out.layer(bias, &[outputs], 300);
    }
    out
}

fn embedding() -> Tensors {
    let mut out = Tensors::new(5);
    let mut conv = |name: &str, channels: usize, inputs: usize, kernel: usize| {
        let each = inputs * kernel * kernel;
        out.layer(&format!("{name}.weight"), &[channels, inputs, kernel, kernel], each);
        out.layer(&format!("{name}.weight_bias"), &[channels], 300);
    };
    conv("resnet.conv1", 32, 1, 3);
    let mut inputs = 32;
    for (stage, (channels, count)) in [(32, 3), (64, 4), (128, 6), (256, 3)].into_iter().enumerate() {
        for block in 0..count {
            let name = format!("resnet.layer{}.{block}", stage + 1);
            conv(&format!("{name}.conv1"), channels, inputs, 3);
            conv(&format!("{name}.conv2"), channels, channels, 3);
            if stage > 0 && block == 0 {
                conv(&format!("{name}.shortcut.0"), channels, inputs, 1);
            }
            inputs = channels;
        }
    }
    out.layer("resnet.seg_1.weight", &[256, 5120], 5120);
    out.layer("resnet.seg_1.bias", &[256], 300);
    out
}
