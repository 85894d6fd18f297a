//! Credentials and tokens: who is calling
