//! Seat pools: the rules of one as a form.

mod duration;
pub(crate) mod rules;
