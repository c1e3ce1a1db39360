//! Any recording → 16 kHz mono.
