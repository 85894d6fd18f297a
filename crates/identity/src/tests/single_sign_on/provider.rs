//! A small provider on this machine that lies as a test wants.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use data_encoding::{BASE64, BASE64URL_NOPAD};
use ring::hmac::{HMAC_SHA256, Key as HmacKey};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{CLIENT_ID, CLIENT_SECRET, WORLD};

/// A provider that serves until the test ends.
pub(super) struct TestProvider {
    pub(super) issuer: String,
    acts: Arc<Mutex<Acts>>,
}

/// Its behavior, which tests change.
pub(super) struct Acts {
    /// Claims about the person, in addition to those of every token.
    pub(super) claims: Value,
    /// Claims at the user-info endpoint, and the status of its answer.
    pub(super) user_info: Value,
    pub(super) user_info_status: u16,
    /// The key it signs with, and the one it publishes.
    pub(super) signs_with: u8,
    pub(super) publishes: Vec<u8>,
    /// How it signs.
    pub(super) signature: Signature,
    /// Additional or replaced members of the discovery document.
    pub(super) metadata: Value,
    /// If set, answers everything with this.
    pub(super) answers: Option<String>,
    /// If set, answers a code with this body.
    pub(super) token_answer: Option<String>,
    /// The challenge of the last authorization request.
    pub(super) challenge: String,
    /// How often each path was requested.
    pub(super) asked: BTreeMap<String, u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Signature {
    Right,
    /// `alg: none`.
    None,
    /// HS256 with the client secret, which the provider knows too.
    ClientSecret,
    /// HS256 with the public key as the secret.
    PublicKey,
    /// A valid signature of other claims.
    OfOther,
}

impl TestProvider {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let acts = Arc::new(Mutex::new(Acts {
            claims: json!({}),
            user_info: json!({"sub": "sven-1"}),
            user_info_status: 200,
            signs_with: 1,
            publishes: vec![1],
            signature: Signature::Right,
            metadata: json!({}),
            answers: None,
            token_answer: None,
            challenge: String::new(),
            asked: BTreeMap::new(),
        }));
        let provider = Self {
            issuer: issuer.clone(),
            acts: Arc::clone(&acts),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, issuer.clone(), Arc::clone(&acts)));
            }
        });
        provider
    }

    pub(super) fn acts(&self) -> MutexGuard<'_, Acts> {
        self.acts.lock().unwrap()
    }

    pub(super) fn asked(&self, path: &str) -> u32 {
        self.acts().asked.get(path).copied().unwrap_or_default()
    }
}

async fn serve(mut stream: TcpStream, issuer: String, acts: Arc<Mutex<Acts>>) -> Option<()> {
    let mut request = Vec::new();
    let (head, body_at) = loop {
        stream
            .read_buf(&mut request)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        if let Some(at) = request.windows(4).position(|end| end == b"\r\n\r\n") {
            break (String::from_utf8_lossy(&request[..at]).to_string(), at + 4);
        }
    };
    let length = head.lines().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("content-length:")?
            .trim()
            .parse()
            .ok()
    });
    while request.len() < body_at + length.unwrap_or(0) {
        stream.read_buf(&mut request).await.ok()?;
    }
    let body = String::from_utf8_lossy(&request[body_at..]).to_string();
    let path = head.split(' ').nth(1)?.to_owned();
    let answer = {
        let mut acts = acts.lock().unwrap();
        *acts.asked.entry(path.clone()).or_default() += 1;
        match acts.answers.clone() {
            Some(answer) => answer,
            None => acts.answer(&issuer, &path, &head, &body),
        }
    };
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

fn http(status: &str, body: &Value) -> String {
    let body = body.to_string();
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

impl Acts {
    fn answer(&self, issuer: &str, path: &str, head: &str, body: &str) -> String {
        match path {
            "/.well-known/openid-configuration" => {
                let mut document = json!({
                    "issuer": issuer,
                    "authorization_endpoint": format!("{issuer}/authorize"),
                    "token_endpoint": format!("{issuer}/token"),
                    "userinfo_endpoint": format!("{issuer}/me"),
                    "end_session_endpoint": format!("{issuer}/out"),
                    "jwks_uri": format!("{issuer}/keys"),
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["EdDSA"],
                });
                lay_over(&mut document, &self.metadata);
                http("200 OK", &document)
            }
            "/keys" => {
                let keys: Vec<_> = self.publishes.iter().map(|number| public(*number)).collect();
                http("200 OK", &json!({ "keys": keys }))
            }
            "/token" => match &self.token_answer {
                Some(body) => format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
                None => self.token(issuer, head, body),
            },
            "/me" if head.contains("Bearer access") => {
                http(&self.user_info_status.to_string(), &self.user_info)
            }
            _ => http("404 Not Found", &json!({})),
        }
    }

    fn token(&self, issuer: &str, head: &str, body: &str) -> String {
        let form: BTreeMap<_, _> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let basic = BASE64.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}").as_bytes());
        let is_client = head
            .to_lowercase()
            .contains(&format!("basic {basic}").to_lowercase());
        if !is_client {
            return http("401 Unauthorized", &json!({"error": "invalid_client"}));
        }
        let verifier = form.get("code_verifier").map_or("", String::as_str);
        let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(verifier.as_bytes()));
        if form.get("code").map(String::as_str) != Some("code") || challenge != self.challenge {
            return http("400 Bad Request", &json!({"error": "invalid_grant"}));
        }
        let token = self.id_token(issuer);
        http(
            "200 OK",
            &json!({"access_token": "access", "token_type": "Bearer", "id_token": token}),
        )
    }

    fn id_token(&self, issuer: &str) -> String {
        let now = WORLD.millis() / 1000;
        let mut claims = json!({
            "iss": issuer, "sub": "sven-1", "aud": CLIENT_ID, "iat": now, "exp": now + 300,
        });
        lay_over(&mut claims, &self.claims);
        let algorithm = match self.signature {
            Signature::Right | Signature::OfOther => "EdDSA",
            Signature::None => "none",
            Signature::ClientSecret | Signature::PublicKey => "HS256",
        };
        let header = json!({"alg": algorithm, "kid": format!("key-{}", self.signs_with)});
        let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let signature = match self.signature {
            Signature::Right => sign(self.signs_with, &signed),
            Signature::OfOther => sign(self.signs_with, "something else"),
            Signature::None => Vec::new(),
            Signature::ClientSecret => hmac(CLIENT_SECRET, &signed),
            Signature::PublicKey => {
                let key = public(self.signs_with);
                hmac(key["x"].as_str().unwrap(), &signed)
            }
        };
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}

/// Fields that are null in `over` are removed.
fn lay_over(under: &mut Value, over: &Value) {
    let under = under.as_object_mut().unwrap();
    for (name, value) in over.as_object().unwrap() {
        match value {
            Value::Null => under.remove(name),
            value => under.insert(name.clone(), value.clone()),
        };
    }
}

/// The key with this number, which is also its seed: 32 times the number.
fn key(number: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[number; 32]).unwrap()
}

fn public(number: u8) -> Value {
    let x = BASE64URL_NOPAD.encode(key(number).public_key().as_ref());
    json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": format!("key-{number}"), "x": x})
}

fn sign(number: u8, text: &str) -> Vec<u8> {
    key(number).sign(text.as_bytes()).as_ref().to_vec()
}

fn hmac(secret: &str, text: &str) -> Vec<u8> {
    let key = HmacKey::new(HMAC_SHA256, secret.as_bytes());
    ring::hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}
