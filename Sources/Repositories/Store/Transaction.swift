package import Core
import GRDB

/// What reads and writes have in common: a connection to one consistent state. Repositories extend this.
///
/// Valid only within the closure it is given to.
package protocol Transaction: AnyObject {
    var connection: Connection { get }

    /// The answer to a question about authority (who the caller is by now, which zone the trust has): it is asked with every request, and
    /// read once as long as nothing is committed that decides about authority. `question` names everything else the answer depends on,
    /// such as the day; `read` looks at resources that decide about authority (`ResourceType.decidesAuthority`) and at nothing else.
    func once<Answer: Sendable>(_ question: String, _ read: () throws -> Answer) throws -> Answer
}

/// The connection of a transaction, opaque outside this module.
package final class Connection {
    let database: Database
    /// nil where uncommitted rows can be seen: their versions may never come true.
    let cache: EncodedCache?

    init(_ database: Database, cache: EncodedCache? = nil) {
        self.database = database
        self.cache = cache
    }
}

/// One consistent state of the database, as of the first statement.
package final class ReadTransaction: Transaction {
    package let connection: Connection
    private let authority: AuthorityAnswers?

    /// - Parameter authority: of a mark that was taken before the connection's state.
    init(_ connection: Connection, authority: AuthorityAnswers? = nil) {
        self.connection = connection
        self.authority = authority
    }

    package func once<Answer: Sendable>(_ question: String, _ read: () throws -> Answer) throws -> Answer {
        try authority?.once(question, read) ?? read()
    }
}

/// Writes that are nobody's resource: last uses, job progress, expiry. No audit, no event, no new version.
package final class BookkeepingTransaction: Transaction {
    package let connection: Connection
    /// The one clock of this write.
    package let now: Instant

    init(_ connection: Connection, now: Instant) {
        self.connection = connection
        self.now = now
    }

    package func once<Answer: Sendable>(_ question: String, _ read: () throws -> Answer) throws -> Answer { try read() }
}
