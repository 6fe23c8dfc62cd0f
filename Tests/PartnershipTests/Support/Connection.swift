import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The smallest HTTP/1.1 client that can tell an answer from a broken connection: one blocking keep-alive connection.
final class Connection {
    private let socket: Int32
    private var buffer: [UInt8] = []

    /// nil when nobody listens.
    init?(port: UInt16) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { return nil }
    }

    deinit { close(socket) }

    struct Answer {
        let status: Int
        /// Status line and fields.
        let head: String
        let body: String

        /// The member `id` of the body.
        var id: String? { body.firstMatch(of: /"id":"([^"]+)"/).map { String($0.output.1) } }
    }

    /// nil when the connection broke before the answer was whole.
    func send(_ method: String, _ path: String, token: String, headers: String = "", body: String = "") -> Answer? {
        let text =
            "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        return write(text) ? receive() : nil
    }

    /// false when the connection broke.
    @discardableResult
    func write(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// The next answer, also `100 Continue`.
    func receive() -> Answer? {
        let separator = Array("\r\n\r\n".utf8)
        while true {
            if let end = buffer.firstRange(of: separator) {
                let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                let length = head.lowercased().firstMatch(of: /content-length: *(\d+)/).flatMap { Int($0.output.1) } ?? 0
                if buffer.count >= end.upperBound + length {
                    let body = String(decoding: buffer[end.upperBound..<end.upperBound + length], as: UTF8.self)
                    buffer.removeFirst(end.upperBound + length)
                    guard let status = Int(head.dropFirst("HTTP/1.1 ".count).prefix(3)) else { return nil }
                    return Answer(status: status, head: head, body: body)
                }
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(socket, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer += chunk[..<count]
        }
    }
}
