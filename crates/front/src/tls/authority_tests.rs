use std::fs;
use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls_pki_types::{ServerName, UnixTime};

use super::*;

const NOW: i64 = 1_790_000_000;

/// Whether a client that trusts `authority` alone takes `certificate` for `name` at the moment `at`.
fn accepts(
    authority: &Authority,
    certificate: &CertificateDer<'_>,
    name: &str,
    at: i64,
) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let name = ServerName::try_from(name).unwrap();
    let at = UnixTime::since_unix_epoch(Duration::from_secs(at.try_into().unwrap()));
    verifier.verify_server_cert(certificate, &[], &name, &[], at).map(drop)
}

fn issued_for(authority: &Authority, names: &[&str]) -> CertificateDer<'static> {
    authority.issue(names.iter().map(ToString::to_string).collect(), NOW).unwrap().0
}

#[test]
fn it_vouches_for_every_portal_host_and_this_machine() {
    let authority = Authority::create(NOW).unwrap();
    let names: Vec<&str> = PORTAL_HOSTS.into_iter().chain(OWN_NAMES).collect();
    let certificate = issued_for(&authority, &names);
    for name in names {
        accepts(&authority, &certificate, name, NOW).unwrap();
        accepts(&authority, &certificate, name, NOW + (SERVER_DAYS - 1) * DAY).unwrap();
        accepts(&authority, &certificate, name, NOW - DAY).unwrap();
        accepts(&authority, &certificate, name, NOW + (SERVER_DAYS + 1) * DAY).unwrap_err();
    }
    accepts(&authority, &certificate, "example.com", NOW).unwrap_err();
}

#[test]
fn it_cannot_vouch_for_anybody_else() {
    let authority = Authority::create(NOW).unwrap();
    for name in ["example.com", "azure.com", "10.0.0.1"] {
        let certificate = issued_for(&authority, &[name]);
        accepts(&authority, &certificate, name, NOW).unwrap_err();
    }
}

#[test]
fn two_authorities_have_two_names() {
    let subjects: Vec<String> = (0..2)
        .map(|_| {
            let authority = Authority::create(NOW).unwrap();
            let (_, parsed) = X509Certificate::from_der(&authority.certificate).unwrap();
            parsed.subject().to_string()
        })
        .collect();
    assert_ne!(subjects[0], subjects[1]);
}

#[test]
fn a_kept_authority_is_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let kept_in = dir.path().join("not/yet/there");
    let first = Authority::load_or_create(&kept_in, NOW).unwrap();
    let again = Authority::load_or_create(&kept_in, NOW + DAY).unwrap();
    assert_eq!(first.ca_pem(), again.ca_pem());
    assert_eq!(fs::read_to_string(kept_in.join(CERTIFICATE_FILE)).unwrap(), first.ca_pem());

    let certificate = issued_for(&again, &[PORTAL_HOSTS[0]]);
    accepts(&first, &certificate, PORTAL_HOSTS[0], NOW).unwrap();
}

#[test]
fn a_lost_public_copy_is_written_anew() {
    let dir = tempfile::tempdir().unwrap();
    let first = Authority::load_or_create(dir.path(), NOW).unwrap();
    fs::remove_file(dir.path().join(CERTIFICATE_FILE)).unwrap();
    Authority::load_or_create(dir.path(), NOW).unwrap();
    assert_eq!(fs::read_to_string(dir.path().join(CERTIFICATE_FILE)).unwrap(), first.ca_pem());
}

#[test]
fn it_is_renewed_before_a_certificate_would_outlive_it() {
    let dir = tempfile::tempdir().unwrap();
    let first = Authority::load_or_create(dir.path(), NOW).unwrap();
    let last_day = first.ends - SERVER_DAYS * DAY;
    assert_eq!(Authority::load_or_create(dir.path(), last_day).unwrap().ca_pem(), first.ca_pem());
    let renewed = Authority::load_or_create(dir.path(), last_day + 1).unwrap();
    assert_ne!(renewed.ca_pem(), first.ca_pem());
    assert_eq!(Authority::load_or_create(dir.path(), last_day + 1).unwrap().ca_pem(), renewed.ca_pem());
}

#[test]
fn one_from_the_future_is_refused_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    Authority::load_or_create(dir.path(), NOW).unwrap();
    let before = fs::read_to_string(dir.path().join(KEY_FILE)).unwrap();
    let error = Authority::load_or_create(dir.path(), NOW - 30 * DAY).unwrap_err();
    assert!(matches!(error, TlsError::NotYetValid { .. }), "{error}");
    assert_eq!(fs::read_to_string(dir.path().join(KEY_FILE)).unwrap(), before);
}

#[test]
fn a_damaged_file_is_named_and_kept() {
    let (a, b) = (Authority::create(NOW).unwrap(), Authority::create(NOW).unwrap());
    let cases = [
        String::new(),
        "no PEM at all".to_owned(),
        a.key.serialize_pem(),
        a.ca_pem().to_owned(),
        format!("{}{}", a.key.serialize_pem(), b.ca_pem()),
        {
            let leaf = issued_for(&a, &[PORTAL_HOSTS[0]]);
            format!("{}{}", a.key.serialize_pem(), super::super::bundle::pem(&leaf))
        },
    ];
    for text in cases {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(KEY_FILE);
        fs::write(&path, &text).unwrap();
        let error = Authority::load_or_create(dir.path(), NOW).unwrap_err();
        assert!(matches!(error, TlsError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(KEY_FILE), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let blocked = dir.path().join("file");
    fs::write(&blocked, "").unwrap();
    let error = Authority::load_or_create(&blocked.join("below"), NOW).unwrap_err();
    assert!(error.to_string().contains("below"), "{error}");
}

#[test]
fn times_that_no_certificate_holds_are_refused() {
    for now in [i64::MIN, -1, 253_402_300_799, i64::MAX] {
        assert!(matches!(Authority::create(now), Err(TlsError::Time(_))), "{now}");
    }
    Authority::create(0).unwrap();
}

#[test]
fn debug_shows_no_key() {
    let authority = Authority::create(NOW).unwrap();
    let shown = format!("{authority:?}");
    assert!(shown.contains("ends") && !shown.contains("key"), "{shown}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_the_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let mode = |name| fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    Authority::load_or_create(dir.path(), NOW).unwrap();
    assert_eq!((mode(KEY_FILE), mode(CERTIFICATE_FILE)), (0o600, 0o644));

    fs::set_permissions(dir.path().join(KEY_FILE), fs::Permissions::from_mode(0o644)).unwrap();
    Authority::load_or_create(dir.path(), NOW).unwrap();
    assert_eq!(mode(KEY_FILE), 0o600);
}
