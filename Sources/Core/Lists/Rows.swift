/// What an export hands out, made ready: everything that can be refused has been tried before there is one of these, so that what is left is
/// handing out, from one unchanging state.
package struct Rows<Row: Sendable>: Sendable {
    /// Takes a row no faster than whoever reads the export does.
    package typealias Sink = (Row) async throws -> Void

    private let handOut: @Sendable (_ sink: Sink) async throws -> Void

    package init(_ handOut: @escaping @Sendable (_ sink: Sink) async throws -> Void) {
        self.handOut = handOut
    }

    /// Those in hand.
    package init(_ rows: [Row]) {
        self.init { sink in for row in rows { try await sink(row) } }
    }

    package func each(_ sink: Sink) async throws {
        try await handOut(sink)
    }

    package func map<Other: Sendable>(_ transform: @escaping @Sendable (Row) throws -> Other) -> Rows<Other> {
        Rows<Other> { sink in try await each { try await sink(transform($0)) } }
    }
}

extension Rows<[UInt8]> {
    /// Documents in hand, encoded.
    package init(encoding documents: [some Encodable]) throws {
        self.init(try documents.map { try JSONCodec.encode($0) })
    }
}
