//! One kept-alive HTTP connection with one request at a time, over hyper: so little work that the server is measured,
//! not the client.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::BenchError;

/// An open connection to the server under measurement.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

/// An answer with its body.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Connection {
    /// Connects to a server on this machine.
    pub(super) async fn open(address: SocketAddr) -> Result<Self, BenchError> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let host = HeaderValue::from_str(&address.to_string())?;
        Ok(Self { sender, host })
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn ask(
        &mut self,
        method: Method,
        uri: Uri,
        token: Option<&HeaderValue>,
        body: Bytes,
    ) -> Result<Answer, BenchError> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(token) = token {
            headers.insert(AUTHORIZATION, token.clone());
        }
        self.send(request).await
    }

    /// Sends a request that has everything but the host. The answer's body is not read yet.
    pub(super) async fn begin(
        &mut self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, BenchError> {
        request.headers_mut().insert(HOST, self.host.clone());
        self.sender.ready().await?;
        Ok(self.sender.send_request(request).await?)
    }

    /// Sends a request that has everything but the host, and reads the whole answer.
    pub(super) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, BenchError> {
        let (head, body) = self.begin(request).await?.into_parts();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: body.collect().await?.to_bytes(),
        })
    }

    /// Sends a JSON body and reads the JSON answer. Any other status is an error that shows the answer.
    pub(super) async fn json<T: serde::de::DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        token: &HeaderValue,
        body: &serde_json::Value,
    ) -> Result<T, BenchError> {
        let body = if body.is_null() {
            Bytes::new()
        } else {
            Bytes::from(body.to_string())
        };
        let answer = self.ask(method, path.parse()?, Some(token), body).await?;
        if !answer.status.is_success() {
            return Err(BenchError::refused(path, &answer));
        }
        Ok(serde_json::from_slice(&answer.body)?)
    }
}

/// The `Authorization` header for a token.
pub(super) fn bearer(token: &str) -> Result<HeaderValue, BenchError> {
    Ok(HeaderValue::from_str(&format!("Bearer {token}"))?)
}
