import Core
import HTTPTypes
import NIOCore

/// Makes the response of an answer: conditional answers, tags, caching, links.
struct ResponseAssembly {
    let operation: Operation
    /// As it was asked for; the operation of a HEAD is that of GET.
    let method: HTTPRequest.Method
    var exchange: Exchange
    let preconditions: Preconditions
    let path: RequestPath
    let query: QueryString

    private var isRead: Bool { operation.method == .get }

    func response(_ answer: Answer) throws -> Response {
        var answer = answer
        if case .page(let page) = answer.content { answer = try encode(page, answer) }
        guard isRead else { return try unconditional(answer) }
        if let fields = exchange.list.fields, operation.list == nil, case .bytes(let type, let bytes) = answer.content {
            answer.content = .bytes(contentType: type, try Projection.apply(fields + exchange.list.expand, to: bytes))
        }
        guard let etag = answer.etag else { return try unconditional(answer) }
        // With a target its stored version has been compared already.
        if exchange.target?.etag == nil, preconditions.isStale(etag) {
            throw Problem(.preconditionFailed, "None of the tags in If-Match is that of the current answer.")
        }
        if preconditions.isUnchanged(etag) {
            return Response(status: .notModified, headers: fields(answer))
        }
        return try unconditional(answer)
    }

    private func unconditional(_ answer: Answer) throws -> Response {
        var headers = fields(answer)
        switch answer.content {
        case .nothing: return Response(status: .noContent, headers: headers)
        case .page(let page): return try unconditional(encode(page, answer))
        case .bytes(let type, let bytes):
            headers.append(HTTPField(name: .contentType, value: type))
            return Response(status: status(answer), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .constant(let type, let body):
            headers.append(HTTPField(name: .contentType, value: type))
            return Response(status: status(answer), headers: headers, body: ResponseBody(body))
        case .withheld(let digest):
            headers[.reprDigest] = digest
            return Response(status: status(answer), headers: headers)
        case .stream(let type, let filename, let write):
            headers.append(HTTPField(name: .contentType, value: type))
            if let filename { headers.append(HTTPField(name: .contentDisposition, value: ContentDisposition.attachment(filename))) }
            return Response(status: status(answer), headers: headers, body: ResponseBody(write))
        case .ranged(let content): return try content.response(range(answer), headers)
        }
    }

    /// The range a GET asks for: of the very bytes it has a part of, if it says so (`If-Range`). A date there is none of ours.
    private func range(_ answer: Answer) -> ByteRange? {
        guard method == .get, let field = exchange.headers.value(.range) else { return nil }
        if let known = exchange.headers.value(.ifRange) {
            guard let etag = answer.etag, EntityTag(verbatim: known).matchesStrongly(etag) else { return nil }
        }
        return ByteRange(field)
    }

    private func status(_ answer: Answer) -> HTTPResponse.Status {
        switch answer.status {
        case .ok: .ok
        case .created: .created
        case .accepted: .accepted
        case .multiStatus: HTTPResponse.Status(code: 207, reasonPhrase: "Multi-Status")
        }
    }

    /// Everything but what describes the body itself: the same for 200 and 304.
    private func fields(_ answer: Answer) -> HTTPFields {
        var headers = answer.headers
        if let etag = answer.etag { headers.append(HTTPField(name: .eTag, value: etag.description)) }
        if let location = answer.location { headers.append(HTTPField(name: .location, value: exchange.base + location)) }
        if exchange.call.dryRun { headers.append(HTTPField(name: .dryRun, value: "true")) }
        headers.append(HTTPField(name: .cacheControl, value: caching(answer)))
        if operation.permission != nil, isRead {
            headers.append(HTTPField(name: .vary, value: "Authorization, Accept, Accept-Encoding"))
        } else if operation.produces.count > 1 {
            headers.append(HTTPField(name: .vary, value: "Accept"))
        }
        return headers
    }

    private func caching(_ answer: Answer) -> String {
        // A stream has no tag to ask again with, so keeping it would be of no use.
        if case .stream = answer.content, answer.caching == .standard { return "no-store" }
        return switch answer.caching {
        case .noStore: "no-store"
        case .shared(let seconds): "max-age=\(seconds)"
        case .standard: !isRead ? "no-store" : operation.permission == nil ? "no-cache" : "private, no-cache"
        }
    }

    private func encode(_ page: Page<[UInt8]>, _ answer: Answer) throws -> Answer {
        var page = page
        if let fields = exchange.list.fields {
            page.items = try page.items.map { try Projection.apply(fields + exchange.list.expand, to: $0) }
        }
        // The store needn't know how cursors are bound to their list.
        let next = page.next.map { Cursor(fingerprint: exchange.list.fingerprint, values: $0.values).encoded }
        let bytes = ListEnvelope.encode(page, next: next)
        var encoded = Answer.item(bytes, etag: .weak(of: bytes))
        encoded.caching = answer.caching
        encoded.headers = answer.headers
        if let next {
            let address = exchange.base + path.reference + "?" + query.replacing("cursor", with: next)
            encoded.headers.append(HTTPField(name: .link, value: "<\(address)>; rel=\"next\""))
        }
        return encoded
    }
}
