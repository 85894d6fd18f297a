//! The socket.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::app::App;

const REQUEST: &[u8] = b"GET /livez HTTP/1.1\r\nhost: usher\r\n\r\n";

/// Reads until the answer to [`REQUEST`] is whole.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    while !text.ends_with("live\n") {
        let mut bytes = [0; 1024];
        let read = stream.read(&mut bytes).await.unwrap();
        assert_ne!(read, 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    text
}

#[tokio::test]
async fn a_connection_is_kept_until_the_server_is_told_to_stop() {
    let app = App::empty().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        let _ = stopped.await;
    };
    let server = tokio::spawn(usher_api::serve(listener, app.router.clone(), shutdown));
    let mut stream = TcpStream::connect(address).await.unwrap();

    for _ in 0..2 {
        stream.write_all(REQUEST).await.unwrap();
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 OK"));
    }
    stop.send(()).unwrap();

    let ended = tokio::time::timeout(Duration::from_secs(5), server).await;
    ended
        .expect("an idle connection does not hold the server up")
        .unwrap()
        .unwrap();
    assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0);
    assert!(TcpStream::connect(address).await.is_err());
}
