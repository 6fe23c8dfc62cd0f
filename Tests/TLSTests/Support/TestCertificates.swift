import Foundation
import Glibc
import TLS

/// Authorities, certificates and keys made once per test run by the `openssl` command, in a temporary directory.
struct TestCertificates: Sendable {
    static let shared = TestCertificates()

    let directory: String

    private init() {
        directory = NSTemporaryDirectory() + "tls-tests-\(UUID().uuidString)"
        try! FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: TestCertificates.shared.directory) }
        for authority in ["ca", "client-ca"] {
            openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /O=Example/CN=\(authority) "
                    + "-keyout \(authority).key -out \(authority).pem")
        }
        issue("server", names: "DNS:localhost,IP:127.0.0.1", days: 20)
        issue("renewed", names: "DNS:localhost,IP:127.0.0.1", days: 25)
        issue("other", names: "DNS:other.example", days: 10)
        issue("wild", names: "DNS:*.wild.example", days: 15)
        issue("client", names: "DNS:client.example,URI:urn:example:client,email:client@example.org,IP:10.1.2.3", by: "client-ca")
        issue("stranger", names: "DNS:client.example", by: "ca")
        openssl("ec -aes256 -passout pass:secret -in server.key -out encrypted.key")
        // The second command of the same day is the only portable way to a certificate that has expired.
        expired()
        write("garbage.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        write("empty.pem", "")
        write("text.pem", "this is no certificate\n")
        write("disordered.pem", read("ca.pem") + read("server.pem"))
        write("server-chain.pem", read("server.pem") + read("ca.pem"))
    }

    func path(_ name: String) -> String { directory + "/" + name }

    func files(_ name: String) -> TLSCertificateFiles {
        TLSCertificateFiles(certificateChainFile: path("\(name).pem"), privateKeyFile: path("\(name).key"))
    }

    func server(
        _ name: String = "server", additional: [String: TLSCertificateFiles] = [:], protocols: [String] = ["h2", "http/1.1"],
        clients: TLSClientCertificates = .none, resumption: TLSResumption = .tickets(lifetime: .seconds(600)),
        handshakeTimeout: Duration = .seconds(10), shutdownTimeout: Duration = .seconds(5)
    ) -> TLSServerConfiguration {
        TLSServerConfiguration(
            certificateChainFile: path("\(name).pem"), privateKeyFile: path("\(name).key"), additionalCertificates: additional,
            applicationProtocols: protocols, clientCertificates: clients, resumption: resumption, handshakeTimeout: handshakeTimeout,
            shutdownTimeout: shutdownTimeout)
    }

    func client(protocols: [String] = ["http/1.1"], certificate: String? = nil) -> TLSClientConfiguration {
        TLSClientConfiguration(
            trustRoots: .file(path("ca.pem")), applicationProtocols: protocols, certificate: certificate.map(files))
    }

    /// A certificate and key in a directory of their own, to be replaced by a test.
    func replaceableCopy(of name: String) -> TLSCertificateFiles {
        let folder = path(UUID().uuidString)
        try! FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let copy = TLSCertificateFiles(certificateChainFile: folder + "/cert.pem", privateKeyFile: folder + "/key.pem")
        replace(copy, with: name)
        return copy
    }

    func replace(_ files: TLSCertificateFiles, with name: String) {
        let parts = [(path("\(name).pem"), files.certificateChainFile), (path("\(name).key"), files.privateKeyFile)]
        for (source, target) in parts {
            try! FileManager.default.contents(atPath: source)!.write(to: URL(fileURLWithPath: target), options: .atomic)
        }
    }

    private func issue(_ name: String, names: String, by authority: String = "ca", days: Int = 20) {
        write("\(name).ext", "subjectAltName=\(names)\n")
        openssl(
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O=Example/CN=\(name) -keyout \(name).key -out \(name).csr")
        openssl(
            "x509 -req -in \(name).csr -CA \(authority).pem -CAkey \(authority).key -CAcreateserial -days \(days) "
                + "-extfile \(name).ext -out \(name).pem")
    }

    private func expired() {
        write("index.txt", "")
        write("serial", "01\n")
        write(
            "ca.cnf",
            """
            [ca]
            default_ca=d
            [d]
            database=\(directory)/index.txt
            serial=\(directory)/serial
            new_certs_dir=\(directory)
            default_md=sha256
            policy=p
            [p]
            commonName=supplied

            """)
        openssl("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=expired -keyout expired.key -out expired.csr")
        openssl(
            "ca -batch -notext -config ca.cnf -in expired.csr -cert ca.pem -keyfile ca.key -startdate 20200101000000Z "
                + "-enddate 20200201000000Z -out expired.pem")
    }

    private func openssl(_ arguments: String) {
        let result = run("openssl", arguments.split(separator: " ").map(String.init), directory: directory)
        precondition(result.status == 0, "openssl \(arguments): \(result.errors)")
    }

    private func write(_ name: String, _ text: String) {
        try! text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }

    private func read(_ name: String) -> String {
        try! String(contentsOfFile: path(name), encoding: .utf8)
    }
}

struct CommandResult: Sendable {
    var status: Int32
    var output: String
    var errors: String
}

func available(_ command: String) -> Bool {
    run("which", [command]).status == 0
}

/// Runs a command to its end. `input` stays open for `holdInput`, for tools that quit when theirs ends.
@discardableResult
func run(
    _ command: String, _ arguments: [String], directory: String? = nil, input: String = "", holdInput: Duration = .zero
) -> CommandResult {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // A peer that hangs must fail its test, not the run.
    process.arguments = ["timeout", "-s", "KILL", "20", command] + arguments
    if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
    let (standardInput, output, errors) = (Pipe(), Pipe(), Pipe())
    process.standardInput = standardInput
    process.standardOutput = output
    process.standardError = errors
    try! process.run()
    try? standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    if holdInput > .zero {
        Thread.sleep(forTimeInterval: Double(holdInput.components.seconds) + Double(holdInput.components.attoseconds) / 1e18)
    }
    try? standardInput.fileHandleForWriting.close()
    let errorText = Box()
    let reader = Thread {
        errorText.data = errors.fileHandleForReading.readDataToEndOfFile()
        errorText.done.signal()
    }
    reader.start()
    let outputData = output.fileHandleForReading.readDataToEndOfFile()
    errorText.done.wait()
    process.waitUntilExit()
    return CommandResult(
        status: process.terminationStatus, output: String(decoding: outputData, as: UTF8.self),
        errors: String(decoding: errorText.data, as: UTF8.self))
}

private final class Box: @unchecked Sendable {
    // Written before the signal, read after the wait.
    var data = Data()
    let done = DispatchSemaphore(value: 0)
}

/// `run` for asynchronous tests: it blocks, so it gets a thread of its own instead of one of the few that run tasks.
@discardableResult
func runAsync(_ command: String, _ arguments: [String], input: String = "", holdInput: Duration = .zero) async -> CommandResult {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(returning: run(command, arguments, input: input, holdInput: holdInput))
        }
    }
}
