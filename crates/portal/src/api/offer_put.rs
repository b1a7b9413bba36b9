//! `PUT /api/publishers/{publisherId}/offers/{offerId}` (page `creating-offer`; contract, "Concurrency").

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::{HeaderMap, StatusCode};
use signoff_engine::{PutReceipt, PutRequest};
use signoff_front::context::Context;
use signoff_front::path_params::{Segments, invalid_id};
use signoff_front::{repeat, reply};
use signoff_lifecycle::access::{Action, Role};
use signoff_lifecycle::command::PutGuard;
use signoff_lifecycle::ids::{OfferGuid, OfferId, OfferKey, PublisherId, PublisherTime};
use signoff_text::{FindingText, Lang};
use signoff_wire::error::ErrorItem;
use signoff_wire::etag::IfMatch;
use signoff_wire::offer::Offer;
use signoff_wire::offer_put::{self, OfferPut, OfferPutError};
use signoff_wire::repeatability::RESULT;
use signoff_wire::words::PcMigrationStatus;
use signoff_wire::{Dialect, ErrorCode, path};

use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{self, Answer, Call, forms, samples};
use crate::refusal::{Subject, unknown_offer_type};
use crate::{Portal, view};

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::put("/api/publishers/{publisher}/offers/{offer}", |method| on(method, handle))
        .least(Least::Member(Role::Contributor))
        .repeatable()
        .described(describe);

async fn handle(
    State(app): State<Portal>,
    context: Context,
    Segments(OfferKey { publisher, offer }): Segments<OfferKey>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let standing = app.authorise(&context, &publisher, Action::ChangeOffers).await?;
    let path_id = offer;
    let key = OfferKey { offer: slug(&app, &publisher, &path_id).await?, publisher };
    let OfferKey { publisher, offer } = &key;
    let bytes = reply::body(&headers, body).await?;
    let repeatability = repeat::read(&headers)?;
    let put = OfferPut::parse(&bytes).map_err(invalid_put)?;
    let unknown = |id: &&String| app.engine().offer_types().get(id).is_none();
    if let Some(id) = put.offer_type_id.as_ref().filter(unknown) {
        return Err(unknown_offer_type(id.chars().take(80).collect()));
    }
    let dialect = app.dialect();
    let sent = reply::if_match(&headers).map(str::to_owned);
    let guard = guard(sent.as_deref(), put.etag.as_deref(), dialect);
    let call = ["put", publisher, offer, sent.as_deref().unwrap_or_default()].map(str::as_bytes);
    let repeat =
        repeatability.map(|sent| repeat::repeat(&context, &sent, &[call.as_slice(), &[&*bytes]].concat()));
    let named =
        [("publisherId", &put.publisher_id, [publisher, &**publisher]), ("id", &put.id, [offer, &*path_id])];
    let warnings = contradictions(named, reply::lang(&headers));
    let definition = put.definition;
    let extra = offer_put::extra(put.offer_type_versions, put.other);
    let request = PutRequest {
        offer_type: put.offer_type_id,
        definition: definition.get().to_owned(),
        extra: extra.clone(),
        migrated: put.pc_migration_status.map(|status| status == PcMigrationStatus::Migrated),
        guard,
        repeat,
    };
    let subject = Subject { sent_tag: sent.as_deref(), ..Subject::offer(&key) };
    let done = app.engine_for(&context, standing).put(&key, request).await;
    let done = done.map_err(|error| subject.error(error))?;
    let PutReceipt { created, stored } = done.receipt;
    let status = if created && dialect == Dialect::Documented { StatusCode::CREATED } else { StatusCode::OK };
    // What was put, and not what stands there by now.
    let (definition, extra) = stored.shown(definition.get(), extra.as_deref())?;
    let document = (definition.as_str(), extra.as_deref());
    let body = view::stored(publisher, &stored, document, warnings, dialect)?;
    Ok(reply::with_tag(reply::bytes(status, body.into()), &view::stored_tag(&stored).to_string()))
}

/// What the body says of members that the path decides, where it says another thing.
fn contradictions(named: [(&str, &Option<String>, [&str; 2]); 2], lang: Lang) -> Vec<ErrorItem> {
    let differs = |(member, sent, [path, also]): (&str, &Option<String>, [&str; 2])| {
        let sent = sent.as_ref().filter(|sent| !sent.is_empty() && ![path, also].contains(&sent.as_str()))?;
        let finding = FindingText::PathDecides {
            field: member.to_owned(),
            sent: sent.chars().take(80).collect(),
            path: path.to_owned(),
        };
        Some(ErrorItem {
            code: finding.code().into(),
            message: finding.render(lang),
            target: Some(member.to_owned()),
        })
    };
    named.into_iter().filter_map(differs).collect()
}

/// The slug under which the offer is, or will be: a GUID of no offer is a slug like any other.
async fn slug(app: &Portal, publisher: &PublisherId, offer: &OfferId) -> Result<OfferId, ApiError> {
    path::offer_id(offer).map_err(|error| invalid_id(&error, offer))?;
    let known = match offer.parse::<OfferGuid>() {
        Ok(guid) => app.engine().store().offer_by_guid(publisher, guid).await?,
        Err(_) => None,
    };
    Ok(known.map_or_else(|| offer.clone(), OfferId::from))
}

/// What the header demands; in the dialect `observed` the body's tag, if there is no header.
fn guard(header: Option<&str>, in_body: Option<&str>, dialect: Dialect) -> PutGuard {
    let observed = dialect == Dialect::Observed;
    let drafts = |tags: IfMatch| {
        let tags = tags.sent()?;
        Some(
            tags.iter().map(|tag| (PublisherTime(tag.draft_changed), tag.draft_revision)).collect::<Vec<_>>(),
        )
    };
    match header.map(IfMatch::parse) {
        Some(Some(tags)) => drafts(tags).map_or(PutGuard::Any { creates: observed }, PutGuard::Drafts),
        Some(None) => PutGuard::Drafts(Vec::new()),
        None => match in_body.filter(|_| observed).and_then(IfMatch::parse).and_then(drafts) {
            Some(drafts) => PutGuard::ExistingDrafts(drafts),
            None => PutGuard::Absent { required: !observed },
        },
    }
}

fn invalid_put(error: OfferPutError) -> ApiError {
    match error {
        OfferPutError::Syntax(error) => reply::invalid_json(error).into(),
        OfferPutError::WrongType { member, expected } => reply::invalid_body(member, expected).into(),
        OfferPutError::Missing { member } => reply::missing_member(member).into(),
    }
}

fn describe(call: Call) -> Call {
    call.named("offers", "putOffer")
        .says(
            "Create an offer or change its draft",
            "Page creating-offer; contract, \"Concurrency\". Without `If-Match` it creates; a change needs the \
             current tag, or `*`. In the dialect `observed` a change needs no tag, `*` may create, and the answer \
             is always 200.",
        )
        .guarded(&[])
        .raw_body(
            openapi::JSON,
            OfferPut::described(forms::offer_types()),
            true,
            "The whole document; it replaces the draft.",
            Some(samples::document()),
        )
        .reads_json()
        .answers(Answer::of::<Offer<'_>>(200, "Changed.", samples::offer()).headers(&["ETag", RESULT]))
        .answers(Answer::of::<Offer<'_>>(201, "Created.", samples::offer()).headers(&["ETag", RESULT]))
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::UnknownOfferType,
            ErrorCode::MissingIfMatch,
            ErrorCode::PreconditionFailed,
        ])
}
