//! What an operator key has to be good for, as types: an operation names the one that it needs, or does not compile.

use usher_identity::OperatorScope;

/// What an operation needs of an operator key. Whoever else calls is asked by the domain what they may do.
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
    /// `accounts.read`: looking. Any scope implies it.
    AccountsRead
    /// `accounts.manage`: changing what an account has, and following devices, which keeps them alive.
    AccountsManage
    /// `billing.manage`: what an account has bought.
    BillingManage
    /// `everything`: operator keys, the clock of a sandbox, and directories (SCIM).
    Everything
}
