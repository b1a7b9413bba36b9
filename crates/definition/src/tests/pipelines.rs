use signoff_lifecycle::plan::{CancelPolicy, Executor};

use crate::{OFFER_TYPE_FILES, OfferType, OfferTypes, StepSpec};

fn offer_type(id: &str) -> &'static OfferType {
    OfferTypes::load().get(id).unwrap()
}

#[test]
fn every_data_file_holds_the_type_that_its_name_says() {
    for ((name, _), offer_type) in OFFER_TYPE_FILES.iter().zip(OfferTypes::load().all()) {
        assert_eq!(*name, offer_type.id);
    }
}

#[test]
fn ids_and_aliases_are_unique() {
    let mut names: Vec<&str> = OfferTypes::load()
        .all()
        .iter()
        .flat_map(|known| std::iter::once(&known.id).chain(&known.aliases))
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(count, names.len());
}

#[test]
fn an_alias_leads_to_its_type_and_an_unknown_id_to_none() {
    assert_eq!(offer_type("microsoft-azure-container").id, "microsoft-azure-containers");
    assert!(OfferTypes::load().get("microsoft-azure-toasters").is_none());
}

#[test]
fn every_pipeline_begins_with_validation_and_ends_with_signoff_and_live() {
    for offer_type in OfferTypes::load().all() {
        let steps = &offer_type.steps;
        let id = &offer_type.id;
        for pipeline in [|step: &StepSpec| step.production, |step: &StepSpec| step.development] {
            assert_eq!(pipeline(&steps[0]).executor, Executor::Validate, "{id}");
            let [.., signoff, live] = steps.as_slice() else { panic!("{id} has too few steps") };
            assert_eq!(
                (signoff.id.as_str(), pipeline(signoff).executor),
                ("publisher-signoff", Executor::Signoff)
            );
            assert_eq!((live.id.as_str(), pipeline(live).executor), ("live", Executor::Live));
            assert_eq!(steps.iter().filter(|step| pipeline(step).executor == Executor::Signoff).count(), 1);
            assert_eq!(steps.iter().filter(|step| pipeline(step).executor == Executor::Live).count(), 1);
        }
        for (position, step) in steps.iter().enumerate() {
            assert!(!step.description.trim().is_empty() && !step.name.is_empty(), "{id}/{}", step.id);
            assert!(steps[..position].iter().all(|earlier| earlier.id != step.id), "{id}/{} twice", step.id);
        }
    }
}

#[test]
fn a_person_certifies_in_production_and_nobody_in_development() {
    for offer_type in OfferTypes::load().all() {
        let certify = offer_type.step("displaycertify").unwrap();
        assert_eq!(certify.production.executor, Executor::Manual);
        assert_eq!(certify.development.executor, Executor::Simulated);
        let longest = offer_type
            .steps
            .iter()
            .map(|step| step.development.duration_ms.max(step.development.undo_duration_ms))
            .max();
        assert!(longest.unwrap() < 1000, "the development pipeline takes milliseconds");
        assert!(
            offer_type.steps.iter().all(|step| step.production.duration_ms == 0),
            "production waits for real work"
        );
    }
}

#[test]
fn a_vm_offer_has_the_steps_of_the_contract() {
    use CancelPolicy::{Interrupt, Undo};
    let expected = [
        ("displaydummycertify", "Validate Pre-Requisites", "< 15 min", Executor::Validate, Interrupt),
        ("displaycertify", "Certification", "< 5 days", Executor::Manual, Interrupt),
        ("displayprovision", "Provisioning", "< 1 day", Executor::Provision, Undo),
        ("displaypackage", "Packaging and Lead Generation Registration", "< 1 hour", Executor::Package, Undo),
        ("publisher-signoff", "Publisher signoff", "< 1 hour", Executor::Signoff, Interrupt),
        ("live", "Live", "~2-5 days", Executor::Live, Undo),
    ];
    for id in ["microsoft-azure-virtualmachines", "microsoft-azure-corevm"] {
        let steps: Vec<_> = offer_type(id)
            .steps
            .iter()
            .map(|step| {
                assert_eq!(step.production.cancel, step.development.cancel);
                let run = step.production;
                (step.id.as_str(), step.name.as_str(), step.time_frame.as_str(), run.executor, run.cancel)
            })
            .collect();
        assert_eq!(steps, expected, "{id}");
    }
}
