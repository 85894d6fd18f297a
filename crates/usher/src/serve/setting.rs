//! What the operator decided, and where: errors send people to the place.

use std::path::PathBuf;

use crate::Failure;

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// Where a setting was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// As an argument or in the environment, or nowhere.
    Arguments,
    /// In this configuration.
    File(PathBuf),
}

impl Place {
    /// What the setting is called there, of the name of the argument and the key in the file.
    pub(super) fn name(&self, argument: &str, key: &str) -> String {
        match self {
            Self::Arguments => format!("`{argument}`"),
            Self::File(file) => format!("`{key}` in {}", file.display()),
        }
    }

    /// The failure of a setting that was made there.
    pub(super) fn failure(&self, sentences: String) -> Failure {
        match self {
            Self::Arguments => Failure::Usage(sentences),
            Self::File(_) => Failure::Said(sentences),
        }
    }
}
