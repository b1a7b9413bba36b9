//! An offer type as its data file describes it.

use serde::Deserialize;
use signoff_lifecycle::plan::{CancelPolicy, Executor};

/// One kind of offer: what it must hold to be published, and the pipeline that publishes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferType {
    /// The `offerTypeId` of the wire, such as `microsoft-azure-virtualmachines`.
    pub id: String,
    /// Other spellings of the id that released clients use.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The type's name for people, in English.
    pub display_text: String,
    /// What stands before the dot in the type's own definition members.
    pub prefix: String,
    /// The tables whose category keys the type may use, by file name; none if the type has no categories.
    #[serde(default)]
    pub category_tables: Vec<String>,
    /// The members that hold the category map, the one that findings name first.
    pub category_keys: Vec<String>,
    /// Whether a publish needs at least one category.
    #[serde(default)]
    pub category_required: bool,
    /// The table of industry keys; `None` where industries are not allowed.
    #[serde(default)]
    pub industry_table: Option<String>,
    /// Whether an offer of the type is sold in plans.
    pub has_plans: bool,
    /// The plan members that hold machine images, version → image; empty where plans have no images.
    #[serde(default)]
    pub image_keys: Vec<String>,
    /// Whether plans are priced per core (`virtualMachinePricing`).
    #[serde(default)]
    pub core_pricing: bool,
    /// Members that hold secrets in offers of this type, at any depth, beside those that do in every type.
    pub secret_fields: Vec<String>,
    /// The members of `definition.offer` that are checked at publish.
    pub offer_fields: Vec<Field>,
    /// The members of each plan that are checked at publish.
    #[serde(default)]
    pub plan_fields: Vec<Field>,
    /// The pipeline, in order; it begins with validation and ends with `publisher-signoff`, `live`.
    pub steps: Vec<StepSpec>,
}

impl OfferType {
    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&StepSpec> {
        self.steps.iter().find(|step| step.id == id)
    }
}

/// A member of a definition and what it must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The member's name.
    pub key: String,
    /// Another member that may stand in for it.
    #[serde(default, rename = "or")]
    pub alternative: Option<String>,
    /// A member beside it that, if it is `true`, makes the field superfluous.
    #[serde(default)]
    pub unless: Option<String>,
    /// What its value must be.
    pub kind: FieldKind,
    /// Whether the member must be there; one that need not be is checked only when it is filled.
    #[serde(default = "required_by_default")]
    pub required: bool,
}

fn required_by_default() -> bool {
    true
}

/// What the value of a [`Field`] must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Text that is not blank.
    Text,
    /// An absolute http or https address.
    Url,
    /// An e-mail address.
    Email,
    /// A list of anything.
    List,
    /// The id of a plan, unique within its offer.
    PlanId,
}

/// One step of a pipeline (contract, "Step").
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepSpec {
    /// The step's id on the wire, such as `displaycertify`.
    pub id: String,
    /// The step's `stepName`.
    pub name: String,
    /// What happens in the step, in English.
    pub description: String,
    /// The `estimatedTimeFrame`, such as `< 5 days`.
    pub time_frame: String,
    /// How the step runs when the pipeline waits for milliseconds only.
    pub development: StepRun,
    /// How the step runs for real.
    pub production: StepRun,
}

/// How one step runs in one of the two pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRun {
    /// Who does the work.
    pub executor: Executor,
    /// What a cancel does to the step.
    pub cancel: CancelPolicy,
    /// The least time the step takes, in milliseconds; 0 means as long as the work needs.
    #[serde(default)]
    pub duration_ms: u64,
    /// The least time that undoing the step takes, in milliseconds.
    #[serde(default)]
    pub undo_duration_ms: u64,
}

/// Reads a data file that is part of the program.
pub(super) fn parse(name: &str, text: &str) -> OfferType {
    toml::from_str(text)
        .unwrap_or_else(|error| panic!("the built-in offer type {name} is malformed: {error}"))
}
