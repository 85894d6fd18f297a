//! The numbers behind a problem, as members of its document.

#![deny(clippy::wildcard_enum_match_arm)]

use serde::Serialize;
use usher_app::problem::{self, About, Problem};
use usher_domain::personal::Personal;
use usher_domain::refusal::{
    AccessRefusal, Action, CapacityRefusal, HolderFigure, PoolFigures, SeatRefusal, StateRefusal,
    SubscriptionRefusal,
};
use usher_domain::text::{Name, Product};
use usher_domain::{AccountId, GroupId, PoolId, Refusal, SignInId, UserId};
use utoipa::ToSchema;

use crate::v1::schema;
use crate::v1::time::Time;

/// An invalid value.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// The path of the field, or the name of the parameter; empty for the body as a whole.
    #[schema(example = "rules.lease_secs")]
    pub(crate) field: String,
    /// What is wrong with it.
    #[schema(example = "must be 5 to 2592000 seconds")]
    pub(crate) message: String,
}

/// What can be done next.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct NextAction {
    /// The action.
    #[schema(value_type = schema::Action)]
    pub(crate) action: Action,
    /// The method of the call that does it, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "POST", nullable = false)]
    pub(crate) method: Option<&'static str>,
    /// Where that call goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "/v1/accounts/acct_01h2xcejqtf2nbrexx3vqjhp41/tickets",
        nullable = false
    )]
    pub(crate) href: Option<String>,
}

/// A holder of a seat.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SeatHolder {
    /// The user.
    #[schema(value_type = schema::UserId)]
    pub(crate) user: UserId,
    /// The user's name.
    #[schema(value_type = schema::Name)]
    pub(crate) name: Name,
    /// The device's name, if a seat is held per device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::Name, nullable = false)]
    pub(crate) device: Option<Name>,
    /// Whether the user is in a call.
    pub(crate) in_call: bool,
    /// Since when.
    pub(crate) since: Time,
}

/// A device that blocks the request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DeviceInTheWay {
    /// The client's id of the device.
    #[schema(value_type = schema::DeviceId)]
    pub(crate) id: usher_domain::text::DeviceId,
    /// Its name.
    #[schema(value_type = schema::Name)]
    pub(crate) name: Name,
    /// Its kind.
    #[schema(value_type = schema::DeviceKind)]
    pub(crate) kind: &'static str,
}

macro_rules! facts {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty $(as $schema:ty)?;)*) => {
        /// The details in a problem document. Which members are present depends on the code.
        #[derive(Debug, Default, Serialize, ToSchema)]
        pub(crate) struct Facts {
            $(
                $(#[doc = $doc])+
                #[serde(skip_serializing_if = "Option::is_none")]
                #[schema(nullable = false $(, value_type = Option<$schema>)?)]
                pub(crate) $name: Option<$type>,
            )*
            /// What can be done next, most useful first.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub(crate) actions: Vec<NextAction>,
            /// Who holds the pool's seats, as far as the caller may see them.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub(crate) holders: Vec<SeatHolder>,
            /// Every invalid value.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub(crate) errors: Vec<FieldError>,
        }
    };
}

facts! {
    /// The pool that the answer is about.
    pool: PoolId as schema::PoolId;
    /// The pool's name.
    pool_name: Name as schema::Name;
    /// The product that the answer is about.
    product: Product as schema::Product;
    /// How many seats the pool has.
    seats: u32;
    /// How many of them are held, or reserved for somebody.
    occupied: u32;
    /// How many of these are reserved for somebody whose turn has come.
    offered: u32;
    /// How many users are waiting.
    waiting: u32;
    /// Prepaid minutes left, if the pool falls back on them.
    minutes_left: u64;
    /// The sign-in that blocks the request.
    sign_in: SignInId as schema::SignInId;
    /// The device that blocks the request.
    device: DeviceInTheWay;
    /// The limit.
    limit: u32;
    /// The current number.
    held: u32;
    /// How long to wait before the request is repeated.
    remaining_secs: u32;
    /// The page where a person can do what is needed first.
    href: String;
    /// The plan that blocks the request.
    plan: String as schema::PlanName;
    /// The kind of seats: `named` or `shared`.
    seat_kind: &'static str;
    /// How many were requested.
    asked: u32;
    /// The remaining minutes.
    left: u32;
    /// The least that the account may set by itself.
    min: u32;
    /// The most that the account may set by itself.
    max: u32;
    /// How many there are altogether.
    total: u32;
    /// How many are in use.
    in_use: u32;
    /// How many users there are.
    users: u32;
    /// The rule that cannot change now.
    rule: &'static str;
    /// The kind of thing that the answer is about.
    what: &'static str;
    /// The user that the answer is about.
    user: UserId as schema::UserId;
    /// The group whose mapping blocks the request.
    group: GroupId as schema::GroupId;
    /// The group's name.
    group_name: Name as schema::Name;
    /// The field whose value is taken.
    field: &'static str;
    /// The thing's state.
    state: &'static str;
    /// The state that it would need to have.
    expected: &'static str;
    /// What the caller lacks: a privilege, scope or permission.
    needed: &'static str;
    /// The requested control permission.
    control: &'static str;
    /// The view permission that it requires.
    view: &'static str;
    /// Why the sign-in, session or ticket ended.
    reason: String as schema::EndReason;
    /// Who ended it, if somebody else did: an id, or `operator`, `customer`, `single_sign_on`, `system`.
    by: String;
    /// The name of the person or key that ended it, if known.
    by_name: String as schema::Name;
    /// The note that was given when ending it.
    note: String as schema::Note;
    /// When it ended.
    ended_at: Time;
}

impl Facts {
    /// The facts behind a problem; `None` if its sentence says everything.
    pub(crate) fn behind(problem: &Problem) -> Option<Self> {
        let facts = problem.about().and_then(Self::about);
        let Some(end) = problem.end() else {
            return facts;
        };
        Some(Self {
            reason: Some(end.reason.clone()),
            by: end.by.clone(),
            by_name: end.by_name.clone(),
            note: end.note.clone(),
            ended_at: Some(end.at.into()),
            ..facts.unwrap_or_default()
        })
    }

    fn about(about: &About) -> Option<Self> {
        let facts = Self::default();
        Some(match about {
            About::Refusal { refusal, account } => return Self::of(refusal, *account),
            About::Fields(errors) => Self {
                errors: errors.iter().map(FieldError::from).collect(),
                ..facts
            },
            About::Bound(most) => Self {
                limit: Some(*most),
                ..facts
            },
            About::Wait(wait) => Self {
                remaining_secs: Some(wait.get()),
                ..facts
            },
            About::Page(href) => Self {
                href: Some(href.clone()),
                ..facts
            },
        })
    }

    /// The facts of a refusal; `None` if its sentence says everything.
    fn of(refusal: &Refusal, account: Option<AccountId>) -> Option<Self> {
        let facts = Self::default();
        Some(match refusal {
            Refusal::Seat(refusal) => Self {
                actions: refusal
                    .actions()
                    .iter()
                    .map(|action| NextAction::of(*action, account))
                    .collect(),
                ..Self::of_seat(refusal)
            },
            Refusal::Capacity(refusal) => return Self::of_capacity(refusal),
            Refusal::Access(refusal) => return Self::of_access(refusal),
            Refusal::State(refusal) => return Self::of_state(refusal),
            Refusal::Subscription(refusal) => return Self::of_subscription(refusal),
            Refusal::Invalid { field, expected } => Self {
                errors: vec![FieldError {
                    field: (*field).to_owned(),
                    message: format!("must be {expected}"),
                }],
                ..facts
            },
            Refusal::Forbidden { needed } => Self {
                needed: Some(needed),
                ..facts
            },
            Refusal::NotFound { .. } => return None,
        })
    }

    fn of_seat(refusal: &SeatRefusal) -> Self {
        let facts = Self::default();
        match refusal {
            SeatRefusal::NoSeatAvailable(figures, _) | SeatRefusal::MinutesExhausted(figures, _) => {
                facts.with_pool(figures)
            }
            SeatRefusal::UserSeatLimit { held, limit } => Self {
                held: Some(*held),
                limit: Some(*limit),
                ..facts
            },
            SeatRefusal::SignedInElsewhere {
                sign_in,
                device,
                max_devices,
            } => Self {
                sign_in: Some(*sign_in),
                device: Some(DeviceInTheWay {
                    id: device.id.reveal().clone(),
                    name: device.name.reveal().clone(),
                    kind: device.kind.as_str(),
                }),
                limit: Some(*max_devices),
                ..facts
            },
            SeatRefusal::SeatInCall { active, max } => Self {
                held: Some(*active),
                limit: Some(*max),
                ..facts
            },
            SeatRefusal::NoLicense { product } | SeatRefusal::LicenseEnded { product } => Self {
                product: Some(product.clone()),
                ..facts
            },
            SeatRefusal::UserInactive | SeatRefusal::SubscriptionEnded => facts,
            SeatRefusal::CoolingDown { remaining } => Self {
                remaining_secs: Some(remaining.get()),
                ..facts
            },
        }
    }

    fn of_capacity(refusal: &CapacityRefusal) -> Option<Self> {
        let facts = Self::default();
        Some(match refusal {
            CapacityRefusal::PlanExcludesSharedSeats { plan } => Self {
                plan: Some(plan.clone()),
                ..facts
            },
            CapacityRefusal::NotEnoughSeats {
                kind,
                product,
                asked,
                left,
                total,
                user,
            } => Self {
                seat_kind: Some(kind.as_str()),
                product: Some(product.clone()),
                asked: Some(*asked),
                left: Some(*left),
                total: Some(*total),
                user: *user,
                ..facts
            },
            CapacityRefusal::OverSubscription { product, over } => Self {
                product: Some(product.clone()),
                asked: Some(*over),
                ..facts
            },
            CapacityRefusal::SeatsInUse {
                kind,
                product,
                asked,
                in_use,
            } => Self {
                seat_kind: Some(kind.as_str()),
                product: Some(product.clone()),
                asked: Some(*asked),
                in_use: Some(*in_use),
                ..facts
            },
            CapacityRefusal::PoolNotEmpty { users } => Self {
                users: Some(*users),
                ..facts
            },
            CapacityRefusal::PoolInUse {
                rule,
                occupied,
                waiting,
            } => Self {
                rule: Some(rule),
                occupied: Some(*occupied),
                waiting: Some(*waiting),
                ..facts
            },
            CapacityRefusal::DefaultPool => return None,
        })
    }

    fn of_access(refusal: &AccessRefusal) -> Option<Self> {
        let facts = Self::default();
        Some(match refusal {
            AccessRefusal::GroupMappingInUse { what, group, name } => Self {
                what: Some(what),
                group: Some(*group),
                group_name: Some(name.clone()),
                ..facts
            },
            AccessRefusal::ControlNeedsView { control, view } => Self {
                control: Some(control),
                view: Some(view),
                ..facts
            },
            AccessRefusal::LastOwner | AccessRefusal::BreakGlassNeeded => return None,
        })
    }

    fn of_state(refusal: &StateRefusal) -> Option<Self> {
        let facts = Self::default();
        Some(match refusal {
            StateRefusal::ChangedMeanwhile { field, .. } => Self {
                field: Some(field),
                ..facts
            },
            StateRefusal::AlreadyExists { what, field } => Self {
                what: Some(what),
                field: Some(field),
                ..facts
            },
            StateRefusal::WrongState {
                what,
                state,
                expected,
            } => Self {
                what: Some(what),
                state: Some(state),
                expected: Some(expected),
                ..facts
            },
            // How it ended is handled separately ([`Self::behind`]).
            StateRefusal::SignInEnded { .. }
            | StateRefusal::TicketEnded { .. }
            | StateRefusal::NotYourSession
            | StateRefusal::AlreadyJoined
            | StateRefusal::IdempotencyKeyReused => return None,
        })
    }

    fn of_subscription(refusal: &SubscriptionRefusal) -> Option<Self> {
        let facts = Self::default();
        Some(match refusal {
            SubscriptionRefusal::SeatsOutsideBounds {
                kind,
                product,
                asked,
                min,
                max,
            } => Self {
                seat_kind: Some(kind.as_str()),
                product: Some(product.clone()),
                asked: Some(*asked),
                min: Some(*min),
                max: Some(*max),
                ..facts
            },
            SubscriptionRefusal::MinutesOutsideBounds { asked, left, max } => Self {
                asked: Some(*asked),
                left: Some(*left),
                max: Some(*max),
                ..facts
            },
            SubscriptionRefusal::PlanOutsideBounds { plan } => Self {
                plan: Some(plan.clone()),
                ..facts
            },
            SubscriptionRefusal::Closed => return None,
        })
    }

    fn with_pool(self, figures: &PoolFigures) -> Self {
        Self {
            pool: Some(figures.pool),
            pool_name: Some(figures.name.clone()),
            product: Some(figures.product.clone()),
            seats: Some(figures.seats),
            occupied: Some(figures.occupied),
            offered: Some(figures.offered),
            waiting: Some(figures.waiting),
            minutes_left: figures.minutes_left,
            holders: figures.holders.iter().map(SeatHolder::from).collect(),
            ..self
        }
    }
}

impl From<&problem::FieldError> for FieldError {
    fn from(error: &problem::FieldError) -> Self {
        Self {
            field: error.field.clone(),
            message: error.message.clone(),
        }
    }
}

impl From<&HolderFigure> for SeatHolder {
    fn from(figure: &HolderFigure) -> Self {
        Self {
            user: figure.user,
            name: figure.name.reveal().clone(),
            device: figure.device.clone().map(Personal::into_revealed),
            in_call: figure.in_call,
            since: figure.since.into(),
        }
    }
}

impl NextAction {
    fn of(action: Action, account: Option<AccountId>) -> Self {
        let call = match action {
            Action::Wait => Some(("POST", "tickets")),
            Action::EndOwnSession => Some(("POST", "sessions/end")),
            Action::TakeOver => Some(("POST", "sign-ins")),
            Action::TakePayPerUse | Action::AskAdmin | Action::AskOwner | Action::Later => None,
        };
        let call = call.zip(account);
        Self {
            action,
            method: call.map(|((method, _), _)| method),
            href: call.map(|((_, path), account)| format!("/v1/accounts/{account}/{path}")),
        }
    }
}
