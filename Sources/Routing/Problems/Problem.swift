package import Core
package import HTTPTypes
import NIOCore
import NIOHTTP1

/// A refusal or failure on its way to becoming a problem document (RFC 9457). May be thrown.
package struct Problem: Error, Hashable, Sendable {
    package var code: ProblemCode
    /// A sentence about this occurrence.
    package var detail: String
    /// Everything wrong with body or parameters, at once.
    package var errors: [FieldError]
    /// With `precondition-failed`: the tag to try again with.
    package var currentEtag: VersionTag?
    /// With `precondition-failed`: members changed since the version the client knew.
    package var changedMembers: [String]?
    /// With `events-expired`: the oldest event still kept.
    package var oldestSeq: Int64?
    /// With `conflict` over a state: the actions it allows.
    package var allowedActions: [String]?
    /// With `bulk-too-large`: how many such lines fit.
    package var fittingLines: Int?
    /// `Allow`, `Retry-After`, `WWW-Authenticate` and the like.
    package var headers: HTTPFields

    /// - Parameter detail: nil for what the code says in general.
    package init(
        _ code: ProblemCode, _ detail: String? = nil, errors: [FieldError] = [], currentEtag: VersionTag? = nil,
        changedMembers: [String]? = nil, oldestSeq: Int64? = nil, allowedActions: [String]? = nil, fittingLines: Int? = nil,
        headers: HTTPFields = [:]
    ) {
        self.code = code
        self.detail = detail ?? code.title + "."
        self.errors = errors
        self.currentEtag = currentEtag
        self.changedMembers = changedMembers
        self.oldestSeq = oldestSeq
        self.allowedActions = allowedActions
        self.fittingLines = fittingLines
        self.headers = headers
    }

    /// 422 with everything that is wrong.
    package static func invalid(_ errors: [FieldError]) -> Problem {
        Problem(.validationFailed, count(errors, "The body doesn't fit the contract"), errors: errors)
    }

    /// 400 with every parameter that is wrong.
    package static func invalidParameters(_ errors: [FieldError]) -> Problem {
        Problem(.invalidParameter, count(errors, "The parameters don't fit the contract"), errors: errors)
    }

    /// A failure of ours; what it was is for the log alone.
    package static let internalError = Problem(.internalError, "The service failed; its log has the cause under this request id.")

    /// - Parameter seconds: after which trying again makes sense.
    package static func unavailable(_ detail: String? = nil, retryAfter seconds: Int) -> Problem {
        Problem(.unavailable, detail, headers: [.retryAfter: String(seconds)])
    }

    private static func count(_ errors: [FieldError], _ sentence: String) -> String {
        errors.count == 1 ? "\(sentence): one error." : "\(sentence): \(errors.count) errors."
    }

    /// - Parameter origin: where the service is reached; empty makes `type` relative.
    func response(requestId: String, origin: String) -> Response {
        var fields = headers
        fields[.contentType] = "application/problem+json"
        fields[.cacheControl] = "no-store"
        return Response(
            status: HTTPResponse.Status(code: code.status, reasonPhrase: HTTPResponseStatus(statusCode: code.status).reasonPhrase),
            headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: document(requestId: requestId, origin: origin))))
    }

    func document(requestId: String, origin: String) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.beginObject()
        writer.member("type", origin + "/problems/" + code.rawValue)
        writer.member("title", code.title)
        writer.key("status")
        writer.integer(code.status)
        writer.member("code", code.rawValue)
        writer.member("detail", detail)
        writer.member("instance", "urn:request:" + requestId)
        writer.member("requestId", requestId)
        if !errors.isEmpty {
            writer.key("errors")
            writer.beginArray()
            for error in errors { error.write(to: &writer) }
            writer.endArray()
        }
        if let currentEtag { writer.member("currentEtag", currentEtag.description) }
        if let changedMembers {
            writer.key("changedMembers")
            JSON.array(changedMembers.map(JSON.string)).write(to: &writer)
        }
        if let oldestSeq {
            writer.key("oldestSeq")
            writer.integer(oldestSeq)
        }
        if let allowedActions {
            writer.key("allowedActions")
            JSON.array(allowedActions.map(JSON.string)).write(to: &writer)
        }
        if let fittingLines {
            writer.key("fittingLines")
            writer.integer(fittingLines)
        }
        writer.endObject()
        return writer.bytes
    }

}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }
}

extension FieldError {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch place {
        case .pointer(let pointer): writer.member("pointer", pointer)
        case .parameter(let name): writer.member("parameter", name)
        }
        writer.member("code", code)
        writer.member("detail", detail)
        if let conflictsWith { writer.member("conflictsWith", conflictsWith) }
        writer.endObject()
    }
}
