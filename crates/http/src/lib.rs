//! The layer between a socket and a site: limited connections, TLS, request ids, the client of a request, the request
//! log and metrics. It knows no operation and no page.

mod connections;
mod forwarded;
mod meter;
mod paced;
mod request_id;
mod request_log;
mod serve;
mod tls;
mod unread;

pub use connections::{CONNECTIONS_PER_ADDRESS, Connections};
pub use forwarded::{Client, TrustedProxies};
pub use meter::{Meter, MeterLayer, Metered, MeteredFuture, RequestFigures};
pub use request_id::{NamesRequest, REQUEST_ID, REQUEST_ID_CHARS_MAX, ensure_request_id, name_request};
pub use request_log::RequestLog;
pub use serve::{CONNECTIONS_MAX, HEAD_BYTES_MAX, serve};
pub use tls::{Tls, TlsError};
