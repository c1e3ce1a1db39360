//! Speech engines: one file per engine, and the registry.
