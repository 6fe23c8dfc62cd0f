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
        try await escalate()
        let today = try await store.read { [now = store.now()] in now.day(in: try $0.zone()) }
        try await remind(today)
        try await close(today)
    }

    private var call: Call { Call(actor: .system, requestId: TypeID.make(ResourceType.RecordPrefix.request, at: store.now())) }

    /// Only in hours: what was missed outside them, or while the service was down, is told at the next opening, once.
    private func escalate() async throws {
        let now = store.now()
        guard try await !store.read({ try $0.supportRequests.escalating(by: now, limit: 1) }).isEmpty else { return }
        var last: SupportRequest?
        repeat { last = try await escalate(after: last) } while last != nil
    }

    /// One commit's worth; the last it looked at where there may be more. Those out of hours are passed by, so that they keep nobody waiting.
    private func escalate(after last: SupportRequest?) async throws -> SupportRequest? {
        try await store.write(call) { transaction in
            let requests = try transaction.supportRequests.escalating(by: transaction.now, after: last, limit: Self.chunk)
            for request in requests {
                guard let promise = try transaction.promise(serviceId: request.serviceId, teamId: request.teamId),
                    promise.hours.add(0, to: transaction.now) == transaction.now
                else { continue }
                var told = request
                for (rule, clock, at) in request.pendingEscalations(promise) where at <= transaction.now {
                    let person = try transaction.recipient(rule.to, of: request)
                    told.escalations.append(.init(rule, of: clock, personId: person, at: transaction.now))
                }
                told.schedule(promise)
                try transaction.update(from: request, to: told, verb: "escalated", isTarget: false)
            }
            return requests.count < Self.chunk ? nil : requests.last
        }
    }

    private func remind(_ today: LocalDate) async throws {
        guard try await !store.read({ try $0.supportRequests.reminding(by: today, limit: 1) }).isEmpty else { return }
        try await store.write(call) { transaction in
            for request in try transaction.supportRequests.reminding(by: today, limit: Self.chunk) {
                var reminded = request
                try transaction.remindLater(&reminded, from: transaction.now)
                try transaction.update(from: request, to: reminded, verb: "reminded", isTarget: false)
            }
        }
    }

    private func close(_ today: LocalDate) async throws {
        guard try await !store.read({ try $0.supportRequests.closing(by: today, limit: 1) }).isEmpty else { return }
        try await store.write(call) { transaction in
            for request in try transaction.supportRequests.closing(by: today, limit: Self.chunk) {
                var closed = request
                closed.closeReason = .done
                closed.move(to: .closed, at: transaction.now, nil)
                closed.schedule(nil)
                closed.closesOn = nil
                try transaction.update(from: request, to: closed, verb: "closed", isTarget: false)
            }
        }
    }
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
        guard let team, let person else { return person }
        // Who is away isn't told, but who stands in.
        return try team.cover(for: person, on: today()) ?? person
    }
}
