//! Files of GGUF, version 3, with arbitrary numbers.

use std::path::PathBuf;

use crate::Outcome;

/// Everything in the file lies on multiples of this.
const ALIGNMENT: usize = 32;

/// A file that grows; the same on every run.
#[derive(Default)]
pub(crate) struct Gguf {
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

    pub(crate) fn number(&mut self, key: &str, value: u32) {
        self.key(key, 4);
        self.keys.extend(value.to_le_bytes());
    }

    pub(crate) fn real(&mut self, key: &str, value: f32) {
        self.key(key, 6);
        self.keys.extend(value.to_le_bytes());
    }

    pub(crate) fn text(&mut self, key: &str, value: &str) {
        self.key(key, 8);
        put_text(&mut self.keys, value);
    }

    pub(crate) fn numbers(&mut self, key: &str, values: &[i32]) {
        self.list(key, 5, values.len());
        values.iter().for_each(|value| self.keys.extend(value.to_le_bytes()));
    }

    pub(crate) fn reals(&mut self, key: &str, values: &[f32]) {
        self.list(key, 6, values.len());
        values.iter().for_each(|value| self.keys.extend(value.to_le_bytes()));
    }

    pub(crate) fn texts<'a>(&mut self, key: &str, values: impl ExactSizeIterator<Item = &'a str>) {
        self.list(key, 8, values.len());
        values.for_each(|value| put_text(&mut self.keys, value));
    }

    fn list(&mut self, key: &str, of: u32, length: usize) {
        self.key(key, 9);
        self.keys.extend(of.to_le_bytes());
        self.keys.extend((length as u64).to_le_bytes());
    }

    pub(crate) fn linear(&mut self, name: &str, inputs: u64, outputs: u64) {
        self.tensor(&format!("{name}.weight"), &[inputs, outputs]);
        self.tensor(&format!("{name}.bias"), &[outputs]);
    }

    pub(crate) fn norm(&mut self, name: &str, width: u64) {
        self.around(1.0, &format!("{name}.weight"), &[width]);
        self.tensor(&format!("{name}.bias"), &[width]);
    }

    pub(crate) fn tensor(&mut self, name: &str, shape: &[u64]) {
        self.around(0.0, name, shape);
    }

    /// Numbers up to 0.5 away from `centre`.
    pub(crate) fn around(&mut self, centre: f32, name: &str, shape: &[u64]) {
        let numbers: Vec<f32> = self.randoms(shape).into_iter().map(|number| centre + number).collect();
        self.given(name, shape, &numbers);
    }

    pub(crate) fn given(&mut self, name: &str, shape: &[u64], numbers: &[f32]) {
        self.tensors += 1;
        put_text(&mut self.names, name);
        self.names.extend((shape.len() as u32).to_le_bytes());
        shape.iter().for_each(|size| self.names.extend(size.to_le_bytes()));
        self.names.extend(0u32.to_le_bytes());
        self.names.extend((self.data.len() as u64).to_le_bytes());
        numbers.iter().for_each(|number| self.data.extend(number.to_le_bytes()));
        self.data.resize(self.data.len().next_multiple_of(ALIGNMENT), 0);
    }

    /// From -0.5 to 0.5.
    pub(crate) fn randoms(&mut self, shape: &[u64]) -> Vec<f32> {
        let random = |_| {
            self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.seed >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        (0..shape.iter().product::<u64>()).map(random).collect()
    }

    pub(crate) fn write(self, path: PathBuf) -> Outcome<PathBuf> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3u32.to_le_bytes());
        bytes.extend(self.tensors.to_le_bytes());
        bytes.extend(self.facts.to_le_bytes());
        bytes.extend(self.keys);
        bytes.extend(self.names);
        bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
        bytes.extend(self.data);
        std::fs::write(&path, bytes)?;
        Ok(path)
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}
