//! The tests that every engine must pass: one function per promise of the traits.
//!
//! An engine's test program says how a promise is put to the test: on an empty store, under faults, or not at all where
//! there is no such engine on this machine. It gets one test per promise:
//!
//! ```ignore
//! async fn on_an_empty_store(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
//!     promise(/* an empty store */).await;
//! }
//! grantor_storage::contract!(crate::on_an_empty_store);
//! ```
//!
//! Under faults, an operation may fail: [`insistent::Insistent`] goes between the promise and the store and does what a
//! caller may do about it.
//!
//! To add a promise: write it into the file of its subject and name it in [`contract!`](crate::contract!).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::missing_panics_doc, reason = "to panic is how a test says no")]

pub mod apart;
pub mod codes;
pub mod consent_requests;
pub mod consents;
pub mod device_codes;
pub mod directory;
pub mod families;
pub mod grants;
pub mod housekeeping;
pub mod insistent;
pub mod interactions;
pub mod names;
pub mod notices;
pub mod once;
pub mod people;
pub mod platform;
pub mod principals;
pub mod races;
pub mod refresh_tokens;
pub mod removals;
pub mod samples;
pub mod sign_ins;

/// Stamps one test per promise. `$stage` is the path (from `crate`) of an async function that is given a promise and runs it
/// on a store; the calling crate needs tokio with its macros and its multi-threaded runtime.
#[macro_export]
macro_rules! contract {
    ($stage:path) => {
        $crate::contract_tests! { $stage;
            directory {
                a_tenant_is_found_by_id_and_by_domain,
                tenants_are_listed_in_the_order_in_which_they_were_made,
                people_are_found_by_id_and_by_name_in_any_case,
                a_person_without_a_password_has_none,
                people_are_listed_in_pages,
                applications_are_listed_in_pages,
                applications_are_found_by_client_id_and_by_identifier_uri,
                a_client_id_goes_before_an_identifier_uri_of_the_same_text,
                what_was_never_written_is_not_found,
                applying_twice_is_the_same_as_once,
                what_a_change_does_not_mention_stays,
                a_change_replaces_what_it_mentions,
                a_change_moves_the_version_of_its_part_alone,
            }
            names {
                names_change_hands_within_one_change,
                a_taken_sign_in_name_is_named_and_nothing_is_written,
                a_taken_identifier_uri_is_named_and_nothing_is_written,
                a_taken_domain_is_named_and_nothing_is_written,
                two_tenants_may_use_the_same_names,
                a_name_that_another_tenant_has_registered_is_named_and_nothing_is_written,
                registered_names_change_hands_within_one_change,
                what_belongs_to_nobody_is_refused,
            }
            principals {
                an_application_stands_in_its_own_tenant,
                what_stands_at_home_follows_its_application,
                what_is_written_stands_as_it_is,
                what_stands_in_a_tenant_is_listed_in_pages,
                a_registered_name_is_found_from_everywhere,
                a_registered_client_id_goes_before_a_uri_of_the_same_text,
                what_stands_elsewhere_is_registered_by_its_publisher_alone,
            }
            people {
                a_person_is_in_their_groups,
                a_person_is_assigned_by_themselves_and_by_their_groups,
                what_hangs_on_nothing_is_refused,
                wrong_passwords_are_counted_and_lock_the_account,
                one_wrong_password_may_be_too_many,
                the_last_use_of_a_credential_is_noted,
            }
            removals {
                a_person_goes_with_everything_of_theirs,
                an_application_goes_from_every_tenant,
                what_stands_for_an_application_goes_from_one_tenant,
                a_group_goes_with_its_members_and_assignments,
                a_name_that_is_freed_can_be_taken,
            }
            consents {
                own_consents_and_those_for_everyone_are_found_together,
                consents_of_other_people_and_applications_are_not_found,
                a_consent_is_added_to_what_was_allowed_before,
                consents_are_listed_by_whose_they_are,
                a_withdrawn_consent_is_gone_and_the_others_stay,
                a_consent_brings_in_what_is_not_there,
                consents_end_their_interaction_without_a_code,
            }
            consent_requests {
                wishes_are_listed_the_oldest_first,
                a_wish_ends_once,
            }
            sign_ins {
                sign_ins_are_listed_newest_first_with_those_that_have_ended,
                a_person_who_signs_in_again_is_listed_once,
                the_other_sign_ins_move_to_the_new_session,
                a_session_may_keep_its_handle,
                a_sign_in_keeps_its_interactions_progress,
                sign_ins_end_person_by_person,
                a_session_knows_the_applications_that_it_reached,
            }
            interactions {
                a_request_is_found_as_it_was_kept,
                a_request_keeps_its_progress,
                a_request_ends_once,
                a_digest_is_kept_for_one_request,
            }
            codes {
                a_code_is_found_as_it_was_issued,
                issuing_ends_the_interaction_and_records_the_consent,
                issuing_for_an_ended_interaction_writes_nothing,
                a_redeemed_code_is_spent_and_what_it_buys_is_recorded,
                a_code_may_buy_no_refresh_token,
                a_code_presented_again_revokes_what_it_bought,
                a_code_that_never_was_buys_nothing,
                a_burned_code_buys_nothing,
                burning_a_spent_code_leaves_what_it_bought,
            }
            device_codes {
                a_device_code_is_found_as_it_was_kept,
                a_user_code_stands_for_one_device_code,
                answering_ends_the_interaction_and_records_the_consent,
                answering_what_was_answered_before_writes_nothing,
                a_device_code_is_redeemed_once,
            }
            families {
                a_family_is_revoked_alone,
                an_earlier_reason_stays,
                a_family_that_never_was_cannot_be_revoked,
                a_family_begins_without_a_code,
            }
            grants {
                a_grant_is_found_with_its_person,
                a_grant_that_never_was_is_not_found,
            }
            refresh_tokens {
                a_refresh_token_is_exchanged_for_its_successor,
                a_refresh_token_remembers_its_predecessors,
                a_token_that_is_not_the_live_one_is_told_which_is,
                a_revoked_family_exchanges_nothing,
                a_refresh_token_of_no_family_is_unknown,
            }
            once {
                what_is_spent_is_spent,
                what_was_spent_is_forgotten_at_its_end,
                a_pushed_request_is_found_as_it_was_kept,
                a_pushed_request_ends_once,
                an_ended_session_is_remembered,
            }
            notices {
                the_end_of_a_session_is_told,
                a_notice_is_taken_in_hand_once,
                who_is_waited_for_is_listed,
                a_question_is_kept_unless_it_was_overtaken,
                who_has_fetched_a_key_is_known,
            }
            platform {
                what_is_kept_once_stays,
                the_first_signing_key_of_an_algorithm_stays,
                a_signing_key_has_one_successor,
                a_forgotten_signing_key_is_gone,
                signing_keys_are_listed_oldest_first,
            }
            housekeeping {
                only_what_has_ended_is_forgotten,
                a_step_forgets_at_most_so_many_of_each_kind,
                a_code_is_remembered_for_a_day_after_its_end,
                a_rotation_keeps_its_family_for_longer_and_never_for_less,
            }
            apart {
                a_handle_says_whose_it_is,
                nothing_of_another_tenant_is_found,
                nothing_of_another_tenant_is_changed,
                the_same_digest_in_two_tenants_is_two_things,
            }
            races {
                of_many_redemptions_one_wins_and_the_others_revoke,
                of_many_rotations_one_wins_and_the_others_see_its_successor,
                a_burner_and_a_redeemer_do_not_both_win,
                of_many_answers_to_one_interaction_one_issues_a_code,
                of_many_answers_to_a_device_code_one_counts,
                of_many_redemptions_of_a_device_code_one_wins,
                of_many_ends_of_one_interaction_one_counts,
                of_many_who_spend_the_same_one_does,
                of_many_codes_for_one_pushed_request_one_is_issued,
                of_many_who_take_a_notice_in_hand_one_has_it,
                no_wrong_password_is_lost_count_of,
                consents_that_bring_in_the_same_are_all_kept,
                a_transaction_that_fails_fails_alone,
                nodes_that_start_together_keep_the_same,
                directory_changes_that_meet_leave_one_of_them,
                nothing_is_exchanged_after_an_acknowledged_revocation,
                an_acknowledged_commit_is_seen_by_everyone,
            }
        }
    };
}

/// The tests that [`contract!`](crate::contract!) stamps.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_tests {
    ($stage:path; $($file:ident { $($promise:ident),* $(,)? })*) => {
        $(mod $file {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                $stage($crate::contract::$file::$promise).await;
            })*
        })*
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_promise_is_stamped() {
        let stamped = include_str!("contract.rs");
        let files = [
            include_str!("contract/apart.rs"),
            include_str!("contract/codes.rs"),
            include_str!("contract/consent_requests.rs"),
            include_str!("contract/consents.rs"),
            include_str!("contract/device_codes.rs"),
            include_str!("contract/directory.rs"),
            include_str!("contract/families.rs"),
            include_str!("contract/grants.rs"),
            include_str!("contract/housekeeping.rs"),
            include_str!("contract/interactions.rs"),
            include_str!("contract/names.rs"),
            include_str!("contract/notices.rs"),
            include_str!("contract/once.rs"),
            include_str!("contract/people.rs"),
            include_str!("contract/platform.rs"),
            include_str!("contract/principals.rs"),
            include_str!("contract/races.rs"),
            include_str!("contract/refresh_tokens.rs"),
            include_str!("contract/removals.rs"),
            include_str!("contract/sign_ins.rs"),
        ];
        for line in files.iter().flat_map(|file| file.lines()) {
            let Some((promise, _)) = line.strip_prefix("pub async fn ").and_then(|rest| rest.split_once('(')) else {
                continue;
            };
            assert!(stamped.contains(&format!("                {promise},\n")), "{promise} is not stamped");
        }
    }
}
