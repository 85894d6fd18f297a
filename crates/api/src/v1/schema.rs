//! The OpenAPI schemas of the domain's types. The domain knows nothing about HTTP, so the formats of its ids, texts and
//! words are defined here; fields name these with `#[schema(value_type = schema::UserId)]`.

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The suffix of the ids in examples.
const ID_EXAMPLE: &str = "01h2xcejqtf2nbrexx3vqjhp41";

macro_rules! strings {
    ($($(#[doc = $doc:literal])* $name:ident: $build:expr;)*) => {
    $(
        $(#[doc = $doc])*
        pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let string = ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!($($doc),*).trim()));
                let build: fn(ObjectBuilder) -> ObjectBuilder = $build;
                build(string).into()
            }
        }

        impl ToSchema for $name {}
    )*

        /// All of them by name, for those that only parameters use: the macros do not collect these.
        pub(crate) fn all() -> Vec<(String, RefOr<Schema>)> {
            vec![$(($name::name().into_owned(), $name::schema()),)*]
        }
    };
}

/// A vendor's own metadata for a thing: at most 20 texts by name, of 4096 bytes in all.
pub(crate) enum Metadata {}

impl PartialSchema for Metadata {
    fn schema() -> RefOr<Schema> {
        let value = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(usher_domain::labels::METADATA_VALUE_CHARS_MAX));
        let name = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(usher_domain::labels::METADATA_KEY_CHARS_MAX));
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .property_names(Some(name))
            .additional_properties(Some(value))
            .max_properties(Some(usher_domain::labels::METADATA_ENTRIES_MAX))
            .description(Some(
                "What a vendor's own system keeps with a thing: at most 20 texts by name, of 4096 bytes in all. Usher decides nothing by them.",
            ))
            .examples([serde_json::json!({"case": "4711", "region": "emea"})])
            .into()
    }
}

impl ToSchema for Metadata {}

fn id(string: ObjectBuilder, prefix: &str) -> ObjectBuilder {
    string
        .pattern(Some(format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$")))
        .examples([format!("{prefix}_{ID_EXAMPLE}")])
}

/// One line with something on it.
fn line(string: ObjectBuilder, chars_max: usize) -> ObjectBuilder {
    let any = r"[^\u0000-\u001f\u007f-\u009f]*";
    string
        .min_length(Some(1))
        .max_length(Some(chars_max))
        .pattern(Some(format!(r"^{any}[^\s\u0000-\u001f\u007f-\u009f]{any}$")))
}

fn slug(string: ObjectBuilder) -> ObjectBuilder {
    string.pattern(Some("^[a-z][a-z0-9-]{0,63}$"))
}

fn words(string: ObjectBuilder, words: &[&str]) -> ObjectBuilder {
    string.enum_values(Some(words.iter().copied()))
}

strings! {
    /// The id of an account.
    AccountId: |string| id(string, "acct");
    /// The id of a user.
    UserId: |string| id(string, "user");
    /// The id of a seat pool.
    PoolId: |string| id(string, "pool");
    /// The id of a team.
    TeamId: |string| id(string, "team");
    /// The id of a group.
    GroupId: |string| id(string, "grp");
    /// The id of a sign-in.
    SignInId: |string| id(string, "sign");
    /// The id of a session.
    SessionId: |string| id(string, "sess");
    /// The id of a ticket.
    TicketId: |string| id(string, "tick");
    /// The id of an API key.
    ApiKeyId: |string| id(string, "key");
    /// The id of an operator key.
    OperatorKeyId: |string| id(string, "opkey");
    /// The id of a request for a purchase.
    SubscriptionRequestId: |string| id(string, "subreq");
    /// The id of a recorded refusal.
    RefusalId: |string| id(string, "refu");

    /// A name for people: 1 to 120 characters, no control characters.
    Name: |string| line(string, 120).examples(["Sven Svensson"]);
    /// The slug of a product.
    Product: |string| slug(string).examples(["remote-support"]);
    /// The slug of a plan.
    PlanName: |string| slug(string).examples(["enterprise"]);
    /// An e-mail address, unique in its account. Stored in lower case.
    Email: |string| line(string, 254)
        .pattern(Some(r"^[^@\s,;\u0000-\u001f\u007f-\u009f]{1,64}@[^@\s,;.\u0000-\u001f\u007f-\u009f]+([.][^@\s,;.\u0000-\u001f\u007f-\u009f]+)*$"))
        .examples(["sven@example.com"]);
    /// A directory's name for a user, unique in the account, ignoring case.
    UserName: |string| line(string, 320).examples(["sven@example.com"]);
    /// Another system's id for a thing.
    ExternalId: |string| string
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some(r"^[^\u0000-\u001f\u007f-\u009f]+$"))
        .examples(["701984"]);
    /// An origin whose pages may call the API in a browser: a scheme, a host and a port, and nothing else.
    Origin: |string| string
        .max_length(Some(255))
        .pattern(Some(r"^https?://[A-Za-z0-9.:\[\]-]+$"))
        .examples(["https://support.example.com"]);
    /// The name of a time zone in the IANA database.
    ZoneName: |string| string
        .max_length(Some(64))
        .pattern(Some(r"^[A-Za-z][A-Za-z0-9/_+-]*$"))
        .examples(["Europe/Ljubljana"]);
    /// The tag of a language (BCP 47), or `browser`.
    LanguageChoice: |string| string
        .max_length(Some(35))
        .pattern(Some(r"^[A-Za-z][A-Za-z0-9-]*$"))
        .examples(["de"]);
    /// The address that names an identity provider.
    Issuer: |string| line(string, 512)
        .pattern(Some(r"^[^\s\u0000-\u001f\u007f-\u009f]+$"))
        .examples(["https://id.example.com"]);
    /// A client's id for its device.
    DeviceId: |string| line(string, 128)
        .pattern(Some(r"^[^\s\u0000-\u001f\u007f-\u009f]+$"))
        .examples(["laptop-7f3a"]);
    /// A code that a customer enters to join a session.
    JoinCode: |string| string.pattern(Some("^[A-Za-z0-9 -]{6,31}$")).examples(["K7M2QX"]);
    /// A reason, in words for the person affected.
    Note: |string| line(string, 300).examples(["Your shift is over."]);
    /// The start of the next page of a list: opaque.
    Cursor: |string| string
        .pattern(Some("^[0-9a-f]{1,16}[.][0-9a-f]{1,32}[.][0-9a-f]{1,8}$"))
        .examples(["0.188bac74afa78aabc3bbd1eef28d881.0"]);

    /// How the operator answered a request for a purchase.
    RequestOutcome: |string| words(string, &["approved", "changed", "declined"]);
    /// What changed of a subscription.
    SubscriptionChangeKind: |string| words(string, &["subscription", "minutes", "management", "closed", "seats_ended", "minutes_ended", "renewed", "ended"]);
    /// A user's role in the account.
    Role: |string| words(string, &["member", "manager", "admin", "owner"]);
    /// What a manager may be allowed to do.
    Privilege: |string| words(string, &["users.manage", "seats.manage", "subscription.manage", "reports.view", "settings.manage"]);
    /// A scope of an operator key.
    OperatorScope: |string| words(string, &["accounts.read", "accounts.manage", "billing.manage", "everything"]);
    /// A scope of an API key.
    Scope: |string| words(string, &["read", "sign-ins.write", "users.manage", "seats.manage", "subscription.manage", "reports.view", "settings.manage", "directory.provision"]);
    /// A user's own setting of a session permission.
    Override: |string| words(string, &["inherit", "allow", "deny"]);
    /// What takes a seat of a pool.
    Occupies: |string| words(string, &["sign_in", "session"]);
    /// Who holds a seat.
    SeatPer: |string| words(string, &["user", "device"]);
    /// What of an agent console restarts the idle clock of its user.
    ConsoleActivity: |string| words(string, &["any_use", "calls_and_links"]);
    /// A color that pages show beside a product's name.
    ProductColor: |string| words(string, &usher_domain::color::ProductColor::ALL.map(usher_domain::color::ProductColor::as_str));
    /// What happens when no seat is free.
    WhenFull: |string| words(string, &["pay_per_use", "queue"]);
    /// The channel of a command.
    Way: |string| words(string, &["api", "portal", "set_up", "scim", "single_sign_on", "command_line", "timer", "resume", "leave"]);
    /// A network address, of version 4 or 6.
    Address: |string| string.pattern(Some("^[0-9A-Fa-f:.]{2,45}$")).examples(["192.0.2.7"]);
    /// A known model of seat licensing.
    Preset: |string| words(string, &["help_desk_shift", "concurrent_sessions", "concurrent_devices"]);
    /// What a device is.
    DeviceKind: |string| words(string, &["desktop", "phone", "glasses", "browser"]);
    /// The kind of support work.
    SessionKind: |string| words(string, &["call", "attended", "unattended"]);
    /// How a session begins.
    Start: |string| words(string, &["standby", "active"]);
    /// The state of a session.
    SessionState: |string| words(string, &["standby", "active", "paused", "ending", "ended"]);
    /// The state of a ticket.
    TicketState: |string| words(string, &["waiting", "offered"]);
    /// Why a sign-in, a session or a ticket ended.
    EndReason: |string| words(string, &["signed-out", "finished", "evicted", "takeover", "lease-expired", "inactive", "reclaimed", "license-changed", "user-inactive", "closed", "minutes-exhausted", "ended-by-other", "expired", "sign-in-ended", "offer-expired", "password-changed"]);
    /// Who ended a session, as its customer is told.
    Ender: |string| words(string, &["customer", "agent", "account", "usher"]);
    /// An operator key acts as the user that the thing belongs to.
    ActingAsUser: |string| words(string, &["user"]);
    /// The capacity in which a caller acts.
    Acting: |string| words(string, &["user", "admin"]);
    /// The outcome of a wait.
    WaitOutcome: |string| words(string, &["waiting", "offered", "taken", "missed", "given_up", "ended"]);
    /// A user's presence, counting every product: `in_call` with an active session, `available` signed in or with a named seat, else `away`. A link that waits for its customer is no call, and pages that somebody has open do not count.
    Presence: |string| words(string, &["available", "in_call", "away"]);
    /// What a sign-in or session uses.
    Funding: |string| words(string, &["seat", "named", "minutes", "none"]);
    /// What can be done after a refusal.
    Action: |string| words(string, &["wait", "take_pay_per_use", "ask_admin", "ask_owner", "end_own_session", "take_over", "later"]);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use usher_domain::permission as p;

    use super::*;

    fn listed<T: PartialSchema>() -> Value {
        serde_json::to_value(T::schema()).unwrap()["enum"].clone()
    }

    #[test]
    fn the_words_are_those_of_the_domain() {
        let privileges = [
            p::Privilege::UsersManage,
            p::Privilege::SeatsManage,
            p::Privilege::SubscriptionManage,
            p::Privilege::ReportsView,
            p::Privilege::SettingsManage,
        ];
        let roles = [p::Role::Member, p::Role::Manager, p::Role::Admin, p::Role::Owner];

        let of_operator: Vec<_> = usher_identity::OperatorScope::ALL
            .iter()
            .map(|scope| scope.as_str())
            .collect();
        assert_eq!(listed::<Scope>(), json!(p::Scope::ALL));
        assert_eq!(listed::<OperatorScope>(), json!(of_operator));
        let ways: Vec<_> = usher_journal::Channel::ALL
            .iter()
            .map(|channel| channel.as_str())
            .collect();
        assert_eq!(listed::<Way>(), json!(ways));
        assert_eq!(listed::<EndReason>(), json!(usher_domain::event::EndReason::ALL));
        let outcomes: Vec<_> = usher_app::WaitOutcome::ALL.iter().map(|it| it.as_str()).collect();
        assert_eq!(listed::<WaitOutcome>(), json!(outcomes));
        assert_eq!(listed::<Privilege>(), json!(privileges));
        assert_eq!(listed::<Role>(), json!(roles));
    }
}
