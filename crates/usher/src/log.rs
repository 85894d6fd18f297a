//! What the program tells about its own doing, as `USHER_LOG` asks for.

use tracing_subscriber::EnvFilter;

/// Starts, stops and what goes wrong; not what happens with each request.
const DEFAULT: &str = "warn,usher_cli=info";

/// Starts to write what is traced to standard error.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("USHER_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let colours = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    // A second start, as in a test, changes nothing.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours)
        .with_writer(std::io::stderr)
        .try_init();
}
