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
            line.key("status")
            line.integer(status.code)
            line.key("durationMs")
            line.raw(Self.milliseconds(duration).utf8)
            line.key("bytes")
            bytes.map { line.integer($0) } ?? line.null()
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
                "\(Instant.now()) \(status.code) \(method) \(path) \(Self.milliseconds(duration)) ms \(size) "
                + "\(request.record.operation ?? "-") \(request.record.principal ?? "-") \(request.remoteAddress) \(request.requestId)"
            output.write(line.utf8)
        }
    }

    /// `/v1/schools?q=smith&limit=5` → `/v1/schools?q&limit`: the names help to understand, the values may be personal.
    static func withoutValues(_ target: String) -> String {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return target }
        let names = target[target.index(after: mark)...].split(separator: "&").map { $0.prefix { $0 != "=" } }
        return target[...mark] + names.joined(separator: "&")
    }

    /// With three decimals.
    private static func milliseconds(_ duration: Duration) -> String {
        let microseconds = duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000
        return String(microseconds / 1000) + "." + String(1000 + microseconds % 1000).dropFirst()
    }
}

extension JSONWriter {
    /// One member that is text, or null.
    mutating func member(_ name: String, _ value: String?) {
        key(name)
        value.map { string($0) } ?? null()
    }
}
