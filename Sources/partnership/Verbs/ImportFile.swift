import ArgumentParser
import Core
import Domain
import Foundation
import Repositories
import Services

/// What imports of small files do around their one write.
enum ImportFile {
    /// No calendar and no catalogue is larger.
    static let maximumBytes = 1024 * 1024

    static func bytes(_ path: String) throws -> [UInt8] {
        let handle: FileHandle
        do {
            handle = try FileHandle(forReadingFrom: URL(filePath: path))
        } catch {
            throw ValidationError("Can't read \(path).")
        }
        let bytes = [UInt8](try handle.read(upToCount: maximumBytes + 1) ?? Data())
        guard bytes.count <= maximumBytes else { throw ValidationError("\(path) is larger than \(maximumBytes) bytes.") }
        return bytes
    }

    static func tree(_ path: String) throws -> JSON {
        let bytes = try bytes(path)
        do {
            return try JSON(parsing: bytes)
        } catch {
            throw ValidationError("\(path), line \(error.line), column \(error.column): \(error.reason).")
        }
    }

    /// Refusals become sentences with the place in the file.
    static func write<Value: Sendable>(to directory: String, _ body: (Store) async throws -> Value) async throws -> Value {
        let store = try Store(directory: directory, options: StoreOptions(role: .command, migrates: false))
        defer { try? store.close() }
        try await TrustService(store: store).ensureExists()
        do {
            return try await body(store)
        } catch DomainError.invalid(let errors) {
            let lines = errors.map { error -> String in
                switch error.place {
                case .pointer(let pointer): "  \(pointer.isEmpty ? "the file" : pointer) \(error.detail)"
                case .parameter(let name): "  \(name) \(error.detail)"
                }
            }
            throw ValidationError((["The file is refused, and nothing was changed:"] + lines).joined(separator: "\n"))
        } catch DomainError.overlap(let error) {
            throw ValidationError("What is in the file \(error.detail). Nothing was changed.")
        } catch DomainError.conflict(let sentence) {
            throw ValidationError(sentence)
        }
    }
}
