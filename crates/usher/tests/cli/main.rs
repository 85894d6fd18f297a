//! The program as people and scripts run it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot run the program has failed"
)]

mod browser;
mod clients;
mod crash;
mod data;
mod data_directories;
mod install;
mod killed;
mod limits;
mod log_lines;
mod loss;
mod mail;
mod operator;
mod program;
mod replay;
mod scim;
mod serve;
mod tidy;
mod tls;
mod transcripts;
