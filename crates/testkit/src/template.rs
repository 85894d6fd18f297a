//! A page's template that fails.

use std::fmt;

use askama::Template;

/// A template that cannot be rendered.
#[derive(Debug, Default, Template)]
#[template(source = "{{ value }}", ext = "txt")]
pub struct BrokenTemplate {
    value: Unshowable,
}

#[derive(Debug, Default)]
struct Unshowable;

impl fmt::Display for Unshowable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}
