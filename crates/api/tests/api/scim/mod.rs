//! A directory synchronizes an account's users and groups with its own.

mod bulk;
mod discovery;
mod entra;
mod groups;
mod isolation;
mod okta;
mod onelogin;
mod queries;
mod users;
mod versions;

use serde_json::{Value, json};
use usher_domain::Actor;
use usher_domain::directory::GroupMapping;
use usher_engine::{Cause, Channel, Request};
use usher_testkit as kit;

use crate::app::{Answer, App, Call, Who};

pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A directory with its key to an account.
pub struct Directory {
    pub app: App,
    pub key: Who,
}

impl Directory {
    pub async fn new() -> Self {
        let app = App::with_account().await;
        let key = app.key(&["directory.provision"]).await;
        Self { app, key }
    }

    pub fn url(&self, path: &str) -> String {
        format!("/scim/v2/{}/{path}", self.app.account)
    }

    pub fn call(&self) -> Call<'_> {
        self.app
            .by(&self.key)
            .with_header("content-type", "application/scim+json")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call().get(&self.url(path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call().post(&self.url(path), body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call().put(&self.url(path), body).await
    }

    pub async fn patch(&self, path: &str, operations: Value) -> Answer {
        let mut body = json!({"schemas": [PATCH]});
        body["Operations"] = operations;
        self.call().patch(&self.url(path), body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call().delete(&self.url(path)).await
    }

    /// Creates a user with this name. Returns the id.
    pub async fn user(&self, name: &str) -> String {
        let body = json!({
            "schemas": [USER], "userName": format!("{name}@example.com"), "displayName": name,
        });
        id(&self.post("Users", body).await.created())
    }

    /// Creates a group of these users. Returns the id.
    pub async fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<_> = members.iter().map(|id| json!({"value": id})).collect();
        let body = json!({"schemas": [GROUP], "displayName": name, "members": members});
        id(&self.post("Groups", body).await.created())
    }

    /// Sets what a group's members get, as an admin does in the portal.
    pub async fn map(&self, group: &str, mapping: GroupMapping) {
        let id = group.parse().unwrap();
        let request = Request {
            actor: Actor::Operator,
            cause: Cause::by(Channel::Portal),
            command: kit::map_group(id, mapping),
        };
        let engine = &self.app.engine;
        engine
            .execute(self.app.account, request, |_, (), _| ())
            .await
            .unwrap();
    }

    /// The user as the REST API shows them.
    pub async fn seen(&self, user: &str) -> Value {
        self.app.operator().get(&format!("users/{user}")).await.ok()
    }
}

pub fn id(resource: &Value) -> String {
    resource["id"].as_str().unwrap().to_owned()
}

/// The ids of a group's members, in order.
pub fn members(group: &Value) -> Vec<&str> {
    let members = group["members"].as_array().map(Vec::as_slice).unwrap_or_default();
    sorted(members.iter().map(|it| it["value"].as_str().unwrap()))
}

pub fn sorted<'a>(ids: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut ids: Vec<_> = ids.into_iter().collect();
    ids.sort_unstable();
    ids
}

/// A complete error with this status and type. Returns its sentence.
#[track_caller]
pub fn refused(answer: &Answer, status: u16, scim_type: Option<&str>) -> String {
    let body = answer.json();
    assert_eq!(answer.status.as_u16(), status, "{body}");
    assert_eq!(answer.header("content-type"), "application/scim+json");
    assert_eq!(
        body["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
    );
    assert_eq!(body["status"], status.to_string());
    assert_eq!(body["scimType"].as_str(), scim_type, "{body}");
    body["detail"].as_str().unwrap().to_owned()
}
