//! Signing out another user, after a page that shows what ends with it (S10).

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use usher_app::Problem;
use usher_domain::command::SignInCommand;
use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, Actor, Command, PoolId, Refusal, SignInId};

use super::sign_ins::{self, SignInShown};
use super::tell;
use crate::answer::{Frame, done, page, page_again};
use crate::cut::Cut;
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::said::named;
use crate::viewer::Viewer;

#[derive(Template)]
#[template(path = "pools/log_out.html")]
struct LogOutPage {
    frame: Frame,
    form: Form,
    seen: Eviction,
}

/// The sign-in that would end.
struct Eviction {
    sign_in: SignInShown,
    is_own: bool,
    /// What ends with it.
    cut: Cut,
    /// How long the user cannot come back.
    cool_down: Option<String>,
    /// The page that the viewer came from.
    back: String,
}

pub(super) async fn confirm(
    viewer: Viewer,
    Path((_, sign_in)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let page_of = look(&viewer, id(&sign_in)?, Form::default()).await;
    match page_of {
        Err(Failed::Problem(problem)) if is_over(&problem) => Ok(is_out_already(&viewer)),
        page_of => Ok(page(&page_of?)),
    }
}

pub(super) async fn log_out(
    Path((_, sign_in)): Path<(String, String)>,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let sign_in = id(&sign_in)?;
    let shown = match look(&viewer, sign_in, Form::default()).await {
        Err(Failed::Problem(problem)) if is_over(&problem) => return Ok(is_out_already(&viewer)),
        shown => shown?.seen,
    };
    let note = if form.value("reason").trim().is_empty() {
        None
    } else {
        form.parse("reason")
    };
    if !form.is_right() {
        return Ok(page_again(&look(&viewer, sign_in, form).await?));
    }
    let (actor, seen) = (viewer.actor.clone(), Cut::shown_in(&form));
    let make = move |account: &Account, _| {
        if let Some(sign_in) = account.sign_ins().get(&sign_in)
            && sign_ins::may_log_out(account, &actor, sign_in)
        {
            Cut::with_sign_in(account, sign_in).need_shown(seen)?;
        }
        Ok(Command::SignIn(SignInCommand::SignOut {
            sign_in,
            note: note.clone(),
            acting: None,
        }))
    };
    match viewer.propose(make, |_, (), _| ()).await? {
        Ok(()) => {
            let message = format!(
                "{} is signed out of {}.",
                named(&shown.sign_in.who.name),
                named(&shown.sign_in.device)
            );
            Ok(done(&shown.back, message))
        }
        Err(Refusal::State(StateRefusal::SignInEnded { .. })) => Ok(is_out_already(&viewer)),
        Err(Refusal::State(StateRefusal::ChangedMeanwhile { .. })) => {
            form.wrong(
                "",
                "Work began since you loaded this page. See below what would end, and decide again.",
            );
            Ok(page_again(&look(&viewer, sign_in, form).await?))
        }
        Err(refusal) => {
            tell(&mut form, &refusal)?;
            Ok(page_again(&look(&viewer, sign_in, form).await?))
        }
    }
}

fn id(text: &str) -> Result<SignInId, Failed> {
    text.parse().map_err(|_| Failed::not_found("sign-in"))
}

fn is_over(problem: &Problem) -> bool {
    problem.kind().code == usher_domain::Code::SignInEnded.as_str()
}

/// Somebody else was faster, or the user signed out themselves.
fn is_out_already(viewer: &Viewer) -> Response {
    let to = NavPage::SeatPools.path(viewer.account);
    done(&to, "That person is not signed in there any more.")
}

async fn look(viewer: &Viewer, id: SignInId, form: Form) -> Result<LogOutPage, Failed> {
    let look = move |account: &Account, actor: &Actor, _| see(account, actor, id);
    let (frame, seen) = viewer.look(Some(NavPage::SeatPools), look).await?;
    Ok(LogOutPage { frame, form, seen })
}

fn see(account: &Account, actor: &Actor, id: SignInId) -> Result<Eviction, Refusal> {
    let sign_in = account
        .sign_ins()
        .get(&id)
        .ok_or(Refusal::State(StateRefusal::SignInEnded { id }))?;
    if !account.sees_sign_in(actor, sign_in) {
        return Err(Refusal::NotFound { what: "sign-in" });
    }
    if !sign_ins::may_log_out(account, actor, sign_in) {
        account.need(actor, usher_domain::permission::Privilege::SeatsManage)?;
    }
    let is_own = account.user_of(actor) == Some(sign_in.user);
    let pool = sign_in.pool.and_then(|pool| account.pool(pool));
    let cool_down = pool.map(|pool| pool.rules.eviction_cool_down);
    let cool_down = cool_down.filter(|secs| secs.get() > 0 && !is_own);
    Ok(Eviction {
        sign_in: SignInShown::of(account, actor, sign_in),
        is_own,
        cut: Cut::with_sign_in(account, sign_in),
        cool_down: cool_down.map(super::duration::words),
        back: back(account, actor, sign_in.pool),
    })
}

fn back(account: &Account, actor: &Actor, pool: Option<PoolId>) -> String {
    let pools = NavPage::SeatPools.path(account.id());
    match pool {
        Some(pool) if account.is_staff(actor) => format!("{pools}?open={pool}"),
        _ if account.is_staff(actor) => pools,
        _ => NavPage::Overview.path(account.id()),
    }
}
