//! Licenses: who may use a product, and by which seats.

use crate::account::Account;
use crate::command::Decision;
use crate::id::UserId;
use crate::permission::Actor;
use crate::refusal::Refusal;
use crate::text::Product;
use crate::user::License;

pub(super) fn set_license(
    _account: &Account,
    _user: UserId,
    _product: &Product,
    _license: Option<License>,
    _actor: &Actor,
) -> Result<Decision, Refusal> {
    Err(Refusal::NotFound { what: "command" })
}
