import Core
import Cryptography
import Domain
import Glibc
import Repositories

/// Files that wait to be imported, `<directory>/<import>/<file>.<SHA-256>`, each for its owner alone.
///
/// They are named by their content: which of several a job means, its row says, and a row changes in one piece.
struct ImportStaging: Sendable {
    /// Files that nobody started are removed after this.
    static let keptSeconds: Int64 = 24 * 3600

    let directory: String
    /// What has to stay free on the disk, for the database.
    var minimumFreeBytes = Disk.minimumFreeBytes

    func path(_ file: ImportJob.File, of id: String) -> String { path(file.name, file.sha256, of: id) }

    private func path(_ name: String, _ sha256: String, of id: String) -> String { "\(folder(id))/\(name).\(sha256)" }

    private func folder(_ id: String) -> String { "\(directory)/\(id)" }

    /// Writes the body to disk, beside an earlier one; it survives a power cut when this returns. Throws `invalid` when it is too large and
    /// `diskFull` when the disk has no room for it; then nothing of it stays.
    func receive<Body: AsyncSequence>(_ file: RegisterFile, of id: String, _ body: Body) async throws -> (size: Int, sha256: String)
    where Body.Element: Sequence<UInt8> {
        for folder in [directory, folder(id)] where mkdir(folder, 0o700) != 0 && errno != EEXIST { throw DiskFile.failure("make", folder) }
        let part = path(file.rawValue, "part-\(Hex.encode(SecureRandom.bytes(8)))", of: id)
        do {
            let (size, sha256) = try await write(body, to: part)
            guard rename(part, path(file.rawValue, sha256, of: id)) == 0 else { throw DiskFile.failure("rename", part) }
            for folder in [folder(id), directory] { try DiskFile.synchronise(directory: folder) }
            return (size, sha256)
        } catch {
            unlink(part)
            // Only when it is empty: the import may have ended meanwhile.
            rmdir(folder(id))
            throw error
        }
    }

    private func write<Body: AsyncSequence>(_ body: Body, to path: String) async throws -> (size: Int, sha256: String)
    where Body.Element: Sequence<UInt8> {
        let file = try DiskFile(making: path)
        let digest = SHA256()
        var size = 0
        for try await piece in body {
            if let free = Disk.freeBytes(at: directory), free < minimumFreeBytes { throw DomainError.diskFull }
            let count = try piece.withContiguousStorageIfAvailable { try Self.write($0, digest, file, size) }
            size += try count ?? Array(piece).withUnsafeBufferPointer { try Self.write($0, digest, file, size) }
        }
        try file.synchronise()
        return (size, Hex.encode(digest.finalize()))
    }

    /// Returns how many bytes that were.
    private static func write(
        _ bytes: UnsafeBufferPointer<UInt8>, _ digest: SHA256, _ file: DiskFile, _ before: Int
    ) throws -> Int {
        guard before + bytes.count <= ImportService.maximumFileBytes else {
            throw DomainError.invalid([FieldError(pointer: "", code: "too-large", detail: "must be at most 2 GiB")])
        }
        digest.update(UnsafeRawBufferPointer(bytes))
        try file.write(UnsafeRawBufferPointer(bytes))
        return bytes.count
    }

    /// Whether the file is there as it was received.
    func holds(_ file: ImportJob.File, of id: String) -> Bool {
        var status = stat()
        return stat(path(file, of: id), &status) == 0 && Int(status.st_size) == file.sizeBytes
    }

    func remove(_ file: ImportJob.File, of id: String) { remove(file.name, sha256: file.sha256, of: id) }

    func remove(_ name: String, sha256: String, of id: String) {
        unlink(path(name, sha256, of: id))
        rmdir(folder(id))
    }

    /// Removes the files of an import. One that is still on its way stays: whoever sends it learns in the end that it came too late.
    func remove(_ id: String) { remove(id) { !$0.contains(".part-") } }

    private func remove(_ id: String, where isMeant: (String) -> Bool) {
        for name in Disk.entries(of: folder(id)) where isMeant(name) { unlink("\(folder(id))/\(name)") }
        rmdir(folder(id))
    }

    /// Removes the files of imports nothing was sent to for ``keptSeconds``.
    func removeOld(except busy: Set<String>, now: Instant) {
        for id in Disk.entries(of: directory) where ResourceType.importJob.isID(id) && !busy.contains(id) {
            let changes = ([folder(id)] + Disk.entries(of: folder(id)).map { "\(folder(id))/\($0)" }).map { path in
                var status = stat()
                return stat(path, &status) == 0 ? Int64(status.st_mtim.tv_sec) : 0
            }
            if (changes.max() ?? 0) + Self.keptSeconds < now.milliseconds / 1000 { remove(id) { _ in true } }
        }
    }
}
