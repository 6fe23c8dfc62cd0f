package import Core
package import Domain
import OrderedCollections
package import Repositories

/// What schools ask the central team for.
package struct SupportRequestService: StatefulService {
    package typealias Item = SupportRequest
    package let store: Store
    package let writing = Permission.supportRequestsWrite
    /// Promises by service and team; reading them anew for each request would cost more than the request.
    private let promises = Remembered<SupportRequest.Promise>(capacity: 1_000)

    package init(store: Store) {
        self.store = store
    }

    package func places(of item: SupportRequest, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] { item.places }

    /// Of one school alone it ends with the school's time in the trust.
    package func school(of item: SupportRequest) -> String? { item.schoolIds.count == 1 ? item.schoolIds.first : nil }

    package func id(of key: String, _ transaction: some Transaction) throws -> String? {
        try SupportRequest.type.isID(key) ? key : transaction.supportRequests.id(ofReference: key)
    }

    // MARK: Reading

    package func encoded(_ id: String, expand: [String], _ call: Call) throws -> Encoded {
        let visibility = Visibility(of: call.actor)
        let found = try store.readNow { transaction -> (Encoded, SupportRequest)? in
            guard let item = try transaction.encoded(Item.self, id: id, visibleTo: visibility),
                let request = try transaction.find(Item.self, id: id)
            else { return nil }
            return (try transaction.expanding(item, of: Item.self, expand, for: call.actor), request)
        }
        guard let (item, request) = found else { throw DomainError.notFound }
        return try standing(item, request, at: store.now())
    }

    package func list(_ query: ListQuery, _ call: Call) async throws -> Page<Encoded> {
        let visibility = Visibility(of: call.actor)
        let now = store.now()
        let query = try plain(query, call.actor, now)
        var (page, requests) = try await store.read { transaction in
            let page = try transaction.encodedPage(Item.self, query, visibleTo: visibility)
            return (
                try transaction.expanding(page, of: Item.self, query.expand, for: call.actor),
                try page.items.map { try transaction.find(Item.self, id: $0.id) }
            )
        }
        page.items = try zip(page.items, requests).map { item, request in
            try request.map { try standing(item, $0, at: now) } ?? item
        }
        return page
    }

    package func export(_ query: ListQuery, _ call: Call) async throws -> Rows<Encoded> {
        let now = store.now()
        let rows = try await store.snapshot().rows(
            of: Item.self, plain(query, call.actor, now), visibleTo: Visibility(of: call.actor))
        return rows.map { item in
            let request = try JSONCodec.decode(SupportRequest.self, from: JSON(parsing: item.bytes))
            return try standing(item, request, at: now)
        }
    }

    /// With what is left and what is late now.
    private func standing(_ item: Encoded, _ request: SupportRequest, at now: Instant) throws -> Encoded {
        let promise = request.isRunning ? try promise(of: request) : nil
        return item.adding(request.standing(at: now, promise).members.map { ($0.name, $0.value.bytes) })
    }

    private func promise(of request: SupportRequest) throws -> SupportRequest.Promise? {
        let (service, team) = (request.serviceId, request.teamId)
        return try store.readNow("\(service ?? "") \(team ?? "")", remembering: promises) {
            try $0.promise(serviceId: service, teamId: team)
        }
    }

    /// `assigneeId=me` is the caller and whoever the caller covers for today, `breached` what is due by now: everything else is a member.
    private func plain(_ query: ListQuery, _ actor: Actor, _ now: Instant) throws -> ListQuery {
        var query = query
        query.filters = try query.filters.flatMap { filter -> [Filter] in
            switch filter.member {
            case "assigneeId" where filter.values.contains("me"):
                var filter = filter
                let me = actor.personId ?? actor.id
                let covered = try store.readNow { try $0.supportRequests.covered(by: me, on: now.day(in: $0.zone())) }
                filter.values = filter.values.flatMap { $0 == "me" ? ([me] + covered).map(JSON.string) : [$0] }
                return [filter]
            case "breached":
                let isBreached = filter.values.contains(true) || filter.values.contains("true")
                return [Filter(member: "dueBy", comparison: isBreached ? .lt : .gte, values: [.string(now.description)])]
            default: return [filter]
            }
        }
        return query
    }

    /// Why each promise is due when it is: every stretch that counts and every one that doesn't.
    package func explanation(_ id: String, _ call: Call) throws -> RequestExplanation {
        let request = try find(id, call)
        // By whole minutes, as everything in it: within one the answer is the same.
        let now = store.now().milliseconds
        return RequestExplanation(request, try promise(of: request), at: Instant(milliseconds: now - now % 60_000))
    }

    // MARK: Writing

    package func prepare(
        _ item: SupportRequest, replacing old: SupportRequest?, _ transaction: WriteTransaction
    ) throws -> SupportRequest {
        var item = item
        var errors: [FieldError] = []
        if let old {
            try checkMayChange(old, to: item, transaction)
        } else {
            errors += try transaction.begin(&item)
        }
        errors += try transaction.errors(in: item, replacing: old)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        try transaction.attachAnswers(of: &item)
        if let old, item.state == old.state { try transaction.reassign(&item, replacing: old) }
        item.visibleTo = try transaction.visibleTo(item)
        let promise = try transaction.promise(serviceId: item.serviceId, teamId: item.teamId)
        item.schedule(promise)
        item.standing = item.standing(at: transaction.now, promise)
        return item
    }

    /// The team changes what can be changed, the school what it said, until the team has begun.
    private func checkMayChange(_ old: SupportRequest, to item: SupportRequest, _ transaction: WriteTransaction) throws {
        // An action asked for its own permission.
        guard item.state == old.state else { return }
        let (before, after) = (try old.wireTree(), try item.wireTree())
        let changed = SupportRequest.writableMembers.filter { before[$0] != after[$0] }
        if !old.isRunning, !changed.isDisjoint(with: ["priority", "teamId"]) {
            throw DomainError.notInThisState("It has ended, and what was promised with it.", allowedActions: old.allowedActions)
        }
        guard !changed.isEmpty, try !transaction.serves(item) else { return }
        if let member = changed.subtracting(SupportRequest.schoolMembers).min() {
            throw DomainError.forbidden("\(member) is changed by those who serve the request.")
        }
        guard old.state == .new else {
            throw DomainError.notInThisState(
                "The team has begun with it; what is to be added goes into a message.", allowedActions: old.allowedActions)
        }
    }

    package func stored(_ item: SupportRequest, replacing old: SupportRequest?, _ transaction: WriteTransaction) throws {
        if item.externalRefs != old?.externalRefs ?? [] { try transaction.replaceExternalRefs(of: item) }
        if let old, item.visibleTo != old.visibleTo || item.isConfidential != old.isConfidential {
            try transaction.showBelongings(of: item)
        }
        if let old, item.isConfidential, !old.isConfidential { try transaction.keepConfidential(with: item) }
        if item.fileIds != old?.fileIds ?? [] { try transaction.showFiles(Set(item.fileIds + (old?.fileIds ?? [])).sorted()) }
    }

    /// Lets the caller into a confidential request; everybody named in it is told by the event, and the audit trail keeps it.
    ///
    /// Throws `notFound`, `forbidden`, and `conflict` for what isn't confidential.
    package func breakGlass(_ id: String, reason: String, _ call: Call) async throws -> SupportRequest {
        try await store.write(call) { transaction in
            try transaction.authorise(.supportRequestsBreakGlass, for: .trust)
            try Self.checkAnswersByName(transaction.actorNow(), transaction)
            guard let request = try transaction.find(SupportRequest.self, id: id) else { throw DomainError.notFound }
            guard request.isConfidential else { throw DomainError.conflict("It isn't confidential.") }
            var opened = request
            opened.brokenGlass.append(
                SupportRequest.BrokenGlass(letInId: call.actor.personId ?? call.actor.id, reason: reason, at: transaction.now))
            opened.visibleTo = try transaction.visibleTo(opened)
            opened.standing = opened.standing(
                at: transaction.now, try transaction.promise(serviceId: request.serviceId, teamId: request.teamId))
            let stored = try transaction.update(from: request, to: opened, verb: "glassBroken")
            try transaction.showBelongings(of: stored)
            return stored
        }
    }

    /// It takes a person who answers for it by name, and a secret that nobody else knows: a token that an administrator issued or rotated may be the
    /// administrator's.
    private static func checkAnswersByName(_ actor: Actor, _ transaction: some Transaction) throws {
        guard actor.personId != nil, let token = try transaction.find(ApiToken.self, id: actor.id), !token.isKnownToOthers else {
            throw DomainError.forbidden(
                "It is for the chief executive and the data protection officer, with a token that no other caller issued or rotated.")
        }
    }

    /// The request a caller wants to be let into: nobody but those who may is told that there is one. Throws `notFound`, `forbidden`.
    package func identifyForBreaking(_ id: String, _ call: Call) throws -> (id: String, etag: VersionTag) {
        let now = store.now()
        return try store.readNow { transaction in
            try transaction.authorise(.supportRequestsBreakGlass, for: .trust, call.actor, on: now.day(in: transaction.zone()))
            try Self.checkAnswersByName(call.actor, transaction)
            guard let key = try self.id(of: id, transaction), let request = try transaction.find(SupportRequest.self, id: key) else {
                throw DomainError.notFound
            }
            return (request.id, request.etag)
        }
    }
}

extension SupportRequest {
    /// Where a permission to write or serve it counts: its schools, its business area, its team.
    var places: [Scope] { servingPlaces + schoolIds.map(Scope.school) }

    /// Where a permission to do the work on it counts.
    var servingPlaces: [Scope] { [.area(area)] + [teamId].compactMap { $0.map(Scope.team) } }
}
