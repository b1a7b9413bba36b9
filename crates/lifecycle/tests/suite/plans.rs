//! The plan of a VM offer, as the tests change it.

use signoff_lifecycle::ids::Micros;
use signoff_lifecycle::plan::{CancelPolicy, Executor, StepPlan};

pub(crate) const VALIDATE: &str = "displaydummycertify";
pub(crate) const CERTIFY: &str = "displaycertify";
pub(crate) const PROVISION: &str = "displayprovision";
pub(crate) const PACKAGE: &str = "displaypackage";
pub(crate) const SIGNOFF: &str = "publisher-signoff";
pub(crate) const LIVE: &str = "live";

/// A plan's step; every span is small, distinct and not zero.
pub(crate) fn step(id: &str, executor: Executor, cancel: CancelPolicy) -> StepPlan {
    StepPlan {
        id: id.to_owned(),
        executor,
        cancel,
        duration: Micros::from_millis(10),
        undo_duration: Micros::from_millis(20),
        propagate: Micros::from_millis(30),
        back_off: Micros::from_millis(1),
        script: None,
        webhook: None,
    }
}

/// The six steps of a VM offer with the policies that are shipped.
pub(crate) fn vm_plan() -> Vec<StepPlan> {
    use CancelPolicy::{Interrupt, Undo};
    vec![
        step(VALIDATE, Executor::Validate, Interrupt),
        step(CERTIFY, Executor::Simulated, Interrupt),
        step(PROVISION, Executor::Provision, Undo),
        step(PACKAGE, Executor::Package, Undo),
        step(SIGNOFF, Executor::Signoff, Interrupt),
        step(LIVE, Executor::Live, Undo),
    ]
}
