import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Whole lines to a file descriptor, gathered so that a busy service doesn't pay one system call per line, and written off the
/// event loops so that a stalled reader doesn't stall the service.
package final class LineOutput: Sendable {
    /// Lines wait at most this long.
    private static let delay = TimeAmount.milliseconds(100)
    /// Beyond this the reader is stalled; lines are dropped and counted rather than filling the memory.
    private static let capacity = 4 * 1024 * 1024

    private struct State {
        var pending: [UInt8] = []
        var dropped = 0
        var isScheduled = false
    }

    private let descriptor: Int32
    private let state = Mutex(State())
    /// Held while writing, so that lines keep their order.
    private let writing = Mutex(())

    package init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    package static let standardOutput = LineOutput(descriptor: STDOUT_FILENO)
    package static let standardError = LineOutput(descriptor: STDERR_FILENO)

    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// - Parameter line: without its line feed.
    package func write(_ line: some Collection<UInt8>, urgently: Bool = false) {
        let mustSchedule = state.withLock { state in
            guard state.pending.count < Self.capacity else {
                state.dropped += 1
                return false
            }
            state.pending.append(contentsOf: line)
            state.pending.append(Ascii.lineFeed)
            if urgently || state.isScheduled { return false }
            state.isScheduled = true
            return true
        }
        if urgently { return flush() }
        guard mustSchedule else { return }
        MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: Self.delay) {
            NIOThreadPool.singleton.submit { _ in self.flush() }
        }
    }

    /// Writes everything that waits; to be called before the process ends.
    package func flush() {
        writing.withLock { _ in
            let (bytes, dropped) = state.withLock { state in
                defer {
                    state.pending.removeAll(keepingCapacity: state.pending.capacity <= 64 * 1024)
                    state.dropped = 0
                    state.isScheduled = false
                }
                return (state.pending, state.dropped)
            }
            writeFully(bytes)
            if dropped > 0 { writeFully(Array("{\"level\":\"warning\",\"message\":\"log lines dropped\",\"count\":\(dropped)}\n".utf8)) }
        }
    }

    private func writeFully(_ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + offset, bytes.count - offset) }
            if count < 0 {
                if errno == EINTR { continue }
                // A closed pipe, a full disk: nowhere to say so.
                return
            }
            offset += count
        }
    }
}

/// How a line looks.
package enum LineFormat: Sendable {
    /// One JSON object a line, for machines.
    case json
    /// For eyes.
    case readable

    /// Readable on a terminal, JSON elsewhere.
    package static func suited(to output: LineOutput) -> LineFormat { output.isTerminal ? .readable : .json }
}
