//! Accounts, users, licenses, pools and teams.

mod account;
mod credentials;
mod dates;
mod directory;
mod effects;
mod keys;
mod licenses;
mod loans;
mod management;
mod names;
mod office;
mod pools;
mod properties;
mod requests;
mod rights;
mod seat_requests;
mod settings;
mod teams;
mod users;
