internal import Glibc
internal import Synchronization

/// A listener's current context. New connections take the context of the moment; each keeps the one it started with.
///
/// Reloading builds and checks everything first and only then swaps: while the files are wrong, the old certificate
/// goes on serving.
package final class TLSContextStore: Sendable {
    private struct Current {
        var context: TLSContext
        var ticketKeys: TicketKeys
        var files: [FileFingerprint]
    }

    private let configuration: TLSServerConfiguration
    private let current: Mutex<Current>
    /// One reload at a time: a signal and the watcher may ask together.
    private let reloading = Mutex(())

    /// Reads and checks every file. Not for an event loop.
    /// - Throws: `TLSError` that names the file and the reason.
    package init(_ configuration: TLSServerConfiguration) throws {
        let keys = TicketKeys.random()
        // Before reading: a file replaced meanwhile then differs at the next look.
        let files = Self.fingerprints(configuration)
        let context = try TLSContext(server: configuration, ticketKeys: keys)
        self.configuration = configuration
        self.current = Mutex(Current(context: context, ticketKeys: keys, files: files))
    }

    package var context: TLSContext {
        current.withLock { $0.context }
    }

    /// A handler for one accepted connection, to be added first to its pipeline.
    package func makeServerHandler() throws -> TLSHandler {
        try TLSHandler(context: context)
    }

    /// Builds a context from the files as they are now and serves new connections with it. Blocks for the reading.
    /// - Throws: `TLSError` that names the file and the reason; the old context then stays.
    package func reload() throws {
        try reloading.withLock { _ in
            let files = Self.fingerprints(configuration)
            let old = current.withLock { $0.ticketKeys }
            let keys = old.made.duration(to: .now) < TicketKeys.lifetime ? old : .random()
            let context = try TLSContext(server: configuration, ticketKeys: keys)
            current.withLock { $0 = Current(context: context, ticketKeys: keys, files: files) }
        }
    }

    /// Whole days until the first certificate in use expires, rounded down; negative after that.
    package var daysToExpiry: Int {
        let seconds = (context.notAfter ?? 0) - Int64(time(nil))
        return Int((Double(seconds) / 86400).rounded(.down))
    }

    /// Looks at the files every `interval` until the task is cancelled, and reloads when one was replaced or the ticket
    /// keys are due. Reports each change once: a reload that keeps failing for the same reason is retried silently.
    package func watch(every interval: Duration, onReload: @Sendable (Result<Void, any Error>) -> Void) async {
        var attempted = current.withLock { $0.files }
        var failure: String?
        while true {
            do { try await Task.sleep(for: interval) } catch { return }
            let files = Self.fingerprints(configuration)
            let changed = files != attempted
            let keysDue = current.withLock { $0.ticketKeys.made.duration(to: .now) >= TicketKeys.lifetime }
            guard changed || keysDue || failure != nil else { continue }
            attempted = files
            do {
                try reload()
                if changed || failure != nil { onReload(.success(())) }
                failure = nil
            } catch {
                let reason = String(describing: error)
                if changed || reason != failure { onReload(.failure(error)) }
                failure = reason
            }
        }
    }

    private static func fingerprints(_ configuration: TLSServerConfiguration) -> [FileFingerprint] {
        let certificates = [configuration.certificate] + configuration.additionalCertificates.sorted { $0.key < $1.key }.map(\.value)
        let paths = certificates.flatMap { [$0.certificateChainFile, $0.privateKeyFile] }
        return (paths + [configuration.clientCertificates.caFile].compactMap(\.self)).map(FileFingerprint.init(path:))
    }
}
