//! Requests of a publisher that tests begin with.

use serde_json::Value;
use signoff_definition::sample_vm_offer;

use crate::PutRequest;

/// The offer type of the sample.
pub const VM: &str = "microsoft-azure-virtualmachines";

/// The sample's definition, which has no finding.
///
/// # Panics
/// If the sample is no JSON.
pub fn sample_definition() -> Value {
    sample_vm_offer().parse::<Value>().expect("the sample is JSON")["definition"].take()
}

/// A put of this definition of an offer that is not migrated.
pub fn put_of(definition: &Value) -> PutRequest {
    PutRequest { migrated: Some(false), ..PutRequest::of(VM, definition.to_string()) }
}

/// A put of the sample.
///
/// # Panics
/// If the sample is no JSON.
pub fn put_of_the_sample() -> PutRequest {
    put_of(&sample_definition())
}
