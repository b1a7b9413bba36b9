### Errors of the API, in English.
### Words: publisher, offer, operation, step, slot, publish, go live, sign off, cancel.

error-token-missing = The request has no bearer token. Send 'Authorization: Bearer' followed by a token from the token endpoint.
error-token-malformed = The Authorization header does not hold a well-formed bearer token. Send the word Bearer, a space, and the token exactly as the token endpoint returned it.
error-token-expired = The bearer token has expired. Request a new one from the token endpoint and repeat the call.
error-token-signature = The signature of the bearer token does not match any published key of its issuer. Request a new token and send it unchanged.
error-token-audience = The bearer token is meant for another audience. Request a token for '{ $expected }'.
error-token-issuer = The issuer '{ $issuer }' of the bearer token is not trusted here. Request the token from an issuer that this server is configured to trust.
error-invalid-api-version = The query parameter api-version is missing or unknown. Send one of these values: { $known }.
error-not-a-member = You are not a member of the publisher '{ $publisher }'. Check the publisher id, or ask an owner of the publisher to add you.
error-role-forbids = Your role '{ $role }' does not permit this call. Ask an owner of the publisher for a role that does.
error-role-forbids-force = Your role '{ $role }' does not permit force. Ask an owner of the publisher to use it, or cancel without force.
error-operator-only = Only the operator of this server may do that. Send the operator's token, or ask the operator.
error-taken-for =
    { $kind ->
        [operator] The server takes you for its operator ('{ $caller }').
        [person] The server takes you for the person '{ $caller }'.
       *[app] The server takes you for the app '{ $caller }'.
    }
error-self-review = You started this operation, and this publisher does not let its author approve the step '{ $step }'. Ask another reviewer, or reject it.
error-last-owner = The publisher '{ $publisher }' would be left without an owner. Make another member an owner first, or ask the operator of the server.
error-invalid-name = '{ $value }' cannot be a { $field }. Use 1 to { $limit } visible ASCII characters without '/'; the name 'operator' is taken, and a person is written as user: and the id.
error-hidden-characters = '{ $field }' holds control characters or characters that are invisible or change the direction of the text. Remove them.
error-no-token-endpoint = This server gives no tokens itself: it trusts those of '{ $issuer }'. Register the client there, and make it a member of a publisher here.
error-too-many-publishes = You have started as many operations as this server permits, which is { $limit } in an hour. Wait as long as the Retry-After header says, then send the request again.
error-too-many-recipients = The requests for this publisher have named as many e-mail addresses as this server permits, which is { $limit } in an hour. Name fewer in metadata.notification-emails, or wait as long as the Retry-After header says.
error-offer-not-found = This publisher has no offer '{ $offer }'. Check the offer id, or list the offers to see which ones exist.
error-operation-not-found = There is no operation '{ $operation }' here. Check the id or address, or list the operations of the offer.
error-version-not-found = The offer has no version '{ $version }'. Read the offer to see its newest version.
error-slot-not-found = The offer has nothing in a slot '{ $slot }'. The slots are draft, preview (filled by a publish) and production (filled by a go live).
error-publisher-not-found = There is no publisher '{ $publisher }'. Check the publisher id, or list your publishers.
error-step-not-found = The operation has no step '{ $step }'. Use one of its steps: { $known }.
error-path-not-found = Nothing is found at the path '{ $path }'. Check its spelling against the description of the API.
error-method-not-allowed = The path '{ $path }' does not take the method { $method }. Use one of the methods in the Allow header of this reply.
error-payload-too-large = The body is larger than { $limit_bytes } bytes. Send a smaller one.
error-unsupported-media-type = The Content-Type of the body is '{ $got }', but only application/json is taken. Send JSON and declare it so.
error-invalid-json = The body is not valid JSON at line { $line }, column { $column }: { $detail }. Correct it and send it again.
error-body-shape = The member '{ $field }' of the body has the wrong type. Send it as: { $expected }.
error-body-missing = The member '{ $field }' of the body is missing. Add it and send the request again.
error-repeated-member = The body holds the member '{ $field }' more than once, so it is not clear which one counts. Send it once.
error-reserved-member = The member '{ $field }' of the body has a reserved name. Rename it.
error-id-taken = '{ $offer }' differs from the existing offerId '{ $existing }' in letter case alone. Use '{ $existing }' for that one, or choose another id for a new one.
error-invalid-email = '{ $address }' in metadata.notification-emails is not an e-mail address. Correct it, and separate several addresses by commas.
error-too-many-emails = metadata.notification-emails lists too many addresses. Send at most { $limit }.
error-too-long = The value of '{ $field }' is too long. Shorten it to at most { $limit } characters.
error-invalid-filter = '{ $detail_value }' cannot be filtered by. Use one of: { $known }.
error-invalid-id = '{ $value }' is not a valid value of '{ $field }'. Send an existing id exactly as the server shows it; a new one may hold letters, digits, hyphens and underscores.
error-conflicting-operation-id = operationId in the query and operationId in the body name different operations. Send only one of them, or the same id in both.
error-invalid-flag = '{ $value }' is not a valid value of the parameter '{ $field }'. Send true or false, or leave it out.
error-repeatability-incomplete = The request has the header { $sent } and lacks { $missing }. Send both headers or neither.
error-invalid-request-id = Repeatability-Request-ID cannot be used. Send it once, as a GUID or another text of at most { $limit } visible ASCII characters.
error-invalid-first-sent = Repeatability-First-Sent is not a date. Send it once, in GMT and in this form: Sun, 06 Nov 1994 08:49:37 GMT.
error-first-sent-out-of-range = Repeatability-First-Sent must lie within the last 24 hours, so it is not known any more whether the request was carried out. Check your clock, look at the state of the offer, then send a new request with a new Repeatability-Request-ID.
error-request-id-reused = The Repeatability-Request-ID belongs to another request. Repeat that one unchanged, or send this one with a new id.
error-repeatability-not-supported = This call cannot be made repeatable. Send it without Repeatability-Request-ID and Repeatability-First-Sent.
error-unknown-offer-type = The offerTypeId '{ $offer_type }' is unknown. Use one of: { $known }.
error-offer-type-changed = The offer has the offerTypeId '{ $stored }', which cannot become '{ $sent }'. Send the stored one, or create another offer under a new id.
error-precondition-failed = The offer has changed: If-Match holds { $sent }, which is not its ETag any more. Read the offer again, apply your change to what you get, and send its ETag.
error-create-with-tag = The offer does not exist, so nothing matches If-Match. Check the offer id, or send the request without If-Match to create the offer.
error-publisher-exists = There is already a publisher '{ $publisher }'. Choose another id, or send the request without If-None-Match to change this one.
error-missing-if-match = The offer exists already, so If-Match is required. Send If-Match with the ETag that you have read, or with * to overwrite any state.
error-operation-in-progress =
    { $kind ->
        [goLive] The go live '{ $operation }' of the offer is still running.
        [cancel] The cancellation '{ $operation }' of the offer is still running.
       *[publish] The publish '{ $operation }' of the offer is still running.
    } Wait until it has ended, then send the request again.
error-waiting-for-signoff = The publish '{ $operation }' waits for your sign-off. Call golive to complete it, or cancel to withdraw it.
error-cancellation-in-progress = The cancellation '{ $cancellation }' of the offer is still running. Wait until it has ended, then send the request again.
error-no-operation-in-progress = No operation of the offer '{ $offer }' is in progress, so there is nothing to cancel. Read the status of the offer to see how its newest operation ended.
error-past-point-of-no-return = The step '{ $step }' has begun and cannot be called back, so the operation can no longer be canceled. It continues to its end; to replace its result, publish again after that.
error-force-past-point-of-no-return = The step '{ $step }' has begun and cannot be called back, so force cannot end the operation either. The operator of this server can: signoff operation kill.
error-force-past-switch = The step '{ $step }' has switched the production slot, so the operation can only complete and force cannot end it. If it does not complete by itself, the operator of this server can complete it at once: signoff operation kill.
error-already-undoing = The step '{ $step }' has failed and the operation is already being undone, so it can no longer be canceled. It will end as failed; publish again after that.
error-operation-not-running = The operation '{ $operation }' is not the one that is running, so nothing was canceled. List the operations of the offer and name the running one.
error-cancellation-failed = The cancellation '{ $cancellation }' failed, and the operation ended as failed with it. Read the messages of the cancellation to see what is left behind; the next publish removes it first.
error-not-ready-for-go-live = The offer cannot go live while its status is '{ $status }'. Publish it and wait until its status is waitingForPublisherReview.
error-step-not-waiting = The status of the step '{ $step }' is '{ $state }', so there is nothing to approve or reject. Do so while its status is waitingForApproval.
error-validation-failed =
    { $count ->
        [one] The draft cannot be published because of one finding.
       *[other] The draft cannot be published because of { $count } findings.
    } Correct what the details of this error list, then publish again.
error-no-such-scenario-operation = No operation of the offer '{ $offer }' is running, so no step can be released. Start an operation first.
error-unknown-scenario-step = The scenario names the step '{ $step }', which the pipeline of the offer does not have. Use one of: { $known }.
error-invalid-duration = '{ $value }' in '{ $field }' is not a duration. Send a number and a unit (ms, s, m, h or d), for example 300ms or 3d.
error-invalid-scenario = The member '{ $field }' of the scenario cannot be used: { $detail }. Correct it and send the scenario again.
error-invalid-fault = The member '{ $field }' of the fault rule cannot be used: { $detail }. Correct it and send the rule again.
error-clock-timeout = The clock has been advanced, but this was due and has not happened in time: { $pending }. Read the state of these operations to find the cause.
error-clock-left = This server is being stopped and lets no more time pass. The clock shows { $now }: advance it by what is missing at another server, or at this one when it runs again.
error-snapshot-invalid = The file cannot be restored: { $detail }. Send a file that the snapshot call of this server returned, unchanged.
error-body-too-slow = The body did not arrive within 30 seconds. Send the request again on a faster connection, or with a smaller body.
error-malformed-request = The request is not valid HTTP/1.1. Check its first line and its headers: in an address, quotes, spaces, < and > must be percent-encoded.
error-head-too-large = The request's first line and headers are larger than { $bytes } bytes or more than { $headers } headers. Send fewer or shorter headers, and a shorter address.
error-too-many-connections = Your address already has { $limit } connections open that have shown no valid token. Close some or use one again, and try again when Retry-After says so.
error-starting = The server is starting. Wait as long as the Retry-After header says, then send the request again.
error-unsupported-encoding = The Content-Encoding of the body is '{ $got }', but only bodies without an encoding are taken. Send the body uncompressed.
error-body-broken = The body ended early, or its chunks are malformed. Send all of it, with the right Content-Length or in valid chunks.
error-host-not-allowed = The host '{ $host }' is not answered in development mode. Use localhost or 127.0.0.1, or name the host in the setting allowed_hosts.
error-origin-needs-json = A request that has an Origin header and changes something must declare its body as application/json. Set that Content-Type, or send no Origin.
error-invalid-host = The request must have exactly one Host header, with a valid host name. Send one.
error-too-busy = Too many requests are arriving. Wait as long as the Retry-After header says, then send the request again.
error-unavailable = The server cannot answer at the moment. Wait as long as the Retry-After header says, then send the request again.
error-internal = The server failed to process the request. Send it again; if that fails too, give the request id { $request_id } to the operator of the server.
error-store-conflict = Too many changes arrived at the same time, and this one was not stored. Read the offer again and repeat the request.
error-webhook-signature = The callback is not signed as it must be. Sign its id, time and body with the webhook's secret and send webhook-id, webhook-timestamp and webhook-signature; the time may be five minutes off at most.
error-callback-not-awaited = Nobody is waiting for this answer about the step '{ $step }'. It was answered differently, canceled or is past its deadline, or the idempotencyKey belongs to another request. Nothing was changed; stop working on it.
