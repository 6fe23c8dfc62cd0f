import Synchronization

/// What the responder learns about a request that the access log and the metrics want to know.
/// One per request; the responder writes, the transport reads once the answer is sent.
package final class RequestRecord: Sendable {
    private struct Fields: Sendable {
        var operation: String?
        var principal: String?
    }

    private let fields = Mutex(Fields())

    package init() {}

    /// The contract's `operationId`, or nil when no route matched.
    package var operation: String? {
        get { fields.withLock { $0.operation } }
        set { fields.withLock { $0.operation = newValue } }
    }

    /// Id of the actor (never a secret), or nil before authentication.
    package var principal: String? {
        get { fields.withLock { $0.principal } }
        set { fields.withLock { $0.principal = newValue } }
    }
}
