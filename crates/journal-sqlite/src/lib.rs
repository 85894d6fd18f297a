//! The journal on SQLite, the embedded default
