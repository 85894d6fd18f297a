//! The scopes of operator keys as types: an operation that does not name the one it needs does not compile.

use usher_identity::OperatorScope;

/// The scope that an operation needs from an operator key. The rights of other callers are checked by the domain.
pub trait Scope: Send + Sync + 'static {
    /// The scope that the key must have.
    const NEEDED: OperatorScope;
}

macro_rules! scopes {
    ($($(#[doc = $doc:literal])+ $name:ident)*) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, Copy)]
            pub enum $name {}

            impl Scope for $name {
                const NEEDED: OperatorScope = OperatorScope::$name;
            }
        )*
    };
}

scopes! {
    /// `accounts.read`: reading. Any scope implies it.
    AccountsRead
    /// `accounts.manage`: changing what an account has, and following devices, which keeps them alive.
    AccountsManage
    /// `billing.manage`: what an account has bought.
    BillingManage
    /// `everything`: operator keys, the clock of a sandbox, and directories (SCIM).
    Everything
}
