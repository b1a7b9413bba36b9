//! The members that the original filled in, for clients that rely on them (dialect `observed`). They are shown and never
//! stored: whoever puts back what they read stores it themselves.

use serde_json::{Map, Value, json};
use signoff_definition::OfferType;

/// Lists of an offer.
const LISTS: [&str; 2] = ["microsoft-azure-marketplace.screenshots", "microsoft-azure-marketplace.videos"];
/// Where leads go, and how to reach each destination.
const LEAD_DESTINATION: &str = "microsoft-azure-marketplace.leadDestination";
const LEADS: [&str; 6] = [
    "microsoft-azure-marketplace.tableLeadConfiguration",
    "microsoft-azure-marketplace.blobLeadConfiguration",
    "microsoft-azure-marketplace.salesForceLeadConfiguration",
    "microsoft-azure-marketplace.crmLeadConfiguration",
    "microsoft-azure-marketplace.httpsEndpointLeadConfiguration",
    "microsoft-azure-marketplace.marketoLeadConfiguration",
];
const GENERATIONS: &str = "diskGenerations";

/// Adds to `definition` what it lacks.
pub(super) fn fill(offer_type: &OfferType, definition: &mut Value) {
    if let Some(offer) = definition.get_mut("offer").and_then(Value::as_object_mut) {
        for list in LISTS {
            add(offer, list, json!([]));
        }
        add(offer, LEAD_DESTINATION, json!("None"));
        for leads in LEADS {
            add(offer, leads, json!({}));
        }
    }
    if offer_type.image_keys.is_empty() {
        return;
    }
    let plans = definition.get_mut("plans").and_then(Value::as_array_mut);
    for plan in plans.into_iter().flatten().filter_map(Value::as_object_mut) {
        add_images(offer_type, plan);
        add(plan, GENERATIONS, json!([]));
        let generations = plan.get_mut(GENERATIONS).and_then(Value::as_array_mut);
        for generation in generations.into_iter().flatten().filter_map(Value::as_object_mut) {
            add_images(offer_type, generation);
        }
    }
}

/// An empty map of images, unless there is one under any of its names.
fn add_images(offer_type: &OfferType, holder: &mut Map<String, Value>) {
    let there = |key: &String| holder.get(key).is_some_and(|images| !images.is_null());
    if !offer_type.image_keys.iter().any(there) {
        add(holder, &offer_type.image_keys[0], json!({}));
    }
}

/// Sets a member that is not there, or `null`.
fn add(holder: &mut Map<String, Value>, name: &str, value: Value) {
    let member = holder.entry(name).or_insert(Value::Null);
    if member.is_null() {
        *member = value;
    }
}

#[cfg(test)]
mod tests {
    use signoff_definition::OfferTypes;

    use super::*;

    fn filled(offer_type: &str, mut definition: Value) -> Value {
        fill(OfferTypes::load().get(offer_type).unwrap(), &mut definition);
        definition
    }

    #[test]
    fn a_plan_gets_a_map_of_images_under_the_name_of_its_type() {
        let vm = "microsoft-azure-virtualmachines.vmImages";
        let core = "microsoft-azure-corevm.vmImagesPublicAzure";
        let plans = json!({"plans": [{"planId": "a"}, {core: {"1": {}}, GENERATIONS: [{"planId": "b"}]}, 7]});
        assert_eq!(
            filled("microsoft-azure-virtualmachines", plans.clone())["plans"],
            json!([{"planId": "a", vm: {}, GENERATIONS: []},
                {core: {"1": {}}, GENERATIONS: [{"planId": "b", vm: {}}]}, 7])
        );
        assert_eq!(filled("microsoft-azure-corevm", plans.clone())["plans"][0][core], json!({}));
        assert_eq!(filled("microsoft-azure-saas", plans.clone()), plans);
    }

    #[test]
    fn an_offer_gets_empty_lead_configurations_and_keeps_its_own() {
        let own = json!({"offer": {LEADS[0]: {"connectionString": "x"}, LEADS[1]: null, LISTS[0]: ["s"]}});
        let offer = filled("microsoft-azure-saas", own)["offer"].take();
        assert_eq!(offer[LEADS[0]], json!({"connectionString": "x"}));
        assert_eq!((&offer[LEADS[1]], &offer[LEADS[5]]), (&json!({}), &json!({})));
        assert_eq!((&offer[LISTS[0]], &offer[LISTS[1]]), (&json!(["s"]), &json!([])));
        assert_eq!(offer[LEAD_DESTINATION], "None");
    }
}
