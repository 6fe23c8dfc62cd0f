import Glibc
import NIOCore
import NIOPosix
import TLS

/// A client that sends exactly the bytes it is told to and reads what comes back.
final class RawClient {
    struct Answer: Equatable {
        var status: Int
        var fields: [String: String]
        var body: String

        subscript(name: String) -> String? { fields[name.lowercased()] }
    }

    struct Closed: Error {}

    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private let channel: any Channel
    private var buffer = ByteBuffer()

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, _ channel: any Channel
    ) {
        iterator = inbound.makeAsyncIterator()
        self.outbound = outbound
        self.channel = channel
    }

    @discardableResult
    static func connect<Result: Sendable>(
        _ port: Int, tls: TLSContext? = nil, _ body: (RawClient) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(TLSHandler(context: tls, serverHostname: "localhost")) }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(RawClient(inbound, outbound, channel.channel))
        }
    }

    /// One request on a connection of its own, answered and closed.
    static func exchange(_ port: Int, _ request: String) async throws -> Answer {
        try await connect(port) { client in
            try await client.send(request)
            return try await client.answer()
        }
    }

    func send(_ text: String) async throws {
        try await outbound.write(ByteBuffer(string: text))
    }

    func send(_ bytes: ByteBuffer) async throws {
        try await outbound.write(bytes)
    }

    func closeOutput() async throws {
        try await channel.close(mode: .output)
    }

    /// The next answer, body and all.
    func answer(toHead: Bool = false) async throws -> Answer {
        let head = try await text(until: "\r\n\r\n")
        var lines = head.split(separator: "\r\n")
        let status = Int(lines.removeFirst().split(separator: " ")[1])!
        var fields: [String: String] = [:]
        for line in lines {
            let colon = line.firstIndex(of: ":")!
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].drop { $0 == " " } + ""
        }
        if toHead || status == 204 || status == 304 || status == 100 { return Answer(status: status, fields: fields, body: "") }
        if fields["transfer-encoding"] == "chunked" {
            var body = ""
            while true {
                let size = Int(try await text(until: "\r\n").prefix { $0.isHexDigit }, radix: 16)!
                body += try await text(count: size)
                _ = try await text(count: 2)
                if size == 0 { return Answer(status: status, fields: fields, body: body) }
            }
        }
        guard let length = fields["content-length"].flatMap({ Int($0) }) else {
            return Answer(status: status, fields: fields, body: try await rest())
        }
        return Answer(status: status, fields: fields, body: try await text(count: length))
    }

    /// Everything until the server closes.
    func rest() async throws -> String {
        while try await more() {}
        return buffer.readString(length: buffer.readableBytes)!
    }

    /// Waits until something has arrived.
    func waitForBytes() async throws {
        if buffer.readableBytes == 0, try await !more() { throw Closed() }
    }

    /// Waits until more has arrived.
    func read() async throws {
        guard try await more() else { throw Closed() }
    }

    var received: ByteBuffer { buffer }

    private func text(until end: String) async throws -> String {
        while true {
            let seen = String(buffer: buffer)
            // Bodies in these tests are ASCII wherever this is used.
            if let range = seen.utf8.firstRange(of: Array(end.utf8)) {
                return buffer.readString(length: seen.utf8.distance(from: seen.utf8.startIndex, to: range.upperBound))!
            }
            guard try await more() else { throw Closed() }
        }
    }

    private func text(count: Int) async throws -> String {
        while buffer.readableBytes < count { guard try await more() else { throw Closed() } }
        return String(decoding: buffer.readBytes(length: count)!, as: UTF8.self)
    }

    private func more() async throws -> Bool {
        guard let next = try await iterator.next() else { return false }
        buffer.writeImmutableBuffer(next)
        return true
    }
}

/// A client that sends and reads nothing, ever.
final class SilentClient {
    private let socket: CInt

    init(port: Int) throws {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw RawClient.Closed() }
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }

    deinit { Glibc.close(socket) }
}
