//! Accounts, users, licenses, pools and teams.

mod account;
mod credentials;
mod directory;
mod effects;
mod keys;
mod licenses;
mod names;
mod office;
mod pools;
mod properties;
mod rights;
mod settings;
mod teams;
mod users;
