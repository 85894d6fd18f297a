//! Setting a help desk up on a running server, through the API.

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use usher_client::{Account, Client, Error};
use usher_domain::user::License;

use crate::desk::help_desk::NewPool;
use crate::desk::{HelpDesk, NewUser, PRODUCT};

/// A help desk on a running server. Ids are those that the server has given.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The account, called with the operator's key.
    pub account: Account,
    /// The pools, in the order in which they were described.
    pub pools: Vec<String>,
    /// The users, in the order in which they were described.
    pub users: Vec<String>,
}

impl HelpDesk {
    /// Sets the help desk up with an operator key, with this many users at a time.
    pub async fn open_on(&self, operator: &Client, at_once: usize) -> Result<Opened, Error> {
        let account = Account::create(operator, &self.name).await?;
        if self.has_bought() {
            let seats = (PRODUCT, self.named_seats, self.shared_seats());
            account.subscribe(self.plan, &[seats]).await?;
        }
        if self.minutes > 0 {
            account.add_minutes(self.minutes).await?;
        }
        let pools = self.open_pools(&account).await?;
        let (to, opened) = (&account, &pools);
        let users = stream::iter(&self.users).map(|(user, license)| async move {
            let id = to.create_user(&user.fields()).await?;
            if let Some(license) = license {
                let pool = self.pool_of(*license, opened);
                to.set_license(&id, PRODUCT, pool).await?;
            }
            Ok::<_, Error>(id)
        });
        let users = users.buffered(at_once).try_collect().await?;
        Ok(Opened {
            account,
            pools,
            users,
        })
    }

    async fn open_pools(&self, account: &Account) -> Result<Vec<String>, Error> {
        let Some((first, others)) = self.pools.split_first() else {
            return Ok(Vec::new());
        };
        let default = account.pools().await?.into_iter().find(|pool| pool.default);
        let default = default.map(|pool| pool.id).unwrap_or_default();
        account.change_pool(&default, &first.fields()).await?;
        let mut pools = vec![default];
        for pool in others {
            let name = pool.name.as_deref().unwrap_or_default();
            let rules = pool.fields()["rules"].clone();
            let created = account.create_pool(name, PRODUCT, pool.seats, &rules).await?;
            pools.push(created.id);
        }
        Ok(pools)
    }

    /// The id on the server of the pool that a license is for; `None` for a named seat.
    fn pool_of<'a>(&self, license: License, opened: &'a [String]) -> Option<&'a str> {
        let License::Shared(id) = license else {
            return None;
        };
        let index = self.pools.iter().position(|pool| pool.id == id);
        index.map(|index| opened[index].as_str())
    }
}

impl NewPool {
    /// The fields of the pool in the API's format.
    fn fields(&self) -> Value {
        let mut fields = json!({ "seats": self.seats });
        if let Some(name) = &self.name {
            fields["name"] = name.as_str().into();
        }
        if let Some(rules) = &self.rules {
            fields["rules"] = json!(rules);
        }
        fields
    }
}

impl NewUser {
    /// The fields of the user in the API's format.
    fn fields(&self) -> Value {
        let profile = self.profile();
        let mut fields = json!({
            "name": profile.name, "email": profile.email, "role": profile.role, "privileges": profile.privileges,
            "billing_contact": profile.billing_contact, "assign_seat": self.assign_seat,
        });
        if let Some(password) = &self.password {
            fields["password"] = password.as_str().into();
        }
        fields
    }
}
