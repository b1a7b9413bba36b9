//! What a release tool does, call by call.

use signoff_wire::client::{Action, Client, ClientError, Pace, Started, Until, Which};
use signoff_wire::operation::OperationDetail;

/// Publishes the draft and cancels that, publishes again, and goes live. Answers a line for each call.
pub(crate) async fn release(
    client: &Client,
    publisher: &str,
    offer: &str,
) -> Result<Vec<String>, ClientError> {
    let mut lines = Vec::new();
    let draft = client.offer(publisher, offer, Which::Current).await?;
    lines.push(format!("the draft has version {}", draft.offer()?.version));

    client.publish(publisher, offer, &Action::default()).await?;
    let reason = Action { reason: Some("the image is not the right one".to_owned()), ..Action::default() };
    let cancel = client.cancel(publisher, offer, &reason).await?;
    // 200: it is canceled. 202: a cancellation runs, and ends at its address.
    let ended = watch(client, &cancel, Until::Ended).await?;
    lines.push(format!(
        "a cancel was answered {} and the operation there is {:?}",
        cancel.status, ended.status
    ));

    let publish = client.publish(publisher, offer, &Action::default()).await?;
    let preview = watch(client, &publish, Until::EndedOrSignOff).await?;
    lines.push(format!("publish {} waits for the sign-off", preview.id));

    let golive = client.golive(publisher, offer, &Action::default()).await?;
    let live = watch(client, &golive, Until::Ended).await?;
    lines.push(format!("golive {} is {:?}", live.id, live.status));
    Ok(lines)
}

async fn watch(
    client: &Client,
    started: &Started,
    until: Until,
) -> Result<OperationDetail<'static>, ClientError> {
    client.watch(&started.location, started.retry_after, until, Pace::default(), |_| {}).await
}
