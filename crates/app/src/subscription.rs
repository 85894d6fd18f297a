//! What accounts buy and ask for (L7 to L10): what the API and the pages need besides the commands.

use std::collections::BTreeMap;

use usher_domain::account::Plan;
use usher_domain::command::{NewRequest, RequestAnswer, SubscriptionSeen};
use usher_domain::purchase::Purchase;
use usher_domain::text::{Note, PlanName, Product};
use usher_domain::{AccountId, PoolId, SubscriptionRequestId};
use usher_engine::Failure;

use crate::app::App;
use crate::problem::Problem;

impl App {
    /// The plan of the operator's configuration with this name.
    pub fn find_plan(&self, name: &PlanName) -> Result<Plan, Problem> {
        let plans = &self.config().plans;
        let found = plans.iter().find(|plan| plan.name == *name);
        found.cloned().ok_or_else(|| {
            let names: Vec<_> = plans.iter().map(|plan| format!("`{}`", plan.name)).collect();
            Problem::invalid("plan", format!("must be one of {}", names.join(", ")))
        })
    }

    /// Ids for the default pools of products.
    pub fn draw_pools<'a>(
        &self,
        products: impl IntoIterator<Item = &'a Product>,
    ) -> Result<BTreeMap<Product, PoolId>, Problem> {
        let products = products.into_iter();
        products
            .map(|product| Ok((product.clone(), PoolId::from_bits(self.draw()?))))
            .collect()
    }

    /// What a purchase needs where it becomes a request to the operator.
    pub fn draw_request(&self, note: Option<Note>) -> Result<NewRequest, Problem> {
        Ok(NewRequest {
            id: SubscriptionRequestId::from_bits(self.draw()?),
            note,
        })
    }

    /// The operator's approval of a request: as it was asked for, or `instead`, if the subscription is `seen`.
    pub async fn approval(
        &self,
        account: AccountId,
        id: SubscriptionRequestId,
        instead: Option<Purchase>,
        seen: Option<SubscriptionSeen>,
    ) -> Result<RequestAnswer, Problem> {
        let products = match &instead {
            Some(instead) => products_of(instead),
            None => self.asked_products(account, id).await?,
        };
        Ok(RequestAnswer::Approve {
            default_pools: self.draw_pools(&products)?,
            instead,
            seen,
        })
    }

    /// The products for which a request asks. None if there is no such request: then its answer is refused.
    async fn asked_products(
        &self,
        account: AccountId,
        id: SubscriptionRequestId,
    ) -> Result<Vec<Product>, Problem> {
        let asked = self.engine().read(account, move |account, _| {
            let request = account.subscription_request(id);
            request.map_or_else(Vec::new, |request| products_of(&request.asked))
        });
        match asked.await {
            Ok(products) => Ok(products),
            Err(Failure::NoAccount) => Ok(Vec::new()),
            Err(failure) => Err(failure.into()),
        }
    }

    fn draw(&self) -> Result<u128, Problem> {
        Ok(usher_identity::draw_bits(self.engine().now())?)
    }
}

fn products_of(purchase: &Purchase) -> Vec<Product> {
    match purchase {
        Purchase::Subscription { products, .. } => products.keys().cloned().collect(),
        Purchase::Minutes { .. } => Vec::new(),
    }
}
