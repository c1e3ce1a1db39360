//! What every download shares: bytes from the network into a file, and sums of what is there.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use bytes::Bytes;
use reqwest::Response;
use reqwest::header::CONTENT_RANGE;
use sha2::Digest;
use tokio::sync::mpsc;

/// Chunks on their way from the network to the disk.
pub(crate) const CHUNKS_AHEAD: usize = 16;
const WRITE_BUFFER_BYTES: usize = 1 << 20;

/// Takes chunks until there are no more, from `at` on; each is shown to `seen` once it was taken. What was taken is on
/// disk then.
pub(crate) fn write(
    file: &Path,
    at: u64,
    mut chunks: mpsc::Receiver<Bytes>,
    mut seen: impl FnMut(&[u8]),
) -> io::Result<()> {
    let mut file = File::options().create(true).truncate(false).write(true).open(file)?;
    file.set_len(at)?;
    file.seek(SeekFrom::Start(at))?;
    let mut buffered = BufWriter::with_capacity(WRITE_BUFFER_BYTES, file);
    while let Some(chunk) = chunks.blocking_recv() {
        buffered.write_all(&chunk)?;
        seen(&chunk);
    }
    buffered.into_inner().map_err(io::IntoInnerError::into_error)?.sync_data()
}

/// Shows a file's bytes to a sum.
pub(crate) fn digest<D: Digest>(file: &Path, digest: &mut D) -> io::Result<()> {
    let mut file = File::open(file)?;
    let mut buffer = vec![0; WRITE_BUFFER_BYTES];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        digest.update(&buffer[..read]);
    }
}

/// A sum in hexadecimal digits.
pub(crate) fn hex(sum: impl AsRef<[u8]>) -> String {
    sum.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The sum of a file, in hexadecimal digits.
pub(crate) fn checksum<D: Digest>(file: &Path) -> io::Result<String> {
    let mut sum = D::new();
    digest(file, &mut sum)?;
    Ok(hex(sum.finalize().as_slice()))
}

/// The length of a file, zero if it isn't there.
pub(crate) fn length(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |metadata| metadata.len())
}

/// Where the range of an answer begins, and how long the whole is.
pub(crate) fn range(answer: &Response) -> Option<(u64, Option<u64>)> {
    let range = answer.headers().get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
    let (from, rest) = range.split_once('-')?;
    Some((from.parse().ok()?, rest.split_once('/').and_then(|(_, whole)| whole.parse().ok())))
}
