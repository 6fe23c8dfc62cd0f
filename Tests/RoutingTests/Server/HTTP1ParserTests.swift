import HTTPTypes
import NIOCore
import Testing

@testable import Routing

@Suite("HTTP/1 parser")
struct HTTP1ParserTests {
    /// What a parser makes of bytes, as text that can be compared.
    private func parse(_ text: String, limits: ServerLimits = .standard, pieces: Int = .max) -> [String] {
        var parser = HTTP1Parser(limits: limits)
        var seen: [String] = []
        var body: String?
        var rest = ByteBuffer(string: text)
        do {
            while rest.readableBytes > 0 {
                parser.feed(rest.readSlice(length: min(pieces, rest.readableBytes))!)
                while let event = try parser.next() {
                    switch event {
                    case .head(let head):
                        let request = head.request
                        seen.append("\(request.method.rawValue) \(request.authority ?? "-") \(request.path ?? "-")")
                        seen += request.headerFields.map { "\($0.name.canonicalName)=\($0.value)" }
                    // Pieces of a body are one body, however it was cut.
                    case .body(let bytes): body = (body ?? "") + String(buffer: bytes)
                    case .end:
                        if let body { seen.append("body \(body)") }
                        body = nil
                        seen.append("end")
                    }
                }
            }
        } catch {
            if let body { seen.append("body \(body)") }
            seen.append("\(error.status.code)")
        }
        return seen
    }

    static let accepted: [(String, [String])] = [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET a /", "end"]),
        ("GET /x?y=1 HTTP/1.1\r\nhOST:  a:80 \r\nX-A:\tb c \r\nX-A: d\r\n\r\n", ["GET a:80 /x?y=1", "x-a=b c", "x-a=d", "end"]),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost:\r\n\r\n", ["GET  /", "end"]),
        ("GET / HTTP/1.0\r\n\r\n", ["GET - /", "end"]),
        ("GET http://b/p HTTP/1.1\r\nHost: a\r\n\r\n", ["GET b /p", "end"]),
        ("GET HTTPS://b?q HTTP/1.1\r\nHost: a\r\n\r\n", ["GET b /?q", "end"]),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ["OPTIONS a *", "end"]),
        ("OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n", ["OPTIONS b *", "end"]),
        ("GET / HTTP/1.1\r\nHost: 192.0.2.1:8443\r\n\r\n", ["GET 192.0.2.1:8443 /", "end"]),
        ("GET / HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n", ["GET [2001:db8::1]:443 /", "end"]),
        ("GET / HTTP/1.1\r\nHost: my_host.Example.org.\r\n\r\n", ["GET my_host.Example.org. /", "end"]),
        ("GET / HTTP/1.1\r\nHost: a:\r\n\r\n", ["GET a: /", "end"]),
        ("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", ["CONNECT b:443 -", "end"]),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
            ["POST a /", "content-length=3", "body abc", "end", "GET a /2", "end"]
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", ["POST a /", "content-length=0", "end"]),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n00A;x=\"y\" \r\n0123456789\r\n0\r\nT: v\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            ["POST a /", "transfer-encoding=Chunked", "body ab0123456789", "end", "GET a /", "end"]
        ),
    ]

    @Test("What is allowed is understood, whole or one byte at a time", arguments: accepted)
    func accepts(text: String, expected: [String]) {
        #expect(parse(text) == expected)
        #expect(parse(text, pieces: 1) == expected)
        #expect(parse(text, pieces: 7) == expected)
    }

    static let refused: [(String, Int)] = [
        (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("\u{16}\u{03}\u{01}", 400),
        ("GET / HTTP/1.1\nHost: a\n\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\n\r\n", 400),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
        ("GET /\r\nHost: a\r\n\r\n", 400),
        ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ä HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /#f HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET ftp://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http:///p HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / http/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a:000080\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: :443\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a..b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: .\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a%00b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: \(String(repeating: "a", count: 64))\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: [1.2.3.4]\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]\r\n\r\n", 400),
        ("GET http://a:b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nabc", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nabc", 400),
        ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 200-ok\r\n\r\nabc", 417),
    ]

    @Test("What is ambiguous or malformed is refused, whole or one byte at a time", arguments: refused)
    func refuses(text: String, status: Int) {
        #expect(parse(text) == ["\(status)"])
        #expect(parse(text, pieces: 1) == ["\(status)"])
    }

    static let brokenChunks = [
        "x\r\n", "\r\n", "3 3\r\nabc\r\n", "3;a\u{1}\r\nabc\r\n", "-1\r\n", "0x3\r\nabc\r\n", "3\nabc\r\n", "2\r\nabc\r\n", "2\r\nab\n\n",
        "1000000000000000\r\n", "0\r\nBad Name: x\r\n\r\n", "0\r\nnocolon\r\n\r\n", "0\r\nT: a\u{0}b\r\n\r\n", "0\r\nT: a\rb\r\n\r\n",
        "0\r\nT: a\u{7f}\r\n\r\n", "0\r\nT:\u{1b}[31m\r\n\r\n", "3;" + String(repeating: "e", count: 300),
    ]

    @Test("A broken chunk is refused", arguments: brokenChunks)
    func refusesChunks(chunks: String) {
        let text = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
        #expect(parse(text).last == "400")
        #expect(parse(text, pieces: 1).last == "400")
    }

    @Test("After a refusal nothing further is taken for a request")
    func stopsAfterRefusal() {
        let text = "GET x HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(parse(text) == ["400"])
    }

    @Test("Each limit of the head holds exactly")
    func headLimits() {
        var limits = ServerLimits()
        limits.headerCount = 4
        limits.headerFieldSize = 60
        limits.headerListSize = 100
        limits.targetSize = 20
        func status(target: String = "/", fields: [String] = []) -> String? {
            let text = "GET \(target) HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
            let whole = parse(text, limits: limits).last
            #expect(parse(text, limits: limits, pieces: 1).last == whole)
            return whole
        }
        #expect(status(target: "/" + String(repeating: "t", count: 19)) == "end")
        #expect(status(target: "/" + String(repeating: "t", count: 20)) == "414")
        #expect(status(fields: ["a: b", "c: d", "e: f"]) == "end")
        #expect(status(fields: ["a: b", "c: d", "e: f", "g: h"]) == "431")
        #expect(status(fields: ["a: " + String(repeating: "v", count: 59)]) == "end")
        #expect(status(fields: ["a: " + String(repeating: "v", count: 60)]) == "431")
        #expect(status(fields: ["a: " + String(repeating: "v", count: 59), "b: " + String(repeating: "v", count: 50)]) == "431")
    }

    @Test("A head that never ends is refused without waiting for its end")
    func endlessHead() {
        #expect(parse("GET /" + String(repeating: "a", count: 9_000)) == ["414"])
        #expect(parse("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 17_000)) == ["431"])
        #expect(parse("GET / HTTP/1.1\r\n" + String(repeating: "X: aaaaaaaaaa\r\n", count: 101)) == ["431"])
        #expect(parse("GET / HTTP/1.1\r\n" + String(repeating: "X: " + String(repeating: "a", count: 1000) + "\r\n", count: 34)) == ["431"])
    }

    @Test("Expect and Connection are read in any letter case")
    func letterCase() throws {
        var parser = HTTP1Parser(limits: .standard)
        parser.feed(
            ByteBuffer(string: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-Continue\r\nConnection: foo, CLOSE\r\n\r\n"))
        guard case .head(let head) = try parser.next() else { throw RawClient.Closed() }
        #expect(head.expectsContinue)
        #expect(!head.keepsAlive)
    }

    @Test("A flood of one-byte chunks comes out as one piece")
    func coalescesChunks() throws {
        var parser = HTTP1Parser(limits: .standard)
        parser.feed(
            ByteBuffer(
                string: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + String(repeating: "1\r\nx\r\n", count: 1000)))
        guard case .head = try parser.next(), case .body(let bytes) = try parser.next() else { throw RawClient.Closed() }
        #expect(bytes.readableBytes == 1000)
        let more = try parser.next()
        #expect(more == nil)
    }
}
