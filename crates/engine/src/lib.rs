//! Accounts in memory: decide, commit, evolve, publish
