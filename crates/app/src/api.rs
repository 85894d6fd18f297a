//! What every handler works with.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

use tokio::sync::watch;
use usher_domain::account::Plan;
use usher_domain::join_code::JoinCode;
use usher_domain::text::Code;
use usher_domain::text::Origin;
use usher_domain::{Account, AccountId, UserId};
use usher_engine::{Clock, Engine, Failure};
use usher_http::{CONNECTIONS_MAX, CONNECTIONS_PER_ADDRESS, Connections, Meter, TrustedProxies};
use usher_identity::single_sign_on::{OutboundProxy, Outward, Reach, RedirectUris, SingleSignOn, Times};
use usher_identity::{Identity, IdentityError, PortalSessionId};
use usher_journal::{
    AccountFilter, AuditRow, CodeOwner, Hash, JournalError, PageRequest, Records, SessionRow,
    plain_code_digest,
};

use crate::metrics_token::MetricsToken;
use crate::problem::Problem;
use crate::streams::Streams;
use crate::throttle::Throttle;

/// What the operator decides about the API.
#[derive(Debug, Clone)]
pub struct Config {
    /// The plans that subscriptions may name.
    pub plans: Vec<Plan>,
    /// Whether the clock can be moved by a call (design 5).
    pub sandbox: bool,
    /// Where customers reach this server, without a slash at the end: `https://usher.example.com`. Links are
    /// relative where it is none.
    pub public_url: Option<String>,
    /// The proxies whose word is taken for whom a request comes from.
    pub trusted_proxies: TrustedProxies,
    /// The most connections at once. Streams of one account have half of them.
    pub connections_max: NonZeroU32,
    /// The most connections at once from one network address, except those of trusted proxies.
    pub connections_per_address_max: NonZeroU32,
    /// What opens `/metrics` besides operator keys.
    pub metrics_token: Option<MetricsToken>,
    /// Where browsers on this machine reach this server, for who comes back from a provider where no public address is
    /// given.
    pub own_url: Option<String>,
    /// The origins whose pages may call the API in a browser, for every account.
    pub cors_origins: BTreeSet<Origin>,
    /// Which addresses the providers of accounts may have.
    pub providers: Reach,
    /// The proxy that requests to providers go through; none for none, whatever the environment says.
    pub outbound_proxy: Option<OutboundProxy>,
    /// The DNS server that says which domains are an account's; none for those that this machine names.
    pub dns_server: Option<SocketAddr>,
    /// The clock that providers go by: the world's, also where Usher's own is moved by hand.
    pub world_clock: Clock,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            plans: Plan::built_in(),
            sandbox: false,
            public_url: None,
            trusted_proxies: TrustedProxies::default(),
            connections_max: CONNECTIONS_MAX,
            connections_per_address_max: CONNECTIONS_PER_ADDRESS,
            metrics_token: None,
            own_url: None,
            cors_origins: BTreeSet::new(),
            providers: Reach::default(),
            dns_server: None,
            outbound_proxy: None,
            world_clock: Clock::System,
        }
    }
}

/// What every handler works with.
pub struct Api {
    pub(crate) engine: Engine,
    pub(crate) identity: Identity,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) config: Config,
    pub(crate) throttle: Throttle,
    /// Held while an account is made, which has no owner yet that would do one thing after the other.
    making_accounts: tokio::sync::Mutex<()>,
    single_sign_on: SingleSignOn,
    connections: Arc<Connections>,
    streams: Arc<Streams>,
    /// What counts requests, once there are routes.
    meter: OnceLock<Arc<Meter>>,
    closing: watch::Sender<bool>,
}

impl Api {
    /// The API over an engine, the credentials, and the read models that the engine's journal fills.
    #[must_use]
    pub fn new(engine: Engine, identity: Identity, records: Arc<dyn Records>, config: Config) -> Arc<Self> {
        let clock = engine.clone();
        identity.follow_world(move |now| now - clock.wall_clock().behind);
        Arc::new(Self {
            throttle: Throttle::new(&engine),
            making_accounts: tokio::sync::Mutex::new(()),
            single_sign_on: SingleSignOn::new(identity.clone(), outward(&config)),
            connections: Connections::new(
                config.connections_max,
                config.connections_per_address_max,
                config.trusted_proxies.clone(),
            ),
            streams: Streams::new(config.connections_max.get()),
            meter: OnceLock::new(),
            engine,
            identity,
            records,
            config,
            closing: watch::Sender::new(false),
        })
    }

    /// The accounts.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The credentials.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The read models.
    #[must_use]
    pub fn records(&self) -> &dyn Records {
        &*self.records
    }

    /// What the operator decided.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// How often passwords were tried of late.
    #[must_use]
    pub const fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// Held while an account is made, which has no owner yet that would do one thing after the other.
    #[must_use]
    pub const fn making_accounts(&self) -> &tokio::sync::Mutex<()> {
        &self.making_accounts
    }

    /// What counts requests; the first call says how it is made.
    pub fn count_with(&self, make: impl FnOnce() -> Arc<Meter>) -> &Arc<Meter> {
        self.meter.get_or_init(make)
    }

    /// What counts requests, once there are routes.
    #[must_use]
    pub fn meter(&self) -> Option<&Arc<Meter>> {
        self.meter.get()
    }

    /// The hash of each entry's commit.
    pub async fn hashes_of(
        &self,
        account: AccountId,
        rows: &[AuditRow],
    ) -> Result<Vec<Option<Hash>>, Failure> {
        let mut hashes: Vec<Option<Hash>> = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            // The entries of one commit stand together.
            let before = index.checked_sub(1).filter(|before| rows[*before].seq == row.seq);
            hashes.push(match before {
                Some(before) => hashes[before],
                None => self.engine.hash_of(account, row.seq).await?,
            });
        }
        Ok(hashes)
    }

    /// A new code for a customer of this account, digested and sealed.
    pub fn draw_code(&self, account: AccountId) -> Result<JoinCode, Problem> {
        let code = usher_identity::draw_code()?;
        let sealed = self.identity.join_codes().seal(account, &code);
        Ok(sealed.map_err(IdentityError::from)?)
    }

    /// Where a code leads; none where it leads nowhere.
    pub async fn find_code(&self, code: &Code) -> Result<Option<CodeOwner>, JournalError> {
        let digest = self.identity.join_codes().digest(code);
        if let Some(owner) = self.records.find_code(&digest).await? {
            return Ok(Some(owner));
        }
        // A session of an earlier version may still wait.
        self.records.find_code(&plain_code_digest(code.as_str())).await
    }

    /// Whether this is the code of a session, which may be over.
    #[must_use]
    pub fn is_code_of(&self, code: &Code, row: &SessionRow) -> bool {
        let digests = [
            self.identity.join_codes().digest(code),
            plain_code_digest(code.as_str()).to_string(),
        ];
        digests.iter().any(|digest| row.code.as_deref() == Some(digest))
    }

    /// Signing in at the providers of accounts.
    #[must_use]
    pub const fn single_sign_on(&self) -> &SingleSignOn {
        &self.single_sign_on
    }

    /// The connections that are open, for [`serve`](usher_http::serve) to count.
    #[must_use]
    pub const fn connections(&self) -> &Arc<Connections> {
        &self.connections
    }

    /// Counts the open event streams, to bound them.
    #[must_use]
    pub const fn streams(&self) -> &Arc<Streams> {
        &self.streams
    }

    /// What time it is here and in the world.
    #[must_use]
    pub fn times(&self) -> Times {
        Times {
            here: self.engine.now(),
            world: self.config.world_clock.now(),
        }
    }

    /// An address of this server as browsers know it; none where the server does not know its own.
    #[must_use]
    pub fn url(&self, path: &str) -> Option<String> {
        let base = self.config.public_url.as_ref().or(self.config.own_url.as_ref())?;
        Some(format!("{}{path}", base.trim_end_matches('/')))
    }

    /// Whether [`Self::url`] gives addresses that only this machine reaches, because nobody has said the public one.
    #[must_use]
    pub fn is_known_here_alone(&self) -> bool {
        let own = self
            .config
            .own_url
            .as_deref()
            .filter(|_| self.config.public_url.is_none());
        let host = own.and_then(|url| url.split_once("://")).map(|(_, host)| host);
        host.is_some_and(|host| {
            ["127.", "localhost", "[::1]"]
                .iter()
                .any(|start| host.starts_with(start))
        })
    }

    /// Where browsers may be told to come back to from an account's provider; none where the server does not know
    /// its own address.
    pub async fn redirect_uris(&self, account: AccountId) -> Result<Option<RedirectUris>, Problem> {
        let own = self.own_redirect_uri(account);
        let Some((own, shared)) = own.zip(self.url("/sso/callback")) else {
            return Ok(None);
        };
        Ok(Some(RedirectUris {
            own,
            shared,
            is_only_account: self.has_one_account().await?,
        }))
    }

    /// The redirect URI that is an account's own.
    #[must_use]
    pub fn own_redirect_uri(&self, account: AccountId) -> Option<String> {
        self.url(&format!("/sso/{account}/callback"))
    }

    /// Whether there is one account only, so that nothing can be mixed up with another's.
    pub async fn has_one_account(&self) -> Result<bool, Problem> {
        let page = PageRequest::new(2, None);
        let listed = self.records.list_accounts(AccountFilter::default(), page).await?;
        Ok(listed.items.len() < 2)
    }

    /// Why single sign-on cannot be required in an account yet, in words; none where it can, or need not be.
    pub async fn single_sign_on_lacks(
        &self,
        account: AccountId,
        break_glass: Option<UserId>,
    ) -> Result<Option<&'static str>, Problem> {
        if self.identity.provider(account).await?.is_none() {
            return Ok(Some("there is no provider to sign in at: set one up first"));
        }
        if let Some(owner) = break_glass
            && !self.identity.has_password(account, owner).await?
        {
            return Ok(Some(
                "the break-glass owner has no password to come in with: set one first",
            ));
        }
        Ok(None)
    }

    /// Where an account requires single sign-on: ends the sessions and tokens of everybody who came in by a password,
    /// save the break-glass owner and the session `keep`.
    pub async fn end_what_passwords_began(
        &self,
        account: AccountId,
        keep: Option<PortalSessionId>,
    ) -> Result<(), Problem> {
        let look = |account: &Account, _| account.settings().sign_in;
        let settings = self.engine.read(account, look).await?;
        if let (true, Some(owner)) = (settings.sso_required, settings.break_glass) {
            self.identity
                .end_what_passwords_began(account, owner, keep)
                .await?;
        }
        Ok(())
    }

    /// Ends every open stream, so that a graceful shutdown need not wait for them.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Resolves once [`close`](Self::close) was called; streams end then.
    pub fn closed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut closing = self.closing.subscribe();
        async move {
            // The sender lives as long as the program; where it is gone, so is what streams would tell.
            let _ = closing.wait_for(|closing| *closing).await;
        }
    }
}

fn outward(config: &Config) -> Outward {
    Outward {
        reach: config.providers,
        dns_server: config.dns_server,
        proxy: config.outbound_proxy.clone(),
    }
}
