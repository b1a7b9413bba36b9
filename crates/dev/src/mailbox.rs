//! `GET /_signoff/mailbox`: every mail, sent or not, in the order of writing.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use signoff_front::problem::Problem;
use signoff_front::reply;
use signoff_mail::render;
use signoff_text::Lang;
use signoff_wire::dev::Mail;
use uuid::Uuid;

use crate::Dev;

/// Every mail.
pub(crate) async fn list(State(dev): State<Dev>) -> Result<Response, Problem> {
    let letters = dev.engine().store().letters().await?;
    let shown: Vec<Mail<'_>> = letters
        .iter()
        .map(|letter| {
            let rendered = render(&letter.mail, Lang::En);
            Mail {
                to: rendered.to.into(),
                subject: rendered.subject.into(),
                text: rendered.text.into(),
                headers: rendered.headers.into_iter().collect(),
                message_id: rendered.message_id.into(),
                operation: Uuid::from_u128(letter.mail.operation.value()),
                event: letter.mail.event.name().into(),
            }
        })
        .collect();
    Ok(reply::json(StatusCode::OK, &shown))
}
