//! A small DNS server on this machine with the TXT records of a test.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::TXT;
use hickory_resolver::proto::rr::{RData, Record};
use tokio::net::UdpSocket;

type Texts = Arc<Mutex<BTreeMap<String, Vec<String>>>>;

/// A server that answers until the test ends.
pub(super) struct TestDns {
    pub(super) address: SocketAddr,
    texts: Texts,
}

impl TestDns {
    pub(super) async fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let texts = Texts::default();
        tokio::spawn(serve(socket, Arc::clone(&texts)));
        Self { address, texts }
    }

    pub(super) fn says(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.texts.lock().unwrap().insert(format!("{name}."), texts);
    }
}

async fn serve(socket: UdpSocket, texts: Texts) {
    let mut question = [0; 1_024];
    while let Ok((length, from)) = socket.recv_from(&mut question).await {
        let Ok(asked) = Message::from_vec(&question[..length]) else {
            continue;
        };
        let answer = answer(asked, &texts.lock().unwrap());
        socket.send_to(&answer, from).await.unwrap();
    }
}

fn answer(asked: Message, texts: &BTreeMap<String, Vec<String>>) -> Vec<u8> {
    let name = asked.queries[0].name().clone();
    let found = texts.get(&name.to_ascii().to_lowercase());
    let mut answer = asked.into_response();
    match found {
        Some(texts) => {
            for text in texts {
                let text = RData::TXT(TXT::new(vec![text.clone()]));
                answer.add_answer(Record::from_rdata(name.clone(), 60, text));
            }
        }
        None => answer.metadata.response_code = ResponseCode::NXDomain,
    }
    answer.to_vec().unwrap()
}
