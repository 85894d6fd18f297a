//! The API from outside: requests to the router, and its answers.

#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "helpers of tests fail by panicking, and belong to no library"
)]

mod accounts;
mod acting;
mod api_keys;
mod app;
mod authorization;
mod cors;
mod credentials;
mod dates;
mod desk;
mod examples;
mod groups;
mod invitations;
mod join;
mod labels;
mod management;
mod openapi;
mod pages;
mod pools;
mod recorded;
mod repeats;
mod requests;
mod sandbox;
mod scim;
mod seat_requests;
mod second_factor;
mod serve;
mod service;
mod sessions;
mod sign_ins;
mod single_sign_on;
mod stream_tickets;
mod streams;
#[path = "../../../../tests/authorization.rs"]
mod tables;
mod teams;
mod tickets;
mod usage;
mod users;
mod waits;
mod wall;
