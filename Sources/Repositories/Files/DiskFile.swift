import Domain
import Glibc

/// A file that is written: closed when it is let go. What the disk refuses is thrown as `diskFull` or `unwritable` where that is what it comes to.
package final class DiskFile: Sendable {
    private let path: String
    let descriptor: Int32

    /// Makes it, for its owner alone, to be written and read; there must be none.
    package init(making path: String) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("make", path) }
    }

    deinit { close(descriptor) }

    /// Adds all of it at the end.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("write", path) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// As many bytes from there on, fewer at the end.
    package func read(at offset: Int, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var got = -1
            repeat { got = pread(descriptor, buffer.baseAddress, count, offset) } while got < 0 && errno == EINTR
            guard got >= 0 else { throw Self.failure("read", path) }
            filled = got
        }
    }

    /// Brings it to disk: it survives a power cut when this returns.
    package func synchronise() throws {
        guard fsync(descriptor) == 0 else { throw Self.failure("write", path) }
    }

    /// Brings the names in a directory to disk.
    package static func synchronise(directory: String) throws {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("write", directory) }
    }

    /// What the operating system has just refused.
    package static func failure(_ action: String, _ path: String) -> any Error { DomainError.refusing(FileError.last(action, path)) }
}
