//! Drafts: secrets, and what a publish checks.

use serde_json::{Value, json};
use signoff_engine::EngineError;
use signoff_lifecycle::ids::OfferKey;

use signoff_engine::testing::sample_definition;

use crate::world::{CONTOSO, HOUR, World};

const LEADS: &str = "microsoft-azure-marketplace.tableLeadConfiguration";

/// The sample with lead settings that hold a secret, or leave it out.
fn with_leads(secret: Option<&str>) -> Value {
    let mut definition = sample_definition();
    definition["offer"][LEADS] = match secret {
        Some(secret) => json!({ "connectionString": secret }),
        None => json!({}),
    };
    definition
}

fn secrets(connection_string: &str) -> Value {
    json!({ "offer": { LEADS: { "connectionString": [connection_string] } } })
}

/// The draft as it is stored: the definition, and the secrets apart.
async fn stored(world: &World) -> (Value, Option<Value>) {
    let version = world.state("a").await.offer.draft.content_version;
    let content = world.engine.store().content(&OfferKey::new(CONTOSO, "a"), version).await.unwrap().unwrap();
    let secrets: Value = content.secrets.unwrap().parse().unwrap();
    (content.definition.parse().unwrap(), secrets.get("/~2/definition").cloned())
}

#[tokio::test]
async fn a_secret_is_kept_apart_and_stays_when_it_is_left_out() {
    let world = World::start().await;
    world.put_definition("a", &with_leads(Some("first"))).await;
    let first = secrets("first");
    assert_eq!(stored(&world).await, (with_leads(None), Some(first.clone())));
    // What a client got, without the secret, it may put back.
    world.put_definition("a", &with_leads(None)).await;
    assert_eq!(stored(&world).await, (with_leads(None), Some(first.clone())));
    // Across a publish, which starts a new version of the content, too.
    world.try_publish("a").await.unwrap();
    world.advance(HOUR).await;
    world.put_definition("a", &with_leads(None)).await;
    assert_eq!(stored(&world).await.1, Some(first));
    world.put_definition("a", &with_leads(Some("second"))).await;
    assert_eq!(stored(&world).await.1, Some(secrets("second")));
    world.put_definition("a", &with_leads(Some(""))).await;
    assert_eq!(stored(&world).await.1, None);
}

#[tokio::test]
async fn concurrent_puts_lose_no_secret() {
    let world = World::start().await;
    world.put_definition("a", &with_leads(Some("kept"))).await;
    let puts = (0..20).map(|_| async { world.put_definition("a", &with_leads(None)).await });
    futures_util::future::join_all(puts).await;
    assert_eq!(stored(&world).await.1, Some(secrets("kept")));
    assert_eq!(world.state("a").await.offer.draft.revision, 21);
}

fn unfit() -> Value {
    let mut definition = sample_definition();
    definition["offer"]["microsoft-azure-marketplace.title"] = json!("");
    definition
}

#[tokio::test]
async fn a_publish_checks_the_draft_that_it_snapshots() {
    let world = World::start().await;
    world.put("a").await;
    world.put_definition("a", &unfit()).await;
    let Err(EngineError::Unfit { findings, .. }) = world.try_publish("a").await else {
        panic!("the draft has no title")
    };
    assert!(findings.iter().all(|finding| finding.target.contains("title")), "{findings:?}");
    world.put("a").await;
    world.try_publish("a").await.unwrap();
}

/// A put may come between the checks and the start; what runs was checked.
#[tokio::test(flavor = "multi_thread")]
async fn a_put_in_between_means_checking_again() {
    let world = World::without_runner().await;
    let (mut published, mut refused) = (0, 0);
    for round in 0..40 {
        let offer = format!("offer-{round}");
        world.put(&offer).await;
        let (unfit, fit) = (unfit(), sample_definition());
        let (_, started, _) = tokio::join!(
            world.put_definition(&offer, &unfit),
            world.try_publish(&offer),
            world.put_definition(&offer, &fit),
        );
        match started {
            Ok(done) => {
                let version = done.state.target().unwrap().head.offer_version;
                let content = world
                    .engine
                    .store()
                    .content(&OfferKey::new(CONTOSO, &offer), version)
                    .await
                    .unwrap()
                    .unwrap();
                let title = &content.definition.parse::<Value>().unwrap()["offer"]["microsoft-azure-marketplace.title"];
                assert_ne!(*title, json!(""), "round {round}");
                published += 1;
            }
            Err(EngineError::Unfit { .. }) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(published + refused, 40);
}
