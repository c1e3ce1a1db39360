//! Notes from a transcript.
