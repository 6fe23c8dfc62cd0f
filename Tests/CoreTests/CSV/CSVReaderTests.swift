import Core
import Testing

/// What a reader hands out, as values.
private enum Seen: Hashable {
    case header([String])
    case record(Int, [String])
    case fault(Int, Int?, String)
    case thrown(Int, Int?, String)
}

private func read(_ text: String, pieces size: Int = .max) -> [Seen] { read(Array(text.utf8), pieces: size) }

private func read(_ bytes: [UInt8], pieces size: Int = .max) -> [Seen] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        pieces.append(rest.prefix(size))
        rest = rest.dropFirst(size)
    }
    return read(pieces)
}

private func read(_ pieces: [ArraySlice<UInt8>]) -> [Seen] {
    var seen: [Seen] = []
    let note: (CSVReader.Event) -> Void = { event in
        switch event {
        case .header(let record): seen.append(.header(texts(record)))
        case .record(let record): seen.append(.record(record.line, texts(record)))
        case .fault(let fault, _): seen.append(.fault(fault.line, fault.field, fault.reason))
        }
    }
    var reader = CSVReader()
    do {
        for piece in pieces { try piece.withUnsafeBufferPointer { try reader.feed($0, note) } }
        try reader.finish(note)
    } catch let fault as CSVFault {
        seen.append(.thrown(fault.line, fault.field, fault.reason))
    } catch {
        Issue.record(error)
    }
    return seen
}

private func texts(_ record: CSVRecord) -> [String] { (0..<record.count).map { record.text($0, .utf8) } }

@Suite struct CSVReaderTests {
    @Test(
        "Records end with CRLF, LF or the file, and may be quoted",
        arguments: [
            ("a,b\r\n1,2\r\n", [Seen.header(["a", "b"]), .record(2, ["1", "2"])]),
            ("a,b\n1,2", [.header(["a", "b"]), .record(2, ["1", "2"])]),
            ("a,b\n1,", [.header(["a", "b"]), .record(2, ["1", ""])]),
            ("a,b\n,\n", [.header(["a", "b"]), .record(2, ["", ""])]),
            ("\"a\",\"b\"\n\"1,5\",\"x \"\"y\"\" z\"\n", [.header(["a", "b"]), .record(2, ["1,5", "x \"y\" z"])]),
            ("a,b\n\"one\r\ntwo\",2\n3,4\n", [.header(["a", "b"]), .record(2, ["one\r\ntwo", "2"]), .record(4, ["3", "4"])]),
            ("a,b\n\"\",\"\"\"\"\"\"\n", [.header(["a", "b"]), .record(2, ["", "\"\""])]),
            ("a,b\n\n1,2\r\n\r\n", [.header(["a", "b"]), .record(3, ["1", "2"])]),
            ("a\n\nx\n", [.header(["a"]), .record(2, [""]), .record(3, ["x"])]),
            ("\u{FEFF}a,b\n1,2\n", [.header(["a", "b"]), .record(2, ["1", "2"])]),
            ("a,b\n1,2\r", [.header(["a", "b"]), .record(2, ["1", "2"])]),
        ])
    private func records(text: String, expected: [Seen]) {
        #expect(read(text) == expected)
    }

    @Test(
        "A faulty row is reported with line and field, and costs that line only",
        arguments: [
            ("1\n", Seen.fault(2, nil, "has 1 field, the header has 2")),
            ("1,2,3\n", .fault(2, nil, "has 3 fields, the header has 2")),
            ("1,\"x\"y\n", .fault(2, 2, "has text after a closing quotation mark")),
            ("1,x\"y\"\n", .fault(2, 2, "has a quotation mark inside a field that doesn't begin with one")),
            ("1, \"y\"\n", .fault(2, 2, "has a quotation mark inside a field that doesn't begin with one")),
            ("1\r2,3\n", .fault(2, 1, "has a carriage return without a line feed")),
        ])
    private func faults(row: String, fault: Seen) {
        #expect(read("a,b\n" + row + "8,9\n") == [.header(["a", "b"]), fault, .record(3, ["8", "9"])])
        #expect(read("a,b\n8,9\n" + row.dropLast()) == [.header(["a", "b"]), .record(2, ["8", "9"]), moved(fault)])
    }

    private func moved(_ fault: Seen) -> Seen {
        guard case .fault(let line, let field, let reason) = fault else { return fault }
        return .fault(line + 1, field, reason)
    }

    @Test("A stray quotation mark costs one row, not all up to the next one")
    func strayQuote() {
        let seen = read("a,b\n1,\"Foo\n2,Bar\n3,Baz\n4,\"Smith, John\"\n5,Qux\n")
        #expect(
            seen == [
                .header(["a", "b"]), .fault(2, 2, "has text after a closing quotation mark"), .record(3, ["2", "Bar"]),
                .record(4, ["3", "Baz"]), .record(5, ["4", "Smith, John"]), .record(6, ["5", "Qux"]),
            ])
    }

    @Test(
        "What can't be read on from is thrown with its line",
        arguments: [
            ("", Seen.thrown(1, nil, "is missing: the file is empty")),
            ("\n\r\n", .thrown(1, nil, "is missing: the file is empty")),
            ("a,\"b\n", .thrown(1, 2, "has a quotation mark that is never closed")),
            ("a,b\"\n", .thrown(1, 2, "has a quotation mark inside a field that doesn't begin with one")),
            ("a,b\n1,2\n3,\"x\n4,5\n", .thrown(3, 2, "has a quotation mark that is never closed")),
            ("a,b\n1,2\n3,\0\n", .thrown(3, 2, "has a byte of 0")),
            ("a,b\n1,2\n3,\"x\0\"\n", .thrown(3, 2, "has a byte of 0")),
        ])
    private func thrown(text: String, last: Seen) {
        #expect(read(text).last == last)
    }

    @Test("A record may have 1 MiB and no more, however it comes")
    func limit() {
        let header = Array("a,b\n".utf8)
        func record(_ size: Int) -> [UInt8] { Array("1,".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: size - 3) + Array("\n".utf8) }
        for size in [Int.max, 100_000, 65_537] {
            #expect(read(header + record(CSVReader.recordLimit), pieces: size).count == 2)
            #expect(
                read(header + record(CSVReader.recordLimit + 1), pieces: size).last
                    == .thrown(2, nil, "is longer than 1 MiB without an end"))
        }
    }

    @Test("Splitting the input at any byte, or into single bytes, gives the same records")
    func splitting() {
        let text =
            "\u{FEFF}a,\"b\"\r\n1,\"x \"\"y\"\"\r\nz\"\r\n\r\n2,\"q\"w\r\n3,\r\n,\"\"\n\"Foo\n4,5\n\"a\",b\n6\n7,\"é, ü\"\r\n8\r9,1\n10,\"last\""
        let bytes = Array(text.utf8)
        let whole = read(bytes)
        #expect(whole.count == 12)
        for place in 0...bytes.count { #expect(read([bytes[..<place], bytes[place...]]) == whole, "split at \(place)") }
        for size in 1...7 { #expect(read(bytes, pieces: size) == whole, "pieces of \(size)") }
    }

    @Test("What is quoted where it has to be is read as it was, in pieces of any size")
    func roundTrip() {
        var generator = Numbers(state: 2026)
        let parts = ["", "a", ",", "\"", "\r\n", "\n", "é", " ", "€uro", "longer text", "=1+1"]
        var bytes: [UInt8] = []
        func append(_ fields: [String]) {
            let quoted = fields.map { $0.utf8.contains { ",\"\r\n".utf8.contains($0) } ? "\"\($0.replacing("\"", with: "\"\""))\"" : $0 }
            bytes += Array((quoted.joined(separator: ",") + "\r\n").utf8)
        }
        append(["one", "two", "three"])
        var expected: [[String]] = []
        for _ in 0..<300 {
            let fields = (0..<3).map { _ in
                "x" + (0..<generator.next(upTo: 4)).map { _ in parts[generator.next(upTo: parts.count)] }.joined()
            }
            append(fields)
            expected.append(fields)
        }
        for size in [Int.max, 1, 13, 64] {
            let seen = read(bytes, pieces: size)
            #expect(seen.first == .header(["one", "two", "three"]))
            #expect(
                seen.dropFirst().map { seen -> [String] in
                    guard case .record(_, let fields) = seen else { return [] }
                    return fields
                } == expected)
        }
    }

    @Test("A fault comes with the fields before it")
    func start() throws {
        let text = Array("a,b,c\n1,2\n3,\"x\"y,4\n5,\"6\",7,8\n".utf8)
        var starts: [[String]] = []
        var reader = CSVReader()
        try text.withUnsafeBufferPointer { bytes in
            try reader.feed(bytes) { event in
                guard case .fault(_, let record) = event else { return }
                starts.append((0..<record.count).map { record.text($0, .utf8) })
            }
        }
        #expect(starts == [["1", "2"], ["3"], ["5", "6", "7", "8"]])
    }
}

/// The same numbers every time.
private struct Numbers {
    var state: UInt64

    mutating func next(upTo bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}
