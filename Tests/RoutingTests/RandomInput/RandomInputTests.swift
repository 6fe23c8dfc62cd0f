import Core
import HTTPTypes
import NIOCore
import Testing

@testable import Routing

/// What reads bytes from outside, with bytes nobody sends: it ends with a value or a refusal, and the same however the bytes are cut.
@Suite("Random input") struct RandomInputTests {
    // MARK: HTTP/1

    private func events(_ pieces: some Sequence<ArraySlice<UInt8>>) -> (seen: [String], isRefused: Bool) {
        var limits = ServerLimits.standard
        (limits.headerFieldSize, limits.headerListSize, limits.targetSize, limits.headerCount) = (64, 256, 64, 8)
        var parser = HTTP1Parser(limits: limits)
        var seen: [String] = []
        var body = ""
        do {
            for piece in pieces {
                parser.feed(ByteBuffer(bytes: piece))
                while let event = try parser.next() {
                    switch event {
                    case .head(let head): seen.append("\(head.request)")
                    case .body(let bytes): body += String(buffer: bytes)
                    case .end: seen.append("end of \(body)")
                    }
                }
            }
            return (seen + [body], false)
        } catch {
            return (seen, true)
        }
    }

    @Test("HTTP/1: whatever comes is read or refused, alike in one piece and in many")
    func http1() {
        let head = "Host: a\r\nContent-Length: 3\r\n\r\nabc"
        var random = RandomInput(
            seed: 1,
            [
                "GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\n" + head, "PUT http://b/ HTTP/1.1\r\n" + head, "\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n",
                "fffffffffffffff\r\n", "ffffffffffffffffffff\r\n", "Expect: 100-continue\r\nConnection: close\r\n",
                "OPTIONS * HTTP/1.0\r\n\r\n",
                "Content-Length: 999999999999999999\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
            ])
        for _ in 0..<RandomInput.count {
            let bytes = random.bytes()
            let (whole, cut) = (events([bytes[...]]), events(random.pieces(of: bytes)))
            #expect(whole.isRefused == cut.isRefused && (whole.isRefused || whole.seen == cut.seen), "\(bytes)")
        }
    }

    // MARK: Documents

    @Test("JSON: what is read is written and read again as the same, all else is refused with its place")
    func json() {
        var random = RandomInput(
            seed: 2,
            [
                #"{"a":[1,-2.5e3,true,null,"x\u00e9\ud83d\ude00"],"b":{}}"#, "[[[[]]]]", #""\"\\\/\b""#, "-0.0", "1E400", "0", "[1,2]",
                #"{"":1}"#,
                "-9223372036854775808", "-9223372036854775809", "9223372036854775808", "1e-400", " \t\r\n ",
            ])
        for _ in 0..<RandomInput.count {
            let bytes = random.bytes()
            do {
                let written = try JSON(parsing: bytes).bytes
                #expect((try? JSON(parsing: written))?.bytes == written, "\(bytes)")
            } catch {
                #expect(error.line >= 1 && error.column >= 1, "\(bytes)")
            }
        }
    }

    @Test("YAML: whatever comes is a tree or a fault")
    func yaml() {
        var random = RandomInput(
            seed: 3,
            [
                "services:\n- team: A\n  name: \"B\"\n  hours: [1, 2]\n", "a: &x [b]\nc: *x\n", "? a\n: b\n",
                "{a: [1, {b: c}], \"d\": 'e'}", "--- |\n x\n  y\n...\n",
                "!!str 1", "- - - a", "%YAML 1.1\n---\n", "a: >\n b\n", "\"\\ud800\\x00\"", "*x", "&x a",
            ])
        for _ in 0..<RandomInput.count {
            let bytes = random.bytes()
            do { _ = try JSON(yaml: bytes).bytes } catch { #expect(error is YAMLFault, "\(error): \(bytes)") }
        }
    }

    private func records(_ pieces: some Sequence<ArraySlice<UInt8>>) -> [String] {
        var reader = CSVReader()
        var seen: [String] = []
        func take(_ event: CSVReader.Event) {
            func texts(_ record: CSVRecord) -> String { "\(record.line) \((0..<record.count).map { record.text($0, .windows1252) })" }
            switch event {
            case .header(let record): seen.append("header \(texts(record))")
            case .record(let record): seen.append(texts(record))
            case .fault(let fault, let record): seen.append("\(fault) after \(texts(record))")
            }
        }
        do {
            for piece in pieces { try Array(piece).withUnsafeBufferPointer { try reader.feed($0, take) } }
            try reader.finish(take)
        } catch {
            seen.append("\(error)")
        }
        return seen
    }

    @Test("CSV: the same records and faults come of the same bytes, alike in one piece and in many; a table or a fault comes of all")
    func csv() {
        var random = RandomInput(
            seed: 4, ["a,b,c\r\n", "1,2,3\n", "\"x\"\"y\",\"\n\",\r\n", "\"", ",", "\u{FEFF}", "a", "\n\n", "\"a\" b\n", "=1+1,é,ÿ\n"])
        for _ in 0..<RandomInput.count {
            let bytes = random.bytes()
            #expect(records([bytes[...]]) == records(random.pieces(of: bytes)), "\(bytes)")
            do { _ = try CSVTable(bytes, required: ["a"], optional: ["b"]) } catch { #expect(error is CSVFault, "\(error): \(bytes)") }
        }
    }

    // MARK: Addresses and fields

    @Test("Cursors: what is read is written as the same text")
    func cursor() {
        let good = Cursor(fingerprint: "abc", values: [.null, 1, .double(2.5), "x", "id"]).encoded
        var random = RandomInput(seed: 5, [good, "W10", "WyIiXQ", "e30", "bnVsbA", "WyIiLCIiXQ", String(repeating: "W1tb", count: 30)])
        for _ in 0..<RandomInput.count {
            let text = random.text()
            if let cursor = Cursor(encoded: text) { #expect(Cursor(encoded: cursor.encoded) == cursor, "\(text)") }
        }
    }

    @Test("Queries: what is read is written and read again as the same")
    func query() {
        var random = RandomInput(
            seed: 6, ["a=b&c=d", "a=%C3%A9&b=%2B+", "&&==", "limit=1", "%zz", "a=%", "q=%F0%9F%98%80", "a,b\\,c\\\\", "sort=-name"])
        for _ in 0..<RandomInput.count {
            let bytes = random.bytes()
            if let query = QueryString(bytes) {
                let again = QueryString(query.replacing("x", with: "y").utf8)
                #expect(again?.pairs == query.pairs.filter { $0.name != "x" } + [.init(name: "x", value: "y")], "\(bytes)")
            }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!CommaList.split(text).isEmpty)
            if let path = RequestPath(text) { _ = (path.reference, path.query()) }
            _ = (JSON.number(text), VersionTag(text), Instant(text), LocalDate(text), TypeID.isValid(text, prefix: "sch"))
        }
    }

    @Test("Ranges: what is selected lies within the content")
    func ranges() {
        var random = RandomInput(
            seed: 7,
            [
                "bytes=0-1", "bytes=-5", "bytes=7-", "bytes=9223372036854775807-9223372036854775807", "bytes=1-2,3-4", "items=1-2",
                "bytes = 1 - 2",
            ])
        for _ in 0..<RandomInput.count {
            let text = random.text()
            for length in [0, 1, 7, Int.max] {
                guard case .part(let part)? = ByteRange(text)?.selection(of: length) else { continue }
                #expect(!part.isEmpty && part.lowerBound >= 0 && part.upperBound <= length, "\(text) of \(length)")
            }
        }
    }

    @Test("Header fields: whatever they say is read or left")
    func fields() {
        var random = RandomInput(
            seed: 8,
            [
                "application/json; charset=\"utf-8\"", "text/csv;q=0.5, */*;q=0", "gzip;q=1.000, identity;q=0",
                "attachment; filename*=UTF-8''a%20b; filename=\"c\\\"d\"",
                "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", "W/\"7.1\", \"8-gz\", *",
                "00-" + String(repeating: "a", count: 32) + "-bbbbbbbbbbbbbbbb-01",
                "\"key\\\"\"", "10.0.0.1, [::1]:80", "Bearer ptn_abc",
            ])
        for _ in 0..<RandomInput.count {
            let text = random.text().filter { !$0.isNewline && $0 != "\0" }
            var headers = HTTPFields()
            for name in [HTTPField.Name.ifMatch, .ifNoneMatch, .ifRange, IdempotencyField.name] { headers[name] = text }
            _ = Compression.restoreTags(in: &headers)
            let conditions = Preconditions(headers)
            _ = (
                conditions.isStale(EntityTag(.first)), conditions.isUnchanged(EntityTag(.first)), conditions.forStore,
                try? IdempotencyField.key(in: headers)
            )
            _ = (MediaType(text)?.isUTF8, Accept.choose(["application/json", "text/csv"], header: text), Compression.accepted(text))
            _ = (
                ContentDisposition.filename(text), try? ReprDigest.sha256(text), Traceparent(text)?.traceId,
                QualityValue.parse(text)
            )
            _ = (TrustedProxies.isAddress(text), AttemptLimiter.network(of: text))
        }
    }

    // MARK: The contract's own

    @Test("Patterns: a source is taken or refused, and what is taken is matched in bounded time")
    func patterns() {
        var random = RandomInput(
            seed: 9,
            [
                "^[a-z]{2,4}$", "(a|b)*c+?", "[^\\x00-\\x1F\\u{1F600}]", "\\d\\w\\s\\.", "(?:x){0,3}", "a{1,}", "^$", "[]-]", "(((a)))",
                ".*.*.*",
            ])
        for _ in 0..<RandomInput.count / 10 {
            let source = random.text()
            guard let pattern = try? Pattern(source) else { continue }
            for _ in 0..<5 { _ = pattern.matches(random.text()) }
            _ = pattern.matches(String(repeating: "a", count: 500))
        }
    }

    @Test("Formats: whatever the text, it fits or not")
    func formats() {
        var random = RandomInput(
            seed: 10,
            [
                "a@b.example", "https://a/b?c#d%20", "2026-02-29", "2026-01-01T00:00:00.123+01:00", "0000-00-00",
                "01h455vb-4pex-5vsk-nk08-4sn02q0000",
            ])
        for _ in 0..<RandomInput.count {
            let text = random.text()
            for format in [Schema.Format.date, .dateTime, .email, .uri, .uuid] { _ = format.accepts(text) }
            if let instant = Instant(text) { #expect(Instant(instant.description) == instant, "\(text)") }
        }
    }
}
