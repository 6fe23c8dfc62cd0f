import Foundation
import HTTPTypes
import Logging
import Testing

@testable import Routing

/// What a `LineOutput` writes to a pipe while `body` runs.
private func lines(_ body: (LineOutput) async throws -> Void) async throws -> [String] {
    let pipe = Pipe()
    let output = LineOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
    try await body(output)
    output.flush()
    try pipe.fileHandleForWriting.close()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    return text.split(separator: "\n").map(String.init)
}

private func object(_ line: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
}

@Suite("Access log and application log")
struct LoggingTests {
    private func request(_ path: String) -> HTTPServerRequest {
        let request = HTTPServerRequest(
            head: HTTPRequest(method: .get, scheme: "https", authority: "a", path: path), remoteAddress: "192.0.2.1", version: .http2,
            requestId: "r1")
        request.record.operation = "listSchools"
        request.record.principal = "tok_1"
        return request
    }

    @Test("One JSON line per request, with names but not values of the query")
    func json() async throws {
        let lines = try await lines { output in
            let log = AccessLog(output: output)
            log.write(request("/v1/schools?q=smith&limit=5&flag"), status: .ok, bytes: 12, duration: .microseconds(1_234))
            log.write(request("/\"\\"), status: .notFound, bytes: nil, duration: .seconds(2), isRefused: false)
        }
        #expect(lines.count == 2)
        let first = try object(lines[0])
        #expect(first["path"] as? String == "/v1/schools?q&limit&flag")
        #expect(first["status"] as? Int == 200)
        #expect(first["bytes"] as? Int == 12)
        #expect(first["outcome"] as? String == "whole")
        #expect(first["protocol"] as? String == "HTTP/2")
        #expect(first["operation"] as? String == "listSchools")
        #expect(first["principal"] as? String == "tok_1")
        #expect(first["remoteAddress"] as? String == "192.0.2.1")
        #expect((first["traceId"] as? String)?.count == 32)
        #expect(lines[0].contains("\"durationMs\":1.234,"))
        #expect(!lines[0].contains("smith"))
        let second = try object(lines[1])
        #expect(second["path"] as? String == "/\"\\")
        #expect(second["bytes"] is NSNull)
        #expect(second["outcome"] as? String == "brokenOff")
    }

    @Test("The readable form says the same for eyes")
    func readable() async throws {
        let lines = try await lines { output in
            AccessLog(output: output, format: .readable).write(request("/v1/me?x=1"), status: .ok, bytes: 3, duration: .milliseconds(7))
        }
        #expect(lines[0].hasSuffix(" 200 GET /v1/me?x 7.000 ms 3 B listSchools tok_1 192.0.2.1 r1"))
    }

    @Test("A live request is logged once, with status and size", .timeLimit(.minutes(1)))
    func live() async throws {
        let lines = try await lines { output in
            try await TestServer.run { request in
                request.record.operation = "getThing"
                return .text("12345", status: .created)
            } configure: {
                $0.accessLog = AccessLog(output: output, format: .json)
            } _: { server in
                _ = try await RawClient.exchange(
                    server.port, "GET /thing HTTP/1.1\r\nHost: a\r\nRequest-Id: mine\r\nConnection: close\r\n\r\n")
            }
        }
        #expect(lines.count == 1)
        let line = try object(lines[0])
        #expect(line["status"] as? Int == 201)
        #expect(line["bytes"] as? Int == 5)
        #expect(line["requestId"] as? String == "mine")
        #expect(line["operation"] as? String == "getThing")
    }

    @Test("Application logs have level, message and metadata in both shapes, and no control characters on a terminal")
    func application() async throws {
        let lines = try await lines { output in
            var logger = Logger(label: "l") { StandardOutputLogHandler(label: $0, level: .info, output: output, format: .json) }
            logger[metadataKey: "a"] = "1"
            logger.debug("unseen")
            logger.info("say \"hi\"\n", metadata: ["b": "2", "level": "forged"])
            let readable = Logger(label: "l") { StandardOutputLogHandler(label: $0, output: output, format: .readable) }
            readable.warning("two\nlines\u{1b}[2J", metadata: ["k": "v"])
        }
        #expect(lines.count == 2)
        let first = try object(lines[0])
        #expect(first["level"] as? String == "info")
        #expect(first["message"] as? String == "say \"hi\"\n")
        #expect(first["a"] as? String == "1")
        #expect(first["b"] as? String == "2")
        #expect(lines[1].hasSuffix(" warning two lines [2J k=v"))
    }
}
