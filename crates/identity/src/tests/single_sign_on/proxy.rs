//! A small proxy on this machine, which lets nobody through.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A proxy that notes what it is asked for until the test is over.
pub(super) struct TestProxy {
    pub(super) url: String,
    /// The requests, as `CONNECT host:port`.
    pub(super) asked: Arc<Mutex<Vec<String>>>,
}

impl TestProxy {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&asked);
        tokio::spawn(async move {
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
                let refusal = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
                let _ = stream.write_all(refusal).await;
            }
        });
        Self { url, asked }
    }
}
