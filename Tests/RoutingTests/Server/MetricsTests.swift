import CoreMetrics
import HTTPTypes
import Testing

@testable import Routing

@Suite("Metrics")
struct MetricsTests {
    @Test("Counters, gauges and histograms are written as Prometheus reads them")
    func text() {
        let registry = PrometheusRegistry()
        registry.counter("b_total", help: "Back\\slash\nand line.", labels: [("op", "a\"b\\c\nd")]).add(2)
        registry.gauge("a", labels: []).set(1.5)
        let histogram = registry.histogram("c", labels: [("x", "y")], buckets: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 3] { histogram.observe(value) }
        let text = registry.prometheusText().split(separator: "\n").map(String.init)
        #expect(
            text.prefix(10) == [
                "# TYPE a gauge", "a 1.5", "# HELP b_total Back\\\\slash\\nand line.", "# TYPE b_total counter",
                "b_total{op=\"a\\\"b\\\\c\\nd\"} 2", "# TYPE c histogram", "c_bucket{x=\"y\",le=\"0.1\"} 2", "c_bucket{x=\"y\",le=\"1\"} 3",
                "c_bucket{x=\"y\",le=\"+Inf\"} 4", "c_sum{x=\"y\"} 3.65",
            ])
        #expect(text.contains("c_count{x=\"y\"} 4"))
        #expect(text.last?.hasPrefix("process_resident_memory_bytes ") == true)
    }

    @Test("What libraries measure through swift-metrics arrives, under legal names")
    func factory() {
        let registry = PrometheusRegistry()
        let counter = Counter(label: "jobs.done", dimensions: [("1st-kind", "x")], factory: registry)
        counter.increment(by: 3)
        Recorder(label: "size", dimensions: [], aggregate: false, factory: registry).record(7)
        Timer(label: "t", dimensions: [], preferredDisplayUnit: .seconds, factory: registry).recordNanoseconds(2_000_000_000)
        Meter(label: "m", dimensions: [], factory: registry).increment(by: 2)
        let text = registry.prometheusText()
        #expect(text.contains("jobs_done{_1st_kind=\"x\"} 3\n"))
        #expect(text.contains("size 7\n"))
        #expect(text.contains("t_sum 2\n"))
        #expect(text.contains("m 2\n"))
    }

    @Test("A name used as another kind doesn't break the scrape")
    func conflict() {
        let registry = PrometheusRegistry()
        registry.counter("x").add(1)
        registry.gauge("x").set(9)
        #expect(registry.prometheusText().contains("# TYPE x counter\nx 1\n"))
    }

    @Test("Requests are counted by operation, method and status class; invented methods are one label", .timeLimit(.minutes(1)))
    func requests() async throws {
        let registry = PrometheusRegistry()
        try await TestServer.run { request in
            if request.head.method == .get { request.record.operation = "getThing" }
            return .text("x", status: request.head.method == .get ? .ok : .notImplemented)
        } configure: {
            $0.metrics = ServerMetrics(registry: registry)
        } _: { server in
            try await RawClient.connect(server.port) { client in
                for method in ["GET", "GET", "BREW", "GREW"] {
                    try await client.send("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n")
                    _ = try await client.answer()
                }
                #expect(registry.prometheusText().contains("http_connections_open 1\n"))
            }
        }
        let text = registry.prometheusText()
        #expect(text.contains("http_requests_total{operation=\"getThing\",method=\"GET\",status=\"2xx\"} 2\n"))
        #expect(text.contains("http_requests_total{operation=\"none\",method=\"other\",status=\"5xx\"} 2\n"))
        #expect(text.contains("http_request_duration_seconds_count{operation=\"getThing\"} 2\n"))
        #expect(text.contains("http_connections_open 0\n"))
        #expect(text.contains("http_requests_in_progress 0\n"))
    }

    @Test("The metrics listener answers GET and HEAD of /metrics and nothing else")
    func responder() async {
        let registry = PrometheusRegistry()
        let responder = MetricsResponder(registry: registry) { registry.gauge("fresh").set(1) }
        func ask(_ method: HTTPRequest.Method, _ path: String) async -> (Int, String?) {
            let answer = await responder.respond(
                to: HTTPServerRequest(head: HTTPRequest(method: method, scheme: "http", authority: "a", path: path)))
            return (answer.status.code, answer.headers[.contentType])
        }
        #expect(await ask(.get, "/metrics").1?.hasPrefix("text/plain; version=0.0.4") == true)
        #expect(await ask(.head, "/metrics?x").0 == 200)
        #expect(await ask(.post, "/metrics").0 == 405)
        #expect(await ask(.get, "/").0 == 404)
        #expect(registry.prometheusText().contains("fresh 1\n"))
    }
}
