package import Core

/// One run of a register import over HTTP: files are put one by one, then it is started, then followed.
package struct ImportJob: Resource {
    package static let type = ResourceType.importJob

    package enum Status: String, Codable, CaseIterable, Sendable {
        case awaitingFiles, queued, running, succeeded, failed
    }

    /// A staged file.
    package struct File: Codable, Equatable, Sendable {
        /// `establishments`, `group-links`, `groups` or `links`.
        package var name: String
        package var sizeBytes: Int
        /// Lower-case hex.
        package var sha256: String
        package var receivedAt: Instant

        package init(name: String, sizeBytes: Int, sha256: String, receivedAt: Instant) {
            self.name = name
            self.sizeBytes = sizeBytes
            self.sha256 = sha256
            self.receivedAt = receivedAt
        }
    }

    package var id: String
    /// `gias`: extracts of the national register.
    package var source: String
    /// Only schools of this group, and the trust becomes it; null imports the whole file.
    package var groupUid: String?
    package var status: Status
    package var files: [File]
    package var bytesRead: Int
    package var bytesTotal: Int
    package var rowsRead: Int
    /// Null until it ended.
    package var report: RegisterReport?
    /// A sentence; null unless the status is `failed`.
    package var failure: String?
    package var startedAt: Instant?
    package var finishedAt: Instant?
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, source, groupUid, status, files, bytesRead, bytesTotal, rowsRead, report, failure, startedAt, finishedAt, createdAt,
            updatedAt,
            etag
    }

    package var audience: Audience { .parties(Audience.administrators + [id]) }
    package static let writableMembers: Set<String> = []
    package static let redactableMembers: Set<String> = []

    package init(id: String, source: String, groupUid: String?, createdAt: Instant) {
        self.id = id
        self.source = source
        self.groupUid = groupUid
        status = .awaitingFiles
        files = []
        bytesRead = 0
        bytesTotal = 0
        rowsRead = 0
        self.createdAt = createdAt
        updatedAt = createdAt
        etag = .first
    }
}
