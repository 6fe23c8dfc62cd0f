/// What is wrong with a file or one of its records, for the person who has to mend it.
package struct CSVFault: Error, Hashable, Sendable {
    /// Physical line, from 1: where the record begins.
    package var line: Int
    /// Which field of the record, from 1; nil when it is the record as a whole.
    package var field: Int?
    /// Follows the place in a sentence: “has text after a closing quotation mark”.
    package var reason: String

    package init(line: Int, field: Int?, reason: String) {
        self.line = line
        self.field = field
        self.reason = reason
    }
}

/// One record as it lies in the reader's buffer; valid only within the call it is handed to.
package struct CSVRecord {
    /// Where a field lies in the buffer, without its quotation marks.
    struct Place {
        var start: Int
        var end: Int
        /// It has quotation marks written as two.
        var isEscaped: Bool
    }

    /// Physical line, from 1: where the record begins.
    package let line: Int
    let bytes: UnsafeBufferPointer<UInt8>
    let places: UnsafeBufferPointer<Place>

    package var count: Int { places.count }

    /// The field as the file has it, from 0; quotation marks within it are still written as two.
    package func raw(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let place = places[index]
        return UnsafeBufferPointer(rebasing: bytes[place.start..<place.end])
    }

    /// The field's text, from 0.
    package func text(_ index: Int, _ encoding: TextEncoding) -> String {
        let field = raw(index)
        guard places[index].isEscaped else { return encoding.decode(field) }
        var unescaped: [UInt8] = []
        unescaped.reserveCapacity(field.count)
        var isSecond = false
        for byte in field {
            isSecond = byte == UInt8(ascii: "\"") && !isSecond
            if !isSecond { unescaped.append(byte) }
        }
        return unescaped.withUnsafeBufferPointer(encoding.decode)
    }
}
