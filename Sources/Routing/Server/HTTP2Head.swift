import HTTPTypes
import NIOHPACK

/// Header blocks of HTTP/2 ↔ heads. NIOHTTP2 has already checked what RFC 9113 says about pseudo fields, letter case and
/// connection-specific fields; here come the limits and rules that are the same as over HTTP/1.
enum HTTP2Head {
    static func parse(_ block: HPACKHeaders, endsStream: Bool, limits: ServerLimits) throws(TransportRefusal) -> RequestHead {
        var method: HTTPRequest.Method?
        var authority: String?
        var host: String?
        var path: String?
        var scheme: String?
        var expect: String?
        var length: Int?
        var size = 0
        var fields = HTTPFields()
        fields.reserveCapacity(block.count)
        for (name, value, _) in block {
            size += name.utf8.count + value.utf8.count
            switch name {
            case ":method": method = HTTPRequest.Method(rawValue: value)
            case ":authority": authority = value
            case ":path": path = value
            case ":scheme": scheme = value
            case "host":
                guard host == nil else { throw .malformedRequest(reason: "The Host field is there twice.") }
                host = value
            default:
                guard name.utf8.count + value.utf8.count <= limits.headerFieldSize else {
                    throw .headersTooLarge(reason: "A header field is larger than \(limits.headerFieldSize) bytes.")
                }
                guard let fieldName = HTTPField.Name(name), HTTPField.isValidValue(value) else {
                    throw .malformedRequest(reason: "A header field is malformed.")
                }
                if fieldName == .contentLength {
                    guard length == nil, let parsed = DecimalLength.parse(value.utf8) else {
                        throw .malformedRequest(reason: "The Content-Length field is malformed.")
                    }
                    length = parsed
                }
                if fieldName == .expect { expect = value }
                fields.append(HTTPField(name: fieldName, value: value))
            }
        }
        guard let method else { throw .malformedRequest(reason: "The method is malformed.") }
        guard fields.count <= limits.headerCount else { throw .headersTooLarge(reason: "More than \(limits.headerCount) header fields.") }
        if let path, path.utf8.count > limits.targetSize { throw .uriTooLong(limit: limits.targetSize) }
        guard size <= limits.headerListSize + (path?.utf8.count ?? 0) else {
            throw .headersTooLarge(reason: "The header fields are larger than \(limits.headerListSize) bytes together.")
        }
        try checkTarget(path: path, method: method)
        guard let effective = authority ?? host, RequestTarget.isAuthority(effective, mayBeEmpty: false) else {
            throw .malformedRequest(reason: "The authority is missing or malformed.")
        }
        if let authority, let host, authority != host { throw .malformedRequest(reason: "Host and :authority differ.") }

        var head = RequestHead(
            request: HTTPRequest(method: method, scheme: scheme, authority: effective, path: path, headerFields: fields), version: .http2,
            bodyLength: endsStream ? 0 : length)
        if let expect {
            guard Ascii.equals(expect.utf8, "100-continue") else { throw .expectationFailed }
            head.expectsContinue = head.bodyLength != 0
        }
        return head
    }

    static func block(for head: HTTPResponse) -> HPACKHeaders {
        var block = HPACKHeaders()
        block.reserveCapacity(head.headerFields.count + 1)
        block.add(name: ":status", value: String(head.status.code))
        for field in head.headerFields {
            switch field.name {
            // RFC 9113 §8.2.2: these belong to HTTP/1.
            case .connection, .transferEncoding: continue
            // New with every answer, or every second: in the dynamic table they would only push out what repeats, and make it as long as
            // the client says it may be, which is gigabytes if it likes.
            case .eTag, .contentLength, .requestID, .date, .location, .link, .lastModified, .retryAfter, .contentRange,
                .contentDisposition, .reprDigest, .rateLimit:
                block.add(name: field.name.canonicalName, value: field.value, indexing: .nonIndexable)
            default: block.add(name: field.name.canonicalName, value: field.value)
            }
        }
        return block
    }

    private static func checkTarget(path: String?, method: HTTPRequest.Method) throws(TransportRefusal) {
        guard let path else {
            guard method == .connect else { throw .malformedRequest(reason: "The path is missing.") }
            return
        }
        guard path.utf8.first == UInt8(ascii: "/") || (path == "*" && method == .options),
            path.utf8.allSatisfy({ Ascii.isVisible($0) && $0 != UInt8(ascii: "#") })
        else { throw .malformedRequest(reason: "The request target is malformed.") }
    }
}
