internal import COpenSSL

/// Everything this target can report. The text is a sentence part fit for a log line or for the message that stops a
/// start; it never contains key material.
package enum TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A certificate, key or authority file cannot be used. `path` is the file as configured.
    case file(path: String, reason: String)
    /// A setting that does not depend on a file's content is wrong.
    case setting(String)
    /// OpenSSL refused to create an object: out of memory, or a broken installation.
    case unavailable(String)
    /// The handshake ended without a connection; the channel is closed.
    case handshakeFailed(String)
    /// The peer did not finish the handshake in time; the channel is closed.
    case handshakeTimedOut
    /// The connection broke after the handshake: a bad record, or the peer's fatal alert. The channel is closed.
    case failed(String)
    /// The TCP stream ended without the peer's close_notify: what came last may be missing its end.
    case truncated

    package var description: String {
        switch self {
        case .file(let path, let reason): "\(path): \(reason)"
        case .setting(let reason): reason
        case .unavailable(let reason): "OpenSSL: \(reason)"
        case .handshakeFailed(let reason): "TLS handshake failed: \(reason)"
        case .handshakeTimedOut: "TLS handshake timed out"
        case .failed(let reason): "TLS connection failed: \(reason)"
        case .truncated: "TLS connection truncated: the peer closed without close_notify"
        }
    }
}

/// OpenSSL's error queue. It belongs to the thread, and one event loop serves many connections: whoever makes a call
/// that can fail clears it before and drains it after, or a neighbour's error is taken for its own.
enum OpenSSLErrors {
    static func clear() {
        ERR_clear_error()
    }

    /// Empties the queue and joins the reasons, oldest (the root cause) first.
    static func drain() -> String {
        var reasons: [String] = []
        while true {
            let code = ERR_get_error()
            if code == 0 { break }
            let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(String(code, radix: 16))"
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        return reasons.isEmpty ? "no reason given" : reasons.joined(separator: ", ")
    }
}
