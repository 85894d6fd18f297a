//! The live list of users.

use std::collections::BTreeMap;

use askama::Template;
use usher_app::PendingState;
use usher_domain::permission::Privilege;
use usher_domain::text::Product;
use usher_domain::user::{License, User};
use usher_domain::{Account, Actor, PoolId, Refusal, Timestamp, UserId};

use super::licenses;
use super::query::{Filter, Sort, State, UserQuery};
use super::words::{self, Choice};
use crate::answer::Frame;
use crate::doing::{self, Doing};
use crate::failed::Failed;
use crate::form::Form;
use crate::linked::Linked;
use crate::live::{self, Live, LivePage};
use crate::nav::NavPage;
use crate::order::{self, SortLink};
use crate::paging::{PageLinks, Paging};
use crate::shown::{Moment, ProductLabel, pool_name};
use crate::viewer::Viewer;

/// The most teams in the filter: a longer list is no use.
const TEAMS_OFFERED_MAX: usize = 200;

#[derive(Template)]
#[template(path = "users/list.html")]
pub(super) struct ListPage {
    frame: Frame,
    live: Live,
    /// The errors of the action on the ticked users.
    form: Form,
    /// The path of the list.
    path: String,
    query: UserQuery,
    choices: Choices,
}

/// The rows, which update themselves.
#[derive(Template)]
#[template(path = "users/people.html")]
pub(super) struct People {
    path: String,
    query: UserQuery,
    seen: UsersData,
}

/// The page's data outside of the rows: the choices.
struct Choices {
    may_users: bool,
    may_seats: bool,
    filters: Filters,
    acts: Acts,
}

/// One page of users, copied out of the account.
pub(super) struct UsersData {
    may_users: bool,
    may_seats: bool,
    /// The number of all users of the account.
    total: usize,
    /// The number of users that match the filters.
    matching: usize,
    paging: Paging,
    rows: Vec<Row>,
}

/// A user in the list.
pub(super) struct Row {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: &'static str,
    /// Each with its product, where the account has several.
    pub(super) licenses: Vec<(Option<ProductLabel>, Linked)>,
    pub(super) has_named: bool,
    pub(super) state: Doing,
    /// For users who are invited.
    pub(super) invited_until: Option<Moment>,
    pub(super) created_at: Moment,
    /// The heading above the row, where a group begins.
    pub(super) group: Option<GroupShown>,
}

/// The license by which users are in a group: of a product, with the pool of a shared seat. `None` for no license.
type Group<'a> = Option<(&'a Product, Option<PoolId>)>;

fn group_of<'a>(filter: &Filter, user: &'a User) -> Group<'a> {
    let (product, license) = filter.group_of(user)?;
    Some(match license {
        License::Named => (product, None),
        License::Shared(pool) => (product, Some(*pool)),
    })
}

/// How many users there are of each license, where the list is in groups.
struct Groups<'a>(BTreeMap<Group<'a>, usize>);

impl<'a> Groups<'a> {
    fn of(filter: &Filter, users: &[&'a User]) -> Self {
        let mut counts = BTreeMap::new();
        for user in users {
            *counts.entry(group_of(filter, user)).or_default() += 1;
        }
        Self(counts)
    }
}

/// The users of a page. Where the list is in groups, the first of each group has its heading.
fn rows(
    account: &Account,
    actor: &Actor,
    query: &UserQuery,
    filter: &Filter,
    users: &[&User],
    groups: Option<&Groups<'_>>,
    now: Timestamp,
) -> Vec<Row> {
    let mut last = None;
    let rows = users.iter().map(|user| {
        let mut row = Row::of(account, actor, user, query, now);
        if let Some(Groups(counts)) = groups {
            let group = group_of(filter, user);
            if last != Some(group) {
                row.group = Some(GroupShown::of(account, actor, group, counts.get(&group)));
                last = Some(group);
            }
        }
        row
    });
    rows.collect()
}

/// The heading of a group.
pub(super) struct GroupShown {
    /// `None` for users without a license.
    product: Option<ProductLabel>,
    of: Linked,
    users: usize,
}

impl GroupShown {
    fn of(account: &Account, actor: &Actor, group: Group<'_>, users: Option<&usize>) -> Self {
        let license = |pool: Option<PoolId>| pool.map_or(License::Named, License::Shared);
        Self {
            product: group.map(|(product, _)| ProductLabel::of(account, product)),
            of: match group {
                None => Linked::plain("No license"),
                Some((_, pool)) => words::license_link(account, actor, Some(&license(pool))),
            },
            users: users.copied().unwrap_or_default(),
        }
    }
}

/// The choices of the filters.
pub(super) struct Filters {
    pub(super) products: Vec<Choice>,
    pub(super) licenses: Vec<Choice>,
    pub(super) pools: Vec<Choice>,
    pub(super) teams: Vec<Choice>,
    pub(super) roles: Vec<Choice>,
    pub(super) statuses: Vec<Choice>,
    pub(super) sorts: Vec<Choice>,
}

/// The actions on many users.
pub(super) struct Acts {
    pub(super) assign: Vec<Choice>,
    pub(super) move_to: Vec<Choice>,
    pub(super) remove: Vec<Choice>,
}

impl ListPage {
    /// The list for a query, with one of its forms that has errors.
    pub(super) async fn at(viewer: &Viewer, mut query: UserQuery, form: Form) -> Result<Self, Failed> {
        query.ticked = form.all("user").filter_map(|id| id.parse().ok()).collect();
        let path = NavPage::Users.path(viewer.account);
        let here = format!("{path}?{}", query.at_page(query.page()));
        let here = here.parse().unwrap_or_default();
        let (frame, live) = live::open::<Self>(viewer, query.clone(), &here).await?;
        let wanted = (query.clone(), form.value("act").to_owned());
        let look = move |account: &Account, actor: &Actor, _| {
            Ok(Choices {
                may_users: account.may(actor, Privilege::UsersManage),
                may_seats: account.may(actor, Privilege::SeatsManage),
                filters: Filters::of(account, &wanted.0),
                acts: Acts::of(account, &wanted.1),
            })
        };
        let (_, choices) = viewer.look(None, look).await?;
        Ok(Self {
            frame,
            live,
            form,
            path,
            query,
            choices,
        })
    }

    /// The filters as a hidden field of the action's form.
    fn filter(&self) -> String {
        self.query.at_page(self.query.page())
    }
}

impl LivePage for ListPage {
    type Query = UserQuery;
    type Data = UsersData;
    type Fragment = People;

    const NAV_PAGE: NavPage = NavPage::Users;

    fn complete(viewer: &Viewer, query: &mut UserQuery) {
        query.complete(viewer);
    }

    fn see(
        account: &Account,
        actor: &Actor,
        query: &UserQuery,
        now: Timestamp,
    ) -> Result<UsersData, Refusal> {
        account.need_staff(actor)?;
        let filter = Filter::of(query);
        let users = filter.matching(account);
        let matching = users.len();
        let paging = Paging::sized(&query.page, &query.size, matching);
        let groups = filter.is_grouped().then(|| Groups::of(&filter, &users));
        let shown = filter.cut(account, users, paging);
        Ok(UsersData {
            may_users: account.may(actor, Privilege::UsersManage),
            may_seats: account.may(actor, Privilege::SeatsManage),
            total: account.users().len(),
            matching,
            paging,
            rows: rows(account, actor, query, &filter, &shown, groups.as_ref(), now),
        })
    }

    async fn show(viewer: &Viewer, query: &UserQuery, seen: UsersData) -> Result<People, Failed> {
        Ok(People {
            path: NavPage::Users.path(viewer.account),
            query: query.clone(),
            seen,
        })
    }
}

impl People {
    /// The links to the other pages.
    fn links(&self) -> PageLinks {
        self.seen.paging.links(&self.path, &self.query.filters())
    }

    /// The heading of a column by which the list can be sorted.
    fn sorted(&self, column: &str) -> SortLink {
        let place = [("size", self.query.size.as_str())];
        let filters = self
            .query
            .filters()
            .into_iter()
            .filter(|(name, _)| *name != "sort");
        let query: Vec<_> = filters.chain(place).collect();
        SortLink::of(&self.path, &query, Sort::column_of(&self.query.sort), column)
    }

    /// How many columns the table has.
    fn columns(&self) -> usize {
        6 + usize::from(self.seen.may_seats || self.seen.may_users)
    }

    /// Whether a user was ticked in the submitted form.
    fn is_ticked(&self, id: &UserId) -> bool {
        self.query.ticked.contains(id)
    }
}

impl Row {
    fn of(account: &Account, actor: &Actor, user: &User, query: &UserQuery, now: Timestamp) -> Self {
        let several = account.subscription().products.len() > 1;
        let licenses = user.licenses.iter().map(|(product, license)| {
            let product = several.then(|| ProductLabel::of(account, product));
            (product, words::license_link(account, actor, Some(license)))
        });
        let mut state = doing::user(account, user);
        let invited = query.invited.get(&user.id);
        // A named seat makes its user reachable, even if they have never come.
        let invited = invited.filter(|_| user.active && user.sign_ins().is_empty());
        let mut invited_until = None;
        if let Some(invitation) = invited {
            state = match invitation.state(account, now) {
                PendingState::Works => {
                    invited_until = Some(Moment(account.shown(invitation.expires_at())));
                    (text!("users-invited"), "warn")
                }
                PendingState::Expired => (text!("users-invitation-expired"), "bad"),
                PendingState::Ended => (text!("users-invitation-ended"), "bad"),
            };
        }
        Self {
            id: user.id,
            name: user.profile.name.reveal().to_string(),
            email: user.profile.email.reveal().to_string(),
            role: words::role_label(user.profile.role),
            licenses: licenses.collect(),
            has_named: user.licenses.values().any(|it| *it == License::Named),
            state,
            invited_until,
            created_at: Moment(account.shown(user.created_at)),
            group: None,
        }
    }
}

impl Filters {
    fn of(account: &Account, query: &UserQuery) -> Self {
        let choices = |any: &str, all: Vec<(String, String)>, chosen: &str| {
            let first = Choice::new("", any, chosen);
            let rest = all
                .into_iter()
                .map(|(value, label)| Choice::new(value, label, chosen));
            std::iter::once(first).chain(rest).collect::<Vec<_>>()
        };
        let pair = |(value, label): &(&str, &str)| ((*value).to_owned(), (*label).to_owned());
        let products = account.subscription().products.keys();
        let products = products.map(|it| (it.to_string(), account.product_name(it)));
        let products = products.collect();
        let pools = order::pools(account).into_iter();
        let pools = pools.map(|it| (it.id.to_string(), pool_name(account, it)));
        let pools = pools.collect();
        let teams = order::teams(account).into_iter().take(TEAMS_OFFERED_MAX);
        let teams = teams.map(|it| (it.id.to_string(), it.name.to_string())).collect();
        let licenses = [
            ("named", "Named seat"),
            ("shared", "Shared seat"),
            ("none", "None"),
        ];
        let roles = words::ROLES.map(|(_, word, label)| (word, label));
        let mut sorts = Sort::ALL
            .map(|(value, label)| Choice::new(value, label, &query.sort))
            .to_vec();
        // Sorted by a heading that is no choice: a search keeps the order.
        if !sorts.iter().any(|choice| choice.is_chosen) {
            sorts.push(Choice::new(
                query.sort.as_str(),
                "As in the headings",
                &query.sort,
            ));
        }
        Self {
            products: choices("Any", products, &query.product),
            licenses: choices("Any", licenses.iter().map(pair).collect(), &query.license),
            pools: choices("Any", pools, &query.pool),
            teams: choices("Any", teams, &query.team),
            roles: choices("Any", roles.iter().map(pair).collect(), &query.role),
            statuses: choices("Any", State::ALL.iter().map(pair).collect(), &query.status),
            sorts,
        }
    }
}

impl Acts {
    fn of(account: &Account, chosen: &str) -> Self {
        let products = account.subscription().products.keys();
        let assign = products.clone().map(|product| {
            let left = licenses::left(account, product);
            let name = account.product_name(product);
            let value = format!("assign {product}");
            if left == 0 {
                let label = format!("Assign a named seat of {name} (none left)");
                return Choice::new(value, label, chosen).unavailable();
            }
            Choice::new(
                value,
                format!("Assign a named seat of {name} ({left} left)"),
                chosen,
            )
        });
        let remove = products.map(|product| {
            let label = format!("Take the license of {} away", account.product_name(product));
            Choice::new(format!("remove {product}"), label, chosen)
        });
        let move_to = order::pools(account).into_iter().map(|pool| {
            let label = format!("Move to the pool {}", pool_name(account, pool));
            Choice::new(format!("move {}", pool.id), label, chosen)
        });
        Self {
            assign: assign.collect(),
            move_to: move_to.collect(),
            remove: remove.collect(),
        }
    }
}
