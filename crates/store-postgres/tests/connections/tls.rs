//! TLS and passwords, on a server that has a certificate.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use signoff_store_postgres::testing::{self, OwnServer};
use signoff_store_postgres::{OpenError, PasswordSource, PostgresSettings, PostgresStore};

use crate::{open, refused, write_until_it_works};

/// An authority with what it vouches for.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate for `name`, and its key.
    fn vouch(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

/// A server that calls itself `localhost`, and knows `ann` by her password and `bob` by his certificate.
fn server(authority: &Authority) -> OwnServer {
    let (certificate, key) = authority.vouch("localhost");
    let setup = format!(
        "umask 077
cat >data/server.crt <<'END'
{certificate}END
cat >data/server.key <<'END'
{key}END
cat >data/ca.crt <<'END'
{ca}END
cat >data/pg_hba.conf <<'END'
host all ann 127.0.0.1/32 scram-sha-256
hostssl all bob 127.0.0.1/32 cert
host all all 127.0.0.1/32 trust
END
",
        ca = authority.pem
    );
    let options = "-c ssl=on -c ssl_cert_file=server.crt -c ssl_key_file=server.key -c ssl_ca_file=ca.crt";
    OwnServer::start(&setup, options).unwrap()
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

#[tokio::test]
async fn who_the_server_is_is_checked_as_far_as_the_words_say() {
    let (right, wrong) = (Authority::new("right"), Authority::new("wrong"));
    let (server, folder) = (server(&right), tempfile::tempdir().unwrap());
    let (right_file, wrong_file) =
        (write(folder.path(), "right.pem", &right.pem), write(folder.path(), "wrong.pem", &wrong.pem));
    let (right_file, wrong_file) = (right_file.display(), wrong_file.display());
    let port = server.host().rsplit(':').next().unwrap().to_owned();
    let at = |host: &str, parameters: &str| {
        format!("postgres://postgres@{host}:{port}/postgres?hostaddr=127.0.0.1&{parameters}")
    };
    for (number, (host, parameters, encrypted)) in [
        ("localhost", format!("sslmode=verify-full&sslrootcert={right_file}"), "t"),
        ("elsewhere", format!("sslmode=verify-ca&sslrootcert={right_file}"), "t"),
        ("elsewhere", format!("sslmode=require&sslrootcert={right_file}"), "t"),
        ("elsewhere", "sslmode=require".to_owned(), "t"),
        ("elsewhere", "sslmode=prefer".to_owned(), "t"),
        ("elsewhere", "keepalives=1".to_owned(), "t"),
        ("elsewhere", "sslmode=disable".to_owned(), "f"),
    ]
    .into_iter()
    .enumerate()
    {
        let address = at(host, &format!("{parameters}&application_name=case{number}"));
        let store = open(&address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
        let seen = format!(
            "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
             WHERE application_name = 'case{number}'"
        );
        assert_eq!(server.say(&[&seen]).await.unwrap().as_deref(), Some(encrypted), "{address}");
        drop(store);
    }
    for (host, parameters, says) in [
        (
            "elsewhere",
            format!("sslmode=verify-full&sslrootcert={right_file}"),
            "certificate not valid for name",
        ),
        ("localhost", format!("sslmode=verify-full&sslrootcert={wrong_file}"), "certificate"),
        ("localhost", "sslmode=verify-full".to_owned(), ""),
        ("localhost", format!("sslmode=verify-ca&sslrootcert={wrong_file}"), "certificate"),
        ("localhost", format!("sslmode=require&sslrootcert={wrong_file}"), "certificate"),
    ] {
        let address = at(host, &parameters);
        let error = refused(&address).await;
        let final_word = matches!(error, OpenError::Refused(_) | OpenError::Setting(_));
        assert!(final_word && error.to_string().contains(says), "{address}: {error:?}");
    }
    passwords_and_certificates_let_in(&server, &right, folder.path()).await;
}

async fn passwords_and_certificates_let_in(server: &OwnServer, authority: &Authority, folder: &Path) {
    let roles =
        ["CREATE ROLE ann SUPERUSER LOGIN PASSWORD 'right secret'", "CREATE ROLE bob SUPERUSER LOGIN"];
    server.say(&roles).await.unwrap();
    let at = |who: &str| format!("postgres://{who}@{}/postgres?sslmode=require", server.host());
    open(&at("ann:right%20secret")).await.unwrap();
    let settings = PostgresSettings::parse(&at("ann")).unwrap();
    let address = settings.address.clone().with_password("right secret");
    PostgresStore::open(&PostgresSettings { address, ..settings }).await.unwrap();
    let wrong = refused(&at("ann:other%20secret")).await;
    assert!(matches!(&wrong, OpenError::Refused(why) if why.contains("check the user")), "{wrong:?}");
    assert!(!format!("{wrong} {wrong:?}").contains("other secret"), "{wrong:?}");
    let none = refused(&at("ann")).await.to_string();
    assert!(none.contains("SIGNOFF_STORE_PASSWORD"), "{none}");
    a_password_may_be_replaced(server, &at("ann")).await;

    let (certificate, key) = authority.vouch("bob");
    let own = format!(
        "{}&sslcert={}&sslkey={}",
        at("bob"),
        write(folder, "bob.pem", &certificate).display(),
        write(folder, "bob.key", &key).display()
    );
    open(&own).await.unwrap();
    assert!(matches!(refused(&at("bob")).await, OpenError::Refused(_)));
}

/// What a store opened with is not what it connects with later.
async fn a_password_may_be_replaced(server: &OwnServer, address: &str) {
    let kept = Arc::new(Mutex::new("right secret"));
    let read = kept.clone();
    let source = PasswordSource::new(move || Ok((*read.lock()).to_owned()));
    let settings = PostgresSettings::parse(address).unwrap().connections(4).password(Some(source));
    let store = PostgresStore::open(&settings).await.unwrap();
    *kept.lock() = "next secret";
    let replaced = [
        "ALTER ROLE ann PASSWORD 'next secret'",
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'ann'",
    ];
    server.say(&replaced).await.unwrap();
    write_until_it_works(&store).await;
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_was_asked_for() {
    let address = testing::database().await.unwrap().replace("sslmode=disable", "sslmode=require");
    let error = refused(&address).await;
    assert!(matches!(&error, OpenError::Refused(why) if why.contains("does not support TLS")), "{error:?}");
    open(&address.replace("sslmode=require", "sslmode=prefer")).await.unwrap();
}
