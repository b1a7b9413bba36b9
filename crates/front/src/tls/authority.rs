//! The certificate authority, and the certificate that it gives the server.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PublicKeyData,
};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use signoff_store::files::Access;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{OWN_NAMES, PORTAL_HOSTS, TlsError, files};

const DAY: i64 = 24 * 60 * 60;
const AUTHORITY_DAYS: i64 = 3650;
/// Apple's TLS accepts no certificate of more than 825 days, by any signer.
const SERVER_DAYS: i64 = 800;

/// The file with key and certificate, readable by its owner only. It alone counts when loading.
const KEY_FILE: &str = "ca-key.pem";
/// The certificate by itself, for clients to trust.
const CERTIFICATE_FILE: &str = "ca.pem";

/// A certificate authority that can vouch for [`PORTAL_HOSTS`] and [`OWN_NAMES`] and, by its name
/// constraints, for nothing else: who trusts it risks no other site should its key get out.
pub struct Authority {
    key: KeyPair,
    certificate: CertificateDer<'static>,
    pem: String,
    begins: i64,
    ends: i64,
}

impl Authority {
    /// Makes a new authority that lives in memory only, valid for ten years from the day before `now`
    /// (Unix seconds).
    ///
    /// # Errors
    /// [`TlsError::Time`] for a `now` before 1970 or beyond what certificates can hold,
    /// [`TlsError::Certificate`] when the system gives no randomness.
    pub fn create(now: i64) -> Result<Self, TlsError> {
        let key = KeyPair::generate()?;
        let certificate = authority_params(&key, now)?.self_signed(&key)?;
        let pem = certificate.pem();
        Self::assemble(key, certificate.der().clone(), pem)
            .map_err(|why| TlsError::Tls(rustls::Error::General(why)))
    }

    /// Loads the authority kept in `dir`, or makes one and keeps it there: `ca-key.pem` (mode 0600) holds key
    /// and certificate, `ca.pem` the certificate alone. One that would end before a certificate issued at
    /// `now` (Unix seconds) does is replaced; clients then have to trust the new one.
    ///
    /// # Errors
    /// [`TlsError::File`], [`TlsError::Damaged`] and [`TlsError::NotYetValid`], each naming the file; a file
    /// that cannot be used is never overwritten. Otherwise as [`Authority::create`].
    pub fn load_or_create(dir: &Path, now: i64) -> Result<Self, TlsError> {
        let path = dir.join(KEY_FILE);
        let kept = files::read_private(&path)?.map(|text| Self::parse(&text));
        let authority = match kept {
            Some(Err(why)) => return Err(TlsError::Damaged { path, why }),
            Some(Ok(kept)) if kept.begins > now => {
                return Err(TlsError::NotYetValid { path, begins: kept.begins, now });
            }
            Some(Ok(kept)) if now.saturating_add(SERVER_DAYS * DAY) <= kept.ends => kept,
            _ => {
                let made = Self::create(now)?;
                let text = format!("{}{}", made.key.serialize_pem(), made.pem);
                files::write(&path, &text, Access::Owner)?;
                made
            }
        };
        files::write(&dir.join(CERTIFICATE_FILE), &authority.pem, Access::Everyone)?;
        Ok(authority)
    }

    /// Whether an authority is kept in `dir` that [`Self::load_or_create`] could read at `now` (Unix seconds). Nothing
    /// is made or changed.
    ///
    /// # Errors
    /// [`TlsError::File`], [`TlsError::Damaged`] and [`TlsError::NotYetValid`], each naming the file.
    pub fn kept(dir: &Path, now: i64) -> Result<bool, TlsError> {
        let path = dir.join(KEY_FILE);
        let Some(text) = files::read(&path)? else { return Ok(false) };
        match Self::parse(&text) {
            Err(why) => Err(TlsError::Damaged { path, why }),
            Ok(kept) if kept.begins > now => Err(TlsError::NotYetValid { path, begins: kept.begins, now }),
            Ok(_) => Ok(true),
        }
    }

    /// The certificate of the authority, one PEM section. No secret.
    pub fn ca_pem(&self) -> &str {
        &self.pem
    }

    /// What a TLS server needs to answer as every one of [`PORTAL_HOSTS`] and [`OWN_NAMES`]: a fresh key and
    /// certificate, valid from the day before `now` (Unix seconds) for 800 days; TLS 1.2 and 1.3, HTTP/2
    /// and HTTP/1.1.
    ///
    /// # Errors
    /// As [`Authority::create`], and [`TlsError::Tls`] when the TLS library does not take the certificate.
    pub fn server_config(&self, now: i64) -> Result<Arc<ServerConfig>, TlsError> {
        let names: Vec<String> = PORTAL_HOSTS.iter().chain(&OWN_NAMES).map(ToString::to_string).collect();
        let (certificate, key) = self.issue(names, now)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate, self.certificate.clone()], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    fn issue(
        &self,
        names: Vec<String>,
        now: i64,
    ) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), TlsError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = named(PORTAL_HOSTS[0]);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // Python 3.13 and later refuse a certificate that does not say which key signed it.
        params.use_authority_key_identifier_extension = true;
        set_validity(&mut params, now, SERVER_DAYS)?;
        let issuer = Issuer::from_ca_cert_der(&self.certificate, &self.key)?;
        let certificate = params.signed_by(&key, &issuer)?;
        Ok((certificate.der().clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into())))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|error| format!("key: {error}"))?;
        let key = KeyPair::try_from(&key).map_err(|error| format!("key: {error}"))?;
        let certificate = CertificateDer::from_pem_slice(text.as_bytes())
            .map_err(|error| format!("certificate: {error}"))?;
        let pem = super::bundle::pem(&certificate);
        Self::assemble(key, certificate, pem)
    }

    /// Checks that the two belong together; an error says in words what does not fit.
    fn assemble(key: KeyPair, certificate: CertificateDer<'static>, pem: String) -> Result<Self, String> {
        let (begins, ends) = {
            let (_, parsed) =
                X509Certificate::from_der(&certificate).map_err(|error| format!("certificate: {error}"))?;
            if !parsed.is_ca() {
                return Err("the certificate is not one of an authority".to_owned());
            }
            if parsed.public_key().raw != key.subject_public_key_info() {
                return Err("the certificate belongs to another key".to_owned());
            }
            let validity = parsed.validity();
            (validity.not_before.timestamp(), validity.not_after.timestamp())
        };
        Ok(Self { key, certificate, pem, begins, ends })
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Authority")
            .field("begins", &self.begins)
            .field("ends", &self.ends)
            .finish_non_exhaustive()
    }
}

fn authority_params(key: &KeyPair, now: i64) -> Result<CertificateParams, TlsError> {
    let mut params = CertificateParams::default();
    // Two authorities of one name in a bundle confuse some clients, so the name tells them apart.
    let print = Sha256::digest(key.subject_public_key_info());
    params.distinguished_name = named(&format!("signoff private authority {}", hex::encode(&print[..4])));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let permitted_subtrees = PORTAL_HOSTS
        .iter()
        .chain(&OWN_NAMES)
        .map(|name| match name.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => {
                GeneralSubtree::IpAddress(CidrSubnet::V4(address.octets(), [u8::MAX; 4]))
            }
            Ok(IpAddr::V6(address)) => {
                GeneralSubtree::IpAddress(CidrSubnet::V6(address.octets(), [u8::MAX; 16]))
            }
            Err(_) => GeneralSubtree::DnsName((*name).to_owned()),
        })
        .collect();
    params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() });
    set_validity(&mut params, now, AUTHORITY_DAYS)?;
    Ok(params)
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// Valid from yesterday's midnight, for clocks differ, until the midnight `days` days on.
fn set_validity(params: &mut CertificateParams, now: i64, days: i64) -> Result<(), TlsError> {
    let (begin, end) =
        Option::zip(civil(now, -1), civil(now, days)).filter(|_| now >= 0).ok_or(TlsError::Time(now))?;
    params.not_before = rcgen::date_time_ymd(begin.0, begin.1, begin.2);
    params.not_after = rcgen::date_time_ymd(end.0, end.1, end.2);
    Ok(())
}

/// Year, month and day, `days` days after the moment `now`.
fn civil(now: i64, days: i64) -> Option<(i32, u8, u8)> {
    let moment = jiff::Timestamp::from_second(now.checked_add(days.checked_mul(DAY)?)?).ok()?;
    let date = moment.to_zoned(jiff::tz::TimeZone::UTC).date();
    Some((date.year().into(), date.month().try_into().ok()?, date.day().try_into().ok()?))
}

#[cfg(test)]
#[path = "authority_tests.rs"]
mod tests;
