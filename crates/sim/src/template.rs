//! What every history begins with, made once per process: publishers, offers, a signing key and tokens.
//!
//! Making an RSA key takes longer than a history. The key and the tokens differ from process to process, which is
//! why no line of a history shows them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use signoff_definition::sample_vm_offer;
use signoff_engine::clock::Clock;
use signoff_engine::{Engine, PutRequest, Settings};
use signoff_lifecycle::command::PutGuard;
use signoff_lifecycle::ids::OfferKey;
use signoff_server::identity::{DEFAULT_AUDIENCE, Issuer, IssuerSettings, Seeded};
use signoff_server::{TENANT, login_router, seed};
use signoff_store::Store;
use signoff_store::memory::{MemoryStore, Tables};
use tower::ServiceExt;

use crate::time::Timeline;

/// An offer that takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) publisher: &'static str,
    pub(crate) offer: &'static str,
}

/// The prepared offers. Those of contoso are migrated, those of fabrikam are not.
pub(crate) const OFFERS: [Name; 3] = [
    Name { publisher: "contoso", offer: "one" },
    Name { publisher: "fabrikam", offer: "two" },
    Name { publisher: "contoso", offer: "three" },
];

/// Valid for longer than any history.
const LIFETIME: i64 = 10_000_000_000;

pub(crate) struct Template {
    pub(crate) tables: Tables,
    pub(crate) issuer: Arc<Issuer>,
    /// Of the owner of contoso, and of fabrikam.
    tokens: [String; 2],
}

impl Template {
    /// That of this process.
    pub(crate) fn get() -> &'static Self {
        static TEMPLATE: OnceLock<Template> = OnceLock::new();
        TEMPLATE.get_or_init(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            runtime.expect("a runtime without input and output can be made").block_on(Self::make())
        })
    }

    async fn make() -> Self {
        let timeline = Timeline::new(0);
        let store = MemoryStore::new(Arc::new(|| Duration::ZERO));
        let shared: Arc<dyn Store> = Arc::new(store.clone());
        let engine = Engine::with_clock(shared.clone(), Settings::development(), Clock::on(timeline.clone()));
        seed(&engine).await.expect("a store in memory takes the seed");
        for name in OFFERS {
            put(&engine, name).await;
        }
        let settings =
            IssuerSettings { lifetime: LIFETIME, seeded: Seeded::Count, ..IssuerSettings::default() };
        // Machines whose clock is set back still know the tokens.
        let seconds = engine.clock().real().0 / 1_000_000 - 86_400;
        let issuer = Arc::new(Issuer::new(shared.clone(), shared, Arc::new(move || seconds), settings));
        let tokens = [
            token(&issuer, "contoso-owner", "contoso-secret").await,
            token(&issuer, "fabrikam-owner", "fabrikam-secret").await,
        ];
        Self { tables: store.durable(), issuer, tokens }
    }

    pub(crate) fn token(&self, publisher: &str) -> &str {
        &self.tokens[usize::from(publisher == "fabrikam")]
    }
}

/// The document of an offer's draft with this title.
pub(crate) fn document(title: &str) -> Value {
    let mut document: Value = sample_vm_offer().parse().expect("the sample is JSON");
    document["definition"]["displayText"] = title.into();
    document
}

async fn put(engine: &Engine, name: Name) {
    let mut document = document("edit 0");
    let request = PutRequest {
        offer_type: document["offerTypeId"].as_str().map(str::to_owned),
        definition: document["definition"].take().to_string(),
        extra: None,
        migrated: None,
        guard: PutGuard::Any { creates: true },
        repeat: None,
    };
    engine.put(&OfferKey::new(name.publisher, name.offer), request).await.expect("the sample can be put");
}

async fn token(issuer: &Arc<Issuer>, client: &str, secret: &str) -> String {
    let form = format!(
        "grant_type=client_credentials&client_id={client}&client_secret={secret}&resource={DEFAULT_AUDIENCE}"
    );
    let request = http::Request::post(format!("/{TENANT}/oauth2/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Full::new(Bytes::from(form)));
    let request = request.expect("the request is well-formed");
    let Ok(response) = login_router(issuer.clone(), None).oneshot(request).await;
    let body = response.into_body().collect().await.expect("a body in memory comes whole").to_bytes();
    let body: Value = serde_json::from_slice(&body).expect("the token host answers in JSON");
    body["access_token"].as_str().unwrap_or_else(|| panic!("no token: {body}")).to_owned()
}
