//! A small proxy on this machine that forwards nothing, and tests of the requests to it.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A proxy that records the requests to it until the test ends.
pub(super) struct TestProxy {
    pub(super) url: String,
    /// The requests, as `CONNECT host:port`.
    pub(super) asked: Arc<Mutex<Vec<String>>>,
}

impl TestProxy {
    /// A proxy that refuses.
    pub(super) async fn start() -> Self {
        Self::answering(Some("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")).await
    }

    /// A proxy that never answers.
    pub(super) async fn hanging() -> Self {
        Self::answering(None).await
    }

    async fn answering(answer: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut kept = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                        break;
                    }
                }
                let request = String::from_utf8_lossy(&request);
                let line = request.split(" HTTP/").next().unwrap_or_default();
                noted.lock().unwrap().push(line.to_owned());
                match answer {
                    Some(answer) => drop(stream.write_all(answer.as_bytes()).await),
                    None => kept.push(stream),
                }
            }
        });
        Self { url, asked }
    }
}
