//! The story: cancel on the spot, cancel with undoing, go live, read the mail.

use signoff_server::{SAMPLE_OFFER, TENANT};
use signoff_wire::ErrorCode;
use signoff_wire::client::{Action, Which};
use signoff_wire::operation::OperationDetail;
use signoff_wire::words::{
    CancellationRequestState, OfferSlot, OfferStatus, OperationState, StepStatus, SubmissionType,
};

use super::CLIENT;
use super::calls::{OFFER, PUBLISHER, Teller, Verb, check, step};
use crate::exit::Failure;
use crate::view::plain;

const FIRST_REASON: &str = "wrong image";
const SECOND_REASON: &str = "second thoughts";

fn because(reason: &str) -> Action {
    Action { reason: Some(reason.to_owned()), ..Action::default() }
}

impl Teller {
    /// Tells everything; fails at the first thing that is not as it is told.
    pub(super) async fn story(&self, base: &str) -> Result<(), Failure> {
        self.narrator.line("signoff publishes offers to a marketplace, and a cancel gets a true answer.")?;
        self.narrator.line(&format!("A server of your own runs at {base}, in a temporary place."))?;
        self.sign_in().await?;
        self.cancel_on_the_spot().await?;
        self.cancel_with_undoing().await?;
        self.go_live().await?;
        self.read_the_mail().await?;
        self.narrator.line("\nEverything was as told.")
    }

    async fn sign_in(&self) -> Result<(), Failure> {
        self.narrator.chapter("Sign in, and look at the offer")?;
        self.client.token().await?;
        let meaning = format!("{} trades its secret for a token, as at the real portal.", CLIENT.0);
        self.tell("POST", &format!("/{TENANT}/oauth2/v2.0/token"), 200, &meaning).await?;
        let read = self.client.offer(PUBLISHER, SAMPLE_OFFER, Which::Current).await?;
        let never = read.offer()?.status == OfferStatus::NeverPublished;
        check(never && read.etag.is_some(), "the sample offer is a draft with a tag")?;
        self.tell("GET", OFFER, 200, "The sample offer, a virtual machine: a draft, never published.").await
    }

    async fn cancel_on_the_spot(&self) -> Result<(), Failure> {
        self.narrator.chapter("1. Publish, and cancel on the spot")?;
        let staged = "A scenario lets every step take its time, so that there is much to see.";
        self.stage(Some("displaycertify"), staged).await?;
        let meaning = "Publishing is an operation of six steps; the reply says where to look.";
        let publish = self.post(Verb::Publish, &Action::default(), 202, meaning).await?;
        self.follow_into(&publish.location, "displaycertify").await?;

        let meaning = "Certification stops on the spot: canceled before the answer left.";
        let cancel = self.post(Verb::Cancel, &because(FIRST_REASON), 200, meaning).await?;
        check(cancel.location == publish.location, "the answer names the canceled operation")?;
        let canceled = |operation: &OperationDetail<'_>| canceled_because(operation, FIRST_REASON);
        let claim = "the publish is canceled, by whom and why";
        let operation = self.operation(&publish.location, canceled, claim).await?;
        check(step(&operation, "displayprovision")?.status == StepStatus::NotStarted, "no later step began")?;
        let meaning = "By contoso-owner, because: wrong image. No later step began.";
        self.tell("GET", &publish.location, "200 canceled", meaning).await?;

        let meaning = "Asked again, the same answer: nothing happens twice.";
        let again = self.post(Verb::Cancel, &Action::default(), 200, meaning).await?;
        check(again.location == cancel.location, "a repeated cancel names the same operation")
    }

    async fn cancel_with_undoing(&self) -> Result<(), Failure> {
        self.narrator.chapter("2. Publish again, and cancel what has to be undone")?;
        let staged = "The same pace; this time we get as far as provisioning.";
        self.stage(Some("displayprovision"), staged).await?;
        let meaning = "A new operation: a canceled one is never resumed.";
        let publish = self.post(Verb::Publish, &Action::default(), 202, meaning).await?;
        self.follow_into(&publish.location, "displayprovision").await?;

        let meaning = "Copied images have to go: the cancellation is an operation of its own.";
        let cancel = self.post(Verb::Cancel, &because(SECOND_REASON), 202, meaning).await?;
        check(cancel.location != publish.location, "the cancellation has an address of its own")?;
        self.look_while_undoing(&publish.location).await?;

        let cancellation = self.follow(&cancel.location).await?;
        check(cancellation.submission_type == SubmissionType::Cancel, "the operation is a cancellation")?;
        check(cancellation.status == OperationState::Completed, "the cancellation completes")?;
        let undone = step(&cancellation, "undo-displayprovision")?.status;
        check(undone == StepStatus::Complete, "provisioning is undone")?;
        let meaning = "What provisioning began to make is removed again.";
        self.tell("GET", &cancel.location, "200 completed", meaning).await?;
        let canceled = |operation: &OperationDetail<'_>| canceled_because(operation, SECOND_REASON);
        self.operation(&publish.location, canceled, "the publish is canceled now").await?;
        self.tell("GET", &publish.location, "200 canceled", "Now, and not a moment earlier.").await?;
        self.slot(OfferSlot::Preview, false, "Nothing is left of it: there is no preview.").await
    }

    /// What is being canceled reads so until the undoing ends, which a slow reader may miss.
    async fn look_while_undoing(&self, location: &str) -> Result<(), Failure> {
        let either = |operation: &OperationDetail<'_>| match operation.status {
            OperationState::Running => {
                operation.cancellation_request_state == CancellationRequestState::CancelRequested
            }
            _ => canceled_because(operation, SECOND_REASON),
        };
        let claim = "the publish runs with its cancel requested, or is canceled";
        let seen = self.operation(location, either, claim).await?.status;
        let meaning = if seen == OperationState::Running {
            "Its cancel is requested; it ends when everything is undone."
        } else {
            "The undoing has ended already."
        };
        self.tell("GET", location, format!("200 {seen}"), meaning).await
    }

    async fn go_live(&self) -> Result<(), Failure> {
        self.narrator.chapter("3. Publish to the sign-off, and go live")?;
        self.stage(None, "Nobody interferes this time.").await?;
        let meaning = "The third operation of this offer.";
        let publish = self.post(Verb::Publish, &Action::default(), 202, meaning).await?;
        let preview = self.follow(&publish.location).await?;
        let waits = step(&preview, "publisher-signoff")?.status == StepStatus::WaitingForPublisherReview;
        check(waits, "the publish waits for the sign-off")?;
        let meaning = "the preview is up; go live from here, or cancel.";
        self.status(OfferStatus::WaitingForPublisherReview, meaning).await?;
        self.slot(OfferSlot::Preview, true, "What the preview's subscriptions see.").await?;
        self.slot(OfferSlot::Production, false, "The public sees nothing yet.").await?;

        let meaning = "Signed off. Going live is an operation too; five steps are done already.";
        let golive = self.post(Verb::GoLive, &Action::default(), 202, meaning).await?;
        let live = self.follow(&golive.location).await?;
        check(live.submission_type == SubmissionType::GoLive, "the operation is a golive")?;
        check(live.status == OperationState::Completed, "the golive completes")?;
        self.status(OfferStatus::Succeeded, "the offer is live.").await?;
        self.slot(OfferSlot::Production, true, "What the public sees.").await?;
        let late = self.client.cancel(PUBLISHER, SAMPLE_OFFER, &Action::default()).await.map(drop);
        let meaning = "Too late to cancel, and the server says so instead of promising.";
        let path = format!("{OFFER}/cancel");
        self.refused("POST", &path, late, ErrorCode::NoOperationInProgress, meaning).await
    }

    async fn read_the_mail(&self) -> Result<(), Failure> {
        self.narrator.chapter("4. Who heard of it")?;
        let mails = self.client.mailbox().await?;
        for (event, times) in [("started", 3), ("canceled", 2), ("waitingForSignoff", 1), ("live", 1)] {
            let written = mails.iter().filter(|mail| mail.event == event).count();
            check(written >= times, &format!("{times} mails say {event}, not {written}"))?;
        }
        let to_seller = mails.iter().all(|mail| mail.to == "seller@contoso.example");
        check(to_seller, "every mail goes to the publisher's seller contact")?;
        let meaning = "Not sent but kept, all to the publisher's seller@contoso.example:";
        self.tell("GET", "/_signoff/mailbox", 200, meaning).await?;
        for mail in &mails {
            self.narrator.line(&format!("     - {}", plain(&mail.subject)))?;
        }
        Ok(())
    }
}

fn canceled_because(operation: &OperationDetail<'_>, reason: &str) -> bool {
    operation.status == OperationState::Canceled
        && operation.cancellation_request_state == CancellationRequestState::Canceled
        && operation.canceled_by.as_deref() == Some(CLIENT.0)
        && operation.cancellation_reason.as_deref() == Some(reason)
}
