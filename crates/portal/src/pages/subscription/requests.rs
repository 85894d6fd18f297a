//! What the account has asked the operator for, and the answers.

use axum::extract::Path;
use axum::response::Response;
use usher_domain::account::Subscription;
use usher_domain::command::AccountCommand;
use usher_domain::permission::Privilege;
use usher_domain::purchase::{Purchase, PurchaseKind, RequestOutcome, SubscriptionRequest};
use usher_domain::refusal::StateRefusal;
use usher_domain::text::Product;
use usher_domain::{Account, Actor, Command, Refusal, SubscriptionRequestId};

use super::view;
use crate::answer::done;
use crate::failed::Failed;
use crate::form::Posted;
use crate::nav::NavPage;
use crate::said::Said;
use crate::shown::Moment;

/// The field with whether the form showed an answer: `yes` or `no`.
const ANSWERED: &str = "answered";

/// A request as the page shows it.
pub(super) struct RequestShown {
    pub(super) id: SubscriptionRequestId,
    /// What was asked for, line by line.
    pub(super) asked: Vec<Said<String>>,
    /// The person or key that asked, if their name is known.
    pub(super) by: Option<String>,
    pub(super) note: Option<String>,
    pub(super) at: Moment,
    pub(super) answer: Option<AnswerShown>,
}

/// The operator's answer.
pub(super) struct AnswerShown {
    pub(super) title: &'static str,
    /// The class of the notice.
    pub(super) kind: &'static str,
    /// What was bought instead, line by line.
    pub(super) bought: Vec<Said<String>>,
    pub(super) note: Option<String>,
    pub(super) at: Moment,
}

impl RequestShown {
    pub(super) fn of(account: &Account, request: &SubscriptionRequest) -> Self {
        let lines = |purchase: &Purchase| {
            let name_of = |product: &Product| account.product_name(product);
            lines(name_of, request.before.as_ref(), purchase)
        };
        let answer = request.answer.as_ref().map(|answer| {
            let (title, kind) = title(&answer.outcome);
            AnswerShown {
                title,
                kind,
                bought: match &answer.outcome {
                    RequestOutcome::Changed { bought } => lines(bought),
                    RequestOutcome::Approved | RequestOutcome::Declined => Vec::new(),
                },
                note: answer.by.note.as_ref().map(|note| note.reveal().to_string()),
                at: Moment(account.shown(answer.at)),
            }
        });
        Self {
            id: request.id,
            asked: lines(&request.asked),
            by: request.by.name.as_ref().map(|name| name.reveal().to_string()),
            note: request.by.note.as_ref().map(|note| note.reveal().to_string()),
            at: Moment(account.shown(request.at)),
            answer,
        }
    }
}

/// What a request is for, line by line, where the account had bought `before`.
pub(in crate::pages) fn lines(
    name_of: impl Fn(&Product) -> String,
    before: Option<&Subscription>,
    purchase: &Purchase,
) -> Vec<Said<String>> {
    let lines = match purchase {
        Purchase::Subscription { plan, products } => view::differences(name_of, before, Some(plan), products),
        Purchase::Minutes { minutes, .. } => vec![view::minutes(*minutes)],
    };
    lines.into_iter().map(Said).collect()
}

const fn title(outcome: &RequestOutcome) -> (&'static str, &'static str) {
    match outcome {
        RequestOutcome::Approved => ("The operator approved your request", "good"),
        RequestOutcome::Changed { .. } => ("The operator approved something else than you asked for", "good"),
        RequestOutcome::Declined => ("The operator declined your request", "warn"),
    }
}

/// What the overview says about answers that nobody has dismissed yet, to viewers who manage the subscription.
pub(crate) fn answered(account: &Account, actor: &Actor) -> Vec<&'static str> {
    if !account.may(actor, Privilege::SubscriptionManage) {
        return Vec::new();
    }
    let requests = account.subscription_requests();
    requests
        .filter_map(|request| {
            let answer = request.answer.as_ref()?;
            Some(match (request.asked.kind(), &answer.outcome) {
                (PurchaseKind::Subscription, RequestOutcome::Declined) => {
                    "The operator declined the request for seats."
                }
                (PurchaseKind::Minutes, RequestOutcome::Declined) => {
                    "The operator declined the request for minutes."
                }
                (PurchaseKind::Subscription, _) => "The operator approved the request for seats.",
                (PurchaseKind::Minutes, _) => "The operator approved the request for minutes.",
            })
        })
        .collect()
}

/// Withdraws an open request, or dismisses an answer: what the form showed, and only if it is still so.
pub(super) async fn remove(
    Path((_, request)): Path<(String, String)>,
    Posted { viewer, form }: Posted,
) -> Result<Response, Failed> {
    // Viewers who may not see the requests are told so before anything about this one.
    viewer.need_in_account(Privilege::SubscriptionManage).await?;
    let id: SubscriptionRequestId = request
        .parse()
        .map_err(|_| Failed::not_found("subscription request"))?;
    let dismisses = form.value(ANSWERED) == "yes";
    let make = move |account: &Account, _| match account.subscription_request(id) {
        Some(request) if request.is_open() == dismisses => {
            Err(Refusal::State(StateRefusal::ChangedMeanwhile {
                field: ANSWERED,
                now: "otherwise".to_owned(),
            }))
        }
        _ => Ok(Command::Account(AccountCommand::RemoveRequest { id })),
    };
    let message = match viewer.propose(make, |_, (), _| ()).await? {
        Ok(()) if dismisses => "Answer dismissed. The audit keeps it.",
        Ok(()) => "Request withdrawn.",
        Err(Refusal::State(StateRefusal::ChangedMeanwhile { .. })) => {
            "Nothing was withdrawn: the operator has answered in the meantime. The answer is below."
        }
        Err(Refusal::NotFound { .. }) => "That request is not there any more.",
        Err(refusal) => return Err(Failed::refused(&refusal)),
    };
    Ok(done(&NavPage::Subscription.path(viewer.account), message))
}
