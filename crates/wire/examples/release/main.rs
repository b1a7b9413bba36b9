//! A release from the draft to production, with a cancel on the way, by the typed client.
//!
//! ```console
//! $ cargo run -- serve --dev
//! $ cargo run -p signoff-wire --features client --example release -- http://127.0.0.1:8080
//! ```

mod story;

use signoff_wire::client::{Client, ClientCredentials, Config, Retries, TokenSource, default_authority};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:8080".to_owned()).parse()?;
    // The client does not choose for its program which library does the cryptography.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // What `signoff serve --dev` knows from its start.
    let credentials = ClientCredentials {
        authority: default_authority(&base),
        tenant: "11111111-1111-1111-1111-111111111111".to_owned(),
        client_id: "contoso-owner".to_owned(),
        client_secret: "contoso-secret".to_owned(),
    };
    let client = Client::new(Config {
        base,
        tokens: TokenSource::Credentials(credentials),
        extra_roots_pem: None,
        retries: Retries::default(),
        marks: None,
    })?;
    for line in story::release(&client, "contoso", "sample-vm").await? {
        println!("{line}");
    }
    Ok(())
}
