//! Tests of the catalogue: that every text is there, in every language, as it is used.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod catalogue;
mod checked;
mod pages;
mod plurals;
mod texts;
mod uses;
