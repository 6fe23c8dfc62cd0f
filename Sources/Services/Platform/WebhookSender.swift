package import Core
import Domain
import HTTPClient
package import Logging
package import Repositories
import Synchronization

/// Sends events to the endpoints, in the background: each in the order of the log, each beside the others, at least once.
///
/// How far an endpoint is, is stored with every delivery; whatever ends the process, the next one goes on there. An event is first tried when
/// the one before was delivered or given up, so an endpoint has one message under way, and holds up nobody else.
package final class WebhookSender: Sendable {
    /// How late it is noticed that an attempt is due, and while none is active, that there is an endpoint at all.
    private static let interval = Duration.milliseconds(500)
    /// Reading on costs a write only once in so many events that are not for an endpoint.
    private static let unrecordedProgress: Int64 = 1_000

    private let store: Store
    private let courier: WebhookCourier
    private let logger: Logger
    /// What addresses in messages begin with.
    private let base: String
    /// From 0 up to 1.
    private let jitter: @Sendable () -> Double

    private struct State {
        /// Endpoints that are being served, and whether to look once more before that ends.
        var served: [String: Bool] = [:]
        /// When those that wait are due.
        var due: [String: Instant] = [:]
        /// How far was looked, from which stored position.
        var seen: [String: (etag: VersionTag, position: Int64, seq: Int64)] = [:]

        /// Forgets all but these.
        mutating func keep(_ ids: [String]) {
            due = due.filter { ids.contains($0.key) }
            seen = seen.filter { ids.contains($0.key) }
        }
    }

    private let state = Mutex(State())

    package init(
        store: Store, transport: any WebhookTransport, base: String = "", logger: Logger,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.store = store
        self.base = base
        courier = WebhookCourier(store: store, transport: transport)
        self.logger = logger
        self.jitter = jitter
    }

    // MARK: Noticing

    /// Serves all endpoints until the task is cancelled. What is under way then is not known to have arrived, and is sent again.
    package func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.forgetOld() }
            while !Task.isCancelled {
                var change = 0
                for await latest in store.commits.changes(atLeastEvery: Self.interval) {
                    guard latest != change || isAnyDue else { continue }
                    change = latest
                    let ids = await activeIDs()
                    state.withLock { $0.keep(ids) }
                    for id in ids where begin(id) { group.addTask { await self.serve(id) } }
                    // Nobody has to look out for commits.
                    if ids.isEmpty { break }
                    // However much is committed.
                    try? await Task.sleep(for: .milliseconds(50))
                }
                try? await Task.sleep(for: Self.interval)
            }
            group.cancelAll()
        }
    }

    /// Does everything that can be done now, and returns when the next attempt is due, if one is.
    package func settle() async -> Instant? {
        await withDiscardingTaskGroup { group in
            for id in await activeIDs() where begin(id) { group.addTask { await self.serve(id) } }
        }
        return state.withLock { $0.due.values.min() }
    }

    private func activeIDs() async -> [String] { (try? await store.read { try $0.webhooks.active().map(\.id) }) ?? [] }

    private var isAnyDue: Bool {
        let now = store.now()
        return state.withLock { $0.due.values.contains { $0 <= now } }
    }

    /// False when it is being served already: then it is looked at once more.
    private func begin(_ id: String) -> Bool {
        state.withLock { state in
            defer { state.served[id] = state.served[id] != nil }
            state.due[id] = nil
            return state.served[id] == nil
        }
    }

    private func serve(_ id: String) async {
        repeat {
            do {
                while try await step(id) { try Task.checkCancellation() }
            } catch is CancellationError {
                break
            } catch {
                // The database couldn't be read or written; a little later it may.
                logger.warning("A webhook endpoint couldn't be served.", metadata: ["endpoint": "\(id)", "error": "\(error)"])
                let later = store.now().advanced(bySeconds: 5)
                state.withLock { $0.due[id] = later }
            }
        } while mustLookAgain(id)
    }

    private func mustLookAgain(_ id: String) -> Bool {
        state.withLock { state in
            let again = state.served[id] ?? false
            state.served[id] = again ? false : nil
            return again
        }
    }

    // MARK: Sending

    private enum Work {
        case nothing
        case wait(until: Instant)
        case disable(WebhookEndpoint, String)
        case skip(WebhookEndpoint, to: Int64)
        /// What it is at is no longer kept or no longer for it.
        case abandon(WebhookEndpoint, WebhookDelivery)
        case attempt(WebhookEndpoint, Event, WebhookDelivery?)
    }

    /// One thing there is to do for an endpoint; false when there is none for now.
    private func step(_ id: String) async throws -> Bool {
        switch try await work(for: id) {
        case .nothing: return false
        case .wait(let due):
            state.withLock { $0.due[id] = due }
            return false
        case .disable(let endpoint, let reason):
            try await disable(endpoint, reason)
            return false
        case .skip(let endpoint, let seq):
            try await skip(endpoint, to: seq)
            return true
        case .abandon(let endpoint, var delivery):
            (delivery.state, delivery.nextAttemptAt) = (.failed, nil)
            let isFailing = endpoint.failingSince != nil
            _ = try await store.bookkeeping { [delivery] in
                try $0.webhooks.advance(delivery, of: endpoint, failing: isFailing)
            }
            return true
        case .attempt(let endpoint, let event, let delivery):
            try await attempt(event, delivery, to: endpoint)
            return true
        }
    }

    private func work(for id: String) async throws -> Work {
        let now = store.now()
        let seen = state.withLock { $0.seen[id] }
        return try await store.read { transaction in
            guard let endpoint = try transaction.find(WebhookEndpoint.self, id: id), endpoint.status == .active else { return .nothing }
            let owner: WebhookOwner
            do {
                owner = try transaction.owner(of: endpoint, at: now)
            } catch let error as OwnerGone {
                return .disable(endpoint, error.reason)
            }
            if let pending = try transaction.webhooks.pending(endpointId: id) {
                if let due = pending.nextAttemptAt, due > now { return .wait(until: due) }
                guard let seq = pending.eventSeq, let event = try transaction.event(seq: seq, for: owner), endpoint.wants(event.type) else {
                    return .abandon(endpoint, pending)
                }
                return .attempt(endpoint, event, pending)
            }
            var start = endpoint.position
            // As long as it asks for the same.
            if let seen, seen.etag == endpoint.etag, seen.position == endpoint.position { start = max(seen.seq, start) }
            let (event, end) = try transaction.nextEvent(for: endpoint, owner, after: start)
            if let event { return .attempt(endpoint, event, nil) }
            return end > start ? .skip(endpoint, to: end) : .nothing
        }
    }

    private func skip(_ endpoint: WebhookEndpoint, to seq: Int64) async throws {
        var position = endpoint.position
        if seq - position >= Self.unrecordedProgress {
            try await store.bookkeeping { try $0.webhooks.skip(endpointId: endpoint.id, from: endpoint.position, to: seq) }
            position = seq
        }
        state.withLock { $0.seen[endpoint.id] = (endpoint.etag, position, seq) }
    }

    private func attempt(_ event: Event, _ former: WebhookDelivery?, to endpoint: WebhookEndpoint) async throws {
        let outcome = try await courier.attempt(WebhookMessage(id: event.id, body: event.encoded(base: base)), to: endpoint)
        let now = store.now()
        var delivery =
            former
            ?? WebhookDelivery(
                id: TypeID.make(ResourceType.RecordPrefix.webhookDelivery, at: now), endpointId: endpoint.id, kind: .event,
                eventId: event.id, eventSeq: event.seq, eventType: event.type, createdAt: now)
        delivery.attempts.append(outcome.attempt)
        if outcome.isDelivered {
            delivery.state = .delivered
            delivery.nextAttemptAt = nil
        } else {
            let next = WebhookSchedule.next(
                afterAttempts: delivery.attempts.count, firstAt: delivery.attempts.first?.at ?? now, now: now, jitter: jitter(),
                retryAfter: outcome.retryAfter)
            delivery.state = next == nil ? .failed : .pending
            delivery.nextAttemptAt = next
        }
        let isStill = try await store.bookkeeping { [delivery] in
            try $0.webhooks.advance(delivery, of: endpoint, failing: !outcome.isDelivered)
        }
        guard isStill, !outcome.isDelivered else { return }
        if outcome.isGone {
            try await disable(endpoint, "The receiver answered 410: it wants no more.")
        } else if let since = endpoint.failingSince, now >= since.advanced(bySeconds: WebhookSchedule.disabledAfterSeconds),
            delivery.attempts.count >= WebhookSchedule.attemptsBeforeDisabling
        {
            try await disable(endpoint, "Every attempt has failed since \(since).")
        }
    }

    /// Says so in an event, as nobody asked for it.
    private func disable(_ endpoint: WebhookEndpoint, _ reason: String) async throws {
        let call = Call(actor: .system, requestId: TypeID.make(ResourceType.RecordPrefix.request, at: store.now()))
        try await store.write(call) { transaction in
            // Changed since, it may be better now.
            guard let old = try transaction.find(WebhookEndpoint.self, id: endpoint.id), old.status == .active, old.etag == endpoint.etag
            else {
                return
            }
            var item = old
            item.disable(reason)
            try transaction.update(from: old, to: item, verb: "disabled")
        }
        logger.notice("A webhook endpoint was disabled.", metadata: ["endpoint": "\(endpoint.id)", "reason": "\(reason)"])
    }

    // MARK: Forgetting

    private func forgetOld() async {
        while !Task.isCancelled {
            // What can't be removed now is next time.
            try? await forgetDeliveries()
            try? await Task.sleep(for: .seconds(3_600))
        }
    }

    package func forgetDeliveries() async throws {
        let end = store.now().advanced(bySeconds: -86_400 * WebhookService.keptDeliveryDays)
        while try await store.bookkeeping({ try $0.webhooks.forgetDeliveries(before: end, limit: 500) }) >= 500 {}
    }
}
