package import Core
import GRDB

/// What reads and writes have in common: a connection to one consistent state. Repositories extend this.
///
/// Valid only within the closure it is given to.
package protocol Transaction: AnyObject {
    var connection: Connection { get }

    /// The answer to a question about authority (who the caller is by now, which day it is): a write asks it many times and reads it once.
    func once<Answer>(_ question: String, _ read: () throws -> Answer) throws -> Answer
}

extension Transaction {
    package func once<Answer>(_ question: String, _ read: () throws -> Answer) throws -> Answer { try read() }
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

    init(_ connection: Connection) {
        self.connection = connection
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
}
