//! The pages, one module per topic: handlers in `mod.rs`, data in `view.rs`. Each topic has two lines here: its `mod`,
//! and its routes in [`all`].

pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod console;
pub(crate) mod days;
pub(crate) mod design;
pub(crate) mod directories;
pub(crate) mod groups;
pub(crate) mod help;
pub(crate) mod join;
pub(crate) mod link;
pub(crate) mod me;
mod members;
pub(crate) mod minutes;
pub(crate) mod operator;
pub(crate) mod overview;
pub(crate) mod pools;
pub(crate) mod queue;
pub(crate) mod refusals;
pub(crate) mod requests;
pub(crate) mod search;
mod seat_form;
pub(crate) mod seats;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod sign_in;
pub(crate) mod sso;
pub(crate) mod start;
pub(crate) mod subscription;
pub(crate) mod teams;
pub(crate) mod users;

use crate::routes::Pages;

pub(crate) use self::join::{is_for_people, routes_by_code};

/// The pages with their own URLs.
pub(crate) fn all() -> Pages {
    Pages::new()
        .merge(sign_in::routes())
        .merge(sso::routes())
        .merge(setup::routes())
        .merge(link::routes())
        .merge(start::routes())
        .merge(me::routes())
        .merge(overview::routes())
        .merge(search::routes())
        .merge(seats::routes())
        .merge(sessions::routes())
        .merge(audit::routes())
        .merge(api_keys::routes())
        .merge(refusals::routes())
        .merge(console::routes())
        .merge(join::routes())
        .merge(users::routes())
        .merge(teams::routes())
        .merge(groups::routes())
        .merge(directories::routes())
        .merge(settings::routes())
        .merge(subscription::routes())
        .merge(minutes::routes())
        .merge(pools::routes())
        .merge(queue::routes())
        .merge(operator::routes())
        .merge(requests::routes())
        .merge(help::routes())
        .merge(design::routes())
}
