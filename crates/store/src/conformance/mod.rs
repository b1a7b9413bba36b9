//! What every store must do. A case is one function over a [`Fixture`]; [`suite`](crate::suite) runs all of them on an
//! engine, so that a report reads `sqlite::work::an_expired_lease_may_be_taken`. To add an engine, write its fixture
//! and one line `suite!(name, Fixture)`.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test may panic")]

pub mod artifacts;
pub mod audit;
pub mod commit;
pub mod concurrency;
pub mod dev;
pub mod differential;
pub mod directory;
pub mod operations;
pub mod outbox;
pub mod repeats;
pub mod retention;
pub mod sharing;
pub mod work;
pub mod world;

use std::path::Path;
use std::sync::Arc;

use crate::Store;

/// An empty store of one case's own.
pub trait Fixture: Send + Sync + Sized {
    /// Makes it.
    fn new() -> impl Future<Output = Self> + Send;

    /// The store as it is open now.
    fn store(&self) -> Arc<dyn Store>;

    /// Closes the store and opens the same state again. Nobody else may have it open meanwhile.
    fn reopen(&self);

    /// A folder for the case's own files.
    fn folder(&self) -> &Path;
}

/// Hands every case to another macro, by the module that it stands in: `commit: [a, b] work: [c]`.
#[macro_export]
macro_rules! every_case {
    ($($to:ident)::+) => {
        $($to)::+! {
            commit: [
                nothing_is_there_before_it_is_put,
                what_is_committed_is_loaded,
                a_stale_change_leaves_no_trace,
                an_offer_is_created_once,
                publishers_are_apart,
                content_is_that_of_the_latest_version_up_to_the_one_asked_for,
                a_put_replaces_the_content_of_its_version,
                the_secrets_of_the_draft_come_with_it,
                a_change_without_content_keeps_what_lists_show,
            ]
            operations: [
                the_newest_comes_first,
                the_order_is_that_of_the_thread_and_not_of_the_ids,
                each_is_found_by_its_number_and_by_its_guid,
                offers_are_found_by_guid,
                lists_are_filtered,
                lists_are_read_in_parts,
            ]
            work: [
                due_work_is_leased_to_one,
                nothing_is_claimed_before_it_is_due,
                the_earliest_comes_first_and_no_more_than_asked_for,
                a_lease_that_is_given_back_is_free,
                an_expired_lease_may_be_taken,
                a_renewed_lease_holds,
                a_late_holder_frees_nothing,
                a_late_result_changes_nothing,
                finished_work_is_gone,
                a_clock_ahead_makes_only_its_own_work_due,
                a_clock_that_is_set_counts_alone,
                the_next_due_is_what_nobody_holds,
                claims_are_exclusive,
            ]
            outbox: [
                a_letter_is_written_once,
                a_letter_has_one_holder_until_it_is_recorded,
                a_recorded_delivery_stays_so,
                a_failure_is_tried_again_at_its_time,
                the_mailbox_is_never_due,
                a_letter_is_due_on_its_publishers_clock,
                a_refused_change_writes_no_letter,
            ]
            repeats: [
                a_reply_is_kept_with_its_change,
                a_stale_change_keeps_no_reply,
                a_key_is_used_once_and_what_comes_second_changes_nothing,
                a_reply_without_a_change_takes_the_key,
                keys_of_publishers_are_apart,
                what_expired_is_removed_the_oldest_first,
                of_many_with_one_key_one_is_kept,
                they_belong_to_the_state,
            ]
            artifacts: [
                the_same_put_twice_is_one,
                removing_twice_is_no_error,
                who_lost_the_lease_makes_nothing,
                what_was_recalled_makes_nothing,
            ]
            retention: [
                what_is_forgotten_is_gone,
                what_stays_is_listed_and_found,
                a_list_goes_on_from_where_it_was,
                what_stays_among_its_neighbours_is_listed_once,
                an_offer_that_changed_is_left_alone,
                an_operation_stays_until_its_mail_is_sent,
                artifacts_go_with_their_operation,
                content_goes_and_no_other_takes_its_place,
                operations_are_gone_through_in_the_order_of_their_ids,
            ]
            audit: [
                an_entry_is_written_with_its_change,
                entries_are_read_in_pages_from_the_newest_on,
                changes_of_the_directory_are_told_too,
                what_belongs_to_no_publisher_has_a_log_of_its_own,
                numbers_have_no_gap_when_many_write_at_once,
            ]
            directory: [
                a_publisher_is_replaced_whole,
                publishers_are_listed_in_pages,
                members_come_and_go,
                the_last_owner_stays,
                of_owners_who_remove_each_other_at_once_one_stays,
                principals_are_kept,
                of_two_first_keys_one_wins,
            ]
            dev: [
                entries_are_set_and_removed,
                a_snapshot_brings_everything_back,
                a_snapshot_is_a_new_file,
                a_reset_keeps_the_keys,
                leases_do_not_outlive_a_restore,
                everything_is_there_after_a_restart,
            ]
            sharing: [
                a_look_tells_what_changed_since_the_last,
                revisions_tell_which_offers_moved,
                an_entry_is_swapped_by_who_knows_it,
                of_many_who_swap_at_once_each_has_a_turn,
                a_shared_store_has_a_clock,
            ]
            concurrency: [
                each_revision_is_used_once,
                many_offers_commit_at_once,
                a_failing_change_does_not_harm_its_neighbours,
                a_reader_never_sees_half_a_commit,
            ]
            differential: [random_commands_come_to_what_the_core_says]
        }
    };
}

/// Each case as a test of its own, on one engine.
#[macro_export]
macro_rules! suite {
    ($engine:ident, $fixture:ty) => {
        mod $engine {
            type Engine = $fixture;
            use $crate::tests_of_cases;
            $crate::every_case!(tests_of_cases);
        }
    };
}

/// The tests of a [`suite`].
#[doc(hidden)]
#[macro_export]
macro_rules! tests_of_cases {
    ($($module:ident: [$($case:ident),+ $(,)?])+) => {
        $(mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    use $crate::conformance::Fixture as _;
                    $crate::conformance::$module::$case(&super::Engine::new().await).await;
                }
            )+
        })+
    };
}
