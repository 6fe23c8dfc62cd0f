import Cryptography
import Domain
import Glibc

/// A file on its way in, gone again unless it is given a name. Belongs to one task at a time.
package final class IncomingFile: @unchecked Sendable {
    private let path: String
    private let descriptor: Int32
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
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError.last("make", path) }
    }

    deinit {
        close(descriptor)
        if !isMoved { unlink(path) }
    }

    func write(_ bytes: [UInt8]) throws {
        if beginning.count < Self.beginningBytes { beginning += bytes.prefix(Self.beginningBytes - beginning.count) }
        sizeBytes += bytes.count
        digest.update(bytes)
        try bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw FileError.last("write", path) }
                done += count
            }
        }
        startWritingBack()
    }

    /// Has the disk begin with what came, so that little is left to wait for when the last of it has come: Linux begins to write what is said
    /// not to be needed.
    private func startWritingBack() {
        guard sizeBytes - writingBack >= Self.writeBackBytes else { return }
        _ = posix_fadvise(descriptor, off_t(writingBack), off_t(sizeBytes - writingBack), POSIX_FADV_DONTNEED)
        writingBack = sizeBytes
    }

    /// Brings it to disk and closes the digest.
    func finish() throws {
        guard fsync(descriptor) == 0 else { throw FileError.last("write", path) }
        sha256 = Hex.encode(digest.finalize())
    }

    func move(to destination: String) throws {
        guard rename(path, destination) == 0 else { throw FileError.last("rename", path) }
        isMoved = true
    }
}
