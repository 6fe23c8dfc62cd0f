package import Core
package import Domain
import GRDB

/// One write: rows, audit entry and event together. Get one from ``Store/write(_:source:isLarge:_:)``.
package final class WriteTransaction: Transaction {
    package let connection: Connection
    package let call: Call
    /// Where the values come from, when not from the caller: `gias`.
    package let source: String?
    /// The one clock of this write: what is decided by time goes by it, as what is due, what has ended, which day it is.
    package let now: Instant
    private let batch: WriteBatch
    /// nil where it isn't bounded.
    private let time: WriterTime?
    /// What is to be done once this is committed, in transactions of its own; what isn't done then, because the service ends, must be found again.
    package var followUp: FollowUp?
    package typealias FollowUp = @Sendable (Store) async -> Void
    /// Answers to what was asked ``once(_:_:)`` after the batch decided about authority, as long as nothing does so again.
    private var known: [String: any Sendable] = [:]

    init(_ connection: Connection, _ batch: WriteBatch, call: Call, source: String?, now: Instant, time: WriterTime?) {
        self.connection = connection
        self.batch = batch
        self.call = call
        self.source = source
        self.now = now
        self.time = time
    }

    private var database: Database { connection.database }

    /// What this write is stamped with, rows and history: ``now``, but never before what was stamped earlier, whatever became of the clock. Whoever
    /// asks what changed since the newest stamp they know so misses nothing.
    private lazy var stamp = Result {
        try max(now, newestStamp() ?? now)
    }

    /// Whether a write of many parts has had the writer for as long as it may.
    package var isTimeUp: Bool { time?.isUp ?? false }

    /// For a write that is kept whole or not at all: throws ``WriterTimeIsUp`` when its time was up after so many parts.
    package func checkTime(done: Int) throws {
        guard let time, done > 0, time.isUp else { return }
        throw WriterTimeIsUp(done: done, fitting: time.fitting(done))
    }

    /// Adds a resource. `verb` is the second half of the event's type.
    ///
    /// Throws ``DomainError/duplicate(_:)`` when a unique value is taken.
    @discardableResult
    package func insert<R: Stored>(_ resource: R, audience: Audience? = nil, verb: String = "created") throws -> R {
        let resource = try stamped(resource)
        let values = try RowEncoder.values(of: resource, columns: R.table.columns)
        try translatingConstraints(R.table) { try database.cached(R.table.insert).run(values) }
        try recordInsert(of: resource, values, audience: audience, verb: verb)
        return resource
    }

    /// Adds many resources of one type, several with each statement.
    ///
    /// Throws ``DomainError/duplicate(_:)`` when a unique value of any of them is taken, by a stored one or by another of them.
    package func insert<R: Stored>(_ resources: [R]) throws {
        for start in stride(from: 0, to: resources.count, by: Table.rowsAtOnce) {
            let part = try resources[start..<min(start + Table.rowsAtOnce, resources.count)].map(stamped)
            guard part.count == Table.rowsAtOnce else {
                for resource in part { try insert(resource) }
                return
            }
            let rows = try part.map { try RowEncoder.values(of: $0, columns: R.table.columns) }
            try translatingConstraints(R.table) { try database.cached(R.table.insertMany).run(Array(rows.joined())) }
            for (resource, values) in zip(part, rows) { try recordInsert(of: resource, values, audience: nil, verb: "created") }
        }
    }

    /// What was made by the clock of this write; what came with another time keeps it.
    private func stamped<R: Stored>(_ resource: R) throws -> R {
        guard resource.updatedAt == now else { return resource }
        var resource = resource
        resource.updatedAt = try stamp.get()
        return resource
    }

    private func recordInsert<R: Stored>(of resource: R, _ values: [SQLValue], audience: Audience?, verb: String) throws {
        let changes = zip(R.table.columns, values).filter { $0.1 != .null }.map { MemberChange(member: $0, before: nil, after: $1) }
        try record(verb, of: resource, changes: changes, audience: audience, schools: concerned(resource, values))
    }

    /// The schools it concerns, by its values.
    private func concerned<R: Stored>(_ resource: R, _ values: [SQLValue]) throws -> [String] {
        try R.table.schools.concerned(values, of: R.table, self)
    }

    /// Changes a resource from `old`, as it was read in this transaction, to `new`; returns what is stored now, with its new version.
    /// Nothing happens when the two are equal.
    ///
    /// Throws ``DomainError/preconditionFailed(current:changedMembers:)`` when the call's precondition or `old` is out of date, `notFound`
    /// when the row is gone, `duplicate` when a unique value is taken. `isTarget` is false for a resource the precondition isn't about.
    @discardableResult
    package func update<R: Stored>(
        from old: R, to new: R, audience: Audience? = nil, verb: String = "updated", isTarget: Bool = true
    ) throws -> R {
        if isTarget { try checkPrecondition(of: old) }
        var new = new
        new.etag = old.etag
        new.updatedAt = old.updatedAt
        guard new != old else { return new }
        return try replace(old, with: new, audience: audience, verb: verb)
    }

    /// A new version of a resource whose own members stay as they are, because something that belongs to it changed.
    @discardableResult
    package func touch<R: Stored>(_ old: R, audience: Audience? = nil, verb: String = "updated", isTarget: Bool = true) throws -> R {
        if isTarget { try checkPrecondition(of: old) }
        return try replace(old, with: old, audience: audience, verb: verb)
    }

    /// Deletes a resource for good; a tombstone stays for followers. What it held stays in the audit trail unless `keepsValues` is false.
    package func delete<R: Stored>(
        _ old: R, audience: Audience? = nil, verb: String = "deleted", isTarget: Bool = true, keepsValues: Bool = true
    ) throws {
        if isTarget { try checkPrecondition(of: old) }
        try deleting(old.id, from: R.table.name) {
            try database.cached("DELETE FROM \(R.table.name) WHERE id = ? AND etag = ?").run([.text(old.id), .text(old.etag.description)])
        }
        guard database.changes == 1 else { throw try outdated(R.self, id: old.id) }
        let seenBy = audience ?? old.audience
        let values = try RowEncoder.values(of: old, columns: R.table.columns)
        let schools = try concerned(old, values)
        try database.cached(
            "INSERT INTO tombstone (resourceType, resourceId, etag, deletedAt, audience, parties, schools) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        .run([
            .text(R.type.rawValue), .text(old.id), .text(old.etag.next.description), .instant(try stamp.get()), .text(seenBy.column),
            .names(seenBy.parties), .names(schools),
        ])
        for (member, owner) in zip(R.table.columns, values) where R.owningMembers.contains(member) {
            try database.cached("INSERT OR IGNORE INTO deletedBelonging (owner, resourceType, resourceId) VALUES (?, ?, ?)")
                .run([owner, .text(R.type.rawValue), .text(old.id)])
        }
        let changes = zip(R.table.columns, values).filter { $0.1 != .null }.map { MemberChange(member: $0, before: $1, after: nil) }
        var deleted = old
        deleted.etag = old.etag.next
        try record(verb, of: deleted, changes: keepsValues ? changes : [], audience: audience, schools: schools)
        if !keepsValues { try forget(R.self, [old.id], members: Set(R.table.columns)) }
    }

    /// Throws ``DomainError/preconditionFailed(current:changedMembers:)`` when the caller doesn't know the current version. The mutators do
    /// it too; a use case calls it first so that a stale version is told before an invalid value.
    package func checkPrecondition<R: Stored>(of current: R) throws { try check(call.precondition, of: current) }

    /// The same for a precondition that is not the call's: each part of a larger write has its own.
    package func check<R: Stored>(_ precondition: Precondition, of current: R) throws {
        guard case .tags(let known) = precondition, !known.contains(current.etag) else { return }
        let since = known.filter { $0.number < current.etag.number }.max { $0.number < $1.number }
        let changed = try since.map { try changedMembers(of: R.type, id: current.id, since: $0) } ?? []
        throw DomainError.preconditionFailed(current: current.etag, changedMembers: changed)
    }

    package func once<Answer: Sendable>(_ question: String, _ read: () throws -> Answer) throws -> Answer {
        if let authority = batch.authority { return try authority.once(question, read) }
        // In two steps: nothing at all would pass for an answer that is nil.
        if let answer = known[question], let answer = answer as? Answer { return answer }
        let answer = try read()
        known[question] = answer
        return answer
    }

    /// What belonged to a resource and was deleted is for nobody who doesn't see the resource any more.
    package func narrowDeleted(ownedBy owner: some Stored) throws {
        try History(database).narrowDeleted(ownedBy: owner.id, to: owner.audience)
    }

    /// A part of the write that may be refused without the rest: when `body` throws, what it did is undone.
    package func attempt<Value>(_ body: () throws -> Value) throws -> Value {
        try database.cached("SAVEPOINT part").run()
        do {
            let value = try body()
            try database.cached("RELEASE part").run()
            return value
        } catch {
            known = [:]
            // A full disk may already have undone everything.
            if database.isInsideTransaction {
                try database.cached("ROLLBACK TO part").run()
                try database.cached("RELEASE part").run()
            }
            throw error
        }
    }

    private func replace<R: Stored>(_ old: R, with new: R, audience: Audience? = nil, verb: String) throws -> R {
        var new = new
        new.etag = old.etag.next
        new.updatedAt = try stamp.get()
        let columns = R.table.columns
        let before = try RowEncoder.values(of: old, columns: columns)
        let after = try RowEncoder.values(of: new, columns: columns)
        // Only what changed is set: SQLite rewrites the entry of every index whose column an UPDATE names.
        let changed = columns.indices.filter { before[$0] != after[$0] }
        let assignments = changed.map { "\(Table.quoted(columns[$0])) = ?" }.joined(separator: ", ")
        let sql = "UPDATE \(R.table.name) SET \(assignments) WHERE id = ? AND etag = ?"
        // Wide changes come in too many shapes to keep a statement for each.
        let statement = changed.count <= 6 ? try database.cached(sql) : try database.prepared(sql)
        try translatingConstraints(R.table) {
            try statement.run(changed.map { after[$0] } + [.text(old.id), .text(old.etag.description)])
        }
        guard database.changes == 1 else { throw try outdated(R.self, id: old.id) }
        if new.audience != old.audience { try History(database).narrowEvents(of: new.id, to: new.audience) }
        let schools = try concerned(new, after)
        if try R.table.schools.followsRequests || schools != concerned(old, before) {
            try History(database).moveEvents(of: new.id, to: schools)
        }
        let changes = changed.map { MemberChange(member: columns[$0], before: before[$0], after: after[$0]) }
        try record(verb, of: new, changes: changes.filter { !$0.isOfEveryWrite }, audience: audience, schools: schools)
        return new
    }

    private func outdated<R: Stored>(_ type: R.Type, id: String) throws -> DomainError {
        guard let current = try find(type, id: id) else { return .notFound }
        return .preconditionFailed(current: current.etag, changedMembers: [])
    }

    private func record(_ verb: String, of resource: some Stored, changes: [MemberChange], audience: Audience?, schools: [String]) throws {
        if type(of: resource).type.decidesAuthority {
            batch.decidesAuthority = true
            known = [:]
        }
        try History(database).record(
            HistoryEntry(
                verb: verb, at: try stamp.get(), actor: call.actor, requestId: call.requestId, source: source,
                type: type(of: resource).type,
                resourceId: resource.id, etag: resource.etag, changes: changes, audience: audience ?? resource.audience, schools: schools))
    }
}
