//! Bodies on their way out: in small pieces, and spoiled where a fault says so.

use std::io::{self, SeekFrom};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use futures_util::{StreamExt, TryStreamExt};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::time::sleep;
use tokio_util::io::ReaderStream;

use crate::google::Content;

/// A body, piece by piece. An error cuts the connection.
pub(crate) type Chunks = stream::BoxStream<'static, io::Result<Bytes>>;

const CHUNK_BYTES: usize = 64 * 1024;

/// hyper writes what it holds while a body pauses, and throws it away when a body fails: so pause before failing.
const UNTIL_WRITTEN: Duration = Duration::from_millis(60);

/// `length` bytes of a content, beginning at `from`.
pub(crate) async fn part_of(content: &Content, from: u64, length: u64) -> io::Result<Chunks> {
    match content {
        Content::Bytes(bytes) => {
            let whole = bytes.len() as u64;
            let index = |at: u64| usize::try_from(at.min(whole)).expect("a length in memory fits");
            let mut rest = bytes.slice(index(from)..index(from.saturating_add(length)));
            let pieces = std::iter::from_fn(move || {
                (!rest.is_empty()).then(|| Ok(rest.split_to(CHUNK_BYTES.min(rest.len()))))
            });
            Ok(stream::iter(pieces).boxed())
        }
        Content::Disk(path) => {
            let mut file = tokio::fs::File::open(path).await?;
            file.seek(SeekFrom::Start(from)).await?;
            Ok(ReaderStream::with_capacity(file.take(length), CHUNK_BYTES).boxed())
        }
    }
}

/// The pieces of a body that somebody else made.
pub(crate) fn chunks(body: Body) -> Chunks {
    body.into_data_stream().map_err(io::Error::other).boxed()
}

/// Lets `bytes` through, does `then`, and cuts the connection.
pub(crate) fn cut_after(chunks: Chunks, bytes: u64, then: impl FnOnce() + Send + 'static) -> Chunks {
    let open = Some((chunks, bytes, Some(then)));
    let cut = stream::unfold(open, |open| async move {
        let (mut chunks, left, mut then) = open?;
        if then.is_none() {
            return Some((Err(cut_when_written().await), None));
        }
        let mut chunk = match chunks.next().await? {
            Ok(chunk) => chunk,
            Err(error) => return Some((Err(error), None)),
        };
        let taken = left.min(chunk.len() as u64);
        chunk.truncate(usize::try_from(taken).expect("at most the length of a piece"));
        let left = left - taken;
        if left == 0
            && let Some(then) = then.take()
        {
            then();
        }
        Some((Ok(chunk), Some((chunks, left, then))))
    });
    cut.boxed()
}

/// Lets everything through and cuts the connection, unless the answer's length says that it is complete by then.
pub(crate) fn cut_at_the_end(chunks: Chunks) -> Chunks {
    chunks.chain(stream::once(async { Err(cut_when_written().await) })).boxed()
}

async fn cut_when_written() -> io::Error {
    sleep(UNTIL_WRITTEN).await;
    io::Error::new(io::ErrorKind::ConnectionAborted, "a planned cut")
}

/// Lets through so many bytes a second.
pub(crate) fn slowly(chunks: Chunks, bytes_per_s: u64) -> Chunks {
    const BEATS_PER_S: u64 = 20;
    let piece = usize::try_from((bytes_per_s / BEATS_PER_S).max(1)).unwrap_or(usize::MAX);
    let beat = Duration::from_secs_f64(piece as f64 / bytes_per_s.max(1) as f64);
    let pieces = chunks.map(move |chunk| {
        let mut rest = chunk;
        let pieces = std::iter::from_fn(move || match &mut rest {
            Ok(bytes) if bytes.is_empty() => None,
            Ok(bytes) => Some(Ok(bytes.split_to(piece.min(bytes.len())))),
            Err(_) => Some(std::mem::replace(&mut rest, Ok(Bytes::new()))),
        });
        stream::iter(pieces)
    });
    pieces
        .flatten()
        .then(move |piece| async move {
            sleep(beat).await;
            piece
        })
        .boxed()
}

/// Changes one byte.
pub(crate) fn flip_byte(chunks: Chunks, at: u64) -> Chunks {
    let mut position = 0;
    let flipped = chunks.map_ok(move |chunk| {
        let start = position;
        position += chunk.len() as u64;
        if !(start..position).contains(&at) {
            return chunk;
        }
        let mut changed = chunk.to_vec();
        changed[usize::try_from(at - start).expect("within a piece")] ^= 0xff;
        Bytes::from(changed)
    });
    flipped.boxed()
}
