//! Pay-per-use minutes: how many are left, and what they were spent on. Live.

mod view;

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::http::Uri;
use axum::response::Response;
use serde::Deserialize;
use usher_domain::permission::Privilege;
use usher_domain::{Account, AccountId, Actor, Refusal, SessionId, SignInId, Timestamp, UserId};
use usher_journal::{Cursor, JournalError, MinutesRow, PageRequest, Records, Span};

use self::view::{Change, Minutes, MinutesData, MinutesPage};
use crate::answer::page;
use crate::failed::Failed;
use crate::linked::Linked;
use crate::live::{self, LivePage};
use crate::nav::NavPage;
use crate::routes::{Pages, get};
use crate::viewer::Viewer;

pub(crate) use self::view::MINUTES_LOW;

/// Changes per page.
const CHANGES_SHOWN: u16 = 50;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/minutes", get(show))
        .route("/a/{account}/minutes/live", get(live::stream::<MinutesPage>))
}

/// The page of the list.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct MinutesQuery {
    /// The cursor before its first row; empty for the newest rows.
    #[serde(default)]
    after: String,
}

async fn show(viewer: Viewer, query: Query<MinutesQuery>, uri: Uri) -> Result<Response, Failed> {
    let (frame, live) = live::open::<MinutesPage>(&viewer, query.0, &uri).await?;
    Ok(page(&MinutesPage { frame, live }))
}

impl LivePage for MinutesPage {
    type Query = MinutesQuery;
    type Data = MinutesData;
    type Fragment = Minutes;

    const NAV_PAGE: NavPage = NavPage::Minutes;

    fn see(account: &Account, actor: &Actor, _: &MinutesQuery, _: Timestamp) -> Result<MinutesData, Refusal> {
        account.need_in_account(actor, Privilege::ReportsView)?;
        Ok(MinutesData::of(account, actor))
    }

    async fn show(viewer: &Viewer, query: &MinutesQuery, seen: MinutesData) -> Result<Minutes, Failed> {
        let after = match query.after.as_str() {
            "" => None,
            after => Some(after.parse::<Cursor>().map_err(|_| Failed::not_found("page"))?),
        };
        let records = viewer.portal.app.records();
        let wanted = PageRequest::new(CHANGES_SHOWN, after);
        let rows = records
            .list_minutes(viewer.account, Span::default(), wanted)
            .await?;
        let spenders = spenders(viewer, &rows.items).await?;
        let wall = viewer.wall_times().await;
        let path = NavPage::Minutes.path(viewer.account);
        Ok(Minutes {
            seen,
            changes: rows
                .items
                .iter()
                .map(|row| Change::of(row, &wall, &spenders))
                .collect(),
            newest: after.map(|_| path.clone()).unwrap_or_default(),
            older: rows
                .next
                .map(|next| format!("{path}?after={next}"))
                .unwrap_or_default(),
        })
    }
}

/// The users whose work was paid for, by the id that the minutes were spent on. Deleted users have no name any more.
async fn spenders(viewer: &Viewer, rows: &[MinutesRow]) -> Result<BTreeMap<String, Linked>, Failed> {
    let records = viewer.portal.app.records();
    let mut owners: BTreeMap<String, Option<UserId>> = BTreeMap::new();
    for claim in rows.iter().filter_map(|row| row.claim.as_deref()) {
        if !owners.contains_key(claim) {
            let owner = owner(records, viewer.account, claim).await?;
            owners.insert(claim.to_owned(), owner);
        }
    }
    let look = move |account: &Account, actor: &Actor, _| {
        let name = |user: &UserId| Some(Linked::user(account, actor, account.user(*user)?));
        let names = owners
            .iter()
            .filter_map(|(claim, owner)| Some((claim.clone(), name(owner.as_ref()?)?)));
        Ok(names.collect())
    };
    let (_, names) = viewer.look(None, look).await?;
    Ok(names)
}

/// The user of the session or sign-in with a claim's id.
async fn owner(
    records: &dyn Records,
    account: AccountId,
    claim: &str,
) -> Result<Option<UserId>, JournalError> {
    if let Ok(session) = claim.parse::<SessionId>() {
        let row = records.session(account, session).await?;
        return Ok(row.map(|row| row.user));
    }
    let Ok(sign_in) = claim.parse::<SignInId>() else {
        return Ok(None);
    };
    let row = records.sign_in(account, sign_in).await?;
    Ok(row.map(|row| row.user))
}
