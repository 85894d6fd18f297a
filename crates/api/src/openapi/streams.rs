//! The events of streams as schemas: the `data:` of each `event:`.

use serde_json::{Map, Value, json};

use super::polish::SCHEMAS;

/// The type of an event's field.
#[derive(Clone, Copy)]
enum Kind {
    /// The schema of this name.
    Of(&'static str),
    /// The same, or null.
    OrNull(&'static str),
    /// The same, if the field is present.
    Optional(&'static str),
    /// A number of seconds.
    Secs,
    /// A number of seconds, or null.
    SecsOrNull,
    /// A position in a queue, from 1.
    Place,
    /// An id, or a word such as `operator`.
    Actor,
}

use Kind::{Actor, Of, Optional, OrNull, Place, Secs, SecsOrNull};

const SESSION: (&str, Kind) = ("session", Of("SessionId"));
const TICKET: (&str, Kind) = ("ticket", Of("TicketId"));
const REASON: (&str, Kind) = ("reason", Of("EndReason"));
const BY: (&str, Kind) = ("by", OrNull("EventBy"));
const IN_SECS: (&str, Kind) = ("in_secs", Secs);
const EXPIRES: (&str, Kind) = ("expires_in_secs", Secs);
const CUSTOMER_BY: (&str, Kind) = ("by", Of("CustomerEnding"));

type Event = (&'static str, &'static str, &'static [(&'static str, Kind)]);

/// The schemas of events: name, description and fields.
const SCHEMAS_OF_EVENTS: &[Event] = &[
    (
        "EventBy",
        "Who did something.",
        &[
            ("actor", Actor),
            ("name", OrNull("Name")),
            ("note", OrNull("Note")),
        ],
    ),
    ("SignedOutEvent", "The sign-in has ended.", &[REASON, BY]),
    ("InSecsEvent", "Something is about to happen.", &[IN_SECS]),
    ("EmptyEvent", "It happened; there is no data.", &[]),
    (
        "SessionStandbyEvent",
        "A code waits for the customer.",
        &[
            SESSION,
            ("kind", Of("SessionKind")),
            ("code", OrNull("JoinCode")),
            EXPIRES,
        ],
    ),
    (
        "SessionStartedEvent",
        "A session is active.",
        &[
            SESSION,
            ("kind", OrNull("SessionKind")),
            ("customer", OrNull("Name")),
        ],
    ),
    ("SessionEvent", "A session was paused or resumed.", &[SESSION]),
    (
        "SessionEndingEvent",
        "Somebody else ended a session: its notice period has begun.",
        &[SESSION, IN_SECS, BY],
    ),
    (
        "SessionEndedEvent",
        "A session has ended.",
        &[SESSION, REASON, BY],
    ),
    (
        "QueueEvent",
        "A position in the queue.",
        &[TICKET, ("position", Place), ("wait_estimate_secs", SecsOrNull)],
    ),
    ("OfferEvent", "A seat is reserved: claim it.", &[TICKET, EXPIRES]),
    ("TicketOverEvent", "A ticket has ended.", &[TICKET, REASON, BY]),
    (
        "MinutesLowEvent",
        "The next minute cannot be paid.",
        &[IN_SECS, ("session", Optional("SessionId"))],
    ),
    (
        "ClaimedEvent",
        "The ticket was claimed.",
        &[
            TICKET,
            ("sign_in", Optional("SignInId")),
            ("session", Optional("SessionId")),
        ],
    ),
    ("EndedEvent", "The ticket has ended.", &[REASON, BY]),
    (
        "CustomerStateEvent",
        "The state of the customer's session.",
        &[("state", Of("SessionState"))],
    ),
    (
        "CustomerEndingEvent",
        "The customer's session is about to close.",
        &[IN_SECS, CUSTOMER_BY],
    ),
    (
        "CustomerEndedEvent",
        "The customer's session has ended.",
        &[REASON, CUSTOMER_BY],
    ),
];

fn of(name: &str) -> Value {
    json!({ "$ref": format!("{SCHEMAS}{name}") })
}

impl Kind {
    fn schema(self) -> Value {
        match self {
            Of(name) | Optional(name) => of(name),
            OrNull(name) => json!({"oneOf": [of(name), {"type": "null"}]}),
            Secs => json!({"type": "integer", "format": "int64", "minimum": 0, "examples": [60]}),
            SecsOrNull => {
                json!({"type": ["integer", "null"], "format": "int64", "minimum": 0, "examples": [540]})
            }
            Place => json!({"type": "integer", "format": "int64", "minimum": 1, "examples": [2]}),
            Actor => json!({
                "type": "string",
                "description": "An id, or `operator`, `customer`, `system`.",
                "examples": ["user_01h2xcejqtf2nbrexx3vqjhp41"],
            }),
        }
    }
}

fn schema((_, text, fields): &Event) -> Value {
    let properties = fields
        .iter()
        .map(|(name, kind)| ((*name).to_owned(), kind.schema()));
    let properties: Map<_, _> = properties.collect();
    let is_there = |(name, kind): &(&'static str, Kind)| (!matches!(kind, Optional(_))).then_some(*name);
    let required: Vec<_> = fields.iter().filter_map(is_there).collect();
    json!({"type": "object", "description": text, "properties": properties, "required": required})
}

/// The data of each event, by operation.
const EVENTS: &[(&str, &[(&str, &str)])] = &[
    (
        "followSignIn",
        &[
            ("signed_out", "SignedOutEvent"),
            ("log_off_warning", "InSecsEvent"),
            ("reclaim_warning", "InSecsEvent"),
            ("reclaim_cancelled", "EmptyEvent"),
            ("activity", "EmptyEvent"),
            ("session_standby", "SessionStandbyEvent"),
            ("session_started", "SessionStartedEvent"),
            ("session_paused", "SessionEvent"),
            ("session_resumed", "SessionEvent"),
            ("session_ending", "SessionEndingEvent"),
            ("session_ended", "SessionEndedEvent"),
            ("queue", "QueueEvent"),
            ("offer", "OfferEvent"),
            ("ticket_ended", "TicketOverEvent"),
            ("minutes_low", "MinutesLowEvent"),
        ],
    ),
    (
        "followTicket",
        &[
            ("queue", "QueueEvent"),
            ("offer", "OfferEvent"),
            ("claimed", "ClaimedEvent"),
            ("ended", "EndedEvent"),
        ],
    ),
    (
        "followSessionAsCustomer",
        &[
            ("session", "CustomerStateEvent"),
            ("session_started", "CustomerStateEvent"),
            ("session_paused", "CustomerStateEvent"),
            ("session_resumed", "CustomerStateEvent"),
            ("session_ending", "CustomerEndingEvent"),
            ("session_ended", "CustomerEndedEvent"),
        ],
    ),
];

/// Adds the schemas of events, and to the answer of each stream the schema of each of its events (`x-events`).
pub(super) fn add(document: &mut Value) {
    if let Some(all) = document["components"]["schemas"].as_object_mut() {
        let events = SCHEMAS_OF_EVENTS.iter();
        all.extend(events.map(|event| (event.0.to_owned(), schema(event))));
    }
    for item in document["paths"]
        .as_object_mut()
        .into_iter()
        .flat_map(|it| it.values_mut())
    {
        let Some(operation) = item.get_mut("get") else {
            continue;
        };
        let events = EVENTS.iter().find(|(id, _)| operation["operationId"] == *id);
        if let Some((_, events)) = events {
            let events: Map<_, _> = events
                .iter()
                .map(|(event, schema)| ((*event).to_owned(), of(schema)))
                .collect();
            // On the answer, where it is the only extension: the order of several is not fixed.
            operation["responses"]["200"]["x-events"] = Value::Object(events);
        }
    }
}
