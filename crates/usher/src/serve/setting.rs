//! A setting and its source, so that errors can say where to change it.

use std::path::PathBuf;

use crate::Failure;

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting<T> {
    pub(super) value: T,
    pub(super) place: Source,
}

/// The source of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// An argument or the environment, or the default.
    Arguments,
    /// This configuration file.
    File(PathBuf),
}

impl Source {
    /// The setting's name in this source: that of the argument, or the key in the file.
    pub(super) fn name(&self, argument: &str, key: &str) -> String {
        match self {
            Self::Arguments => format!("`{argument}`"),
            Self::File(file) => format!("`{key}` in {}", file.display()),
        }
    }

    /// A failure about a setting from this source.
    pub(super) fn failure(&self, sentences: String) -> Failure {
        match self {
            Self::Arguments => Failure::Usage(sentences),
            Self::File(_) => Failure::Said(sentences),
        }
    }
}
