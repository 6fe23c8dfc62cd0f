import Core
package import HTTPTypes

/// One line per request, written when the answer is sent.
package struct AccessLog: Sendable {
    private let output: LineOutput
    private let format: LineFormat

    /// - Parameter format: nil for what suits the output.
    package init(output: LineOutput = .standardOutput, format: LineFormat? = nil) {
        self.output = output
        self.format = format ?? .suited(to: output)
    }

    /// - Parameters:
    ///   - bytes: of the body as sent; nil when the answer broke off.
    ///   - isRefused: whether the transport refused it before there was a method or a path.
    package func write(
        _ request: HTTPServerRequest, status: HTTPResponse.Status, bytes: Int?, duration: Duration, isRefused: Bool = false
    ) {
        let method = isRefused ? "-" : request.head.method.rawValue
        let path = isRefused ? "-" : Self.withoutValues(request.head.path ?? request.head.authority ?? "-")
        switch format {
        case .json:
            var line = JSONWriter(reservingCapacity: 512)
            line.beginObject()
            line.member("time", Instant.now().description)
            line.member("level", "info")
            line.member("message", "request")
            line.member("method", method)
            line.member("path", path)
            line.key(plain: "status")
            line.integer(status.code)
            line.key(plain: "durationMs")
            line.raw(Self.milliseconds(duration))
            line.key(plain: "bytes")
            bytes.map { line.integer($0) } ?? line.null()
            // The status alone would take an answer of which the half arrived for a good one.
            line.member("outcome", bytes == nil ? "brokenOff" : "whole")
            line.member("requestId", request.requestId)
            line.member("protocol", request.version.rawValue)
            line.member("remoteAddress", request.remoteAddress)
            line.member("operation", request.record.operation)
            line.member("principal", request.record.principal)
            line.member("traceId", request.trace.traceId)
            line.endObject()
            output.write(line.bytes)
        case .readable:
            let size = bytes.map { "\($0) B" } ?? "broken off"
            let line =
                "\(Instant.now()) \(status.code) \(method) \(path) \(String(decoding: Self.milliseconds(duration), as: UTF8.self)) ms \(size) "
                + "\(request.record.operation ?? "-") \(request.record.principal ?? "-") \(request.remoteAddress) \(request.requestId)"
            output.write(line.utf8)
        }
    }

    /// `/v1/schools?q=smith&limit=5` → `/v1/schools?q&limit`: the names help to understand, the values may be personal.
    static func withoutValues(_ target: String) -> String {
        guard let mark = target.firstIndex(ofByte: UInt8(ascii: "?")) else { return target }
        let names = target[target.index(after: mark)...].split(separator: "&").map { $0.prefix { $0 != "=" } }
        return target[...mark] + names.joined(separator: "&")
    }

    /// With three decimals.
    private static func milliseconds(_ duration: Duration) -> [UInt8] {
        let (seconds, attoseconds) = duration.components
        let microseconds = Int(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
        func digit(_ place: Int) -> UInt8 { UInt8(ascii: "0") + UInt8(microseconds / place % 10) }
        return Array(String(microseconds / 1000).utf8) + [UInt8(ascii: "."), digit(100), digit(10), digit(1)]
    }
}

extension JSONWriter {
    /// One member that is text, or null.
    mutating func member(_ name: StaticString, _ value: String?) {
        key(plain: name)
        value.map { string($0) } ?? null()
    }
}
