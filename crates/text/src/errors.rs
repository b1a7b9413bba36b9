//! The messages of API errors: `error.message` on the wire (contract, "Every request").
//!
//! Each names the thing at fault and what to do about it. Lists (`known`) are given joined, as the reader
//! shall see them.

use crate::{
    CallerKind, Lang, clean,
    loader::lookup,
    message::{Words, messages},
};

messages! {
    /// An error that is none of the core's refusals, in terms of what the client sent.
    pub enum ErrorText {
        /// No `Authorization` header.
        TokenMissing => "error-token-missing",
        /// The header holds no readable bearer token.
        TokenMalformed => "error-token-malformed",
        /// The token's time is over.
        TokenExpired => "error-token-expired",
        /// No published key verifies the token.
        TokenSignature => "error-token-signature",
        /// The token is meant for somebody else.
        TokenAudience {
            /// The audience that the server takes.
            expected: String,
        } => "error-token-audience",
        /// Nobody told the server to trust the token's issuer.
        TokenIssuer {
            /// The `iss` claim.
            issuer: String,
        } => "error-token-issuer",
        /// `api-version` is missing or unknown.
        InvalidApiVersion {
            /// The versions that are spoken.
            known: String,
        } => "error-invalid-api-version",
        /// The caller has no role at the publisher, which may not even exist.
        NotAMember {
            /// The publisher id of the path.
            publisher: String,
        } => "error-not-a-member",
        /// The caller's role is too small for the call.
        RoleForbids {
            /// The role that the caller has.
            role: String,
        } => "error-role-forbids",
        /// The caller's role does not permit force.
        RoleForbidsForce {
            /// The role that the caller has.
            role: String,
        } => "error-role-forbids-force",
        /// The call is the operator's.
        OperatorOnly => "error-operator-only",
        /// Whom the server takes the caller for: goes behind every refusal of a right.
        TakenFor {
            /// What the caller is.
            kind: CallerKind,
            /// The caller's name with its tenant.
            caller: String,
        } => "error-taken-for",
        /// The publisher would be left without an owner.
        LastOwner {
            /// The publisher id of the path.
            publisher: String,
        } => "error-last-owner",
        /// A name of a tenant, a client or a person has characters that none may have, or is taken.
        InvalidName {
            /// `tenant` or `client`.
            field: String,
            /// The name as sent.
            value: String,
            /// The limit in characters.
            limit: usize,
        } => "error-invalid-name",
        /// A display name holds invisible characters.
        HiddenCharacters {
            /// The path of the member.
            field: String,
        } => "error-hidden-characters",
        /// A client is given a secret that it could not use: another issuer gives the tokens.
        NoTokenEndpoint {
            /// That issuer.
            issuer: String,
        } => "error-no-token-endpoint",
        /// A caller started too many operations.
        TooManyPublishes {
            /// How many an hour there may be.
            limit: u32,
        } => "error-too-many-publishes",
        /// The requests for a publisher named too many addresses.
        TooManyRecipients {
            /// How many an hour there may be.
            limit: u32,
        } => "error-too-many-recipients",
        /// The offer has no such version.
        VersionNotFound {
            /// The version as the path spells it.
            version: String,
        } => "error-version-not-found",
        /// The slot's name is unknown, or it was never filled.
        SlotNotFound {
            /// The slot as the path spells it.
            slot: String,
        } => "error-slot-not-found",
        /// No such publisher.
        PublisherNotFound {
            /// The publisher id of the path.
            publisher: String,
        } => "error-publisher-not-found",
        /// Nothing answers at this path.
        PathNotFound {
            /// The path of the request.
            path: String,
        } => "error-path-not-found",
        /// The path does not take the method.
        MethodNotAllowed {
            /// The method of the request.
            method: String,
            /// The path of the request.
            path: String,
        } => "error-method-not-allowed",
        /// The body is over the limit.
        PayloadTooLarge {
            /// The limit in bytes.
            limit_bytes: u64,
        } => "error-payload-too-large",
        /// The body is not declared as JSON.
        UnsupportedMediaType {
            /// The `Content-Type` of the request, empty without one.
            got: String,
        } => "error-unsupported-media-type",
        /// The body is not JSON.
        InvalidJson {
            /// What the parser says.
            detail: String,
            /// The line, from 1.
            line: usize,
            /// The column, from 1.
            column: usize,
        } => "error-invalid-json",
        /// A member of the body has the wrong type.
        BodyShape {
            /// The path of the member.
            field: String,
            /// The type that it must have, in JSON's words.
            expected: String,
        } => "error-body-shape",
        /// A member of the body that must be there is not.
        BodyMissing {
            /// The path of the member.
            field: String,
        } => "error-body-missing",
        /// An object of the body holds a member more than once.
        RepeatedMember {
            /// The path of the member.
            field: String,
        } => "error-repeated-member",
        /// A member of the body has a name that is kept for the server's own use.
        ReservedMember {
            /// The path of the member.
            field: String,
        } => "error-reserved-member",
        /// An address in `metadata.notification-emails` is malformed.
        InvalidEmail {
            /// The address as sent.
            address: String,
        } => "error-invalid-email",
        /// `metadata.notification-emails` names too many addresses.
        TooManyEmails {
            /// How many there may be.
            limit: usize,
        } => "error-too-many-emails",
        /// A text is over its limit.
        TooLong {
            /// The path of the member, or the name of the parameter.
            field: String,
            /// The limit in characters.
            limit: usize,
        } => "error-too-long",
        /// `$filter`, `status` or `submissionState` is not understood.
        InvalidFilter {
            /// The part that is not understood.
            detail_value: String,
            /// What may stand there.
            known: String,
        } => "error-invalid-filter",
        /// An id has characters that no id has, or is no GUID where only a GUID may stand.
        InvalidId {
            /// The name of the member or parameter.
            field: String,
            /// The id as sent.
            value: String,
        } => "error-invalid-id",
        /// Query and body name different operations to cancel.
        ConflictingOperationId => "error-conflicting-operation-id",
        /// A query parameter that is true or false says something else.
        InvalidFlag {
            /// The name of the parameter.
            field: String,
            /// The value as sent.
            value: String,
        } => "error-invalid-flag",
        /// One of the two headers of a repeatable request is missing.
        RepeatabilityIncomplete {
            /// The header that is missing.
            missing: String,
            /// The header that is there.
            sent: String,
        } => "error-repeatability-incomplete",
        /// The id of a repeatable request is not as it must be.
        InvalidRequestId {
            /// The limit in characters.
            limit: usize,
        } => "error-invalid-request-id",
        /// The date of a repeatable request is not as it must be.
        InvalidFirstSent => "error-invalid-first-sent",
        /// The call cannot be made repeatable.
        RepeatabilityNotSupported => "error-repeatability-not-supported",
        /// No such offer type.
        UnknownOfferType {
            /// The `offerTypeId` as sent.
            offer_type: String,
            /// The offer types of this server.
            known: String,
        } => "error-unknown-offer-type",
        /// `If-None-Match: *` came with a publisher that exists.
        PublisherExists {
            /// The publisher id of the path.
            publisher: String,
        } => "error-publisher-exists",
        /// An operation's own error: its cancellation failed.
        CancellationFailed {
            /// The operation id of that cancellation.
            cancellation: String,
        } => "error-cancellation-failed",
        /// A third party's callback is not signed, or wrongly.
        WebhookSignature => "error-webhook-signature",
        /// A scenario names a step that the pipeline does not have.
        UnknownScenarioStep {
            /// The step id of the scenario.
            step: String,
            /// The steps of the pipeline.
            known: String,
        } => "error-unknown-scenario-step",
        /// A duration is not a number with a unit.
        InvalidDuration {
            /// The path of the member.
            field: String,
            /// The value as sent.
            value: String,
        } => "error-invalid-duration",
        /// A member of a scenario cannot be used.
        InvalidScenario {
            /// The path of the member.
            field: String,
            /// What is wrong with it.
            detail: String,
        } => "error-invalid-scenario",
        /// A member of a fault rule cannot be used.
        InvalidFault {
            /// The path of the member.
            field: String,
            /// What is wrong with it.
            detail: String,
        } => "error-invalid-fault",
        /// Not everything that was due happened before the call had to answer.
        ClockTimeout {
            /// What has not happened.
            pending: String,
        } => "error-clock-timeout",
        /// The server stops and lets no more time pass.
        ClockLeft {
            /// What time it is for the publisher.
            now: String,
        } => "error-clock-left",
        /// The file to restore from is not usable.
        SnapshotInvalid {
            /// What is wrong with it.
            detail: String,
        } => "error-snapshot-invalid",
        /// The body took too long.
        BodyTooSlow => "error-body-too-slow",
        /// What came is no HTTP/1.1.
        MalformedRequest => "error-malformed-request",
        /// The first line and the headers are too much.
        HeadTooLarge {
            /// How many bytes there may be.
            bytes: usize,
            /// How many headers there may be.
            headers: usize,
        } => "error-head-too-large",
        /// The address has too many connections without a token.
        TooManyConnections {
            /// How many there may be.
            limit: usize,
        } => "error-too-many-connections",
        /// The server does not know its routes yet.
        Starting => "error-starting",
        /// The body is compressed.
        UnsupportedEncoding {
            /// The `Content-Encoding` of the request.
            got: String,
        } => "error-unsupported-encoding",
        /// The body is not framed as its headers say.
        BodyBroken => "error-body-broken",
        /// The `Host` is none by which a development server is reached.
        HostNotAllowed {
            /// The host as sent.
            host: String,
        } => "error-host-not-allowed",
        /// A web page asks for a change without declaring JSON.
        OriginNeedsJson => "error-origin-needs-json",
        /// There is no `Host`, or more than one, or none that is valid.
        InvalidHost => "error-invalid-host",
        /// 429.
        TooBusy => "error-too-busy",
        /// 503.
        Unavailable => "error-unavailable",
        /// 500; the cause stays in the log.
        Internal {
            /// The `x-ms-request-id` of the reply.
            request_id: String,
        } => "error-internal",
        /// The change lost against others too often to go on trying.
        StoreConflict => "error-store-conflict",
    }
}

/// One or two plain sentences, on one line and of bounded length.
impl Words for ErrorText {
    fn render(&self, lang: Lang) -> String {
        let (key, args) = self.parts(clean::short_line);
        lookup(lang, key, &args)
    }
}
