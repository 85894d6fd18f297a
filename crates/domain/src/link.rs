//! What the journal records about the one-time links of users. The links themselves are stored elsewhere.

use core::fmt;

use serde::{Deserialize, Serialize};

/// What a one-time link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// A user who has no password chooses their first one.
    Invitation,
    /// A user who has a password chooses another one.
    Reset,
}

impl LinkPurpose {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Invitation, Self::Reset];

    /// The name in records and stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }
}

/// The one-time link with which a user chose a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsedLink<Author> {
    /// The user asked for it.
    AskedFor,
    /// Somebody else made it: they may have used it, too.
    MadeBy(Author),
}

impl<Author> UsedLink<Author> {
    /// The link with its author in another form.
    pub fn map<Other>(self, form: impl FnOnce(Author) -> Other) -> UsedLink<Other> {
        match self {
            Self::AskedFor => UsedLink::AskedFor,
            Self::MadeBy(author) => UsedLink::MadeBy(form(author)),
        }
    }
}

impl fmt::Display for LinkPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
