import CZlib
import HTTPTypes
import NIOCore
import Testing

@testable import Routing

@Suite("Compression")
struct CompressionTests {
    private let json: HTTPFields = [.contentType: "application/json; charset=utf-8", .eTag: "\"v7\""]
    private let long = String(repeating: "{\"name\":\"A school\"},", count: 200)

    private func request(_ acceptEncoding: String?, _ method: HTTPRequest.Method = .get) -> HTTPRequest {
        var fields = HTTPFields()
        fields[.acceptEncoding] = acceptEncoding
        return HTTPRequest(method: method, scheme: "https", authority: "a", path: "/", headerFields: fields)
    }

    private func body(of response: Response) async throws -> ByteBuffer {
        let collected = Collected()
        try await response.body.write(Collector(collected: collected))
        return collected.buffer
    }

    static let accepted: [(String?, Bool, Bool)] = [
        (nil, false, true), ("", false, true), ("gzip", true, true), ("GZIP", true, true), ("x-gzip", true, true), ("br", false, true),
        ("deflate, gzip;q=1.0, *;q=0.5", true, true), ("gzip;q=0", false, true), ("gzip;q=0.0, *", false, true), ("*", true, true),
        ("*;q=0", false, false), ("identity;q=0", false, false), ("gzip, identity;q=0", true, false), ("identity, *;q=0", false, true),
        ("gzip;q=bogus", false, true), ("gzip ; q=0.5", true, true), (",,gzip,", true, true),
    ]

    @Test("Accept-Encoding is read with its weights, stars and identity", arguments: accepted)
    func negotiation(header: String?, gzip: Bool, identity: Bool) {
        #expect(Compression.accepted(header) == Compression.Accepted(gzip: gzip, identity: identity))
    }

    @Test("A long JSON body is compressed, and unpacks to what it was")
    func compresses() async throws {
        let response = await Compression.apply(to: .text(long, headers: json), for: request("gzip"))
        #expect(response.headers[.contentEncoding] == "gzip")
        #expect(response.headers[.vary] == "Accept-Encoding")
        #expect(response.headers[.eTag] == "\"v7-gz\"")
        let packed = try await body(of: response)
        #expect(response.headers[.contentLength] == "\(packed.readableBytes)")
        #expect(packed.readableBytes < long.utf8.count / 10)
        #expect(try gunzip(packed) == long)
    }

    @Test("A stream is compressed as it goes, without a length")
    func compressesStreams() async throws {
        let line = long
        let stream = Response(
            status: .ok, headers: [.contentType: "text/csv"],
            body: ResponseBody { writer in
                for _ in 0..<100 { try await writer.write(ByteBuffer(string: line)) }
                try await writer.finish()
            })
        let response = await Compression.apply(to: stream, for: request("gzip"))
        #expect(response.headers[.contentLength] == nil)
        #expect(try gunzip(try await body(of: response)) == String(repeating: line, count: 100))
    }

    @Test("A deflater given back is clean for the next body")
    func reuse() async throws {
        for size in [2_000, 70_000, 1_500] {
            let text = String((0..<size).map { Character(UnicodeScalar(UInt8(97 + $0 * $0 % 23))) })
            let response = await Compression.apply(to: .text(text, headers: json), for: request("gzip"))
            #expect(try gunzip(try await body(of: response)) == text)
        }
    }

    @Test("What doesn't pay or must not be touched is left alone")
    func leavesAlone() async {
        var kept: [HTTPFields] = []
        kept.append([.contentType: "image/png"])
        kept.append([.contentType: "text/event-stream"])
        kept.append([.contentType: "text/csv", .contentEncoding: "br"])
        kept.append([.contentType: "text/csv", .cacheControl: "private, no-transform"])
        kept.append([.contentType: "text/csv", .reprDigest: "sha-256=:AA==:"])
        kept.append([:])
        for headers in kept {
            let response = await Compression.apply(to: .text(long, headers: headers), for: request("gzip"))
            #expect(response.headers[.contentEncoding] == headers[.contentEncoding])
            #expect(response.headers[.vary] == nil)
        }
        let short = await Compression.apply(to: .text("short", headers: json), for: request("gzip"))
        #expect(short.headers[.contentEncoding] == nil)
        let partial = await Compression.apply(to: .text(long, status: .partialContent, headers: json), for: request("gzip"))
        #expect(partial.headers[.contentEncoding] == nil)
    }

    @Test("A client that can read nothing but gzip gets even a short body packed")
    func identityRefused() async {
        let response = await Compression.apply(to: .text("short", headers: json), for: request("gzip, identity;q=0"))
        #expect(response.headers[.contentEncoding] == "gzip")
    }

    @Test("Unpacked for this client, the answer still says that it varies")
    func varies() async {
        var headers = json
        headers[.vary] = "Authorization, Accept"
        let response = await Compression.apply(to: .text(long, headers: headers), for: request(nil))
        #expect(response.headers[.vary] == "Authorization, Accept, Accept-Encoding")
        #expect(response.headers[.eTag] == "\"v7\"")
        let again = await Compression.apply(to: response, for: request(nil))
        #expect(again.headers[.vary] == "Authorization, Accept, Accept-Encoding")
    }

    @Test("HEAD has the fields of GET, short of the length nobody computed")
    func head() async {
        let response = await Compression.apply(to: .text(long, headers: json), for: request("gzip", .head))
        #expect(response.headers[.contentEncoding] == "gzip")
        #expect(response.headers[.eTag] == "\"v7-gz\"")
        #expect(response.headers[.contentLength] == nil)
    }

    @Test("The responder never sees the mark on a tag, and a 304 carries it again")
    func tags() async {
        var fields: HTTPFields = [.ifNoneMatch: "\"a-gz\", W/\"b-gz\", \"c\"", .ifMatch: "\"d-gz\""]
        #expect(Compression.restoreTags(in: &fields))
        #expect(fields[.ifNoneMatch] == "\"a\", W/\"b\", \"c\"")
        #expect(fields[.ifMatch] == "\"d\"")
        #expect(!Compression.restoreTags(in: &fields))
        let notModified = Response(status: .notModified, headers: [.eTag: "W/\"a\""])
        let marked = await Compression.apply(to: notModified, for: request("gzip"), usesCompressedTags: true)
        #expect(marked.headers[.eTag] == "W/\"a-gz\"")
        let plain = await Compression.apply(to: notModified, for: request("gzip"))
        #expect(plain.headers[.eTag] == "W/\"a\"")
    }

    @Test("A tag taken from a compressed answer is good for the next condition", .timeLimit(.minutes(1)))
    func roundTrip() async throws {
        let text = long
        try await TestServer.run { request in
            let tag = request.head.headerFields[.ifNoneMatch]
            if tag == "\"v7\"" { return Response(status: .notModified, headers: [.eTag: "\"v7\""]) }
            return .text(text, headers: [.contentType: "application/json", .eTag: "\"v7\""])
        } _: { server in
            try await RawClient.connect(server.port) { client in
                try await client.send("HEAD / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
                let first = try await client.answer(toHead: true)
                #expect(first["ETag"] == "\"v7-gz\"")
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nIf-None-Match: \(first["ETag"]!)\r\n\r\n")
                let second = try await client.answer()
                #expect(second.status == 304)
                #expect(second["ETag"] == "\"v7-gz\"")
            }
        }
    }
}

private final class Collected {
    var buffer = ByteBuffer()
}

private struct Collector: ResponseBodyWriter {
    let collected: Collected

    mutating func write(_ buffer: ByteBuffer) async throws { collected.buffer.writeImmutableBuffer(buffer) }
    consuming func finish() async throws {}
}

private struct Corrupt: Error {
    let code: Int32
}

/// With zlib's own inflate, whole stream and trailer.
private func gunzip(_ packed: ByteBuffer) throws -> String {
    var stream = z_stream()
    guard czlib_inflate_init_gzip(&stream) == Z_OK else { throw Corrupt(code: Z_MEM_ERROR) }
    defer { inflateEnd(&stream) }
    var input = Array(packed.readableBytesView)
    var output = [UInt8](repeating: 0, count: 16 * 1024 * 1024)
    let code = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            return inflate(&stream, Z_FINISH)
        }
    }
    guard code == Z_STREAM_END, stream.avail_in == 0 else { throw Corrupt(code: code) }
    return String(decoding: output[..<Int(stream.total_out)], as: UTF8.self)
}
