import Core
import Glibc
import Routing

/// The last line of the log when a fault ends the process: which signal, when, of which version.
///
/// Swift's own backtrace says where, if its tool is there (SWIFT_BACKTRACE, see scripts/partnership.service); this says that, in any case. Written
/// before anything can be known about the state of the process, so the handler makes no memory and takes no lock: every line lies ready but for its
/// time. Lines that the log had gathered and not yet written are lost.
enum CrashLine {
    private static let signals = [
        (SIGILL, "SIGILL"), (SIGTRAP, "SIGTRAP"), (SIGSEGV, "SIGSEGV"), (SIGBUS, "SIGBUS"), (SIGFPE, "SIGFPE"), (SIGABRT, "SIGABRT"),
        (SIGSYS, "SIGSYS"),
    ]

    private struct Line {
        var bytes = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
        /// Where the time stands.
        var time = 0
        /// Who handled it before: Swift's backtrace, or nobody.
        var previous = sigaction()
    }

    /// By signal. Written once, before any can come.
    nonisolated(unsafe) private static let lines = UnsafeMutableBufferPointer<Line>.allocate(capacity: 65)

    /// To be called once, before anything else runs.
    static func prepare(version: String) {
        lines.initialize(repeating: Line())
        for (signal, name) in signals {
            lines[Int(signal)] = line(name, version: version, format: LineFormat.suited(to: .standardError))
            var action = sigaction()
            action.__sigaction_handler.sa_sigaction = { CrashLine.handle($0, $1, $2) }
            // On the stack the runtime keeps for its own handler, where the thread has one: the thread's may be the one that overflowed.
            action.sa_flags = SA_ONSTACK | SA_SIGINFO
            sigaction(signal, &action, &lines[Int(signal)].previous)
        }
    }

    private static let timeWidth = 24

    private static func line(_ name: String, version: String, format: LineFormat) -> Line {
        let time = String(repeating: "-", count: timeWidth)
        let message = "The process is ended by \(name)"
        let (before, after) =
            switch format {
            case .json:
                (
                    #"{"time":""#,
                    #"","level":"critical","message":"\#(message)","logger":"partnership","signal":"\#(name)","version":"\#(version)"}"#
                )
            case .readable: ("", " critical \(message) signal=\(name) version=\(version)")
            }
        let text = Array((before + time + after + "\n").utf8)
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.count)
        _ = bytes.initialize(from: text)
        return Line(bytes: bytes, time: before.utf8.count)
    }

    private static func handle(_ signal: Int32, _ info: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?) {
        let line = lines[Int(signal)]
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        Instant(milliseconds: Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000).write(into: line.bytes, at: line.time)
        // Whoever reads the log may have stopped: the line is worth a second, and not a process that hangs instead of ending.
        var log = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        if poll(&log, 1, 1000) == 1 { _ = Glibc.write(STDERR_FILENO, line.bytes.baseAddress, line.bytes.count) }
        if line.previous.sa_flags & SA_SIGINFO != 0 { line.previous.__sigaction_handler.sa_sigaction?(signal, info, context) }
        // It comes again as soon as this returns, and is the end: also where somebody sent it and no fault would come again by itself.
        var end = sigaction()
        sigaction(signal, &end, nil)
        raise(signal)
    }
}
