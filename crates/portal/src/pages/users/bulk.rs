//! Changing many users at once: first a preview, then the change.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use usher_app::to_the_end;
use usher_domain::{Account, Actor, Command, Refusal, Timestamp, UserId};

use super::ListPage;
use super::act::Act;
use super::bulk_view::{AskPage, Plan, ResultPage, TOLD_MAX};
use super::query::{Filter, UserQuery};
use super::words;
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::said::Said;
use crate::sentence;
use crate::viewer::Viewer;
use crate::work::Answer;

/// How many commands run at once: enough to share commits, too few to fill the account's inbox.
const AT_ONCE: usize = 16;

/// The selected users.
#[derive(Debug, Clone)]
pub(super) enum Who {
    /// The ticked ones.
    Ticked(Vec<UserId>),
    /// All that match the filters.
    Matching(Box<UserQuery>),
}

impl Who {
    fn of(viewer: &Viewer, form: &Form) -> Self {
        if form.value("all") == "yes" {
            let mut query = UserQuery::parse(form.value("filter"));
            query.complete(viewer);
            return Self::Matching(Box::new(query));
        }
        Self::Ticked(form.all("user").filter_map(|id| id.parse().ok()).collect())
    }

    /// The users in the order of the list; ticked ones who no longer exist are skipped.
    pub(super) fn users<'a>(&self, account: &'a Account) -> Vec<&'a usher_domain::user::User> {
        match self {
            Self::Ticked(ids) => ids.iter().filter_map(|id| account.user(*id)).collect(),
            Self::Matching(query) => Filter::of(query).sorted(account),
        }
    }
}

/// The preview.
pub(super) async fn ask(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let who = Who::of(&viewer, &form);
    if matches!(&who, Who::Ticked(ids) if ids.is_empty()) {
        form.wrong("", "Nobody is ticked. Tick the people, then choose what to do.");
    }
    let Some(act) = Act::parse(form.value("act")).filter(|_| form.is_right()) else {
        if form.is_right() {
            form.wrong("act", "Choose what to do with the ticked people.");
        }
        let query = UserQuery::parse(form.value("filter"));
        return Ok(page_again(&ListPage::at(&viewer, query, form).await?));
    };
    let page_of_it = ask_page(&viewer, act, who, form).await?;
    Ok(page(&page_of_it))
}

/// Executes the action on the previewed users.
pub(super) async fn act(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let who = Who::of(&viewer, &form);
    let Some(act) = Act::parse(form.value("act")) else {
        form.wrong("act", "Choose what to do with the ticked people.");
        let query = UserQuery::parse(form.value("filter"));
        return Ok(page_again(&ListPage::at(&viewer, query, form).await?));
    };
    let answer = Answer::of(&form).filter(|answer| *answer == Answer::Cut || act.may_wait());
    let plan = plan(&viewer, &act, &who, answer).await?.1;
    if matches!(who, Who::Matching(_)) && form.value("shown") != plan.digest {
        form.wrong(
            "",
            "The people who match are others by now. Look at the list again.",
        );
        return Ok(page_again(&ask_page(&viewer, act, who, form).await?));
    }
    // Somebody may have begun to work after the preview.
    if answer.is_none() && !plan.work.is_empty() {
        form.wrong("", "This cuts work that goes on now. Say whether to wait for it.");
        return Ok(page_again(&ask_page(&viewer, act, who, form).await?));
    }
    let back = back_to(&viewer, &form);
    let waits = answer == Some(Answer::Wait);
    let named = plan.what.0.clone();
    let (count, refused) = to_the_end({
        let viewer = viewer.clone();
        async move { run(&viewer, &act, plan.commands).await }
    })
    .await;
    if refused.is_empty() {
        let people = words::people(count);
        let message = if waits {
            format!("Done for {people}: {named}, as soon as they are not signed in for the product.")
        } else {
            format!("Done for {people}: {named}.")
        };
        return Ok(done(&back, message));
    }
    let look = |_: &Account, _: &Actor, _| Ok(());
    let (frame, ()) = match viewer.look(Some(NavPage::Users), look).await {
        Ok(seen) => seen,
        // A user who took their own rights away can no longer see the page.
        Err(failed) => return Ok(failed.into_response()),
    };
    Ok(page(&ResultPage {
        frame,
        back,
        what: Said(named),
        done: count,
        refused_count: refused.len(),
        refused: refused.into_iter().take(TOLD_MAX).collect(),
    }))
}

/// Executes the commands. Returns how many succeeded, and who was refused and why.
async fn run(
    viewer: &Viewer,
    act: &Act,
    commands: Vec<(UserId, String, Command)>,
) -> (usize, Vec<(String, String)>) {
    let doing = futures::stream::iter(commands).map(|(id, name, command)| async move {
        let why_not = match viewer.execute(command, |_, (), _| ()).await {
            Ok(Ok(())) => after(viewer, act, id).await,
            Ok(Err(refusal)) => Some(sentence::of(&refusal)),
            Err(failed) => Some(words_of(failed)),
        };
        (name, why_not)
    });
    let all: Vec<_> = doing.buffered(AT_ONCE).collect().await;
    let count = all.iter().filter(|(_, why_not)| why_not.is_none()).count();
    let refused = all.into_iter().filter_map(|(name, why)| Some((name, why?)));
    (count, refused.collect())
}

/// Follow-up outside of the account: a deactivated user's tokens are revoked.
async fn after(viewer: &Viewer, act: &Act, id: UserId) -> Option<String> {
    if *act != Act::Deactivate {
        return None;
    }
    let identity = viewer.portal.app.identity();
    let revoked = identity.revoke_user_tokens(viewer.account, id).await;
    revoked.err().map(|error| words_of(error.into()))
}

fn words_of(failed: Failed) -> String {
    match failed {
        Failed::Problem(problem) => problem.detail().to_owned(),
        Failed::Fault => "Usher could not do it. Its log says why.".to_owned(),
        Failed::SignIn { .. }
        | Failed::OperatorSignIn { .. }
        | Failed::PasswordChange
        | Failed::SecondFactor => "You are not signed in any more.".to_owned(),
    }
}

async fn plan(
    viewer: &Viewer,
    act: &Act,
    who: &Who,
    answer: Option<Answer>,
) -> Result<(crate::answer::Frame, Plan), Failed> {
    let wanted = Arc::new((act.clone(), who.clone()));
    let look = move |account: &Account, actor: &Actor, now: Timestamp| {
        let (act, who) = wanted.as_ref();
        account.need_to_manage(actor, act.privilege(), "user")?;
        let what = act.words(account).ok_or(Refusal::NotFound { what: "pool" })?;
        let users = who.users(account);
        Ok(Plan::of(account, actor, now, act, what, &users, answer))
    };
    viewer.look(Some(NavPage::Users), look).await
}

async fn ask_page(viewer: &Viewer, act: Act, who: Who, form: Form) -> Result<AskPage, Failed> {
    let (frame, plan) = plan(viewer, &act, &who, None).await?;
    Ok(AskPage {
        frame,
        path: NavPage::Users.path(viewer.account),
        back: back_to(viewer, &form),
        act: form.value("act").to_owned(),
        filter: form.value("filter").to_owned(),
        ticked: match who {
            Who::Ticked(ids) => Some(ids),
            Who::Matching(_) => None,
        },
        form,
        plan,
    })
}

/// The list with the same query.
fn back_to(viewer: &Viewer, form: &Form) -> String {
    let query = UserQuery::parse(form.value("filter"));
    let said = query.at_page(query.page());
    let path = NavPage::Users.path(viewer.account);
    if said.is_empty() {
        path
    } else {
        format!("{path}?{said}")
    }
}
