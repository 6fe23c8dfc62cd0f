import Foundation
import TLS

/// A certificate for localhost, made once per run by the `openssl` command.
struct TestIdentity: Sendable {
    static let shared = TestIdentity()

    private let directory = NSTemporaryDirectory() + "routing-tests-\(UUID().uuidString)"

    private init() {
        try! FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
            .split(separator: " ").map(String.init) + ["-keyout", directory + "/key.pem", "-out", directory + "/cert.pem"]
        openssl.standardError = FileHandle.nullDevice
        try! openssl.run()
        openssl.waitUntilExit()
    }

    func store() throws -> TLSContextStore {
        try TLSContextStore(
            TLSServerConfiguration(certificateChainFile: directory + "/cert.pem", privateKeyFile: directory + "/key.pem"))
    }

    func client(_ protocols: [String]) throws -> TLSContext {
        try TLSContext(client: TLSClientConfiguration(trustRoots: .file(directory + "/cert.pem"), applicationProtocols: protocols))
    }
}
