//! TLS to the database, as the `ssl…` parameters of libpq say it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::bad_address::BadAddress;

/// The word of `sslrootcert` for the authorities that the machine trusts.
const SYSTEM: &str = "system";

/// The parameters as they were written.
#[derive(Default)]
pub(super) struct TlsParameters {
    pub(super) mode: Option<String>,
    pub(super) root: Option<String>,
    pub(super) certificate: Option<String>,
    pub(super) key: Option<String>,
}

/// How the database is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tls {
    mode: SslMode,
    check: Check,
    /// Our certificate and its key.
    own: Option<(PathBuf, PathBuf)>,
}

/// What is asked of the server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Check {
    /// Nothing: who listens is kept out, who pretends to be the server is not.
    Nothing,
    /// That an authority of this file made it.
    Authority(PathBuf),
    /// That it was made for the host's name, by an authority of the file, else by one that the machine trusts.
    Name(Option<PathBuf>),
}

impl Tls {
    pub(super) fn of(parameters: TlsParameters) -> Result<Self, BadAddress> {
        let TlsParameters { mode, root, certificate, key } = parameters;
        let system = root.as_deref() == Some(SYSTEM);
        let file = root.filter(|_| !system).map(PathBuf::from);
        let (mode, check) = match (mode.as_deref(), file) {
            (Some("verify-full"), file) => (SslMode::Require, Check::Name(file)),
            (_, _) if system => {
                // Anybody gets a certificate from one of these, for some name.
                return Err(BadAddress::new("sslrootcert=system needs sslmode=verify-full"));
            }
            (Some("verify-ca" | "require"), Some(file)) => (SslMode::Require, Check::Authority(file)),
            (Some("verify-ca"), None) => {
                return Err(BadAddress::new(
                    "sslmode=verify-ca needs sslrootcert=FILE, the authority to trust",
                ));
            }
            (Some("require"), None) => (SslMode::Require, Check::Nothing),
            (None | Some("prefer" | "disable"), Some(_)) => {
                return Err(BadAddress::new("sslrootcert needs sslmode=verify-full, or verify-ca"));
            }
            (None | Some("prefer"), None) => (SslMode::Prefer, Check::Nothing),
            (Some("disable"), None) => (SslMode::Disable, Check::Nothing),
            (Some(_), _) => {
                return Err(BadAddress::new(
                    "sslmode is one of disable, prefer, require, verify-ca and verify-full",
                ));
            }
        };
        let own = match (certificate, key) {
            (None, None) => None,
            (Some(certificate), Some(key)) if mode == SslMode::Require => {
                Some((certificate.into(), key.into()))
            }
            (Some(_), Some(_)) => {
                return Err(BadAddress::new("sslcert needs sslmode=require, or a stricter one"));
            }
            _ => return Err(BadAddress::new("sslcert and sslkey belong together")),
        };
        Ok(Self { mode, check, own })
    }

    /// What is asked of the server before anything else. Whether to check a certificate is decided after that.
    pub(super) fn negotiated(&self) -> SslMode {
        self.mode
    }

    /// Whether the server proves who it is.
    pub(super) fn is_verified(&self) -> bool {
        self.check != Check::Nothing
    }

    /// Reads the files.
    ///
    /// # Errors
    /// Which file cannot be used, and why.
    pub(super) fn connector(&self) -> Result<Option<MakeRustlsConnect>, BadAddress> {
        if self.mode == SslMode::Disable {
            return Ok(None);
        }
        let provider = Arc::new(ring::default_provider());
        let verifier =
            Verifier { roots: self.roots()?, check: self.check.clone(), provider: provider.clone() };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| BadAddress::new(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match &self.own {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = certificates("sslcert", certificate)?;
                let private =
                    PrivateKeyDer::from_pem_file(key).map_err(|error| unusable("sslkey", key, &error))?;
                builder
                    .with_client_auth_cert(chain, private)
                    .map_err(|error| unusable("sslkey", key, &error))?
            }
        };
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(Some(MakeRustlsConnect::new(config)))
    }

    fn roots(&self) -> Result<Roots, BadAddress> {
        let mut store = RootCertStore::empty();
        let named = match &self.check {
            Check::Nothing => return Ok(Roots { store, named: Vec::new() }),
            Check::Authority(file) | Check::Name(Some(file)) => certificates("sslrootcert", file)?,
            Check::Name(None) => Vec::new(),
        };
        if self.check == Check::Name(None) {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        } else {
            store.add_parsable_certificates(named.iter().cloned());
        }
        if store.is_empty() {
            let problem = "there is no authority to trust; name the database's with sslrootcert=FILE";
            return Err(BadAddress::new(problem));
        }
        Ok(Roots { store, named })
    }
}

fn certificates(parameter: &str, file: &Path) -> Result<Vec<CertificateDer<'static>>, BadAddress> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let certificates: Vec<_> = read.map_err(|error| unusable(parameter, file, &error))?;
    if certificates.is_empty() {
        return Err(unusable(parameter, file, &"it holds no certificate (PEM)"));
    }
    Ok(certificates)
}

fn unusable(parameter: &str, file: &Path, why: &dyn std::fmt::Display) -> BadAddress {
    BadAddress::new(format!("{parameter}: {} cannot be used: {why}", file.display()))
}

#[derive(Debug)]
struct Roots {
    store: RootCertStore,
    /// The certificates of the file that was named.
    named: Vec<CertificateDer<'static>>,
}

#[derive(Debug)]
struct Verifier {
    roots: Roots,
    check: Check,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    /// Whether an authority that is trusted made the certificate.
    fn trusted(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), rustls::Error> {
        let parsed = ParsedCertificate::try_from(certificate)?;
        let known = self.provider.signature_verification_algorithms.all;
        match verify_server_cert_signed_by_trust_anchor(&parsed, &self.roots.store, between, now, known) {
            // A server's own certificate, named as the authority, is often made as if for an authority. Its dates
            // are looked at before this.
            Err(error) if is_an_authority_itself(&error) && self.roots.named.contains(certificate) => Ok(()),
            checked => checked,
        }
    }
}

/// Whether the one thing against a certificate is that it says it is an authority's.
fn is_an_authority_itself(error: &rustls::Error) -> bool {
    format!("{error:?}").contains("CaUsedAsEndEntity")
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.check {
            Check::Nothing => {}
            Check::Authority(_) => self.trusted(certificate, between, now)?,
            Check::Name(_) => {
                self.trusted(certificate, between, now)?;
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[(&str, &str)]) -> Result<Tls, BadAddress> {
        let word =
            |name: &str| words.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Tls::of(TlsParameters {
            mode: word("sslmode"),
            root: word("sslrootcert"),
            certificate: word("sslcert"),
            key: word("sslkey"),
        })
    }

    #[test]
    fn what_is_asked_of_the_server_is_what_the_words_mean_elsewhere() {
        let file = || PathBuf::from("ca.pem");
        for (words, mode, check) in [
            (&[][..], SslMode::Prefer, Check::Nothing),
            (&[("sslmode", "prefer")], SslMode::Prefer, Check::Nothing),
            (&[("sslmode", "disable")], SslMode::Disable, Check::Nothing),
            (&[("sslmode", "require")], SslMode::Require, Check::Nothing),
            (
                &[("sslmode", "require"), ("sslrootcert", "ca.pem")],
                SslMode::Require,
                Check::Authority(file()),
            ),
            (
                &[("sslmode", "verify-ca"), ("sslrootcert", "ca.pem")],
                SslMode::Require,
                Check::Authority(file()),
            ),
            (
                &[("sslmode", "verify-full"), ("sslrootcert", "ca.pem")],
                SslMode::Require,
                Check::Name(Some(file())),
            ),
            (&[("sslmode", "verify-full"), ("sslrootcert", "system")], SslMode::Require, Check::Name(None)),
            (&[("sslmode", "verify-full")], SslMode::Require, Check::Name(None)),
        ] {
            let tls = of(words).unwrap();
            assert_eq!((tls.negotiated(), &tls.check), (mode, &check), "{words:?}");
        }
    }

    #[test]
    fn words_that_promise_more_than_they_do_are_refused() {
        for words in [
            &[("sslmode", "allow")][..],
            &[("sslmode", "verify-ca")],
            &[("sslrootcert", "ca.pem")],
            &[("sslmode", "prefer"), ("sslrootcert", "ca.pem")],
            &[("sslmode", "disable"), ("sslrootcert", "ca.pem")],
            &[("sslmode", "verify-ca"), ("sslrootcert", "system")],
            &[("sslmode", "require"), ("sslrootcert", "system")],
            &[("sslmode", "require"), ("sslcert", "own.pem")],
            &[("sslcert", "own.pem"), ("sslkey", "own.key")],
        ] {
            assert!(of(words).is_err(), "{words:?}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let missing = of(&[("sslmode", "verify-full"), ("sslrootcert", "/nowhere/ca.pem")]).unwrap();
        let problem = missing.connector().err().unwrap().to_string();
        assert!(problem.starts_with("sslrootcert: /nowhere/ca.pem cannot be used"), "{problem}");
    }

    #[test]
    fn a_certificate_that_is_its_own_authority_is_trusted_where_it_is_named() {
        let made = |name: &str, until: i32| {
            let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(until, 1, 1);
            params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap()
        };
        let (own, other, old) =
            (made("db.example", 2100), made("db.example", 2100), made("db.example", 2021));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, own.pem() + &old.pem()).unwrap();
        let tls = of(&[("sslmode", "verify-full"), ("sslrootcert", file.to_str().unwrap())]).unwrap();
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier { roots: tls.roots().unwrap(), check: tls.check.clone(), provider };
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_hours(500_000));
        let verify = |certificate: &rcgen::Certificate, name: &'static str| {
            verifier.verify_server_cert(
                certificate.der(),
                &[],
                &ServerName::try_from(name).unwrap(),
                &[],
                now,
            )
        };
        assert!(verify(&own, "db.example").is_ok());
        assert!(verify(&own, "other.example").is_err());
        assert!(verify(&other, "db.example").is_err());
        assert!(verify(&old, "db.example").is_err());
    }
}
