//! What a development server starts with.

use signoff_definition::sample_vm_offer;
use signoff_engine::{Engine, EngineError, PutRequest};
use signoff_front::first_use::new_publisher;
use signoff_identity::{principal_id, seed_principal};
use signoff_lifecycle::access::Role;
use signoff_lifecycle::command::PutGuard;
use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::refusal::Refusal;
use signoff_store::StoreError;
use signoff_store::contract::Publisher;
use signoff_wire::offer_put::{self, OfferPut};

/// The tenant of the seeded clients.
pub const TENANT: &str = "11111111-1111-1111-1111-111111111111";
/// The offer that contoso has from the start.
pub const SAMPLE_OFFER: &str = "sample-vm";

/// Publisher, client, secret, role.
const CLIENTS: [(&str, &str, &str, Role); 3] = [
    ("contoso", "contoso-owner", "contoso-secret", Role::Owner),
    ("contoso", "contoso-reader", "contoso-secret", Role::Reader),
    ("fabrikam", "fabrikam-owner", "fabrikam-secret", Role::Owner),
];

/// The clients that come with the seed.
pub(crate) fn seeded_clients() -> impl Iterator<Item = &'static str> {
    CLIENTS.into_iter().map(|(_, client, ..)| client)
}

/// Puts in place what the contract and the documents promise of a development server; what is there stays.
///
/// # Errors
/// If the store fails.
pub async fn seed(engine: &Engine) -> Result<(), StoreError> {
    let store = engine.store();
    for publisher in publishers() {
        if store.publisher(&publisher.id).await?.is_none() {
            store.put_publisher(publisher, None).await?;
        }
    }
    for (publisher, client, secret, role) in CLIENTS {
        let id = principal_id(TENANT, client);
        if store.principal(&id).await?.is_none() {
            // In this order: once the client exists it is a member, after a crash and at another node too.
            store.put_member(publisher, &id, Some(role), None).await?;
            seed_principal(store.as_ref(), TENANT, client, secret).await?;
        }
    }
    if store.load(&OfferKey::new("contoso", SAMPLE_OFFER)).await?.is_none() {
        put_sample(engine).await?;
    }
    Ok(())
}

fn publishers() -> [Publisher; 2] {
    [
        Publisher {
            display_text: "Contoso".to_owned(),
            seller_id: 4_021_455,
            seller_contact: Some("seller@contoso.example".to_owned()),
            ..new_publisher("contoso", true)
        },
        Publisher {
            display_text: "Fabrikam".to_owned(),
            seller_id: 4_021_456,
            migrated: false,
            ..new_publisher("fabrikam", true)
        },
    ]
}

async fn put_sample(engine: &Engine) -> Result<(), StoreError> {
    let corrupt = |error: &dyn std::fmt::Display| StoreError::Corrupt(format!("the sample offer: {error}"));
    let put = OfferPut::parse(sample_vm_offer().as_bytes()).map_err(|error| corrupt(&error))?;
    let request = PutRequest {
        offer_type: put.offer_type_id,
        definition: put.definition.get().to_owned(),
        extra: offer_put::extra(put.offer_type_versions, put.other),
        migrated: None,
        guard: PutGuard::Absent { required: true },
        repeat: None,
    };
    match engine.put(&OfferKey::new("contoso", SAMPLE_OFFER), request).await {
        // Of nodes that start together one is first.
        Ok(_) | Err(EngineError::Refused(Refusal::MissingIfMatch)) => Ok(()),
        Err(EngineError::Store(error)) => Err(error),
        Err(error) => Err(corrupt(&error)),
    }
}
