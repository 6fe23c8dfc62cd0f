import HTTPTypes
import NIOCore

/// `GET /metrics` for the loopback listener. Anything else there is an empty answer: no contract, no problem documents.
package struct MetricsResponder: HTTPResponder {
    private let registry: PrometheusRegistry
    private let refresh: @Sendable () async -> Void

    /// - Parameter refresh: called before each scrape, to set gauges that are cheaper to read than to keep.
    package init(registry: PrometheusRegistry, refresh: @escaping @Sendable () async -> Void = {}) {
        self.registry = registry
        self.refresh = refresh
    }

    package func respond(to request: HTTPServerRequest) async -> Response {
        guard request.head.path?.prefix(while: { $0 != "?" }) == "/metrics" else { return Response(status: .notFound) }
        guard request.head.method == .get || request.head.method == .head else {
            return Response(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        await refresh()
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: registry.prometheusText())))
    }

    package func failure(_ error: any Error, of request: HTTPServerRequest) -> Response { Response(status: .internalServerError) }

    package func refusal(_ refusal: TransportRefusal, requestId: String) -> Response { Response(status: refusal.status) }
}
