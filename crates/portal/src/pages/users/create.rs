//! Creating a user with a seat and a password, or not at all.

use std::sync::Arc;

use axum::response::Response;
use usher_domain::command::{LicenseCommand, UserCommand};
use usher_domain::event::Profile;
use usher_domain::labels::Labels;
use usher_domain::permission::Privilege;
use usher_domain::text::Product;
use usher_domain::user::License;
use usher_domain::{Account, Command, PoolId, Refusal, UserId};
use usher_identity::{PasswordHash, PasswordLife, draw_bits};

use super::edit::path_of;
use super::person::{NewPage, seats_for_new};
use super::profile::{self, ProfileFields, Wanted};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::new_password::{self, Hashed};
use crate::said::named;
use crate::viewer::Viewer;

/// The seat for a new user.
#[derive(Debug, Clone)]
pub(crate) enum Seat {
    None,
    Named(Product),
    Shared(Product, PoolId),
}

pub(super) async fn show(viewer: Viewer) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::UsersManage).await?;
    Ok(page(&new_page(&viewer, Form::default(), true).await?))
}

pub(super) async fn create(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::UsersManage).await?;
    let profile = profile::read(&mut form);
    let typed = !form.value("password").is_empty() || !form.value("password_again").is_empty();
    let password = if typed {
        form.new_password("password", "password_again")
    } else {
        None
    };
    let seat = wanted_seat(&viewer, &mut form).await?;
    let (Some(profile), Some(seat), true) = (profile, seat, form.is_right()) else {
        return again(&viewer, form).await;
    };
    let name = named(profile.name.reveal());
    let id = UserId::from_bits(draw_bits(viewer.portal.app.engine().now())?);
    let create = command(id, profile, &seat, password.is_some());
    let mut hash = None;
    if let Some(password) = password {
        match new_password::hash(&viewer, &mut form, create.clone(), password).await? {
            Hashed::Yes(hashed) => hash = Some(hashed),
            Hashed::Wrong => return again(&viewer, form).await,
            Hashed::Refused(refusal) => {
                profile::refused(&mut form, &refusal);
                return again(&viewer, form).await;
            }
        }
    }
    match make(&viewer, id, create, &seat, hash).await? {
        Ok(()) => {
            let called = |product: Product| {
                viewer.look(None, move |account, _, _| {
                    Ok(named(account.product_name(&product)))
                })
            };
            let message = match seat {
                Seat::None => format!("{name} is added, without a license."),
                Seat::Named(product) => {
                    format!("{name} is added, with a seat of {}.", called(product).await?.1)
                }
                Seat::Shared(product, _) => {
                    format!(
                        "{name} is added, and shares seats of {}.",
                        called(product).await?.1
                    )
                }
            };
            Ok(done(&path_of(&viewer, id), message))
        }
        Err(refusal) => {
            profile::refused(&mut form, &refusal);
            again(&viewer, form).await
        }
    }
}

/// The seat in the form; `None` if it does not exist.
async fn wanted_seat(viewer: &Viewer, form: &mut Form) -> Result<Option<Seat>, Failed> {
    if form.value("assign_seat") != "yes" {
        return Ok(Some(Seat::None));
    }
    let word = form.value("seat").to_owned();
    let found = viewer.look(None, move |account, _, _| Ok(seat_of(account, &word)));
    let (_, seat) = found.await?;
    if seat.is_none() {
        form.wrong("seat", "Choose which seat to assign, or do not assign one.");
    }
    Ok(seat)
}

/// The seat that a choice means ([`seats_for_new`]); `None` if it does not exist.
pub(crate) fn seat_of(account: &Account, word: &str) -> Option<Seat> {
    match word.split_once(' ')? {
        ("named", product) => Some(Seat::Named(product.parse().ok()?)),
        ("pool", pool) => {
            let pool = account.pool(pool.parse().ok()?)?;
            Some(Seat::Shared(pool.product.clone(), pool.id))
        }
        _ => None,
    }
}

/// Creates the user completely, or not at all.
pub(crate) async fn make(
    viewer: &Viewer,
    id: UserId,
    create: Command,
    seat: &Seat,
    password: Option<PasswordHash>,
) -> Result<Result<(), Refusal>, Failed> {
    let identity = viewer.portal.app.identity();
    let password_set = password.is_some();
    if let Some(hash) = password {
        // Staged before the user exists, so that no user is ever incomplete.
        let staged = identity.stage_password(viewer.account, id, &hash, PasswordLife::Temporary);
        staged.await?;
    }
    let made = make_with_seat(viewer, id, create, seat).await;
    // If the outcome is unknown, the password stays, because the user may exist.
    if password_set && matches!(made, Ok(Err(_))) {
        identity.remove_password(viewer.account, id).await?;
    }
    made
}

/// The command that creates the user, with a named seat if requested.
pub(crate) fn command(id: UserId, profile: Profile, seat: &Seat, password_set: bool) -> Command {
    Command::User(UserCommand::Create {
        id,
        profile,
        assign_seat: Some(matches!(seat, Seat::Named(_))),
        product: match seat {
            Seat::Named(product) => Some(product.clone()),
            Seat::None | Seat::Shared(..) => None,
        },
        licenses: std::collections::BTreeMap::new(),
        password_set,
        active: true,
        directory: None,
        labels: Labels::default(),
    })
}

async fn make_with_seat(
    viewer: &Viewer,
    id: UserId,
    create: Command,
    seat: &Seat,
) -> Result<Result<(), Refusal>, Failed> {
    if let Err(refusal) = viewer.execute(create, |_, (), _| ()).await? {
        return Ok(Err(refusal));
    }
    let Seat::Shared(product, pool) = seat else {
        return Ok(Ok(()));
    };
    let command = Command::License(LicenseCommand::Set {
        user: id,
        product: product.clone(),
        license: Some(License::Shared(*pool)),
        until: None,
    });
    let assigned = viewer.execute(command, |_, (), _| ()).await?;
    if assigned.is_err() {
        // Without the requested seat, the user is not created either.
        let undone = viewer
            .execute(Command::User(UserCommand::Delete { id }), |_, (), _| ())
            .await?;
        if let Err(refusal) = undone {
            return Ok(Err(refusal));
        }
    }
    Ok(assigned)
}

async fn again(viewer: &Viewer, form: Form) -> Result<Response, Failed> {
    let is_seat_wanted = form.value("assign_seat") == "yes";
    Ok(page_again(&new_page(viewer, form, is_seat_wanted).await?))
}

async fn new_page(viewer: &Viewer, form: Form, is_seat_wanted: bool) -> Result<NewPage, Failed> {
    let wanted = Arc::new((Wanted::of(&form), form.value("seat").to_owned()));
    let look = move |account: &Account, actor: &usher_domain::Actor, now| {
        let (wanted, seat) = wanted.as_ref();
        let fields = ProfileFields::of(account, actor, now, None, wanted);
        Ok((fields, seats_for_new(account, actor, seat)))
    };
    let (frame, (fields, seats)) = viewer.look(Some(NavPage::Users), look).await?;
    Ok(NewPage {
        frame,
        form,
        path: NavPage::Users.path(viewer.account),
        fields,
        is_seat_wanted: is_seat_wanted && !seats.is_empty(),
        seats,
    })
}
