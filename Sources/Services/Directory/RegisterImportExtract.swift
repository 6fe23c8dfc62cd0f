import Core
import Cryptography
import Domain
import Glibc

/// One extract on disk that was read through once: its encoding is known, its header is right, its quoting has an end.
struct RegisterExtract<Column: RegisterColumn> {
    let path: String
    let encoding: TextEncoding
    let columns: RegisterColumns<Column>

    /// Reads the whole file. Throws ``RegisterRefusal`` when it isn't what it is said to be.
    ///
    /// - Parameter sha256: of what was received, in lower-case hex; nil for a file nobody vouched for.
    static func check(_ path: String, sha256: String? = nil, _ meter: RegisterMeter) async throws -> RegisterExtract {
        var detector = TextEncodingDetector()
        var reader = CSVReader()
        var columns: RegisterColumns<Column>?
        // Names beyond ASCII are none that are looked for, so the header can be read before the encoding is known.
        var hasRows = false
        let readHeader: (CSVReader.Event) throws -> Void = { event in
            guard case .header(let header) = event else {
                hasRows = true
                return
            }
            columns = try RegisterColumns(header: header, .windows1252)
        }
        let digest = sha256.map { _ in SHA256() }
        do {
            let pieces = try RegisterPieces(path, Column.file)
            while let piece = try pieces.next() {
                digest?.update(UnsafeRawBufferPointer(piece))
                try detector.feed(piece)
                try reader.feed(piece, readHeader)
                await meter.advance(bytes: piece.count)
                try Task.checkCancellation()
            }
            try reader.finish(readHeader)
            let encoding = try detector.finish()
            guard let columns else { throw CSVFault(line: 1, field: nil, reason: "is missing: the file is empty") }
            if let digest, Hex.encode(digest.finalize()) != sha256 {
                throw RegisterRefusal(Column.file, "isn't what was received: it was damaged on disk. Send it again")
            }
            // No schools at all is no extract of a register, but one that was cut.
            guard hasRows || Column.file != .establishments else { throw RegisterRefusal(Column.file, "has no row below its header") }
            return RegisterExtract(path: path, encoding: encoding, columns: columns)
        } catch let fault as CSVFault {
            throw RegisterRefusal(Column.file, line: fault.line, column: fault.field.map(String.init), fault.reason)
        }
    }

    /// Hands out every record and fault, from the start of the file; `afterPiece` is called now and then, outside of them.
    func read(
        _ meter: RegisterMeter, _ body: (CSVReader.Event) throws -> Void, afterPiece: () async throws -> Void = {}
    ) async throws {
        var reader = CSVReader()
        do {
            let pieces = try RegisterPieces(path, Column.file)
            while let piece = try pieces.next() {
                try reader.feed(piece, body)
                try await afterPiece()
                await meter.advance(bytes: piece.count)
                try Task.checkCancellation()
            }
            try reader.finish(body)
            try await afterPiece()
        } catch let fault as CSVFault {
            // Somebody wrote to the file between the two readings.
            throw RegisterRefusal(Column.file, line: fault.line, column: fault.field.map(String.init), fault.reason)
        }
    }

    /// How a fault of one record appears in the report.
    func rejection(_ fault: CSVFault) -> RegisterReport.Rejection {
        RegisterReport.Rejection(
            file: Column.file.rawValue, line: fault.line, column: fault.field.map { columns.name(at: $0 - 1) }, reason: fault.reason)
    }
}

/// A file in pieces. The memory of a piece is used again for the next.
final class RegisterPieces {
    static let size = 128 << 10

    private let descriptor: Int32
    private let file: RegisterFile
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)

    init(_ path: String, _ file: RegisterFile) throws(RegisterRefusal) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        self.file = file
        guard descriptor >= 0 else { throw Self.refusal(file) }
    }

    deinit {
        buffer.deallocate()
        if descriptor >= 0 { close(descriptor) }
    }

    /// nil at the end.
    func next() throws(RegisterRefusal) -> UnsafeBufferPointer<UInt8>? {
        var count = -1
        repeat { count = Glibc.read(descriptor, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
        guard count >= 0 else { throw Self.refusal(file) }
        return count == 0 ? nil : UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer.bindMemory(to: UInt8.self))[0..<count])
    }

    /// Bytes of a regular file. Throws when it can't be read, isn't one, or is empty.
    static func size(_ path: String, _ file: RegisterFile) throws(RegisterRefusal) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw refusal(file) }
        // It is read twice, which a pipe doesn't allow.
        guard status.st_mode & S_IFMT == S_IFREG else { throw RegisterRefusal(file, "is no regular file") }
        guard status.st_size > 0 else { throw RegisterRefusal(file, line: 1, "is missing: the file is empty") }
        return Int(status.st_size)
    }

    private static func refusal(_ file: RegisterFile) -> RegisterRefusal {
        RegisterRefusal(file, "can't be read: \(String(cString: strerror(errno)))")
    }
}

/// How far an import has come.
package struct RegisterProgress: Equatable, Sendable {
    /// Files are read twice: checked, then imported.
    package var bytesRead = 0
    package var bytesTotal = 0
    /// Rows of the establishments file, and of the links, that were imported, rejected or found unchanged.
    package var rowsRead = 0
}

/// Counts what is read and tells whoever wants to know.
final class RegisterMeter {
    private(set) var progress = RegisterProgress()
    private let report: @Sendable (RegisterProgress) async -> Void

    init(bytesTotal: Int, _ report: @escaping @Sendable (RegisterProgress) async -> Void) {
        progress.bytesTotal = bytesTotal
        self.report = report
    }

    func advance(bytes: Int) async {
        progress.bytesRead += bytes
        await report(progress)
    }

    func countRow() { progress.rowsRead += 1 }
}
