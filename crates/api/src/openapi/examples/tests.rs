use std::collections::BTreeMap;
use std::path::Path;

use axum::http::HeaderValue;
use axum::response::IntoResponse;
use http_body_util::BodyExt;
use serde_json::Value;
use usher_app::STREAMS_PER_SESSION_MAX;
use usher_domain::presence::{Device, DeviceKind};
use usher_domain::refusal::{
    AccessRefusal, Action, CapacityRefusal, HolderFigure, PoolFigures, SeatKind, SeatRefusal, StateRefusal,
    SubscriptionRefusal,
};
use usher_domain::text::Product;
use usher_domain::{
    AccountId, Broken, Code, GroupId, PoolId, Refusal, Secs, SignInId, TicketId, Timestamp, UserId, WallTime,
    WallTimes,
};
use usher_engine::{Failure, Reason};
use usher_http::name_request;
use usher_journal::{End, EndedBy, Text};

use crate::problem::{
    BODY_TOO_LARGE, DOMAIN_NOT_PROVED, Kind, LAST_OPERATOR_KEY, MALFORMED, METHOD_NOT_ALLOWED, Problem,
    TIMEOUT, TOO_MANY_KEYS, UNSUPPORTED_MEDIA_TYPE,
};
use crate::v1::ended;

/// If set, `problems.json` is written instead of compared.
const UPDATE: &str = "UPDATE_EXAMPLES";

/// The bits of `01h2xcejqtf2nbrexx3vqjhp41`.
const BITS: u128 = 0x0188_bac7_4afa_78aa_bc3b_bd1e_ef28_d881;

/// 2026-11-23T09:00:00Z.
const MONDAY: Timestamp = Timestamp::from_millis(1_795_424_400_000);

const ACCOUNT: AccountId = AccountId::from_bits(BITS);

fn pool(minutes_left: Option<u64>) -> PoolFigures {
    let holder = HolderFigure {
        user: UserId::from_bits(BITS),
        name: "Sven Svensson".parse().unwrap(),
        device: None,
        in_call: true,
        since: WallTime::new(MONDAY),
    };
    PoolFigures {
        pool: PoolId::from_bits(BITS),
        name: "Support".parse().unwrap(),
        product: "remote-support".parse().unwrap(),
        seats: 1,
        occupied: 1,
        offered: 0,
        waiting: 2,
        minutes_left,
        holders: vec![holder],
    }
}

fn product() -> Product {
    "remote-support".parse().unwrap()
}

/// Refusals of a seat.
fn of_seats() -> Vec<Refusal> {
    let device = Device {
        id: "laptop-7f3a".parse().unwrap(),
        name: "Sven's laptop".parse().unwrap(),
        kind: DeviceKind::Desktop,
    };
    vec![
        Refusal::Seat(SeatRefusal::NoSeatAvailable(
            Box::new(pool(None)),
            vec![Action::Wait, Action::AskAdmin],
        )),
        Refusal::Seat(SeatRefusal::UserSeatLimit { held: 1, limit: 1 }),
        Refusal::Seat(SeatRefusal::SignedInElsewhere {
            sign_in: SignInId::from_bits(BITS),
            device: Box::new(device),
            max_devices: 1,
        }),
        Refusal::Seat(SeatRefusal::SeatInCall { active: 1, max: 1 }),
        Refusal::Seat(SeatRefusal::NoLicense { product: product() }),
        Refusal::Seat(SeatRefusal::LicenseEnded { product: product() }),
        Refusal::Seat(SeatRefusal::UserInactive),
        Refusal::Seat(SeatRefusal::SubscriptionEnded),
        Refusal::Seat(SeatRefusal::CoolingDown {
            remaining: Secs::new(240),
        }),
        Refusal::Seat(SeatRefusal::MinutesExhausted(
            Box::new(pool(Some(0))),
            vec![Action::AskOwner],
        )),
        Refusal::State(StateRefusal::NotYourSession),
        Refusal::State(StateRefusal::AlreadyJoined),
        Refusal::State(StateRefusal::WrongState {
            what: "session",
            state: "paused",
            expected: "active",
        }),
    ]
}

/// Refusals of other changes.
fn of_administration() -> Vec<Refusal> {
    vec![
        Refusal::Capacity(CapacityRefusal::PlanExcludesSharedSeats {
            plan: "team".to_owned(),
        }),
        Refusal::Capacity(CapacityRefusal::NotEnoughSeats {
            kind: SeatKind::Shared,
            product: product(),
            asked: 4,
            left: 1,
            total: 10,
            user: None,
        }),
        Refusal::Capacity(CapacityRefusal::OverSubscription {
            product: product(),
            over: 2,
        }),
        Refusal::Capacity(CapacityRefusal::SeatsInUse {
            kind: SeatKind::Named,
            product: product(),
            asked: 5,
            in_use: 8,
        }),
        Refusal::Subscription(SubscriptionRefusal::SeatsOutsideBounds {
            kind: SeatKind::Named,
            product: product(),
            asked: 40,
            min: 2,
            max: 20,
        }),
        Refusal::Subscription(SubscriptionRefusal::Closed),
        Refusal::Capacity(CapacityRefusal::PoolNotEmpty { users: 15 }),
        Refusal::Capacity(CapacityRefusal::DefaultPool),
        Refusal::Capacity(CapacityRefusal::PoolInUse {
            rule: "seat_per",
            occupied: 9,
            waiting: 2,
        }),
        Refusal::Access(AccessRefusal::LastOwner),
        Refusal::Access(AccessRefusal::GroupMappingInUse {
            what: "pool",
            group: GroupId::from_bits(BITS),
            name: "Night shift".parse().unwrap(),
        }),
        Refusal::Access(AccessRefusal::BreakGlassNeeded),
        Refusal::State(StateRefusal::ChangedMeanwhile {
            field: "seats",
            now: "the pool has 9 seats".to_owned(),
        }),
        Refusal::State(StateRefusal::AlreadyExists {
            what: "user",
            field: "email",
        }),
        Refusal::State(StateRefusal::IdempotencyKeyReused),
        Refusal::Access(AccessRefusal::ControlNeedsView {
            control: "control_own",
            view: "view_own",
        }),
        Refusal::Invalid {
            field: "rules.lease_secs",
            expected: "5 to 2592000 seconds".to_owned(),
        },
        Refusal::Forbidden {
            needed: "`seats.manage`",
        },
        Refusal::NotFound { what: "user" },
    ]
}

/// Ended things, with how they ended.
fn of_ended_things() -> [Problem; 2] {
    let end = |reason: &'static str, by| End {
        at: MONDAY,
        reason: reason.into(),
        by,
    };
    let admin = EndedBy {
        actor: UserId::from_bits(BITS).to_string().into(),
        name: Some(Text::from("Olga Owner").into()),
        note: Some(Text::from("The night shift needs the seat.").into()),
    };
    let (sign_in, ticket) = (SignInId::from_bits(BITS), TicketId::from_bits(BITS));
    [
        ended::told(
            &WallTimes::default(),
            &Refusal::State(StateRefusal::SignInEnded { id: sign_in }),
            &end("evicted", Some(admin)),
        ),
        ended::told(
            &WallTimes::default(),
            &Refusal::State(StateRefusal::TicketEnded { id: ticket }),
            &end("offer-expired", None),
        ),
    ]
}

/// Problems that are not refusals of the domain.
fn of_http() -> Vec<Problem> {
    let overloaded = Failure::Overloaded {
        retry_after: Secs::new(1),
    };
    vec![
        Problem::unauthenticated(true),
        overloaded.into(),
        Failure::Unavailable(Reason::ShuttingDown).into(),
        Failure::Invariant(Broken::Oversold(PoolId::from_bits(BITS))).into(),
        Problem::too_many_attempts(Secs::new(30)),
        usher_app::Problem::too_many_streams("This session", STREAMS_PER_SESSION_MAX).into(),
        Problem::password_change_required("https://usher.example.com/password".to_owned()),
        Problem::second_factor_needed(),
        Problem::second_factor_set_up_needed(),
        Problem::sso_required(ACCOUNT),
        Problem::new(
            MALFORMED,
            "The body is not valid JSON: reading stopped at line 2, column 11.",
        ),
        Problem::new(METHOD_NOT_ALLOWED, "This address does not take that method."),
        Problem::new(TIMEOUT, "The body did not arrive in time."),
        Problem::new(BODY_TOO_LARGE, "The body has more than 262144 bytes."),
        Problem::new(
            UNSUPPORTED_MEDIA_TYPE,
            "Send the body as JSON, with `Content-Type: application/json`.",
        ),
        Problem::new(
            LAST_OPERATOR_KEY,
            "This is the last operator key that is good for everything. Make another one first.",
        ),
        Problem::new(
            TOO_MANY_KEYS,
            "There are 100 operator keys already. Revoke one that is not needed.",
        ),
        Problem::new(
            DOMAIN_NOT_PROVED,
            "The domain is not proved: its DNS has no such TXT record.",
        ),
    ]
}

async fn document(problem: Problem) -> Value {
    let mut response = problem.into_response();
    name_request(
        &mut response,
        &HeaderValue::from_static("5b1c0de2f00dfeed0000000000000017"),
    );
    let body = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn the_examples_of_problems_are_generated_one_for_each_code() {
    let refused = of_seats().into_iter().chain(of_administration());
    let refused = refused.map(|refusal| Problem::refused(&refusal, Some(ACCOUNT)));
    let mut made = BTreeMap::new();
    for problem in refused.chain(of_ended_things()).chain(of_http()) {
        let code = problem.kind().code;
        assert!(
            made.insert(code, document(problem).await).is_none(),
            "{code} twice"
        );
    }
    let without: Vec<_> = Kind::all()
        .map(|kind| kind.code)
        .filter(|code| !made.contains_key(code))
        .collect();
    assert!(without.is_empty(), "{without:?}");
    assert_eq!(
        made[Code::Invalid.as_str()]["errors"][0]["field"],
        "rules.lease_secs"
    );

    let made = serde_json::to_string_pretty(&made).unwrap() + "\n";
    if std::env::var_os(UPDATE).is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/openapi/problems.json");
        std::fs::write(file, &made).unwrap();
        return;
    }
    assert!(
        made == super::PROBLEMS,
        "problems.json is out of date: run `{UPDATE}=1 cargo test -p usher-api examples` and look at the difference"
    );
}
