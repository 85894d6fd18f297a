//! The journal port: commits, the hash chain, and a memory journal that can fail on purpose
