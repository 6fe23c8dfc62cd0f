import Core
import Cryptography
import Domain
import Glibc

/// The bytes of files, each once, under their SHA-256, beside the database: `files/ab/ab34…`.
///
/// What arrives is written under `files/incoming` and gets its name when it is whole and on disk, so that nobody ever sees half of one. The
/// database decides what is kept: bytes that none of its rows names are removed by ``collect(isNeeded:)``.
package final class FileVault: Sendable {
    private let directory: String
    private let minimumFreeBytes: Int64
    private let holds = FileHolds()

    /// - Parameter dataDirectory: of the service; `files` is made in it with the first upload.
    package convenience init(dataDirectory: String, minimumFreeBytes: Int64 = Disk.minimumFreeBytes) {
        self.init(directory: DataDirectory(path: dataDirectory).files, minimumFreeBytes: minimumFreeBytes)
    }

    init(directory: String, minimumFreeBytes: Int64 = Disk.minimumFreeBytes) {
        self.directory = directory
        self.minimumFreeBytes = minimumFreeBytes
    }

    private var incoming: String { directory + "/incoming" }

    private func folder(_ sha256: String) -> String { "\(directory)/\(sha256.prefix(2))" }

    func path(_ sha256: String) -> String { "\(folder(sha256))/\(sha256)" }

    // MARK: Arriving

    /// Takes a body as it comes, to disk. Throws `diskFull` where there is no room for it, `unwritable` where nothing can be written, and whatever `body` throws; then nothing of it
    /// stays.
    package func receive<Body: AsyncSequence>(
        _ body: Body, admit: (_ bytes: Int) throws -> Void = { _ in }
    ) async throws -> IncomingFile where Body.Element: Sequence<UInt8> {
        do { return try await take(body, admit) } catch { throw DomainError.refusing(error) }
    }

    private func take<Body: AsyncSequence>(
        _ body: Body, _ admit: (_ bytes: Int) throws -> Void
    ) async throws -> IncomingFile where Body.Element: Sequence<UInt8> {
        let file = try begin()
        var piece: [UInt8] = []
        // One piece is written while the next one comes.
        var writing: Task<Void, any Error>?
        func write() async throws {
            try await writing?.value
            let full = piece
            writing = Task { try await take(full, file) }
            piece = []
            piece.reserveCapacity(Self.pieceBytes + (64 << 10))
        }
        do {
            for try await bytes in body {
                let before = piece.count
                piece += bytes
                try admit(piece.count - before)
                if piece.count >= Self.pieceBytes { try await write() }
            }
            try await write()
            try await writing?.value
            try await Disk.work { try file.finish() }
        } catch {
            _ = await writing?.result
            throw error
        }
        return file
    }

    func begin() throws -> IncomingFile {
        try make(directory)
        try make(incoming)
        return try IncomingFile(path: "\(incoming)/\(Hex.encode(SecureRandom.bytes(16)))")
    }

    /// How much is written at a time, and read.
    static let pieceBytes = 512 << 10

    private func take(_ piece: [UInt8], _ file: IncomingFile) async throws {
        if let free = Disk.freeBytes(at: directory), free < minimumFreeBytes { throw DomainError.diskFull }
        try await Disk.work { try file.write(piece) }
    }

    /// Gives what has arrived its name. While the hold lives it is kept, whether a row names it or not.
    package func keep(_ file: IncomingFile) throws -> FileHold {
        do { return try name(file) } catch { throw DomainError.refusing(error) }
    }

    private func name(_ file: IncomingFile) throws -> FileHold {
        let sha256 = file.sha256
        let hold = FileHold(holds, sha256)
        try make(folder(sha256))
        // Also over the same bytes that came before: those may be on their way out.
        try file.move(to: path(sha256))
        try DatabaseCopy.synchronise(folder(sha256))
        try DatabaseCopy.synchronise(directory)
        return hold
    }

    private func make(_ folder: String) throws {
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw FileError.last("make", folder) }
    }

    // MARK: Reading

    /// nil when it isn't there.
    package func open(sha256: String) throws -> FileContent? {
        let path = path(sha256)
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw FileError.last("open", path) }
            return nil
        }
        return FileContent(descriptor: descriptor)
    }

    // MARK: Clearing away

    /// Removes what was on its way when an earlier service ended. Only while no upload runs.
    package func removeUnfinished() {
        for name in Disk.entries(of: incoming) { unlink("\(incoming)/\(name)") }
    }

    /// While it is held nothing is removed, by whatever process.
    func lockForCopying() throws -> FileLock? {
        if mkdir(directory, 0o700) != 0, errno == EROFS { return nil }
        return try FileLock(copyingLock, exclusive: false, waits: true)
    }

    private var copyingLock: String { directory + "/copying.lock" }

    /// Removes bytes that nothing needs. Leaves all of them while a backup copies them. Returns how many files that were.
    ///
    /// - Parameter isNeeded: whether a row names the digest.
    @discardableResult
    package func collect(isNeeded: (String) throws -> Bool) throws -> Int {
        guard access(directory, F_OK) == 0, let lock = try FileLock(copyingLock, exclusive: true) else { return 0 }
        defer { withExtendedLifetime(lock) {} }
        var removed = 0
        for folder in Disk.entries(of: directory) where folder.utf8.count == 2 {
            for name in Disk.entries(of: "\(directory)/\(folder)") {
                try holds.withoutHold(of: name) {
                    if try !isNeeded(name), unlink("\(directory)/\(folder)/\(name)") == 0 { removed += 1 }
                }
            }
        }
        return removed
    }
}
