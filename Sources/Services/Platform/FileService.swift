package import Core
import Cryptography
package import Domain
package import Logging
package import Repositories

/// Files: uploaded once, read whole or in part, never changed.
package final class FileService: ResourceService {
    package typealias Item = File
    /// Of one file, unless whoever runs the service says otherwise.
    package static let usualMaximumBytes = 1 << 30
    /// Of all files of one account that nothing has, unless whoever runs the service says otherwise.
    package static let usualUnattachedBytes = 8 << 30

    package let store: Store
    package let writing = Permission.filesWrite
    /// Of one file.
    package let maximumBytes: Int
    private let quota: FileQuota
    private let vault: FileVault
    private let logger: Logger
    private let removals: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    package init(
        store: Store, maximumBytes: Int = usualMaximumBytes, unattachedBytes: Int = usualUnattachedBytes,
        minimumFreeBytes: Int64 = Disk.minimumFreeBytes, logger: Logger
    ) {
        self.store = store
        self.maximumBytes = maximumBytes
        quota = FileQuota(maximumBytes: unattachedBytes)
        self.logger = logger
        vault = FileVault(dataDirectory: store.path, minimumFreeBytes: minimumFreeBytes)
        (removals, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What a client says of a file it sends.
    package struct Upload: Sendable {
        package var name: String
        /// Without parameters.
        package var contentType: String
        /// What its SHA-256 ought to be, 32 bytes.
        package var sha256: [UInt8]?
        /// How long it is said to be.
        package var declaredBytes: Int?

        package init(name: String, contentType: String, sha256: [UInt8]?, declaredBytes: Int? = nil) {
            self.declaredBytes = declaredBytes
            self.name = name
            self.contentType = contentType
            self.sha256 = sha256
        }
    }

    /// Whoever sees it: its uploader, or its uploader's other tokens.
    package func places(of item: File, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] { [] }

    package func school(of item: File) -> String? { item.schoolId }

    // MARK: Uploading

    /// Takes one as it comes; when this returns, row and bytes are on disk. Throws what is wrong with the name before anything is
    /// read, and `refused` for what is too much together with what the caller has; then `invalid` for bytes that aren't what they are said to be,
    /// `diskFull`, and whatever `body` throws; nothing stays then.
    package func receive<Body: AsyncSequence>(_ upload: Upload, _ body: Body, _ call: Call) async throws -> File
    where Body.Element: Sequence<UInt8> {
        if let error = File.nameError(upload.name) {
            throw DomainError.invalid([
                FieldError(parameter: "Content-Disposition", code: "filename", detail: "must name the file; the name must \(error)")
            ])
        }
        let account = call.actor.account
        let stored = try await store.read { try $0.files.unattachedBytes(of: account) }
        try quota.check(stored + (upload.declaredBytes ?? 1))
        let arrival = quota.begin(account, stored: stored)
        defer { withExtendedLifetime(arrival) {} }
        let incoming = try await vault.receive(body) { try arrival.take($0) }
        try Self.check(incoming, against: upload)
        // Not on the writer: whoever has many files would keep the others waiting.
        try await arrival.check { [store] in try await store.read { try $0.files.unattachedBytes(of: account) } }
        let hold = try vault.keep(incoming)
        defer { withExtendedLifetime(hold) {} }
        let size = incoming.sizeBytes
        return try await store.write(call) { transaction in
            let file = File(
                id: ResourceType.file.makeID(at: transaction.now), name: upload.name, contentType: upload.contentType, sizeBytes: size,
                sha256: hold.sha256, recordedBy: account, at: transaction.now)
            try transaction.authorise(.filesWrite, forAnyOf: [])
            return try transaction.insert(file)
        }
    }

    private static func check(_ incoming: IncomingFile, against upload: Upload) throws {
        var errors: [FieldError] = []
        if let wanted = upload.sha256, Hex.encode(wanted) != incoming.sha256 {
            errors.append(
                FieldError(parameter: "Repr-Digest", code: "digest", detail: "is not that of the body, whose SHA-256 is \(incoming.sha256)")
            )
        }
        if let reason = FileKind.contradiction(of: upload.contentType, beginning: incoming.beginning) {
            errors.append(FieldError(parameter: "Content-Type", code: "content", detail: "is contradicted: the content \(reason)"))
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
    }

    // MARK: Reading

    /// Hands these bytes of a file to the sink, piece by piece.
    package typealias Read = @Sendable (_ range: Range<Int>, _ sink: ([UInt8]) async throws -> Void) async throws -> Void

    /// A file and how to read its bytes. Throws `notFound`.
    package func content(_ id: String, _ call: Call) throws -> (File, Read) {
        let file = try find(id, call)
        guard let content = try vault.open(sha256: file.sha256) else {
            // Deleted a moment ago; or else `partnership check` tells.
            throw DomainError.notFound
        }
        return (file, { range, sink in try await content.read(range, sink) })
    }

    /// What a version says in its text and its text files, for the search.
    func searchedText(of version: ResourceVersion, _ transaction: some Transaction) throws -> String {
        let files = try version.fileIds.compactMap { try transaction.find(File.self, id: $0) }
        let texts = try files.filter { ResourceText.isReadable($0.contentType) }.compactMap { file in
            try vault.open(sha256: file.sha256).map { content in
                let bytes = try content.beginning(min(file.sizeBytes, ResourceText.maximumBytes))
                return ResourceText.plain(bytes, contentType: file.contentType)
            }
        }
        return ([version.text].compactMap(\.self) + texts).joined(separator: "\n")
    }

    // MARK: Clearing away

    package func deleted(_ item: File, _ transaction: WriteTransaction) throws { wake.yield() }

    /// Removes what was on its way when a service was killed. Before anybody can upload.
    package func removeUnfinished() { vault.removeUnfinished() }

    /// Removes the bytes of deleted files, now and then, until the task is cancelled.
    package func run() async throws {
        await withTaskGroup { group in
            group.addTask { [wake] in
                while !Task.isCancelled {
                    wake.yield()
                    try? await Task.sleep(for: .seconds(3600))
                }
            }
            for await _ in removals {
                // The deletion that woke us may still wait for its commit.
                try? await Task.sleep(for: .seconds(1))
                collect()
                if Task.isCancelled { break }
            }
            group.cancelAll()
        }
    }

    /// Removes bytes that no file has any more. Returns how many.
    @discardableResult
    package func collect() -> Int {
        do {
            return try vault.collect { sha256 in try store.readNow { try $0.files.needs(sha256: sha256) } }
        } catch {
            logger.warning("Bytes of deleted files couldn't be removed.", metadata: ["error": "\(error)"])
            return 0
        }
    }
}
