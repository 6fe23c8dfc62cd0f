package import Core
package import Domain
import OrderedCollections
package import Repositories

/// Reading a resource, the same for all: by id, as a list, whole; only what is for the caller.
package protocol ResourceReader: Sendable {
    associatedtype Item: Stored

    var store: Store { get }

    /// The id a caller means: the id itself, or what a natural key names. nil when it is neither, or names nothing.
    func id(of key: String, _ transaction: some Transaction) throws -> String?

    func list(_ query: ListQuery, _ call: Call) async throws -> Page<Encoded>
    func export(_ query: ListQuery, _ call: Call) async throws -> Rows<Encoded>
    func encoded(_ id: String, expand: [String], _ call: Call) throws -> Encoded
}

/// What people do with a resource that needs nothing special: find, list, export, create, change, delete.
///
/// A service says who may write and what must hold; the rest is the same for all. Each write asks both again in its own transaction.
package protocol ResourceService: ResourceReader {
    /// The permission a write needs, and whose it is: of which school, or of the trust.
    var writing: Permission { get }
    func place(of item: Item) -> Scope
    /// Where the resource belongs to several: the permission for any of them is enough; for none, wherever it is held.
    func places(of item: Item, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope]

    /// The school it is part of: after the school has left, nobody changes it. Usually the one whose permission counts.
    func school(of item: Item) -> String?

    /// Checks `item`, about to be stored in place of `old`, and completes it. Throws `invalid`, `overlap`, `conflict`.
    func prepare(_ item: Item, replacing old: Item?, _ transaction: WriteTransaction) throws -> Item

    /// What has to be done beside the row itself; within the same transaction.
    func stored(_ item: Item, replacing old: Item?, _ transaction: WriteTransaction) throws

    /// What has to be done once the row is gone; within the same transaction.
    func deleted(_ item: Item, _ transaction: WriteTransaction) throws

    /// Throws `conflict` when other things still need it.
    func checkDeletion(of item: Item, _ transaction: WriteTransaction) throws

    /// Throws `notInThisState` for one whose state doesn't let it be changed, or deleted.
    func checkState(of item: Item, forDeletion: Bool) throws
}

extension ResourceService {
    package func place(of item: Item) -> Scope { .trust }
    package func places(of item: Item, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] { [place(of: item)] }
    package func school(of item: Item) -> String? {
        guard case .school(let id) = place(of: item) else { return nil }
        return id
    }
    package func prepare(_ item: Item, replacing old: Item?, _ transaction: WriteTransaction) throws -> Item { item }
    package func stored(_ item: Item, replacing old: Item?, _ transaction: WriteTransaction) throws {}
    package func deleted(_ item: Item, _ transaction: WriteTransaction) throws {}
    package func checkDeletion(of item: Item, _ transaction: WriteTransaction) throws {}
    package func checkState(of item: Item, forDeletion: Bool) throws {}
}

// MARK: Reading

extension ResourceReader {
    package func id(of key: String, _ transaction: some Transaction) throws -> String? { Item.type.isID(key) ? key : nil }

    /// The resource's version. Throws ``DomainError/notFound`` for one that isn't there, or isn't for the caller.
    package func identify(_ id: String, _ call: Call) throws -> (id: String, etag: VersionTag) {
        let item = try find(id, call)
        return (item.id, item.etag)
    }

    /// - Parameter key: the id, or a natural key where the resource has one.
    package func find(_ key: String, _ call: Call) throws -> Item {
        let visibility = Visibility(of: call.actor)
        let item = try store.readNow { transaction in
            try id(of: key, transaction).flatMap { try transaction.find(Item.self, id: $0, visibleTo: visibility) }
        }
        guard let item else { throw DomainError.notFound }
        return item
    }

    /// As it is sent, encoded once per version.
    ///
    /// - Parameter expand: names of related resources to put in.
    package func encoded(_ id: String, expand: [String], _ call: Call) throws -> Encoded {
        let visibility = Visibility(of: call.actor)
        let item = try store.readNow { transaction in
            try transaction.encoded(Item.self, id: id, visibleTo: visibility).map {
                try transaction.expanding($0, of: Item.self, expand, for: call.actor)
            }
        }
        guard let item else { throw DomainError.notFound }
        return item
    }

    package func list(_ query: ListQuery, _ call: Call) async throws -> Page<Encoded> {
        let visibility = Visibility(of: call.actor)
        return try await store.read { transaction in
            let page = try transaction.encodedPage(Item.self, query, visibleTo: visibility)
            return try transaction.expanding(page, of: Item.self, query.expand, for: call.actor)
        }
    }

    /// Everything the query finds, from one snapshot, in its order. Throws what ``list(_:_:)`` would.
    package func export(_ query: ListQuery, _ call: Call) async throws -> Rows<Encoded> {
        try await store.snapshot().rows(of: Item.self, query, visibleTo: Visibility(of: call.actor))
    }

    /// What a patch may not change and would; for a 422 that names everything at once.
    package func readOnlyErrors(_ patch: JSON, of id: String, _ call: Call) throws -> [FieldError] {
        try MergePatch.readOnlyErrors(patch, to: find(id, call))
    }

    /// Members changed since the version a client knew; for 412.
    package func changedMembers(_ id: String, since tag: VersionTag) async throws -> [String] {
        try await store.read { try $0.changedMembers(of: Item.type, id: id, since: tag) }
    }
}

// MARK: Writing

extension ResourceService {
    /// Makes one of the members of `body`, which fits the contract.
    package func create(_ body: JSON, _ call: Call) async throws -> Item {
        try await store.write(call) { try insert(body, $0) }
    }

    /// The same as part of a larger write.
    func insert(_ body: JSON, _ transaction: WriteTransaction) throws -> Item {
        let made = try Item.make(body, by: transaction.call.actor, at: transaction.now)
        try checkWriter(of: made, transaction)
        let item = try transaction.insert(try checked(made, replacing: nil, transaction))
        try stored(item, replacing: nil, transaction)
        return item
    }

    /// The version of a resource the caller is about to change. Throws `notFound`, `forbidden` for whoever may see but not change it, and
    /// `conflict` for what is part of a school that has left.
    ///
    /// - Parameter permission: what the write takes; nil for ``writing``.
    package func identifyForWriting(_ id: String, permission: Permission? = nil, _ call: Call) throws -> (id: String, etag: VersionTag) {
        let item = try find(id, call)
        let now = store.now()
        try store.readNow { transaction in
            let today = now.day(in: try transaction.zone())
            let places = try places(of: item, on: today, transaction)
            try transaction.checkWriter(
                of: places, school: school(of: item), permission ?? writing, call.actor, on: today)
        }
        return (item.id, item.etag)
    }

    /// Changes members by a merge patch. A caller needs the right for what it was and for what it becomes.
    package func update(_ id: String, patch: JSON, _ call: Call) async throws -> Item {
        try await store.write(call) { transaction in try update(id, call.precondition, transaction) { _ in patch } }
    }

    /// The same as part of a larger write, on its own precondition; `patch` is asked for once it is known that the caller may.
    func update(
        _ id: String, _ precondition: Precondition, _ transaction: WriteTransaction, patch: (Item) throws -> JSON
    ) throws -> Item {
        let old = try findForWriting(id, precondition, transaction)
        try checkState(of: old, forDeletion: false)
        return try change(old, patch: patch(old), transaction)
    }

    /// What the caller is about to change: visible, the caller's to change by `permission` (nil for ``writing``), at the version it knows.
    func findForWriting(
        _ id: String, permission: Permission? = nil, _ precondition: Precondition, _ transaction: WriteTransaction
    ) throws -> Item {
        guard let old = try transaction.find(Item.self, id: id, visibleTo: Visibility(of: transaction.call.actor)) else {
            throw DomainError.notFound
        }
        try checkWriter(of: old, permission: permission, transaction)
        try transaction.check(precondition, of: old)
        return old
    }

    /// The same as part of a larger write, which no precondition is about.
    func change(_ id: String, patch: JSON, _ transaction: WriteTransaction) throws -> Item {
        guard let old = try transaction.find(Item.self, id: id) else { throw DomainError.notFound }
        try checkWriter(of: old, transaction)
        return try change(old, patch: patch, isTarget: false, transaction)
    }

    private func change(_ old: Item, patch: JSON, isTarget: Bool = true, _ transaction: WriteTransaction) throws -> Item {
        let patched = try MergePatch.apply(patch, to: old, in: transaction)
        if place(of: patched) != place(of: old) { try checkWriter(of: patched, transaction) }
        let item = try transaction.update(from: old, to: try checked(patched, replacing: old, transaction), isTarget: isTarget)
        if item.etag != old.etag { try stored(item, replacing: old, transaction) }
        return item
    }

    package func delete(_ id: String, _ call: Call) async throws {
        try await store.write(call) { try delete(id, call.precondition, $0) }
    }

    /// The same as part of a larger write, on its own precondition.
    func delete(_ id: String, _ precondition: Precondition, _ transaction: WriteTransaction) throws {
        let old = try findForWriting(id, precondition, transaction)
        try checkState(of: old, forDeletion: true)
        try checkDeletion(of: old, transaction)
        try transaction.delete(old)
        try deleted(old, transaction)
    }

    /// What `prepare` makes of it, with its codes found in their lists. Throws what is wrong with either, all at once.
    func checked(_ item: Item, replacing old: Item?, _ transaction: WriteTransaction) throws -> Item {
        let prepared: Item
        do {
            prepared = try prepare(item, replacing: old, transaction)
        } catch DomainError.invalid(let errors) {
            throw DomainError.invalid(errors + (try transaction.codeErrors(in: item, replacing: old)))
        }
        let errors = try transaction.codeErrors(in: prepared, replacing: old)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return prepared
    }

    private func checkWriter(of item: Item, permission: Permission? = nil, _ transaction: WriteTransaction) throws {
        let today = try transaction.today()
        let places = try places(of: item, on: today, transaction)
        try transaction.checkWriter(
            of: places, school: school(of: item), permission ?? writing, transaction.actorNow(), on: today)
    }
}

extension Resource {
    /// A new one from a body that fits the contract: members left out are null or what `defaults` says, the service's own are set.
    static func make(_ body: JSON, by actor: Actor, at now: Instant) throws -> Self {
        var members = defaults
        for (name, value) in body.objectValue ?? [:] where value != .null { members[name] = value }
        members["id"] = .string(type.makeID(at: now))
        members["recordedBy"] = .string(actor.personId ?? actor.id)
        members["createdAt"] = .string(now.description)
        members["updatedAt"] = .string(now.description)
        members["etag"] = .string(VersionTag.first.description)
        return try JSONCodec.decode(Self.self, from: .object(members))
    }
}
