//! Recordings on this machine.
