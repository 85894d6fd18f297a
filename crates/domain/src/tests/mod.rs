//! The rules, each by its number in the design.

mod actors;
mod admin;
mod contacts;
mod drains;
mod fixture;
mod idle;
mod leases;
mod minutes;
mod queue;
mod reclaims;
mod sessions;
mod sign_ins;
mod simulation;
