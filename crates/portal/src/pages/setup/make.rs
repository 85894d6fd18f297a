//! Creates the first account with its seats and its owner.

use std::collections::{BTreeMap, BTreeSet};

use usher_app::{Arrival, FirstRun, Problem, hashing_share, keys_origin, known_zone};
use usher_domain::account::{Plan, ProductSeats, SettingsPatch};
use usher_domain::command::{AccountCommand, Command, NewRequest, SetSubscription, UserCommand};
use usher_domain::event::Profile;
use usher_domain::labels::Labels;
use usher_domain::management::Management;
use usher_domain::permission::{PermissionOverrides, Role, SessionPermissions};
use usher_domain::terms::Temporary;
use usher_domain::text::{Email, Name, Product, ZoneName};
use usher_domain::{AccountId, Actor, PoolId, Refusal, SubscriptionRequestId, UserId};
use usher_engine::{Channel, Failure, Request};
use usher_identity::{KeysChangedBy, PasswordHash, PasswordLife, draw_bits, known_about};

use super::sessions;
use crate::failed::Failed;
use crate::form::{Form, NO_SUCH_ZONE};
use crate::from::From;
use crate::new_password;
use crate::portal::Portal;
use crate::sentence;

/// The most seats of a kind that the form takes. The API has no such bound.
const SEATS_MAX: u32 = 1_000_000;

/// Who the server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    /// One company, for its own people.
    Company,
    /// A vendor, for customers with accounts of their own.
    Vendor,
}

/// The values of the form.
pub(super) struct Wanted {
    pub(super) setting: Setting,
    /// Whether the owner becomes operator.
    is_operator: bool,
    account: Name,
    owner: Name,
    email: Email,
    password: PasswordHash,
    product: Product,
    product_name: Name,
    seats: ProductSeats,
    plan: Plan,
    time_zone: ZoneName,
    /// Whose sessions everybody sees and ends.
    sessions: SessionPermissions,
}

impl Wanted {
    /// The values of the form; `None` if there are errors, which are added to the form.
    pub(super) async fn of(portal: &Portal, from: &From, form: &mut Form) -> Result<Option<Self>, Failed> {
        let setting = setting(form);
        let is_operator = setting == Some(Setting::Company) && form.value("operator") == "yes";
        let account = form.parse::<Name>("account");
        let owner = form.parse::<Name>("name");
        let email = form.parse::<Email>("email");
        let password = form.new_password("password", "password_again");
        let product_name = form.parse::<Name>("product_name");
        let product = product(form, product_name.as_ref());
        let seats = seats(form, setting);
        let sessions = sessions::read(form);
        let plan = seats.and_then(|seats| plan(form, &portal.app.config().plans, seats));
        let time_zone = time_zone(form);
        let (Some(account), Some(owner), Some(email), Some(password)) = (account, owner, email, password)
        else {
            return Ok(None);
        };
        let (Some(setting), Some(product_name), Some(product), Some(seats), Some(plan)) =
            (setting, product_name, product, seats, plan)
        else {
            return Ok(None);
        };
        let (Some(time_zone), Some(sessions)) = (time_zone, sessions) else {
            return Ok(None);
        };
        let about = known_about(&account, &owner, &email);
        let share = hashing_share(None, from.arrival.address);
        let hashed = new_password::hash_without_viewer(portal, share, form, password, about);
        let password = hashed.await?;
        Ok(password.map(|password| Self {
            setting,
            is_operator,
            account,
            owner,
            email,
            password,
            product,
            product_name,
            seats,
            plan,
            time_zone,
            sessions,
        }))
    }
}

fn setting(form: &mut Form) -> Option<Setting> {
    match form.value("setting") {
        "company" => Some(Setting::Company),
        "vendor" => Some(Setting::Vendor),
        _ => {
            form.wrong("setting", "Choose one of these.");
            None
        }
    }
}

/// UTC if nothing is sent.
fn time_zone(form: &mut Form) -> Option<ZoneName> {
    let name = form.value("time_zone").trim();
    if name.is_empty() {
        return Some(ZoneName::default());
    }
    let zone = known_zone(name);
    if zone.is_none() {
        form.wrong("time_zone", NO_SUCH_ZONE);
    }
    zone
}

/// The product's slug, as typed or else derived from its name.
fn product(form: &mut Form, name: Option<&Name>) -> Option<Product> {
    if !form.value("product_slug").trim().is_empty() {
        return form.parse("product_slug");
    }
    let derived = Product::from_name(name?);
    if derived.is_none() {
        form.wrong(
            "product_slug",
            "The name of the product has no Latin letters to make this from. Type a short word, such as `support`.",
        );
    }
    derived
}

fn seats(form: &mut Form, setting: Option<Setting>) -> Option<ProductSeats> {
    let shared_seats = count(form, "shared_seats");
    let named_seats = count(form, "named_seats");
    let seats = ProductSeats {
        named_seats: named_seats?,
        shared_seats: shared_seats?,
    };
    if seats == ProductSeats::default() && setting == Some(Setting::Company) {
        form.wrong(
            "shared_seats",
            "Type how many seats there are, of one kind or both.",
        );
        return None;
    }
    Some(seats)
}

fn count(form: &mut Form, name: &str) -> Option<u32> {
    let typed = form.value(name).trim();
    let count = if typed.is_empty() {
        Some(0)
    } else {
        typed.parse().ok()
    };
    let count = count.filter(|count| *count <= SEATS_MAX);
    if count.is_none() {
        form.wrong(name, format!("Type a whole number of at most {SEATS_MAX}."));
    }
    count
}

/// The smallest plan that includes the seats (L7).
fn plan(form: &mut Form, plans: &[Plan], seats: ProductSeats) -> Option<Plan> {
    let shares = seats.shared_seats > 0;
    let fits = |plan: &&Plan| plan.shared_seats == shares;
    let found = plans.iter().find(fits);
    let found = found.or_else(|| plans.iter().find(|plan| plan.shared_seats || !shares));
    if found.is_none() {
        form.wrong(
            "shared_seats",
            "None of the plans in `usher.toml` includes shared seats. Add such a plan and start the server again, or \
             set up named seats only.",
        );
    }
    found.cloned()
}

/// A refusal of one of the commands, and the field that it is about.
pub(super) struct Refused {
    pub(super) field: &'static str,
    pub(super) refusal: Refusal,
}

impl Refused {
    /// Adds it to the form, at its field.
    pub(super) fn show_in(&self, form: &mut Form) {
        match (&self.refusal, self.field) {
            (refusal, "") => form.refused(refusal),
            (Refusal::Invalid { expected, .. }, field) => {
                form.wrong(field, format!("This must be {expected}."));
            }
            (refusal, field) => form.wrong(field, sentence::of(refusal)),
        }
    }
}

/// The account and its owner, or what was refused.
pub(super) type SetUpResult = Result<(AccountId, UserId), Refused>;

/// Creates everything, or nothing. The owner comes last: an account without one is what a crash has left of an earlier
/// attempt ([`FirstRun`]), and gives way.
pub(super) async fn make(portal: &Portal, arrival: &Arrival, wanted: &Wanted) -> Result<SetUpResult, Failed> {
    if let FirstRun::Unfinished(left) = FirstRun::of(portal.app.records()).await?
        && !discard(portal, arrival, left, None).await
    {
        return Err(Failed::Fault);
    }
    let accounts = portal.app.count_accounts().await?;
    let now = portal.app.engine().now();
    let identity = portal.app.identity();
    let (account, owner) = (
        AccountId::from_bits(draw_bits(now)?),
        UserId::from_bits(draw_bits(now)?),
    );
    let pool = PoolId::from_bits(draw_bits(now)?);
    let create = Command::Account(AccountCommand::Create {
        id: account,
        name: wanted.account.clone(),
        labels: Labels::default(),
    });
    if let Err(refusal) = give(portal, arrival, account, create).await? {
        let field = "account";
        return Ok(Err(Refused { field, refusal }));
    }
    // Staged before the owner exists, so that no owner is ever without a password.
    let life = PasswordLife::Lasting;
    let staged = identity.stage_password(account, owner, &wanted.password, life);
    if let Err(error) = staged.await {
        discard(portal, arrival, account, None).await;
        return Err(error.into());
    }
    let mut commands = vec![
        ("product_name", settings(wanted)),
        ("shared_seats", subscription(wanted, pool)),
    ];
    if wanted.setting == Setting::Company {
        // Nobody sells seats to the company but itself (L9).
        let management = Management::Free;
        let manage = Command::Account(AccountCommand::SetManagement { management });
        commands.push(("", manage));
    }
    commands.push(("", first_owner(wanted, owner)));
    for (field, command) in commands {
        let given = give(portal, arrival, account, command).await;
        if !matches!(given, Ok(Ok(()))) {
            discard(portal, arrival, account, Some(owner)).await;
        }
        if let Err(refusal) = given? {
            return Ok(Err(Refused { field, refusal }));
        }
    }
    if wanted.is_operator {
        let origin = keys_origin(KeysChangedBy::SetUp, &arrival.cause(Channel::SetUp, None));
        if let Err(problem) = portal.app.grant_at_set_up(account, owner, accounts, origin).await {
            discard(portal, arrival, account, Some(owner)).await;
            return Err(problem.into());
        }
    }
    Ok(Ok((account, owner)))
}

/// Closes the account with everything in it: an account without an owner would close the setup until the next start.
/// Returns whether it is closed. It is not if the owner may exist, and needs the password, or if somebody else has added
/// users meanwhile.
async fn discard(portal: &Portal, arrival: &Arrival, account: AccountId, owner: Option<UserId>) -> bool {
    let cause = arrival.cause(Channel::SetUp, None);
    let undone = portal.app.undo_first_run(account, owner, cause).await;
    undone.unwrap_or(false)
}

fn settings(wanted: &Wanted) -> Command {
    let names = BTreeMap::from([(wanted.product.clone(), wanted.product_name.clone())]);
    let change = SettingsPatch {
        product_names: Some(names),
        time_zone: Some(wanted.time_zone.clone()),
        session_permissions: Some(wanted.sessions),
        ..SettingsPatch::default()
    };
    Command::Account(AccountCommand::ChangeSettings { change })
}

fn subscription(wanted: &Wanted, pool: PoolId) -> Command {
    Command::Account(AccountCommand::SetSubscription(SetSubscription {
        plan: wanted.plan.clone(),
        products: BTreeMap::from([(wanted.product.clone(), wanted.seats)]),
        default_pools: BTreeMap::from([(wanted.product.clone(), pool)]),
        temporary: Temporary::new(),
        terms: None,
        seen: None,
        // The operator asks nobody, so this names no request.
        request: NewRequest {
            id: SubscriptionRequestId::from_bits(pool.bits()),
            note: None,
        },
    }))
}

fn first_owner(wanted: &Wanted, id: UserId) -> Command {
    let profile = Profile {
        name: wanted.owner.clone().into(),
        email: wanted.email.clone().into(),
        role: Role::Owner,
        privileges: BTreeSet::new(),
        billing_contact: true,
        seat_limit: None,
        session_permissions: PermissionOverrides::default(),
    };
    Command::User(UserCommand::Create {
        id,
        profile,
        assign_seat: Some(false),
        product: None,
        licenses: BTreeMap::new(),
        password_set: true,
        active: true,
        directory: None,
        labels: Labels::default(),
    })
}

/// The link came from the operator's terminal, so the commands are executed in the operator's name.
async fn give(
    portal: &Portal,
    arrival: &Arrival,
    account: AccountId,
    command: Command,
) -> Result<Result<(), Refusal>, Failed> {
    let request = Request {
        actor: Actor::Operator,
        cause: arrival.cause(Channel::SetUp, None),
        command,
    };
    match portal.app.engine().execute(account, request, |_, (), _| ()).await {
        Ok(()) => Ok(Ok(())),
        Err(Failure::Refused(refusal)) => Ok(Err(refusal)),
        Err(failure) => Err(Problem::from(failure).into()),
    }
}
