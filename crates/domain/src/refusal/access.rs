//! Changes that would leave people without rights that they need.

use super::Code;
use crate::id::GroupId;
use crate::text::Name;

/// A change would leave people without rights that they need, or with some that mean nothing (D5, D7, R5).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessRefusal {
    /// The account needs an owner.
    #[error("This is the account's last active owner. Make another user an owner first.")]
    LastOwner,
    /// A mapping names it (D5).
    #[error("The members of the group {name} get this {what}. Change the group's mapping first.")]
    GroupMappingInUse {
        what: &'static str,
        group: GroupId,
        name: Name,
    },
    /// Nobody could sign in if the identity provider failed (D7).
    #[error(
        "Single sign-on needs an active owner who can sign in without it. Name one as the break-glass owner, or stop requiring single sign-on."
    )]
    BreakGlassNeeded,
    /// Control needs view (R5).
    #[error("`{control}` needs `{view}`. Give both, or neither.")]
    ControlNeedsView {
        control: &'static str,
        view: &'static str,
    },
}

impl AccessRefusal {
    pub(super) const fn code(&self) -> Code {
        match self {
            Self::LastOwner => Code::LastOwner,
            Self::GroupMappingInUse { .. } => Code::GroupMappingInUse,
            Self::BreakGlassNeeded => Code::BreakGlassNeeded,
            Self::ControlNeedsView { .. } => Code::ControlNeedsView,
        }
    }
}
