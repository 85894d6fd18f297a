//! TLS with a certificate that is read from files, and read again when they change.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// Why TLS cannot be used with the given files.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or has wrong contents.
    #[error("{} does not hold {what} in PEM form that can be read", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What was looked for.
        what: &'static str,
        /// What is wrong.
        source: rustls::pki_types::pem::Error,
    },
    /// The key is of another certificate.
    #[error("the key in {} is not that of the certificate in {}", .key.display(), .cert.display())]
    Mismatch {
        /// The file of the certificate.
        cert: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// They cannot be used.
    #[error("the certificate or its key cannot be used")]
    Unusable(#[from] rustls::Error),
}

/// The TLS configuration of connections: version 1.2 or 1.3. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    files: Arc<Files>,
    shown: Arc<Shown>,
    acceptor: TlsAcceptor,
}

struct Files {
    cert: PathBuf,
    key: PathBuf,
}

/// The certificate for new connections.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl Tls {
    /// Reads the certificate with its chain from one file, and its key from another.
    pub fn open(cert: &Path, key: &Path) -> Result<Self, TlsError> {
        let files = Files {
            cert: cert.to_owned(),
            key: key.to_owned(),
        };
        let shown = Arc::new(Shown(RwLock::new(Arc::new(files.read()?))));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as _);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            files: Arc::new(files),
            shown,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    /// Reads the files again, for new connections. Returns whether the certificate changed. After an error, the
    /// previous one stays in use.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let read = self.files.read()?;
        let mut shown = self.shown.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_another = read.cert != shown.cert;
        *shown = Arc::new(read);
        Ok(is_another)
    }

    pub(crate) const fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("cert", &self.files.cert)
            .finish_non_exhaustive()
    }
}

impl Files {
    fn read(&self) -> Result<CertifiedKey, TlsError> {
        let wrong = |file: &Path, what| {
            let file = file.to_owned();
            move |source| TlsError::File { file, what, source }
        };
        let certs = CertificateDer::pem_file_iter(&self.cert)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .and_then(|certs| {
                let none = rustls::pki_types::pem::Error::NoItemsFound;
                if certs.is_empty() { Err(none) } else { Ok(certs) }
            })
            .map_err(wrong(&self.cert, "a certificate"))?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(wrong(&self.key, "a private key"))?;
        CertifiedKey::from_der(certs, key, &ring::default_provider()).map_err(|error| match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::Mismatch {
                cert: self.cert.clone(),
                key: self.key.clone(),
            },
            error => error.into(),
        })
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}
