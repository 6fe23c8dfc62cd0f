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
            var line = JSONLine()
            line.add("time", WallClock.timestamp())
            line.add("level", "info")
            line.add("message", "request")
            line.add("method", method)
            line.add("path", path)
            line.add("status", status.code)
            line.add("durationMs", milliseconds: duration)
            line.add("bytes", bytes)
            line.add("requestId", request.requestId)
            line.add("protocol", request.version.rawValue)
            line.add("remoteAddress", request.remoteAddress)
            line.add("operation", request.record.operation)
            line.add("principal", request.record.principal)
            line.add("traceId", request.trace.traceId)
            output.write(line.finished())
        case .readable:
            let size = bytes.map { "\($0) B" } ?? "broken off"
            output.write(
                "\(WallClock.timestamp()) \(status.code) \(method) \(path) \(JSONLine.milliseconds(duration)) ms \(size) "
                    + "\(request.record.operation ?? "-") \(request.record.principal ?? "-") \(request.remoteAddress) \(request.requestId)")
        }
    }

    /// `/v1/schools?q=smith&limit=5` → `/v1/schools?q&limit`: the names help to understand, the values may be personal.
    static func withoutValues(_ target: String) -> String {
        guard let mark = target.firstIndex(of: "?") else { return target }
        let names = target[target.index(after: mark)...].split(separator: "&").map { $0.prefix { $0 != "=" } }
        return target[...mark] + names.joined(separator: "&")
    }
}
