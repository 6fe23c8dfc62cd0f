import Foundation
import Synchronization
import Testing

/// The built executable, run as its users run it.
struct Binary {
    /// Beside the test bundle, where the package manager puts both.
    static let url = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "partnership")

    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Runs one command to its end.
    @discardableResult
    static func run(_ arguments: String..., environment: [String: String] = [:], in directory: String? = nil) throws -> Result {
        try Command.run(url, arguments, environment: environment, in: directory)
    }
}

/// Any program.
enum Command {
    /// One of those on the path.
    static func run(_ name: String, _ arguments: String...) throws -> Binary.Result {
        try run(URL(filePath: "/usr/bin/env"), [name] + arguments, environment: ProcessInfo.processInfo.environment)
    }

    static func run(_ url: URL, _ arguments: [String], environment: [String: String], in directory: String? = nil) throws -> Binary.Result {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        process.executableURL = url
        process.arguments = arguments
        process.environment = environment
        if let directory { process.currentDirectoryURL = URL(filePath: directory) }
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // The second pipe holds little; reading the first to its end can't block on it.
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Binary.Result(status: process.terminationStatus, output: text, errors: complaint)
    }
}

/// A directory that is gone after the test.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "partnership-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Makes a database in it, or in a folder of it; returns where.
    @discardableResult
    func migrate(_ folder: String = "") throws -> String {
        let data = path + folder
        let made = try Binary.run("migrate", "--data", data)
        try #require(made.status == 0, "\(made.errors)")
        return data
    }

    func file(_ name: String, _ content: String = "") throws -> String {
        let file = path + "/" + name
        try content.write(toFile: file, atomically: false, encoding: .utf8)
        return file
    }
}

/// Text that comes while others look.
private final class Gathered: Sendable {
    let text = Mutex("")
}

/// `partnership serve` on free ports, over plain HTTP unless there is a certificate; on a new database where there is none.
final class RunningService {
    let process = Process()
    let port: UInt16
    /// Of `/metrics`; nil when it isn't served.
    let metricsPort: UInt16?
    /// What it logged until it served.
    let startLog: String
    private let laterLog = Gathered()

    /// - Parameters:
    ///   - certificate: PEM files of chain and key.
    ///   - before: a shell command that changes what the service inherits, such as `ulimit -n 64`.
    init(
        data: String, certificate: (chain: String, key: String)? = nil, metrics: Bool = false, before: String = ":", _ options: String...
    ) throws {
        if !FileManager.default.fileExists(atPath: data + "/partnership.db") { try Binary.run("migrate", "--data", data) }
        let errors = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            ["-c", before + #" && exec "$0" "$@""#, Binary.url.path, "serve", "--port", "0", "--data", data]
            + (certificate.map { ["--certificate", $0.chain, "--private-key", $0.key] } ?? ["--plain-http"])
            + (metrics ? ["--metrics-port", "0"] : ["--no-metrics"]) + options
        // Making a backtrace of a debug build takes minutes.
        process.environment = ["SWIFT_BACKTRACE": "enable=no"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        var log = ""
        var found: UInt16?
        var foundMetrics: UInt16?
        while found == nil || (metrics && foundMetrics == nil) {
            let chunk = errors.fileHandleForReading.availableData
            guard !chunk.isEmpty else { break }
            log += String(decoding: chunk, as: UTF8.self)
            if let match = log.firstMatch(of: /Serving https?:\/\/127\.0\.0\.1:(\d+)/) { found = UInt16(match.output.1) }
            if let match = log.firstMatch(of: /Metrics on http:\/\/127\.0\.0\.1:(\d+)/) { foundMetrics = UInt16(match.output.1) }
        }
        startLog = log
        metricsPort = foundMetrics
        port = try #require(found, "the service did not start: \(log)")
        // What it logs later is read, so that it never waits for us.
        errors.fileHandleForReading.readabilityHandler = { [laterLog] handle in
            let text = String(decoding: handle.availableData, as: UTF8.self)
            laterLog.text.withLock { $0 += text }
        }
    }

    /// What it logged after it served, as far as it has been read.
    var log: String { laterLog.text.withLock(\.self) }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM; the status it ends with.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    deinit { if process.isRunning { kill() } }
}
