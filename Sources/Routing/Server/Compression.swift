package import HTTPTypes
import NIOCore

/// gzip as a content coding: only when the client asks for it and it pays.
///
/// Over TLS, compressing secrets next to text of an attacker's choice leaks them by length (BREACH). The answers here are
/// authorised by a header no foreign page can send and repeat no input beside secrets.
package enum Compression {
    /// Below this the headers outweigh what is saved.
    static let smallestBody = 1024
    /// A body of known length up to this is compressed in one piece and keeps a Content-Length.
    static let largestBuffered = 1024 * 1024

    /// What the client can read.
    package struct Accepted: Equatable, Sendable {
        package var gzip: Bool
        package var identity: Bool
    }

    /// `Accept-Encoding` (RFC 9110 §12.5.3); a missing field accepts only what needs no decoding.
    package static func accepted(_ header: String?) -> Accepted {
        guard let header else { return Accepted(gzip: false, identity: true) }
        var gzip: Bool?
        var identity: Bool?
        var any: Bool?
        for element in header.split(separator: ",") {
            let parts = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let coding = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { QualityValue.parse($0.dropFirst(2)) ?? 0 } ?? 1
            switch coding {
            case "gzip", "x-gzip": gzip = weight > 0
            case "identity": identity = weight > 0
            case "*": any = weight > 0
            default: break
            }
        }
        return Accepted(gzip: gzip ?? any ?? false, identity: identity ?? any ?? true)
    }

    /// The response, compressed if the request asks for it and it is worth it, marked so that caches keep the variants apart.
    ///
    /// - Parameter usesCompressedTags: what `restoreTags` returned for this request; a 304 then names the compressed variant.
    package static func apply(to response: Response, for request: HTTPRequest, usesCompressedTags: Bool = false) async -> Response {
        var response = response
        if decide(&response, for: request, usesCompressedTags: usesCompressedTags) { response.body = await compressed(response.body) }
        return response
    }

    /// Says in the header fields what becomes of the body.
    /// - Returns: whether it is to be `compressed`.
    static func decide(_ response: inout Response, for request: HTTPRequest, usesCompressedTags: Bool) -> Bool {
        if response.status == .notModified {
            if usesCompressedTags { markTag(&response.headers) }
            return false
        }
        let length = response.body.contentLength
        let accepted = accepted(request.headerFields.value(.acceptEncoding))
        let isWorthIt = length.map { $0 >= smallestBody } ?? true
        guard isWorthIt || (!accepted.identity && accepted.gzip && length != 0), mayCompress(response) else { return false }

        addVary(&response.headers, "Accept-Encoding")
        guard accepted.gzip else { return false }
        response.headers[.contentEncoding] = "gzip"
        markTag(&response.headers)
        if request.method == .head {
            // The length would cost the compression to know, and may be left out.
            response.body = ResponseBody { try await $0.write(ByteBuffer()) }
            response.headers[.contentLength] = nil
            return false
        }
        return true
    }

    // MARK: Tags

    private static let conditionals: [HTTPField.Name] = [.ifNoneMatch, .ifMatch, .ifRange]

    /// The compressed variant carries its own tag (`"v7-gz"`), which is none of the responder's business: takes the marks off
    /// the request's conditions.
    /// - Returns: whether there were any.
    package static func restoreTags(in fields: inout HTTPFields) -> Bool {
        var found = false
        for name in conditionals {
            guard let value = fields.value(name) else { continue }
            let restored = replacing("-gz\"", with: "\"", in: value)
            if restored.utf8.count != value.utf8.count {
                fields[name] = restored
                found = true
            }
        }
        return found
    }

    private static func markTag(_ headers: inout HTTPFields) {
        guard let tag = headers.value(.eTag), tag.hasSuffix("\"") else { return }
        headers[.eTag] = tag.dropLast() + "-gz\""
    }

    private static func replacing(_ old: String, with new: String, in text: String) -> String {
        var result = ""
        var rest = text[...]
        while let range = rest.firstRange(of: old) {
            result += rest[..<range.lowerBound] + new
            rest = rest[range.upperBound...]
        }
        return result + rest
    }

    // MARK: What pays

    static func addVary(_ headers: inout HTTPFields, _ name: String) {
        let present = headers.value(.vary) ?? ""
        if FieldList.contains(present, name) || FieldList.contains(present, "*") { return }
        headers[.vary] = present.isEmpty ? name : present + ", " + name
    }

    private static func mayCompress(_ response: Response) -> Bool {
        switch response.status {
        case .noContent, .partialContent: return false
        default: break
        }
        let headers = response.headers
        // A digest speaks of the bytes as the handler wrote them.
        if headers.contains(.contentEncoding) || headers.contains(.contentRange) || headers.contains(.reprDigest) { return false }
        if let control = headers.value(.cacheControl), FieldList.contains(control, "no-transform") { return false }
        guard let type = headers.value(.contentType) else { return false }
        if type == "application/json" { return true }
        return isCompressible(type.prefix { $0 != ";" && $0 != " " }.lowercased())
    }

    private static func isCompressible(_ type: String) -> Bool {
        switch type {
        // Each event must leave at once; a compressor would hold it back.
        case "text/event-stream": false
        case "application/json", "application/yaml", "application/x-ndjson", "application/xml", "application/javascript", "image/svg+xml":
            true
        default: type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml") || type.hasSuffix("+yaml")
        }
    }

    // MARK: Bodies

    static func compressed(_ body: ResponseBody) async -> ResponseBody {
        if let constant = body.constant {
            do { return ResponseBody(shared: try constant.compressed()) } catch { return ResponseBody { _ in throw error } }
        }
        guard let length = body.contentLength, length <= largestBuffered else {
            return ResponseBody { writer in try await body.write(DeflatingWriter(parent: writer, deflater: Deflater())) }
        }
        do {
            let whole = Collected()
            try await body.write(CollectingWriter(collected: whole))
            return ResponseBody(byteBuffer: try Deflater().deflate(whole.buffer, finish: true))
        } catch {
            // Too late for another status, too early to keep quiet: fails when it is sent, which cuts the connection.
            return ResponseBody { _ in throw error }
        }
    }

    private final class Collected {
        var buffer = ByteBuffer()
    }

    private struct CollectingWriter: ResponseBodyWriter {
        let collected: Collected

        mutating func write(_ buffer: ByteBuffer) async throws {
            if collected.buffer.readableBytes == 0 { collected.buffer = buffer } else { collected.buffer.writeImmutableBuffer(buffer) }
        }

        consuming func finish() async throws {}
    }

    private struct DeflatingWriter: ResponseBodyWriter {
        var parent: any ResponseBodyWriter
        let deflater: Deflater

        mutating func write(_ buffer: ByteBuffer) async throws {
            let output = try deflater.deflate(buffer, finish: false)
            if output.readableBytes > 0 { try await parent.write(output) }
        }

        consuming func finish() async throws {
            try await parent.write(deflater.deflate(ByteBuffer(), finish: true))
            try await parent.finish()
        }
    }
}

extension HTTPField.Name {
    package static let reprDigest = HTTPField.Name("Repr-Digest")!
}
