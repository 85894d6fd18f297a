//! The API from outside: requests into the router, answers out of it.

mod app;
mod openapi;
mod teams;
