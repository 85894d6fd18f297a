//! A server that gives prepared answers, for what a real one does only by chance.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

/// What it does with one connection after it has read the request.
pub(super) enum Answer {
    /// Answers with this status line and JSON.
    Json(&'static str, String),
    /// Redirects to this address.
    Redirect(&'static str),
    /// Closes the connection.
    Hang,
}

/// A scripted server.
pub(super) struct Scripted {
    pub(super) url: String,
    thread: JoinHandle<Vec<String>>,
}

impl Scripted {
    /// Starts a server that gives these answers, one for each request, in order.
    pub(super) fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let mut requests = Vec::new();
            for answer in answers {
                let (stream, _) = listener.accept().unwrap();
                requests.push(serve(stream, answer));
            }
            requests
        });
        Self { url, thread }
    }

    /// The requests, after all answers were given: the first line and the body of each.
    pub(super) fn requests(self) -> Vec<String> {
        self.thread.join().unwrap()
    }
}

fn serve(stream: TcpStream, answer: Answer) -> String {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut stream = reader.into_inner();
    match answer {
        Answer::Json(status, text) => write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
            text.len()
        ),
        Answer::Redirect(to) => write!(
            stream,
            "HTTP/1.1 301 Moved Permanently\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        ),
        Answer::Hang => Ok(()),
    }
    .unwrap();
    format!("{} {}", first.trim(), String::from_utf8(body).unwrap())
}
