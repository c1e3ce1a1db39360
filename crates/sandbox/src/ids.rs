//! Random names: ids that look like Google's, and tokens that are easy to find in a log.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// 33 characters, as most ids of files have.
pub(crate) fn file_id() -> String {
    format!("1{}", random::<24>())
}

/// The id of a revision.
pub(crate) fn revision_id() -> String {
    format!("0B{}", random::<36>())
}

/// A long secret that begins with `prefix`.
pub(crate) fn secret(prefix: &str) -> String {
    format!("{prefix}{}", random::<48>())
}

fn random<const BYTES: usize>() -> String {
    let mut bytes = [0; BYTES];
    for chunk in bytes.chunks_mut(16) {
        chunk.copy_from_slice(&Uuid::new_v4().as_bytes()[..chunk.len()]);
    }
    URL_SAFE_NO_PAD.encode(bytes)
}
