package import Core

/// What somebody has uploaded: a name and a media type for bytes that never change.
package struct File: Resource {
    package static let type = ResourceType.file

    package var id: String
    /// As it was called where it came from; one name, no path.
    package var name: String
    /// As it was declared, such as `application/pdf`, without parameters.
    package var contentType: String
    package var sizeBytes: Int
    /// Lower-case hex.
    package var sha256: String
    /// Whose it is, once something of a school's has it.
    package var schoolId: String?
    /// Follows what has it; set by ``share(with:of:)``.
    package private(set) var sharedWith: Sharing
    /// Whether something confidential has it; set by ``show(to:isConfidential:)``.
    package private(set) var isConfidential: Bool
    /// Who sees it because they see a support request that has it.
    package private(set) var visibleTo: [String]
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, name, contentType, sizeBytes, sha256, schoolId, sharedWith, isConfidential, visibleTo, recordedBy, createdAt, updatedAt,
            etag
    }

    /// As wide as what has the file: nothing yet, a draft of a school's, something published.
    package enum Sharing: String, Codable, CaseIterable, Sendable {
        case uploader, school, everyone
    }

    package var audience: Audience {
        if sharedWith == .everyone { return .directory }
        if isConfidential { return .named(visibleTo) }
        return .parties([recordedBy] + (sharedWith == .school ? [schoolId].compactMap(\.self) : []) + visibleTo)
    }
    package static let writableMembers: Set<String> = []
    package static let readOnlyReason = "is part of the file, which never changes: upload another one"
    package static let redactableMembers: Set<String> = ["name"]

    package init(
        id: String, name: String, contentType: String, sizeBytes: Int, sha256: String, recordedBy: String, at now: Instant
    ) {
        self.id = id
        self.name = name
        self.contentType = contentType
        self.sizeBytes = sizeBytes
        self.sha256 = sha256
        sharedWith = .uploader
        isConfidential = false
        visibleTo = []
        self.recordedBy = recordedBy
        createdAt = now
        updatedAt = now
        etag = .first
    }

    /// Something of a school's has it now. What is open to everyone stays open, though the school that shared it first keeps it.
    package mutating func share(with sharing: Sharing, of schoolId: String?) {
        if self.schoolId == nil { self.schoolId = schoolId }
        guard sharedWith != .everyone else { return }
        sharedWith = sharing == .school && self.schoolId == nil ? .uploader : sharing
        show(to: Set(visibleTo), isConfidential: isConfidential)
    }

    /// Support requests have it, or no longer: who sees any of them sees it; where one is confidential, nobody else does but whom it was shared
    /// with before. What everyone sees names nobody.
    package mutating func show(to names: Set<String>, isConfidential: Bool) {
        self.isConfidential = isConfidential && sharedWith != .everyone
        guard sharedWith != .everyone else {
            visibleTo = []
            return
        }
        let shared = [recordedBy] + (sharedWith == .school ? [schoolId].compactMap(\.self) : [])
        visibleTo = (isConfidential ? names.union(shared) : names).sorted()
    }

    // MARK: Names

    /// In UTF-8; what file systems take.
    package static let maximumNameBytes = 255

    /// What is wrong with a name, completing “must …”; nil when it is a name. A path would tempt whoever saves it, and what can't be seen would
    /// deceive whoever reads it.
    package static func nameError(_ name: String) -> String? {
        if name.isEmpty { return "have at least one character" }
        if name.utf8.count > maximumNameBytes { return "be at most \(maximumNameBytes) bytes" }
        if name == "." || name == ".." || name.contains("/") || name.contains("\\") { return "be a name, not a path" }
        if name.unicodeScalars.contains(where: isInvisible) { return "have no control or direction characters" }
        if name.unicodeScalars.first == " " || name.unicodeScalars.last == " " { return "neither begin nor end with a space" }
        return nil
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
        default: false
        }
    }
}
