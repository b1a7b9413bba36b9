//! Each planted bug is caught, and by the property of the rule that it breaks alone.

use signoff_model::configuration::planted;
use signoff_model::fault::Fault;
use signoff_model::rules::Rule;

fn is_caught(fault: Fault) {
    let run = planted(fault).run(Some(fault), 1);
    let rules: Vec<Rule> = run.broken.iter().map(|(rule, _)| *rule).collect();
    let stories: Vec<&str> = run.broken.iter().map(|(_, story)| story.as_str()).collect();
    assert_eq!(rules, [fault.breaks()], "{fault:?} after {} states:\n{}", run.states, stories.join("\n"));
    assert!(stories[0].contains("broken: "), "the story tells what is broken:\n{}", stories[0]);
    println!("{fault:?}\n{}", stories[0]);
}

macro_rules! planted {
    ($($test:ident $fault:ident,)*) => {
        $(#[test]
        fn $test() {
            is_caught(Fault::$fault);
        })*

        const NAMES: &[&str] = &[$(stringify!($test)),*];

        /// The table above has a row for each bug.
        #[test]
        fn every_bug_is_planted() {
            assert_eq!(Fault::ALL.to_vec(), [$(Fault::$fault),*]);
        }
    };
}

planted! {
    a_second_operation_starts SecondStart,
    a_canceled_golive_is_completed EndsTwice,
    a_200_while_work_goes_on WorkGoesOn,
    an_artifact_after_a_200 ArtifactUnfenced,
    an_undo_is_skipped UndoSkipped,
    undo_in_the_order_of_the_steps UndoInOrder,
    a_cancellation_fails_alone FailsAlone,
    force_leaves_what_nobody_records ForceUnrecorded,
    an_undo_that_removes_nothing UndoPretended,
    a_cancel_past_the_point_of_no_return PastThePoint,
    production_is_switched_at_the_start SwitchAtStart,
    the_preview_is_not_put_back PreviewStays,
    the_number_of_a_result_is_ignored AttemptIgnored,
    a_retry_without_work RetryForgotten,
    the_reply_leaves_before_the_commit ReplyBeforeCommit,
    a_commit_without_comparison NoCompare,
    an_event_is_told_twice ToldTwice,
    an_event_is_told_to_nobody NotTold,
    a_second_cancellation SecondCancellation,
    work_in_memory_alone WorkInMemory,
    a_deadline_that_never_comes NoDeadline,
}

/// Each rule has a bug that shows that its check can fail.
#[test]
fn every_rule_has_a_bug() {
    for rule in Rule::ALL {
        assert!(Fault::ALL.iter().any(|fault| fault.breaks() == rule), "{}", rule.says());
    }
}

/// The same systems without their bugs keep every rule.
#[test]
fn without_its_bug_a_system_keeps_the_rules() {
    for fault in Fault::ALL {
        let run = planted(fault).run(None, 1);
        assert!(run.broken.is_empty(), "{fault:?}: {}", run.broken[0].1);
    }
}

/// `docs/proof/model.md` names each bug.
#[test]
fn the_proof_names_every_bug() {
    let proof = include_str!("../../../docs/proof/model.md");
    for name in NAMES {
        assert!(proof.contains(&format!("`{name}`")), "docs/proof/model.md does not name {name}");
    }
}
