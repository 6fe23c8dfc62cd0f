/// The closed list of problems, each with a page of its own at `/problems/{code}`.
package enum ProblemCode: String, CaseIterable, Sendable {
    case malformedRequest = "malformed-request"
    case malformedBody = "malformed-body"
    case invalidParameter = "invalid-parameter"
    case unauthenticated
    case forbidden
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case requestTimeout = "request-timeout"
    case conflict
    case duplicate
    case overlap
    case eventsAhead = "events-ahead"
    case eventsExpired = "events-expired"
    case preconditionFailed = "precondition-failed"
    case contentTooLarge = "content-too-large"
    case uriTooLong = "uri-too-long"
    case unsupportedMediaType = "unsupported-media-type"
    case rangeNotSatisfiable = "range-not-satisfiable"
    case expectationFailed = "expectation-failed"
    case validationFailed = "validation-failed"
    case idempotencyKeyReused = "idempotency-key-reused"
    case idempotencyKeyInUse = "idempotency-key-in-use"
    case bulkFailed = "bulk-failed"
    case bulkTooLarge = "bulk-too-large"
    case preconditionRequired = "precondition-required"
    case tooManyRequests = "too-many-requests"
    case headersTooLarge = "headers-too-large"
    case internalError = "internal-error"
    case notImplemented = "not-implemented"
    case unavailable
    case versionNotSupported = "version-not-supported"

    /// The HTTP status it always comes with.
    package var status: Int {
        switch self {
        case .malformedRequest, .malformedBody, .invalidParameter: 400
        case .unauthenticated: 401
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .requestTimeout: 408
        case .conflict, .duplicate, .overlap, .idempotencyKeyInUse: 409
        case .eventsAhead: 409
        case .eventsExpired: 410
        case .preconditionFailed: 412
        case .contentTooLarge, .bulkTooLarge: 413
        case .uriTooLong: 414
        case .unsupportedMediaType: 415
        case .rangeNotSatisfiable: 416
        case .expectationFailed: 417
        case .validationFailed, .idempotencyKeyReused, .bulkFailed: 422
        case .preconditionRequired: 428
        case .tooManyRequests: 429
        case .headersTooLarge: 431
        case .internalError: 500
        case .notImplemented: 501
        case .unavailable: 503
        case .versionNotSupported: 505
        }
    }

    /// A few words, the same for every occurrence.
    package var title: String {
        switch self {
        case .malformedRequest: "The request is malformed"
        case .malformedBody: "The body is not well-formed"
        case .invalidParameter: "A parameter is not valid"
        case .unauthenticated: "A valid token is needed"
        case .forbidden: "Not allowed"
        case .notFound: "Not found"
        case .methodNotAllowed: "The method is not allowed here"
        case .notAcceptable: "None of the accepted media types is offered"
        case .requestTimeout: "The request took too long to arrive"
        case .conflict: "The current state does not allow this"
        case .duplicate: "The value is already taken"
        case .overlap: "The days overlap"
        case .eventsAhead: "The log hasn't come that far"
        case .eventsExpired: "These events are no longer kept"
        case .preconditionFailed: "The resource has changed"
        case .contentTooLarge: "The body is too large"
        case .uriTooLong: "The request target is too long"
        case .unsupportedMediaType: "The media type of the body is not supported"
        case .rangeNotSatisfiable: "The range is outside of the content"
        case .expectationFailed: "The expectation can't be met"
        case .validationFailed: "The body does not fit the contract"
        case .idempotencyKeyReused: "The Idempotency-Key belongs to another request"
        case .idempotencyKeyInUse: "The first request with this Idempotency-Key is still arriving"
        case .bulkFailed: "Lines of the bulk can't be taken"
        case .bulkTooLarge: "The bulk is too large to be taken as one"
        case .preconditionRequired: "If-Match is needed"
        case .tooManyRequests: "Too many requests"
        case .headersTooLarge: "The header fields are too large"
        case .internalError: "An internal error"
        case .notImplemented: "Not implemented"
        case .unavailable: "The service is not available at the moment"
        case .versionNotSupported: "The HTTP version is not supported"
        }
    }

    /// What it means and what to do about it, for the page.
    package var explanation: String {
        switch self {
        case .malformedRequest:
            "The request is not HTTP as RFC 9110 and RFC 9112 define it, or its path is not properly percent-encoded UTF-8. `detail` says what is wrong. Sending it again unchanged will fail again."
        case .malformedBody:
            "The body is not JSON as this service takes it: valid UTF-8, no duplicate member names, no lone surrogates, at most 64 levels deep, nothing after the end. `detail` names line and column."
        case .invalidParameter:
            "A query, path or header parameter is unknown, repeated, missing or has a value it can't have. `errors` names each one and what is allowed. The operations and their parameters are in /openapi.yaml."
        case .unauthenticated:
            "The operation needs a token in `Authorization: Bearer …`, and there was none, or the token is unknown, expired or revoked. Tokens are never read from the address."
        case .forbidden:
            "The token is valid and the resource is visible, but this is not permitted to it. `detail` says what would be needed; GET /v1/me/permissions tells what the token may do."
        case .notFound:
            "There is no such resource, or it is not visible to this token: the two are never told apart. Paths are exact: no trailing slash, no double slash, case matters."
        case .methodNotAllowed:
            "The path exists, the method does not apply to it. The header `Allow` lists those that do."
        case .notAcceptable:
            "The header `Accept` rules out every media type the operation can answer with. Leave it out or accept one of the types in /openapi.yaml."
        case .requestTimeout:
            "The head or the body of the request did not arrive within the limits of /v1/meta. Send it again on a new connection."
        case .conflict:
            "The request is valid, but the resource is in a state that does not allow it. `detail` says which. Read the resource again before trying once more."
        case .duplicate:
            "A value that must be unique belongs to another resource already. `errors` names the member."
        case .overlap:
            "Two facts that exclude each other, such as two leads of one school, would hold on the same day. `errors` names the other one in `conflictsWith`: end it earlier, or begin this one later."
        case .eventsAhead:
            "`after` or `Last-Event-ID` is a number that no event has yet: it came from another state of the data, most likely from before a backup was restored. What was read from there on may not be true any more: list anew, then follow from the `seq` of the lists."
        case .eventsExpired:
            "The events after this number, or the deletions since this instant, are older than what is kept (`eventRetentionDays` in /v1/meta). `oldestSeq` is the oldest that is. Something was missed: list anew, without `updatedSince`, then follow from the `seq` of the lists."
        case .preconditionFailed:
            "The tag in `If-Match` is not the current one: somebody changed the resource since it was read, or the tag was a weak one. `currentEtag` is the tag to use now; `changedMembers` lists what changed since the version sent. Read again, decide again, send again."
        case .contentTooLarge:
            "The body is larger than the operation takes. The limits are in /v1/meta."
        case .uriTooLong:
            "The path and query together are longer than the limit in /v1/meta. Long lists of identifiers belong into POST /v1/schools/lookup."
        case .unsupportedMediaType:
            "The `Content-Type` is missing or is none the operation takes, names another charset than UTF-8, or the body has a content coding. `Accept-Post` or `Accept-Patch` lists what is taken."
        case .rangeNotSatisfiable:
            "The field `Range` asks for bytes behind the end of the content. `Content-Range` of the answer says how many there are."
        case .expectationFailed:
            "The header `Expect` holds something other than `100-continue`."
        case .validationFailed:
            "The body is well-formed JSON but breaks rules. `errors` lists all of them at once, each with a JSON pointer to the member and a code."
        case .idempotencyKeyReused:
            "The `Idempotency-Key` was sent before with another body or query. A key names one request: make a new one for each, and use it again only to send the same request again."
        case .idempotencyKeyInUse:
            "A request with the same `Idempotency-Key` has begun and its body has not arrived yet, so the two can't be compared. `Retry-After` says after how many seconds to try again."
        case .bulkFailed:
            "At least one line can't be taken, and nothing of the bulk was applied. `errors` names the lines: `/lines/17/data/startsOn` is a member of the data of line 17, counted from 1, with the code it would have had by itself. `mode=partial` keeps the good lines."
        case .bulkTooLarge:
            "All or nothing means that nobody else writes meanwhile, and others were waiting: nothing was applied. `fittingLines` says about how many such lines, or other parts of a file, fit at a time. Send fewer, or a bulk with `mode=partial`, which lets others write in between."
        case .preconditionRequired:
            "Changing this resource needs `If-Match` with the tag it was read with (its member `etag`), so that nobody's change is overwritten unseen. `If-Match: *` overwrites knowingly."
        case .tooManyRequests:
            "Too many requests failed, or came, in a short time, or took too much: what a request costs beyond the usual counts as further ones. All tokens of a person share one rate. `Retry-After` says after how many seconds to go on."
        case .headersTooLarge:
            "One header field, all of them together, or their number is over the limits of /v1/meta."
        case .internalError:
            "The service failed in a way it was not made for. Nothing was changed. Give the `requestId` to whoever runs the service: the log has the cause under it."
        case .notImplemented:
            "The request uses a part of HTTP this service does not have, such as a transfer coding other than `chunked`."
        case .unavailable:
            "The service is starting, stopping, or too busy for this request, or its disk takes nothing at the moment. `Retry-After` says after how many seconds to try again."
        case .versionNotSupported:
            "The service speaks HTTP/1.0, HTTP/1.1 and HTTP/2."
        }
    }
}
