//! Names for speakers.
