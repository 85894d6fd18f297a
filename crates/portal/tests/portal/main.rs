//! The portal from outside: requests into the router, pages out of it. The clock is moved; nothing sleeps.

#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "helpers of tests fail by panicking, and belong to no library"
)]

mod api_keys;
mod app;
mod audit;
mod authorization;
mod console;
mod console_rights;
mod console_shows;
mod desk;
mod ended;
mod forgotten;
mod give_back;
mod groups;
mod holds;
mod invite_list;
mod join;
mod languages;
mod links;
mod live;
mod mail;
mod minutes;
mod operator;
mod overview;
mod owner_says;
mod person;
mod pool_changes;
mod pools;
mod preferences;
mod queue;
mod refusals;
mod rights;
mod rules;
mod search;
mod seat_requests;
mod seats;
mod second_factor;
mod sessions;
mod settings;
mod setup;
mod signing_in;
mod single_sign_on;
mod subscription;
#[path = "../../../../tests/authorization.rs"]
mod tables;
mod teams;
mod templates;
mod users;
mod users_at_once;
mod wall;
mod work;
mod zones;
