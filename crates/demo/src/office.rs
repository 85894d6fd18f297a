//! What owners and the vendor do meanwhile: they lend seats, let seats end, move seats between pools and sell minutes. So
//! the demo shows every feature, for as long as it runs.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;
use tokio::time::{interval, sleep};
use usher_client::operations::{
    CreateGroup, CreateTeam, CreateToken, DeclineSeatRequest, GrantSeatRequest, MoveSeats, SendSeatRequest,
    SetSubscription, SetSubscriptionManagement,
};
use usher_client::{Account, Client, Error};

use super::accounts::{Agent, DemoAccount, Model, PASSWORD, PRODUCT};
use super::agents::Story;

/// The time between two things that happen in the office.
const EVERY: Duration = Duration::from_secs(20);
/// For how long a user waits for the answer to a request for a seat.
const ANSWERED_AFTER: Duration = Duration::from_secs(12);
/// For how many seconds a seat is lent.
const LENT_SECS: i64 = 90;
/// After how many seconds a seat that was bought for a while ends.
const ENDS_AFTER_SECS: i64 = 300;
/// The minutes below which the vendor sells more, and how many.
const MINUTES_LOW: u64 = 60;
const MINUTES_SOLD: u32 = 120;

/// The named seats of the account with named seats: for good, and for a while.
pub(super) const NAMED_SEATS: u32 = 7;
const NAMED_SEATS_FOR_A_WHILE: u32 = 1;

/// The owners and the vendor, with the vendor's operator key.
pub(super) struct Office {
    operator: Client,
    stories: Sender<Story>,
    round: usize,
}

impl Office {
    pub(super) const fn new(operator: Client, stories: Sender<Story>) -> Self {
        Self {
            operator,
            stories,
            round: 0,
        }
    }

    /// Works until the program ends. What is refused is told; the next round tries again.
    pub(super) async fn work(mut self, accounts: &[DemoAccount]) {
        let mut rounds = interval(EVERY);
        loop {
            rounds.tick().await;
            for demo in accounts {
                if let Err(error) = self.turn(demo).await {
                    let what = match error {
                        Error::Refused(problem) => format!("is refused: {}", problem.detail),
                        other => format!("cannot reach the server: {other}"),
                    };
                    self.tell(demo, "Olga Owner", what).await;
                }
            }
            self.round = self.round.wrapping_add(1);
        }
    }

    async fn tell(&self, demo: &DemoAccount, who: &str, what: impl Into<String>) {
        let story = Story {
            account: demo.name,
            agent: who.to_owned(),
            what: what.into(),
        };
        // The receiver is gone only when the program ends.
        let _ = self.stories.send(story).await;
    }

    async fn turn(&self, demo: &DemoAccount) -> Result<(), Error> {
        let account = Account::of(self.operator.clone(), demo.account.id());
        match demo.model {
            Model::SeatPools => self.move_seat(demo, &account).await,
            Model::AssignedSeats => self.lend(demo, &account).await,
            Model::ConcurrentSessions => Ok(()),
            Model::ConcurrentDevices => self.sell_minutes(demo, &account).await,
        }
    }

    /// Moves a seat from the first pool to the second, and back: a pool whose seats are all taken drains.
    async fn move_seat(&self, demo: &DemoAccount, account: &Account) -> Result<(), Error> {
        let pools = account.pools().await?;
        let [one, other] = pools.as_slice() else {
            return Ok(());
        };
        let (from, to) = match self.round % 6 {
            2 => (one, other),
            5 => (other, one),
            _ => return Ok(()),
        };
        let body = json!({ "to": to.id, "seats": 1 });
        let values = [account.id(), from.id.as_str()];
        self.operator.call::<MoveSeats>(&values, &[], Some(&body)).await?;
        let what = format!("moves a seat from {} to {}", from.name, to.name);
        self.tell(demo, "Olga Owner", what).await;
        Ok(())
    }

    /// A user without a license asks for a seat, and is lent one or told why not.
    async fn lend(&self, demo: &DemoAccount, account: &Account) -> Result<(), Error> {
        self.sell_seats_for_a_while(demo, account).await?;
        let without: Vec<&Agent> = demo.agents.iter().skip(6).collect();
        let Some(asker) = without.get(self.round % without.len().max(1)) else {
            return Ok(());
        };
        let values = [account.id(), asker.id.as_str(), PRODUCT];
        let asks = json!({ "note": "I stand in for a colleague today." });
        self.operator
            .call::<SendSeatRequest>(&values, &[], Some(&asks))
            .await?;
        self.tell(demo, &asker.name, "asks for a seat").await;
        sleep(ANSWERED_AFTER).await;
        let lent = json!({ "license": { "kind": "named", "until": in_secs(LENT_SECS) } });
        match self
            .operator
            .call::<GrantSeatRequest>(&values, &[], Some(&lent))
            .await
        {
            Ok(_) => {
                let what = format!("lends {} a seat for {LENT_SECS} seconds", asker.name);
                self.tell(demo, "Olga Owner", what).await;
            }
            // Every seat is assigned. Those who visit the demo may have answered already, too.
            Err(Error::Refused(_)) => {
                let reason = json!({ "note": "All seats are assigned. Ask again in a minute." });
                let declined = self
                    .operator
                    .call::<DeclineSeatRequest>(&values, &[], Some(&reason));
                if declined.await.is_ok() {
                    let what = format!("declines the request of {}", asker.name);
                    self.tell(demo, "Olga Owner", what).await;
                }
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// A few seats end every few minutes, and are bought again after a while.
    async fn sell_seats_for_a_while(&self, demo: &DemoAccount, account: &Account) -> Result<(), Error> {
        if !self.round.is_multiple_of(24) {
            return Ok(());
        }
        let all = NAMED_SEATS + NAMED_SEATS_FOR_A_WHILE;
        let ends = json!({ "named_seats": NAMED_SEATS_FOR_A_WHILE, "until": in_secs(ENDS_AFTER_SECS) });
        let products = json!({ PRODUCT: { "named_seats": all, "temporary": [ends] } });
        let body = json!({ "plan": "team", "products": products });
        self.operator
            .call::<SetSubscription>(&[account.id()], &[], Some(&body))
            .await?;
        let what =
            format!("sells {all} seats, {NAMED_SEATS_FOR_A_WHILE} of them for {ENDS_AFTER_SECS} seconds");
        self.tell(demo, "The vendor", what).await;
        Ok(())
    }

    async fn sell_minutes(&self, demo: &DemoAccount, account: &Account) -> Result<(), Error> {
        if account.usage().await?.minutes.remaining >= MINUTES_LOW {
            return Ok(());
        }
        account.add_minutes(MINUTES_SOLD).await?;
        self.tell(demo, "The vendor", format!("sells {MINUTES_SOLD} minutes"))
            .await;
        Ok(())
    }
}

fn in_secs(secs: i64) -> String {
    let now = Timestamp::now().as_second();
    Timestamp::from_second(now.saturating_add(secs)).map_or_else(|_| String::new(), |at| at.to_string())
}

/// Teams, groups, and the ways in which subscriptions are managed: what is there from the start.
pub(super) async fn furnish(operator: &Client, accounts: &[DemoAccount]) -> Result<(), Error> {
    for demo in accounts {
        let id = demo.account.id();
        let (first, second) = demo.agents.split_at(demo.agents.len() / 2);
        let members = |agents: &[Agent]| -> Vec<Value> {
            agents.iter().map(|agent| agent.id.as_str().into()).collect()
        };
        for (name, agents) in [("First line", first), ("Second line", second)] {
            let team = json!({ "name": name, "members": members(agents) });
            operator.call::<CreateTeam>(&[id], &[], Some(&team)).await?;
        }
        let group = json!({ "name": "Everybody", "members": members(&demo.agents) });
        operator.call::<CreateGroup>(&[id], &[], Some(&group)).await?;
        let management = match demo.model {
            Model::SeatPools => json!({ "mode": "on_request" }),
            Model::AssignedSeats => json!({ "mode": "closed" }),
            Model::ConcurrentSessions => json!({ "mode": "free" }),
            Model::ConcurrentDevices => json!({ "mode": "within_bounds", "bounds": {
                "products": { PRODUCT: {
                    "named_seats": { "min": 0, "max": 0 }, "shared_seats": { "min": 4, "max": 10 },
                } },
                "minutes_per_30_days": 600,
            } }),
        };
        operator
            .call::<SetSubscriptionManagement>(&[id], &[], Some(&management))
            .await?;
        if demo.model == Model::SeatPools {
            ask_for_minutes(operator, demo).await?;
        }
    }
    Ok(())
}

/// The owner asks the vendor for minutes, so that a request waits for an answer on the operator pages.
async fn ask_for_minutes(operator: &Client, demo: &DemoAccount) -> Result<(), Error> {
    let who = json!({ "account": demo.account.id(), "email": demo.owner, "password": PASSWORD });
    let token = operator
        .with_token("")
        .call::<CreateToken>(&[], &[], Some(&who))
        .await?;
    let token = token["token"].as_str().unwrap_or_default();
    demo.account.with_token(token).add_minutes(500).await.map(drop)
}
