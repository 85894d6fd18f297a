//! The rules, each by its number in the design.

mod admin;
