import Cryptography
import Domain
import Glibc

/// A file on its way in, gone again unless it is given a name. Belongs to one task at a time.
package final class IncomingFile: @unchecked Sendable {
    private let path: String
    private let file: DiskFile
    private let digest = SHA256()
    private var isMoved = false
    private var writingBack = 0
    package private(set) var sizeBytes = 0
    /// As much as tells what kind of file it is.
    package private(set) var beginning: [UInt8] = []
    /// Lower-case hex; empty until all of it has come.
    package private(set) var sha256 = ""

    static let beginningBytes = 4096
    private static let writeBackBytes = 8 << 20

    init(path: String) throws {
        self.path = path
        file = try DiskFile(making: path)
    }

    deinit {
        if !isMoved { unlink(path) }
    }

    func write(_ bytes: [UInt8]) throws {
        if beginning.count < Self.beginningBytes { beginning += bytes.prefix(Self.beginningBytes - beginning.count) }
        sizeBytes += bytes.count
        digest.update(bytes)
        try bytes.withUnsafeBytes { try file.write($0) }
        startWritingBack()
    }

    /// Has the disk begin with what came, so that little is left to wait for when the last of it has come: Linux begins to write what is said
    /// not to be needed.
    private func startWritingBack() {
        guard sizeBytes - writingBack >= Self.writeBackBytes else { return }
        _ = posix_fadvise(file.descriptor, off_t(writingBack), off_t(sizeBytes - writingBack), POSIX_FADV_DONTNEED)
        writingBack = sizeBytes
    }

    /// Brings it to disk and closes the digest.
    func finish() throws {
        try file.synchronise()
        sha256 = Hex.encode(digest.finalize())
    }

    func move(to destination: String) throws {
        guard rename(path, destination) == 0 else { throw DiskFile.failure("rename", path) }
        isMoved = true
    }
}
