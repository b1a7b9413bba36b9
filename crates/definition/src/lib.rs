//! What can be published: the offer types with their fields and pipelines, the tables of keys that offers may
//! use, and the checks that every publish runs on its draft (contract, "Pricing, categories, artifacts" and
//! "Shapes").
//!
//! Everything here is data and pure functions. To add an offer type, put one file into
//! `data/offer-types/` and name it in [`OfferTypes::load`]; the tests of this crate check its shape.

mod diff;
mod finding;
mod offer_type;
mod place;
mod secrets;
pub mod tables;
mod validate;

use std::sync::LazyLock;

pub use diff::{Change, Diff, MOST_CHANGE_BYTES, MOST_CHANGES, Stored, diff};
pub use finding::{Finding, Level, MOST_FINDING_BYTES, MOST_FINDINGS, Report};
pub use offer_type::{Field, FieldKind, OfferType, StepRun, StepSpec};
pub use secrets::{Document, Secrets, shown};
pub use validate::{LONGEST_PLAN_ID, Published, examine, validate};

/// All offer types that this server knows.
#[derive(Debug)]
pub struct OfferTypes {
    all: Vec<OfferType>,
}

impl OfferTypes {
    /// Those that are built into the program, parsed on first use.
    pub fn load() -> &'static Self {
        static BUILT_IN: LazyLock<OfferTypes> = LazyLock::new(|| OfferTypes {
            all: OFFER_TYPE_FILES.iter().map(|(name, text)| offer_type::parse(name, text)).collect(),
        });
        &BUILT_IN
    }

    /// Every offer type, in the order in which `GET /api/offerTypes` lists them.
    pub fn all(&self) -> &[OfferType] {
        &self.all
    }

    /// The offer type with this `offerTypeId`, or with this other spelling of it; `None` is the contract's
    /// `UnknownOfferType`.
    pub fn get(&self, id: &str) -> Option<&OfferType> {
        self.all.iter().find(|known| known.id == id || known.aliases.iter().any(|alias| alias == id))
    }
}

/// The body of a PUT that creates the sample virtual machine offer `sample-vm` of `contoso`. It can be published
/// without a finding.
pub fn sample_vm_offer() -> &'static str {
    include_str!("../../../examples/sample-vm-offer.json")
}

/// The body of a PUT that creates the sample core virtual machine offer `sample-corevm` of `contoso`.
pub fn sample_corevm_offer() -> &'static str {
    include_str!("../../../examples/sample-corevm-offer.json")
}

macro_rules! offer_type_files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../data/offer-types/", $name, ".toml")))),+]
    };
}

static OFFER_TYPE_FILES: &[(&str, &str)] = offer_type_files![
    "microsoft-azure-virtualmachines",
    "microsoft-azure-corevm",
    "microsoft-azure-applications",
    "microsoft-azure-containers",
    "microsoft-azure-iotedge-modules",
    "microsoft-azure-saas",
    "microsoft-azure-consulting-services",
    "microsoft-dynamics-365-business-central",
    "microsoft-dynamics-365-customer-engagement",
    "microsoft-dynamics-365-operations",
    "microsoft-power-bi-app",
];

#[cfg(test)]
mod tests;
