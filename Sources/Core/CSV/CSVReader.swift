/// Reads CSV as RFC 4180 has it, with CRLF or LF, from pieces of any size, in constant memory: at most one record is held.
///
/// The first record names the columns; every other has as many fields. One that doesn't, or is misquoted, is a fault of its first
/// line: reading goes on with the next line, so that a stray quotation mark costs one row and not all up to the next mark. What can't be read on
/// from is thrown: a quotation mark that is never closed, a record beyond ``recordLimit``, a byte of 0.
/// Empty lines are passed over.
package struct CSVReader {
    /// Bytes of one record at most.
    package static let recordLimit = 1 << 20

    package enum Event {
        /// The first record's fields.
        case header(CSVRecord)
        case record(CSVRecord)
        /// With the fields that could be read before it.
        case fault(CSVFault, CSVRecord)
    }

    private enum Outcome {
        /// A whole record, and where the next begins.
        case record(next: Int)
        case incomplete(openQuote: Int?)
        case fault(field: Int, at: Int, reason: String)
    }

    /// Bytes not yet handed out: the record in progress.
    private var buffer: [UInt8] = []
    private var places: [CSVRecord.Place] = []
    private var line = 1
    /// Fields of the first record; 0 before it.
    private var width = 0
    private var isMarkPassed = false
    /// The rest of a faulty line is thrown away.
    private var isSkipping = false

    package init() {}

    /// Takes the next piece and hands out every record that ends in it. Throws ``CSVFault``, or what `body` throws.
    package mutating func feed(_ chunk: UnsafeBufferPointer<UInt8>, _ body: (Event) throws -> Void) throws {
        buffer.append(contentsOf: chunk)
        try drain(isLast: false, body)
    }

    /// The end of the file: hands out a last record without line end.
    package mutating func finish(_ body: (Event) throws -> Void) throws {
        try drain(isLast: true, body)
        if width == 0 { throw CSVFault(line: 1, field: nil, reason: "is missing: the file is empty") }
    }

    private mutating func drain(isLast: Bool, _ body: (Event) throws -> Void) throws {
        // Taken out so that the loop may change `self` while it looks at the bytes; put back with what remains.
        var bytes: [UInt8] = []
        swap(&bytes, &buffer)
        let start = try bytes.withUnsafeBufferPointer { try drain($0, isLast: isLast, body) }
        if start > 0 { bytes.removeSubrange(0..<start) }
        swap(&bytes, &buffer)
    }

    /// Returns where the record in progress begins.
    private mutating func drain(_ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool, _ body: (Event) throws -> Void) throws -> Int {
        var start = 0
        if !isMarkPassed {
            guard bytes.count >= 3 || isLast else { return 0 }
            isMarkPassed = true
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
        }
        while start < bytes.count {
            if isSkipping {
                guard let next = Self.nextLine(bytes, from: start) else { return bytes.count }
                isSkipping = false
                line += 1
                start = next
                continue
            }
            switch scan(bytes, from: start, isLast: isLast) {
            case .record(let next):
                guard next - start <= Self.recordLimit else { throw tooLong }
                start = try handOut(bytes, from: start, to: next, body)
            case .fault(let field, let place, let reason):
                guard place - start <= Self.recordLimit else { throw tooLong }
                let fault = CSVFault(line: line, field: field, reason: reason)
                // Without columns there is nothing to read on for.
                guard width > 0, bytes[place] != 0 else { throw fault }
                try handOut(fault, bytes, fields: field - 1, body)
                start = skip(bytes, from: start)
            case .incomplete(let openQuote):
                guard bytes.count - start <= Self.recordLimit else { throw tooLong }
                guard isLast, let openQuote else { return start }
                throw CSVFault(line: line, field: openQuote, reason: "has a quotation mark that is never closed")
            }
        }
        return start
    }

    private var tooLong: CSVFault { CSVFault(line: line, field: nil, reason: "is longer than 1 MiB without an end") }

    /// Hands out the record just scanned; returns where to go on.
    private mutating func handOut(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to next: Int, _ body: (Event) throws -> Void
    ) throws -> Int {
        let isEmpty = places.count == 1 && places[0].start == places[0].end && places[0].start == start
        let hasWidth = width == 0 || places.count == width
        if !isEmpty || width == 1 {
            guard hasWidth else {
                let fields = places.count == 1 ? "1 field" : "\(places.count) fields"
                let fault = CSVFault(line: line, field: nil, reason: "has \(fields), the header has \(width)")
                try handOut(fault, bytes, fields: places.count, body)
                return skip(bytes, from: start)
            }
            try places.withUnsafeBufferPointer { places in
                let record = CSVRecord(line: line, bytes: bytes, places: places)
                try body(width == 0 ? .header(record) : .record(record))
            }
            width = places.count
        }
        for index in start..<next where bytes[index] == UInt8(ascii: "\n") { line += 1 }
        return next
    }

    private func handOut(
        _ fault: CSVFault, _ bytes: UnsafeBufferPointer<UInt8>, fields: Int, _ body: (Event) throws -> Void
    ) throws {
        try places.withUnsafeBufferPointer { places in
            let whole = UnsafeBufferPointer(rebasing: places.prefix(fields))
            try body(.fault(fault, CSVRecord(line: fault.line, bytes: bytes, places: whole)))
        }
    }

    /// Passes over the first line of a faulty record, the rest of it when it comes.
    private mutating func skip(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard let next = Self.nextLine(bytes, from: start) else {
            isSkipping = true
            return bytes.count
        }
        line += 1
        return next
    }

    private static func nextLine(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        bytes[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    }
}

extension CSVReader {
    /// Finds the fields of one record and leaves them in `places`.
    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, isLast: Bool) -> Outcome {
        places.removeAll(keepingCapacity: true)
        var position = start
        while true {
            let field = places.count + 1
            guard position < bytes.count else {
                if isLast { places.append(CSVRecord.Place(start: position, end: position, isEscaped: false)) }
                return isLast ? .record(next: position) : .incomplete(openQuote: nil)
            }
            if bytes[position] == UInt8(ascii: "\"") {
                guard let outcome = scanQuoted(bytes, &position, field: field, isLast: isLast) else { continue }
                return outcome
            }
            let fieldStart = position
            while position < bytes.count, !Self.endsPlainRun(bytes[position]) { position += 1 }
            guard position < bytes.count || isLast else { return .incomplete(openQuote: nil) }
            if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                return .fault(field: field, at: position, reason: "has a quotation mark inside a field that doesn't begin with one")
            }
            places.append(CSVRecord.Place(start: fieldStart, end: position, isEscaped: false))
            guard let outcome = endField(bytes, &position, field: field, isLast: isLast, otherwise: "") else { continue }
            return outcome
        }
    }

    /// A field in quotation marks; nil when it is done and another follows at `position`.
    private mutating func scanQuoted(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, field: Int, isLast: Bool
    ) -> Outcome? {
        let fieldStart = position + 1
        position = fieldStart
        var isEscaped = false
        while true {
            while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != 0 { position += 1 }
            guard position < bytes.count else { return .incomplete(openQuote: field) }
            if bytes[position] == 0 { return .fault(field: field, at: position, reason: "has a byte of 0") }
            // At the end of a piece it passes for closing: what follows the field is missing then, and the record is scanned again.
            guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\"") else { break }
            isEscaped = true
            position += 2
        }
        places.append(CSVRecord.Place(start: fieldStart, end: position, isEscaped: isEscaped))
        position += 1
        return endField(bytes, &position, field: field, isLast: isLast, otherwise: "has text after a closing quotation mark")
    }

    /// What follows a field: nil when it is another, which begins at `position`.
    private func endField(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, field: Int, isLast: Bool, otherwise: String
    ) -> Outcome? {
        guard position < bytes.count else { return isLast ? .record(next: position) : .incomplete(openQuote: nil) }
        switch bytes[position] {
        case UInt8(ascii: ","):
            position += 1
            return nil
        case UInt8(ascii: "\n"): return .record(next: position + 1)
        case UInt8(ascii: "\r"):
            guard position + 1 < bytes.count else {
                return isLast ? .record(next: position + 1) : .incomplete(openQuote: nil)
            }
            if bytes[position + 1] == UInt8(ascii: "\n") { return .record(next: position + 2) }
            return .fault(field: field, at: position, reason: "has a carriage return without a line feed")
        case 0: return .fault(field: field, at: position, reason: "has a byte of 0")
        default: return .fault(field: field, at: position, reason: otherwise)
        }
    }

    @inline(__always)
    private static func endsPlainRun(_ byte: UInt8) -> Bool {
        // One comparison for almost all bytes: what can end a run is at most a comma.
        byte <= UInt8(ascii: ",")
            && (byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
                || byte == 0)
    }
}
