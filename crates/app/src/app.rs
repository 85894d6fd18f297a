//! The state that every handler uses.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;
use usher_domain::account::Plan;
use usher_domain::join_code::JoinCode;
use usher_domain::text::Code;
use usher_domain::text::Origin;
use usher_domain::{Account, AccountId, UserId};
use usher_engine::{Clock, Engine, Failure};
use usher_http::{CONNECTIONS_MAX, CONNECTIONS_PER_ADDRESS, Connections, RequestFigures, TrustedProxies};
use usher_identity::single_sign_on::{OutboundProxy, Outward, Reach, RedirectUris, SingleSignOn, Times};
use usher_identity::{Identity, IdentityError, PortalSessionId};
use usher_journal::{
    AccountFilter, AuditRow, CodeOwner, Hash, JournalError, PageRequest, Records, SessionRow,
    plain_code_digest,
};

use crate::mails::MailSetup;
use crate::metrics_token::MetricsToken;
use crate::problem::Problem;
use crate::streams::Streams;
use crate::throttle::Throttle;

/// The operator's settings for the API.
#[derive(Debug, Clone)]
pub struct Config {
    /// The plans that subscriptions may use.
    pub plans: Vec<Plan>,
    /// Where the data is; `None` if it is in memory.
    pub data_directory: Option<PathBuf>,
    /// Whether the clock can be moved by a call.
    pub sandbox: bool,
    /// The server's public address, without a trailing slash: `https://usher.example.com`. Links are relative if it is
    /// `None`.
    pub public_url: Option<String>,
    /// The proxies trusted to name the client of a request.
    pub trusted_proxies: TrustedProxies,
    /// The most connections at once. The streams of one account may use half of them.
    pub connections_max: NonZeroU32,
    /// The most connections at once from one network address, except those of trusted proxies.
    pub connections_per_address_max: NonZeroU32,
    /// The token for `/metrics`, besides operator keys.
    pub metrics_token: Option<MetricsToken>,
    /// The accounts whose seats `/metrics` shows one by one.
    pub metrics_accounts: BTreeSet<AccountId>,
    /// The server's address for browsers on this machine, to come back to from a provider if there is no public
    /// address.
    pub own_url: Option<String>,
    /// The origins whose pages may call the API in a browser, for every account.
    pub cors_origins: BTreeSet<Origin>,
    /// The addresses that the providers of accounts may have.
    pub providers: Reach,
    /// The proxy for requests to providers; `None` for no proxy, whatever the environment says.
    pub outbound_proxy: Option<OutboundProxy>,
    /// The DNS server asked for proofs of domains; `None` for those that this machine is configured with.
    pub dns_server: Option<SocketAddr>,
    /// How mails leave this server; `None` if no mail is set up.
    pub mail: Option<MailSetup>,
    /// The clock used with providers: real time, even if Usher's own clock is moved by hand.
    pub world_clock: Clock,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            plans: Plan::built_in(),
            data_directory: None,
            sandbox: false,
            public_url: None,
            trusted_proxies: TrustedProxies::default(),
            connections_max: CONNECTIONS_MAX,
            connections_per_address_max: CONNECTIONS_PER_ADDRESS,
            metrics_token: None,
            metrics_accounts: BTreeSet::new(),
            own_url: None,
            cors_origins: BTreeSet::new(),
            providers: Reach::default(),
            dns_server: None,
            outbound_proxy: None,
            mail: None,
            world_clock: Clock::System,
        }
    }
}

/// The state that every handler uses.
pub struct App {
    pub(crate) engine: Engine,
    pub(crate) identity: Identity,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) config: Config,
    pub(crate) throttle: Throttle,
    /// Held while an account is created, because it has no single writer yet that would order requests.
    making_accounts: tokio::sync::Mutex<()>,
    /// See [`Self::sso_requirement`].
    sso_requirement: tokio::sync::Mutex<()>,
    single_sign_on: SingleSignOn,
    connections: Arc<Connections>,
    streams: Arc<Streams>,
    request_figures: RequestFigures,
    closing: watch::Sender<bool>,
}

impl App {
    /// The API over an engine, the credentials, and the read models that the engine's journal fills.
    #[must_use]
    pub fn new(engine: Engine, identity: Identity, records: Arc<dyn Records>, config: Config) -> Arc<Self> {
        let clock = engine.clone();
        identity.follow_wall_clock(move |now| now - clock.wall_clock().behind);
        Arc::new(Self {
            throttle: Throttle::new(&engine),
            making_accounts: tokio::sync::Mutex::new(()),
            sso_requirement: tokio::sync::Mutex::new(()),
            single_sign_on: SingleSignOn::new(identity.clone(), outward(&config)),
            connections: Connections::new(
                config.connections_max,
                config.connections_per_address_max,
                config.trusted_proxies.clone(),
            ),
            streams: Streams::new(config.connections_max.get()),
            request_figures: RequestFigures::default(),
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

    /// The operator's settings.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The recent attempts at passwords.
    #[must_use]
    pub const fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// Held while an account is created, because it has no single writer yet that would order requests.
    #[must_use]
    pub const fn making_accounts(&self) -> &tokio::sync::Mutex<()> {
        &self.making_accounts
    }

    /// Orders requiring single sign-on and removing a provider. The requirement is in the journal and the provider is not,
    /// so no single writer orders them. To require it, lock this before [`Self::single_sign_on_lacks`], until the
    /// requirement is stored.
    #[must_use]
    pub const fn sso_requirement(&self) -> &tokio::sync::Mutex<()> {
        &self.sso_requirement
    }

    /// The number and duration of requests, which every router counts into.
    #[must_use]
    pub const fn request_figures(&self) -> &RequestFigures {
        &self.request_figures
    }

    /// The hash of each entry's commit.
    pub async fn hashes_of(
        &self,
        account: AccountId,
        rows: &[AuditRow],
    ) -> Result<Vec<Option<Hash>>, Failure> {
        let mut hashes: Vec<Option<Hash>> = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            // The entries of one commit are adjacent.
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

    /// The session that a code leads to; `None` if there is none.
    pub async fn find_code(&self, code: &Code) -> Result<Option<CodeOwner>, JournalError> {
        let digest = self.identity.join_codes().digest(code);
        if let Some(owner) = self.records.find_code(&digest).await? {
            return Ok(Some(owner));
        }
        // A session of an earlier version may still be waiting.
        self.records.find_code(&plain_code_digest(code.as_str())).await
    }

    /// Whether this is the code of a session, which may have ended.
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

    /// Usher's time and the real time.
    #[must_use]
    pub fn times(&self) -> Times {
        Times {
            here: self.engine.now(),
            world: self.config.world_clock.now(),
        }
    }

    /// A path of this server as a public address; `None` if the server does not know its own.
    #[must_use]
    pub fn url(&self, path: &str) -> Option<String> {
        let base = self.config.public_url.as_ref().or(self.config.own_url.as_ref())?;
        Some(format!("{}{path}", base.trim_end_matches('/')))
    }

    /// Whether [`Self::url`] returns addresses that work only on this machine, because no public one is configured.
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

    /// The redirect URIs for an account's provider; `None` if the server does not know its own address.
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

    /// The account's own redirect URI.
    #[must_use]
    pub fn own_redirect_uri(&self, account: AccountId) -> Option<String> {
        self.url(&format!("/sso/{account}/callback"))
    }

    /// Whether there is only one account, so that accounts cannot be mixed up.
    pub async fn has_one_account(&self) -> Result<bool, Problem> {
        let page = PageRequest::new(2, None);
        let listed = self.records.list_accounts(AccountFilter::default(), page).await?;
        Ok(listed.items.len() < 2)
    }

    /// Why single sign-on cannot be required in an account with this break-glass owner, as a sentence; `None` if it can.
    /// Lock [`Self::sso_requirement`] until the requirement is stored.
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

    /// If an account requires single sign-on: ends the sessions and tokens that began with a password, except those of
    /// the break-glass owner and the session `keep`.
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

    /// Ends every open stream, so that a graceful shutdown does not wait for them.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Resolves once [`close`](Self::close) was called; streams end then.
    pub fn closed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut closing = self.closing.subscribe();
        async move {
            // The sender lives as long as the program; if it was dropped, streams have nothing more to send.
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
