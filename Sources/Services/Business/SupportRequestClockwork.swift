import Core
import Domain
package import Logging
package import Repositories

/// What happens to support requests by the passing of time: people are told of promises about to be broken, schools are reminded, what was
/// resolved is closed. Everything is found in what is stored, so nothing is lost while the service is down, and nothing is done twice.
package struct SupportRequestClockwork: Sendable {
    private static let interval = Duration.seconds(5)
    /// How many requests one commit changes: others write between.
    private static let chunk = 200

    private let store: Store
    private let logger: Logger

    package init(store: Store, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// Goes on until the task is cancelled.
    package func run() async throws {
        while !Task.isCancelled {
            do {
                try await tick()
            } catch {
                logger.warning("Support requests couldn't be looked at.", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// Does what is to be done by now.
    package func tick() async throws {
        if try await store.read({ try $0.supportRequests.hasAftermath() }) { await store.doAftermath(by: call) }
        let now = store.now()
        let today = try await store.read { now.day(in: try $0.zone()) }
        guard try await store.read({ try $0.supportRequests.hasSomethingDue(by: now, on: today) }) else { return }
        try await each({ try $0.escalating(by: now, after: $1, limit: $2) }, escalate)
        try await each({ try $0.reminding(by: today, after: $1, limit: $2) }, { try remind($0, today, &$1, $2) })
        try await each(
            { try $0.closing(by: today, after: $1, limit: $2) }, { request, _, transaction in try close(request, today, transaction) })
    }

    private var call: Call { Call(actor: .system, requestId: TypeID.make(ResourceType.RecordPrefix.request, at: store.now())) }

    /// Goes through what is found, a commit for so many. Those for which it is too early are passed by, so that they keep nobody waiting.
    private func each(
        _ find: @escaping @Sendable (SupportRequestRepository<WriteTransaction>, SupportRequest?, Int) throws -> [SupportRequest],
        _ body: @escaping @Sendable (SupportRequest, inout KnownPromises, WriteTransaction) throws -> Void
    ) async throws {
        var last: SupportRequest?
        repeat {
            last = try await store.write(call) { [last] transaction in
                let requests = try find(transaction.supportRequests, last, Self.chunk)
                var promises = KnownPromises()
                for request in requests { try body(request, &promises, transaction) }
                return requests.count < Self.chunk ? nil : requests.last
            }
        } while last != nil
    }

    /// Only in hours: what was missed outside them, or while the service was down, is told at the next opening, once.
    @Sendable private func escalate(
        _ request: SupportRequest, _ promises: inout KnownPromises, _ transaction: WriteTransaction
    ) throws {
        guard let promise = try promises.promise(of: request, transaction), promise.isOpen(at: transaction.now) else { return }
        var told = request
        for (rule, clock, at) in request.pendingEscalations(promise) where at <= transaction.now {
            let person = try transaction.recipient(rule.to, of: request)
            told.escalations.append(.init(rule, of: clock, personId: person, at: transaction.now))
        }
        told.schedule(promise)
        told.visibleTo = try transaction.visibleTo(told)
        let stored = try transaction.update(from: request, to: told, verb: "escalated", isTarget: false)
        if stored.visibleTo != request.visibleTo { try transaction.showBelongings(of: stored) }
    }

    /// In hours, and on a day on which somebody is in the school's office: one that has become closed moves it.
    private func remind(
        _ request: SupportRequest, _ today: LocalDate, _ promises: inout KnownPromises, _ transaction: WriteTransaction
    ) throws {
        if let promise = try promises.promise(of: request, transaction), !promise.isOpen(at: transaction.now) { return }
        var reminded = request
        guard try transaction.isOfficeDay(today, of: request) else {
            reminded.remindsOn = try transaction.officeDay(1, after: today, of: request)
            try transaction.update(from: request, to: reminded, isTarget: false)
            return
        }
        try transaction.remindLater(&reminded, from: transaction.now)
        try transaction.update(from: request, to: reminded, verb: "reminded", isTarget: false)
    }

    private func close(_ request: SupportRequest, _ today: LocalDate, _ transaction: WriteTransaction) throws {
        var closed = request
        guard try transaction.isOfficeDay(today, of: request) else {
            closed.closesOn = try transaction.officeDay(1, after: today, of: request)
            try transaction.update(from: request, to: closed, isTarget: false)
            return
        }
        closed.closeReason = .done
        closed.move(to: .closed, at: transaction.now, nil)
        closed.schedule(nil)
        closed.closesOn = nil
        try transaction.update(from: request, to: closed, verb: "closed", isTarget: false)
    }
}

extension SupportRequest.Promise {
    fileprivate func isOpen(at moment: Instant) -> Bool { hours.add(0, to: moment) == moment }
}

extension WriteTransaction {
    fileprivate func recipient(_ recipient: EscalationRule.Recipient, of request: SupportRequest) throws -> String? {
        let team = try request.teamId.flatMap { try find(BusinessTeam.self, id: $0) }
        let person: String? =
            switch recipient {
            case .assignee: request.assigneeId
            case .teamLead: team?.leadId
            case .headOfService: try request.serviceId.flatMap { try find(BusinessService.self, id: $0)?.headOfServiceId }
            }
        // Who is away isn't told, but who stands in; of what is confidential only who is named in it.
        let cover = try person.flatMap { person in try team.flatMap { try $0.cover(for: person, on: today()) } }
        return [cover ?? person, person, team?.leadId].compactMap(\.self).first {
            !request.isConfidential || request.visibleTo.contains($0)
        }
    }
}
