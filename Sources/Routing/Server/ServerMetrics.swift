import HTTPTypes
import Synchronization

/// What the transport itself measures.
package final class ServerMetrics: Sendable {
    private struct Key: Hashable {
        var operation: String
        var method: String
        var statusClass: Int
    }

    /// Why a connection was closed that might have stayed.
    enum Shed: String, CaseIterable {
        /// Idle, and another one came.
        case idle
        /// Its address has as many as it may, all of them busy.
        case address
        /// It left most unread when that was too much.
        case unread
    }

    private struct Pair {
        var count: PrometheusSeries
        var duration: PrometheusSeries
    }

    private let registry: PrometheusRegistry
    private let connections: PrometheusSeries
    private let inProgress: PrometheusSeries
    private let handshakeFailures: PrometheusSeries
    private let shed: [Shed: PrometheusSeries]
    private let requests = Mutex<[Key: Pair]>([:])

    package init(registry: PrometheusRegistry) {
        self.registry = registry
        connections = registry.gauge("http_connections_open", help: "Connections open now.")
        inProgress = registry.gauge("http_requests_in_progress", help: "Requests being answered now.")
        handshakeFailures = registry.counter(
            "tls_handshake_failures_total", help: "Connections that ended before their TLS handshake did.")
        let help = "Connections closed for a newcomer, refused to an address that has enough, or cut because they left most unread."
        shed = Shed.allCases.reduce(into: [:]) { shed, reason in
            shed[reason] = registry.counter("http_connections_shed_total", help: help, labels: [("reason", reason.rawValue)])
        }
    }

    func connectionOpened() { connections.add(1) }
    func connectionClosed() { connections.add(-1) }
    func connectionShed(_ reason: Shed) { shed[reason]?.add(1) }
    func handshakeFailed() { handshakeFailures.add(1) }
    func began() { inProgress.add(1) }

    /// - Parameters:
    ///   - duration: nil where it says nothing.
    ///   - isWhole: false when the answer broke off.
    func ended(operation: String?, method: HTTPRequest.Method, status: HTTPResponse.Status, duration: Duration?, isWhole: Bool) {
        inProgress.add(-1)
        if !isWhole { brokenOff(operation ?? "none").add(1) }
        let key = Key(operation: operation ?? "none", method: Self.label(method), statusClass: status.code / 100)
        let pair = requests.withLock { requests in
            if let pair = requests[key] { return pair }
            let labels = [("operation", key.operation), ("method", key.method), ("status", "\(key.statusClass)xx")]
            let pair = Pair(
                count: registry.counter("http_requests_total", help: "Requests answered.", labels: labels),
                duration: registry.histogram(
                    "http_request_duration_seconds", help: "From the end of the request's head to the end of the answer.",
                    labels: [("operation", key.operation)]))
            requests[key] = pair
            return pair
        }
        pair.count.add(1)
        guard let duration else { return }
        let parts = duration.components
        pair.duration.observe(Double(parts.seconds) + Double(parts.attoseconds) / 1e18)
    }

    private func brokenOff(_ operation: String) -> PrometheusSeries {
        registry.counter(
            "http_responses_broken_off_total", help: "Answers that ended before they were whole: the client left, or they failed.",
            labels: [("operation", operation)])
    }

    /// Anybody can invent methods; the labels stay few.
    private static func label(_ method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .head, .post, .put, .patch, .delete, .options: method.rawValue
        default: "other"
        }
    }
}
