import HTTPTypes
import NIOCore

/// Request line and fields of a complete head.
enum HTTP1Head {
    enum Framing {
        case none
        case sized(Int)
        case chunked
    }

    /// What the fields say about framing and connection, collected while they are read.
    private struct Collected {
        var fields = HTTPFields()
        var host: String?
        var contentLength: Int?
        var transferEncoding: String?
        var expect: String?
        var closes = false
    }

    /// - Parameter bytes: from the method up to and with the empty line.
    static func parse(_ bytes: ByteBuffer, limits: ServerLimits) throws(TransportRefusal) -> (RequestHead, Framing) {
        try bytes.withUnsafeReadableBytes { bytes in
            Result { () throws(TransportRefusal) in try parse(Lines(rest: bytes[...]), limits: limits) }
        }.get()
    }

    private static func parse(_ lines: consuming Lines, limits: ServerLimits) throws(TransportRefusal) -> (RequestHead, Framing) {
        guard let requestLine = lines.next() else { throw .malformedRequest(reason: "The request line is empty.") }
        let (method, target, version) = try parseRequestLine(requestLine, limits: limits)
        var collected = Collected()
        while let line = lines.next(), !line.isEmpty { try parseField(line, into: &collected) }

        if version == .http11, collected.host == nil { throw .malformedRequest(reason: "The Host field is missing.") }
        let (authority, path) = try RequestTarget.parse(target, method: method, host: collected.host)
        let framing = try framing(of: collected, version: version)
        var head = RequestHead(
            request: HTTPRequest(method: method, scheme: nil, authority: authority, path: path, headerFields: collected.fields),
            version: version)
        switch framing {
        case .none: head.bodyLength = 0
        case .sized(let count): head.bodyLength = count
        case .chunked: head.bodyLength = nil
        }
        // HTTP/1.0 would have to be told by an answering keep-alive; what still speaks it can do without.
        head.keepsAlive = version == .http11 && !collected.closes
        // HTTP/1.0 knows no 100, RFC 9110 §10.1.1 has it ignored.
        if let expect = collected.expect, version == .http11 {
            guard Ascii.equals(expect.utf8, "100-continue") else { throw .expectationFailed }
            head.expectsContinue = head.bodyLength != 0
        }
        return (head, framing)
    }

    private static func parseRequestLine(
        _ line: Lines.Line, limits: ServerLimits
    ) throws(TransportRefusal) -> (HTTPRequest.Method, String, HTTPServerRequest.ProtocolVersion) {
        let parts = line.split(separator: Ascii.space, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw .malformedRequest(reason: "The request line is not: method, target, version.")
        }
        guard parts[0].count <= 32, let method = HTTPRequest.Method(rawValue: String(decoding: parts[0], as: UTF8.self)) else {
            throw .malformedRequest(reason: "The method is malformed.")
        }
        guard parts[1].count <= limits.targetSize else { throw .uriTooLong(limit: limits.targetSize) }
        guard parts[1].allSatisfy({ Ascii.isVisible($0) && $0 != UInt8(ascii: "#") }) else {
            throw .malformedRequest(reason: "The request target has characters that must be percent-encoded.")
        }
        let version: HTTPServerRequest.ProtocolVersion
        switch String(decoding: parts[2], as: UTF8.self) {
        case "HTTP/1.1": version = .http11
        case "HTTP/1.0": version = .http10
        case let other:
            guard other.wholeMatchesVersion else { throw .malformedRequest(reason: "The HTTP version is malformed.") }
            throw .unsupportedVersion
        }
        return (method, String(decoding: parts[1], as: UTF8.self), version)
    }

    private static func parseField(_ line: Lines.Line, into collected: inout Collected) throws(TransportRefusal) {
        if line.first == Ascii.space || line.first == Ascii.tab {
            throw .malformedRequest(reason: "A header field is folded over several lines.")
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .malformedRequest(reason: "A header field has no colon.") }
        guard let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self)) else {
            throw .malformedRequest(reason: "The name of a header field is malformed.")
        }
        var value = line[(colon + 1)...]
        while let first = value.first, first == Ascii.space || first == Ascii.tab { value = value.dropFirst() }
        while let last = value.last, last == Ascii.space || last == Ascii.tab { value = value.dropLast() }
        guard value.allSatisfy(Ascii.isFieldValue) else {
            throw .malformedRequest(reason: "The value of a header field has control characters.")
        }

        switch name.canonicalName {
        case "host":
            guard collected.host == nil else { throw .malformedRequest(reason: "The Host field is there twice.") }
            let host = String(decoding: value, as: UTF8.self)
            guard RequestTarget.isAuthority(host, mayBeEmpty: true) else { throw .malformedRequest(reason: "The Host field is malformed.") }
            collected.host = host
            return  // It travels as the request's authority.
        case "content-length":
            guard collected.contentLength == nil else { throw .malformedRequest(reason: "The Content-Length field is there twice.") }
            guard let length = DecimalLength.parse(value) else { throw .malformedRequest(reason: "The Content-Length field is malformed.") }
            collected.contentLength = length
        case "transfer-encoding":
            guard collected.transferEncoding == nil else { throw .malformedRequest(reason: "The Transfer-Encoding field is there twice.") }
            collected.transferEncoding = String(decoding: value, as: UTF8.self)
        case "expect":
            guard collected.expect == nil else { throw .expectationFailed }
            collected.expect = String(decoding: value, as: UTF8.self)
        case "connection":
            for option in value.split(separator: UInt8(ascii: ",")) {
                if Ascii.equals(option.filter { $0 != Ascii.space && $0 != Ascii.tab }, "close") { collected.closes = true }
            }
        default: break
        }
        collected.fields.append(HTTPField(name: name, value: value))
    }

    private static func framing(
        of collected: Collected, version: HTTPServerRequest.ProtocolVersion
    ) throws(TransportRefusal) -> Framing {
        guard let coding = collected.transferEncoding else {
            return switch collected.contentLength {
            case nil, 0: .none
            case let count?: .sized(count)
            }
        }
        // Either of these is how requests are smuggled past a proxy that reads the other field.
        guard collected.contentLength == nil else {
            throw .malformedRequest(reason: "Content-Length and Transfer-Encoding exclude each other.")
        }
        guard version == .http11 else { throw .malformedRequest(reason: "HTTP/1.0 has no Transfer-Encoding.") }
        if Ascii.equals(coding.utf8, "chunked") { return .chunked }
        let last = coding.split(separator: ",").last?.filter { $0 != " " && $0 != "\t" } ?? ""
        guard Ascii.equals(last.utf8, "chunked"), coding.split(separator: ",").count == 2, !coding.lowercased().hasPrefix("chunked") else {
            throw .malformedRequest(reason: "The Transfer-Encoding field does not say where the body ends.")
        }
        throw .unsupportedTransferCoding
    }
}

/// The lines of a head, without CRLF.
private struct Lines {
    typealias Line = Slice<UnsafeRawBufferPointer>

    var rest: Line

    mutating func next() -> Line? {
        guard let end = rest.firstIndex(of: Ascii.lineFeed) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[..<(end - 1)]
    }
}

enum DecimalLength {
    /// Digits only, at most 18 of them (no overflow); nil otherwise.
    static func parse(_ bytes: some Collection<UInt8>) -> Int? {
        guard (1...18).contains(bytes.count) else { return nil }
        var length = 0
        for byte in bytes {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            length = length * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return length
    }
}

extension String {
    /// `HTTP/` digit `.` digit
    fileprivate var wholeMatchesVersion: Bool {
        let bytes = Array(utf8)
        guard bytes.count == 8, hasPrefix("HTTP/"), bytes[6] == UInt8(ascii: ".") else { return false }
        return [bytes[5], bytes[7]].allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }
}
