//! Every operation of the API that is asked with JSON, by its name in the `OpenAPI` document. `openapi.json` is compared
//! with this list by a test, so an operation cannot be missing or have another address.
//!
//! Event streams and the two health checks, which answer text, are not here.

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answers::{
    self, AccountDetails, ApiKey, CreatedUser, Items, Lease, Minutes, Pool, PurchaseAnswer, Session,
    SessionAnswer, SignInAnswer, Subscription, SubscriptionRequest, Ticket, Usage,
};

/// An operation: where it is and what it answers. [`Client::call`](crate::Client::call) calls it.
pub trait Operation {
    /// Its name in the `OpenAPI` document (`operationId`).
    const NAME: &'static str;
    /// Its method.
    const METHOD: Method;
    /// Its path, with a name in braces for each value that a caller gives.
    const PATH: &'static str;
    /// What it answers; `Value` where this client has no type for it.
    type Answer: DeserializeOwned;
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident $method:ident $operation:literal $path:literal -> $answer:ty;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Operation for $name {
                const NAME: &'static str = $operation;
                const METHOD: Method = Method::$method;
                const PATH: &'static str = $path;
                type Answer = $answer;
            }
        )*

        /// The name, method and path of each operation.
        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$(($operation, stringify!($method), $path),)*];
    };
}

operations! {
    /// Look at a session.
    LookAtSession GET "lookAtSession" "/join/{code}" -> Value;
    /// Join a session.
    JoinSession POST "joinSession" "/join/{code}" -> Value;
    /// Leave a session.
    LeaveSession POST "leaveSession" "/join/{code}/leave" -> ();
    /// List the accounts.
    ListAccounts GET "listAccounts" "/v1/accounts" -> Items<AccountDetails>;
    /// Create an account.
    CreateAccount POST "createAccount" "/v1/accounts" -> AccountDetails;
    /// Get an account.
    GetAccount GET "getAccount" "/v1/accounts/{account}" -> AccountDetails;
    /// Close an account.
    DeleteAccount DELETE "deleteAccount" "/v1/accounts/{account}" -> ();
    /// Change an account.
    ChangeAccount PATCH "changeAccount" "/v1/accounts/{account}" -> AccountDetails;
    /// List the API keys.
    ListApiKeys GET "listApiKeys" "/v1/accounts/{account}/api-keys" -> Items<Value>;
    /// Create an API key.
    CreateApiKey POST "createApiKey" "/v1/accounts/{account}/api-keys" -> ApiKey;
    /// Revoke an API key.
    RevokeApiKey DELETE "revokeApiKey" "/v1/accounts/{account}/api-keys/{api_key}" -> ();
    /// Rotate an API key.
    RotateApiKey POST "rotateApiKey" "/v1/accounts/{account}/api-keys/{api_key}/rotate" -> ApiKey;
    /// List the audit.
    ListAudit GET "listAudit" "/v1/accounts/{account}/audit" -> Items<Value>;
    /// List the groups.
    ListGroups GET "listGroups" "/v1/accounts/{account}/groups" -> Items<Value>;
    /// Create a group.
    CreateGroup POST "createGroup" "/v1/accounts/{account}/groups" -> Value;
    /// Get a group.
    GetGroup GET "getGroup" "/v1/accounts/{account}/groups/{group}" -> Value;
    /// Delete a group.
    DeleteGroup DELETE "deleteGroup" "/v1/accounts/{account}/groups/{group}" -> ();
    /// Change a group.
    ChangeGroup PATCH "changeGroup" "/v1/accounts/{account}/groups/{group}" -> Value;
    /// Set what the members of a group get.
    MapGroup PUT "mapGroup" "/v1/accounts/{account}/groups/{group}/mapping" -> Value;
    /// Send heartbeats of many.
    SendHeartbeats POST "sendHeartbeats" "/v1/accounts/{account}/heartbeats" -> Value;
    /// Add prepaid minutes.
    AddMinutes POST "addMinutes" "/v1/accounts/{account}/minutes" -> PurchaseAnswer<Minutes>;
    /// List the pools.
    ListPools GET "listPools" "/v1/accounts/{account}/pools" -> Items<Pool>;
    /// Create a pool.
    CreatePool POST "createPool" "/v1/accounts/{account}/pools" -> Pool;
    /// Get a pool.
    GetPool GET "getPool" "/v1/accounts/{account}/pools/{pool}" -> Pool;
    /// Delete a pool.
    DeletePool DELETE "deletePool" "/v1/accounts/{account}/pools/{pool}" -> ();
    /// Change a pool.
    ChangePool PATCH "changePool" "/v1/accounts/{account}/pools/{pool}" -> Pool;
    /// Move seats to another pool.
    MoveSeats POST "moveSeats" "/v1/accounts/{account}/pools/{pool}/move-seats" -> Value;
    /// List the refusals.
    ListRefusals GET "listRefusals" "/v1/accounts/{account}/refusals" -> Items<Value>;
    /// List the sessions.
    ListSessions GET "listSessions" "/v1/accounts/{account}/sessions" -> Items<Session>;
    /// Start a session.
    StartSession POST "startSession" "/v1/accounts/{account}/sessions" -> SessionAnswer;
    /// End sessions.
    EndSessions POST "endSessions" "/v1/accounts/{account}/sessions/end" -> Value;
    /// Get a session.
    GetSession GET "getSession" "/v1/accounts/{account}/sessions/{session}" -> Session;
    /// Connect a session.
    ConnectSession POST "connectSession" "/v1/accounts/{account}/sessions/{session}/connect" -> Session;
    /// End a session.
    EndSession POST "endSession" "/v1/accounts/{account}/sessions/{session}/end" -> Session;
    /// Pause a session.
    PauseSession POST "pauseSession" "/v1/accounts/{account}/sessions/{session}/pause" -> Session;
    /// Resume a session.
    ResumeSession POST "resumeSession" "/v1/accounts/{account}/sessions/{session}/resume" -> SessionAnswer;
    /// Get the account's settings.
    GetSettings GET "getSettings" "/v1/accounts/{account}/settings" -> Value;
    /// Change the account's settings.
    ChangeSettings PATCH "changeSettings" "/v1/accounts/{account}/settings" -> Value;
    /// List the sign-ins.
    ListSignIns GET "listSignIns" "/v1/accounts/{account}/sign-ins" -> Items<answers::SignIn>;
    /// Sign in.
    SignIn POST "signIn" "/v1/accounts/{account}/sign-ins" -> SignInAnswer;
    /// Get a sign-in.
    GetSignIn GET "getSignIn" "/v1/accounts/{account}/sign-ins/{sign_in}" -> answers::SignIn;
    /// Sign out.
    SignOut DELETE "signOut" "/v1/accounts/{account}/sign-ins/{sign_in}" -> ();
    /// Send a heartbeat.
    SendHeartbeat POST "sendHeartbeat" "/v1/accounts/{account}/sign-ins/{sign_in}/heartbeat" -> Lease;
    /// Keep the seat.
    LockSeat PUT "lockSeat" "/v1/accounts/{account}/sign-ins/{sign_in}/lock" -> Value;
    /// Lift the lock.
    UnlockSeat DELETE "unlockSeat" "/v1/accounts/{account}/sign-ins/{sign_in}/lock" -> ();
    /// Get the provider of single sign-on.
    GetSingleSignOn GET "getSingleSignOn" "/v1/accounts/{account}/single-sign-on" -> Value;
    /// Set the provider of single sign-on.
    SetSingleSignOn PUT "setSingleSignOn" "/v1/accounts/{account}/single-sign-on" -> Value;
    /// Remove the provider of single sign-on.
    RemoveSingleSignOn DELETE "removeSingleSignOn" "/v1/accounts/{account}/single-sign-on" -> ();
    /// Check the DNS of a domain.
    CheckDomain POST "checkDomain" "/v1/accounts/{account}/single-sign-on/domains/{domain}/check" -> ();
    /// Vouch for a domain.
    VouchForDomain PUT "vouchForDomain" "/v1/accounts/{account}/single-sign-on/domains/{domain}/proof" -> ();
    /// Withdraw the proof of a domain.
    WithdrawDomainProof DELETE "withdrawDomainProof" "/v1/accounts/{account}/single-sign-on/domains/{domain}/proof" -> ();
    /// Get a ticket for a stream.
    CreateStreamTicket POST "createStreamTicket" "/v1/accounts/{account}/stream-tickets" -> Value;
    /// Get what an account has bought.
    GetSubscription GET "getSubscription" "/v1/accounts/{account}/subscription" -> Subscription;
    /// Set what an account has bought.
    SetSubscription PUT "setSubscription" "/v1/accounts/{account}/subscription" -> PurchaseAnswer<Subscription>;
    /// List the newest requests of an account.
    ListAccountSubscriptionRequests GET "listAccountSubscriptionRequests" "/v1/accounts/{account}/subscription-requests" -> Items<SubscriptionRequest>;
    /// Withdraw or dismiss a request.
    RemoveSubscriptionRequest DELETE "removeSubscriptionRequest" "/v1/accounts/{account}/subscription-requests/{subscription_request}" -> ();
    /// Approve a request.
    ApproveSubscriptionRequest POST "approveSubscriptionRequest" "/v1/accounts/{account}/subscription-requests/{subscription_request}/approve" -> SubscriptionRequest;
    /// Decline a request.
    DeclineSubscriptionRequest POST "declineSubscriptionRequest" "/v1/accounts/{account}/subscription-requests/{subscription_request}/decline" -> SubscriptionRequest;
    /// List the changes of all accounts' subscriptions.
    ListSubscriptionChanges GET "listSubscriptionChanges" "/v1/subscription-changes" -> Items<Value>;
    /// List the open requests of all accounts.
    ListSubscriptionRequests GET "listSubscriptionRequests" "/v1/subscription-requests" -> Items<SubscriptionRequest>;
    /// Get what an account gives back when seats end.
    GetGiveBack GET "getGiveBack" "/v1/accounts/{account}/subscription/give-back" -> Value;
    /// Choose what an account gives back when seats end.
    ChooseGiveBack PUT "chooseGiveBack" "/v1/accounts/{account}/subscription/give-back" -> Value;
    /// Get how the subscription of an account is managed.
    GetSubscriptionManagement GET "getSubscriptionManagement" "/v1/accounts/{account}/subscription-management" -> Value;
    /// Set how the subscription of an account is managed.
    SetSubscriptionManagement PUT "setSubscriptionManagement" "/v1/accounts/{account}/subscription-management" -> Value;
    /// List the teams.
    ListTeams GET "listTeams" "/v1/accounts/{account}/teams" -> Items<Value>;
    /// Create a team.
    CreateTeam POST "createTeam" "/v1/accounts/{account}/teams" -> Value;
    /// Get a team.
    GetTeam GET "getTeam" "/v1/accounts/{account}/teams/{team}" -> Value;
    /// Delete a team.
    DeleteTeam DELETE "deleteTeam" "/v1/accounts/{account}/teams/{team}" -> ();
    /// Change a team.
    ChangeTeam PATCH "changeTeam" "/v1/accounts/{account}/teams/{team}" -> Value;
    /// List the tickets.
    ListTickets GET "listTickets" "/v1/accounts/{account}/tickets" -> Items<Ticket>;
    /// Wait for a seat.
    OpenTicket POST "openTicket" "/v1/accounts/{account}/tickets" -> Value;
    /// Get a ticket.
    GetTicket GET "getTicket" "/v1/accounts/{account}/tickets/{ticket}" -> Ticket;
    /// Leave the queue.
    LeaveQueue DELETE "leaveQueue" "/v1/accounts/{account}/tickets/{ticket}" -> ();
    /// Claim an offer.
    ClaimTicket POST "claimTicket" "/v1/accounts/{account}/tickets/{ticket}/claim" -> Value;
    /// Get the usage.
    GetUsage GET "getUsage" "/v1/accounts/{account}/usage" -> Usage;
    /// List the users.
    ListUsers GET "listUsers" "/v1/accounts/{account}/users" -> Items<Value>;
    /// Create a user.
    CreateUser POST "createUser" "/v1/accounts/{account}/users" -> CreatedUser;
    /// Get a user.
    GetUser GET "getUser" "/v1/accounts/{account}/users/{user}" -> Value;
    /// Delete a user.
    DeleteUser DELETE "deleteUser" "/v1/accounts/{account}/users/{user}" -> ();
    /// Change a user.
    ChangeUser PATCH "changeUser" "/v1/accounts/{account}/users/{user}" -> Value;
    /// List a user's contacts.
    ListContacts GET "listContacts" "/v1/accounts/{account}/users/{user}/contacts" -> Items<Value>;
    /// Give a user a license.
    SetLicense PUT "setLicense" "/v1/accounts/{account}/users/{user}/licenses/{product}" -> Value;
    /// Take a user's license away.
    RemoveLicense DELETE "removeLicense" "/v1/accounts/{account}/users/{user}/licenses/{product}" -> ();
    /// Give a user's license to somebody else.
    ReassignLicense POST "reassignLicense" "/v1/accounts/{account}/users/{user}/licenses/{product}/reassign" -> Value;
    /// Ask for a seat.
    SendSeatRequest PUT "sendSeatRequest" "/v1/accounts/{account}/users/{user}/seat-requests/{product}" -> Value;
    /// Get a request for a seat.
    GetSeatRequest GET "getSeatRequest" "/v1/accounts/{account}/users/{user}/seat-requests/{product}" -> Value;
    /// Withdraw a request for a seat.
    WithdrawSeatRequest DELETE "withdrawSeatRequest" "/v1/accounts/{account}/users/{user}/seat-requests/{product}" -> ();
    /// Give a seat to a user who asks for one.
    GrantSeatRequest POST "grantSeatRequest" "/v1/accounts/{account}/users/{user}/seat-requests/{product}/grant" -> Value;
    /// Decline a request for a seat.
    DeclineSeatRequest POST "declineSeatRequest" "/v1/accounts/{account}/users/{user}/seat-requests/{product}/decline" -> Value;
    /// List the open requests for seats.
    ListSeatRequests GET "listSeatRequests" "/v1/accounts/{account}/seat-requests" -> Items<Value>;
    /// Invite a user.
    InviteUser POST "inviteUser" "/v1/accounts/{account}/users/{user}/invitation" -> Value;
    /// Revoke a user's invitation.
    RevokeInvitation DELETE "revokeInvitation" "/v1/accounts/{account}/users/{user}/invitation" -> ();
    /// Make a password reset link.
    MakePasswordResetLink POST "makePasswordResetLink" "/v1/accounts/{account}/users/{user}/password-reset-link" -> Value;
    /// Revoke a user's password reset link.
    RevokePasswordResetLink DELETE "revokePasswordResetLink" "/v1/accounts/{account}/users/{user}/password-reset-link" -> ();
    /// Remove a user's second factor.
    RemoveSecondFactor DELETE "removeSecondFactor" "/v1/accounts/{account}/users/{user}/second-factor" -> ();
    /// List the waits.
    ListWaits GET "listWaits" "/v1/accounts/{account}/waits" -> Items<Value>;
    /// List the operator keys.
    ListOperatorKeys GET "listOperatorKeys" "/v1/operator-keys" -> Items<Value>;
    /// Create an operator key.
    CreateOperatorKey POST "createOperatorKey" "/v1/operator-keys" -> Value;
    /// List what was done to operator keys.
    ListOperatorKeyAudit GET "listOperatorKeyAudit" "/v1/operator-keys/audit" -> Items<Value>;
    /// Revoke an operator key.
    RevokeOperatorKey DELETE "revokeOperatorKey" "/v1/operator-keys/{operator_key}" -> ();
    /// Rotate an operator key.
    RotateOperatorKey POST "rotateOperatorKey" "/v1/operator-keys/{operator_key}/rotate" -> Value;
    /// Get a token for a password.
    CreateToken POST "createToken" "/v1/tokens" -> Value;
    /// Kill the token that this call is made with.
    RevokeToken DELETE "revokeToken" "/v1/tokens/current" -> ();
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Whether an operation can answer JSON, or answers nothing.
    fn is_json(operation: &Value) -> bool {
        let responses = operation["responses"].as_object().unwrap();
        let good = responses.iter().filter(|(status, _)| status.starts_with('2'));
        let mut media = good.filter_map(|(_, response)| response["content"].as_object());
        media.all(|content| content.contains_key("application/json"))
    }

    #[test]
    fn the_operations_are_those_of_the_openapi_document() {
        let document: Value = serde_json::from_str(include_str!("../../../openapi.json")).unwrap();
        let mut described = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if operation["operationId"].is_string() && is_json(operation) {
                    let name = operation["operationId"].as_str().unwrap();
                    described.insert((name, method.to_uppercase(), path.as_str()));
                }
            }
        }

        let known: BTreeSet<_> = ALL
            .iter()
            .map(|(name, method, path)| (*name, (*method).to_owned(), *path))
            .collect();

        assert_eq!(known, described);
    }
}
