//! The books of a pool: holders and their claims.
