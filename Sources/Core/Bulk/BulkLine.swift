/// One line of a bulk, read and checked as far as it says what to do.
package struct BulkLine: Hashable, Sendable {
    package enum Operation: String, CaseIterable, Sendable {
        case create, update, upsert, delete
    }

    /// How a line names the resource it is about.
    package enum Key: Hashable, Sendable {
        /// Its id, or a natural key.
        case key(String)
        /// What another system calls it.
        case external(system: String, id: String)
    }

    package var operation: Operation
    /// nil for what is created.
    package var key: Key?
    package var precondition: Precondition
    /// The body of the operation; null for a deletion.
    package var data: JSON

    package init(_ operation: Operation, key: Key? = nil, precondition: Precondition = .none, data: JSON = .null) {
        self.operation = operation
        self.key = key
        self.precondition = precondition
        self.data = data
    }
}

/// What a line came to.
package enum BulkResult: Hashable, Sendable {
    case created(id: String, etag: VersionTag)
    /// Also where nothing changed; the version is then the one it had.
    case updated(id: String, etag: VersionTag)
    case deleted(id: String)
}
