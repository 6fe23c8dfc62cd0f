import Foundation
import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite("Certificates and contexts")
struct ContextTests {
    private let certificates = TestCertificates.shared

    private func failure(_ configuration: TLSServerConfiguration) -> String {
        do {
            _ = try TLSContextStore(configuration)
            return "no error"
        } catch {
            return String(describing: error)
        }
    }

    @Test(
        "An unusable file is named with the reason",
        arguments: [
            ("missing.pem", "server.key", "missing.pem: No such file or directory"),
            ("empty.pem", "server.key", "empty.pem: is empty"),
            ("text.pem", "server.key", "text.pem: contains no PEM certificate"),
            ("garbage.pem", "server.key", "garbage.pem: certificate 1 cannot be read"),
            ("disordered.pem", "server.key", "disordered.pem: certificate 2 did not issue certificate 1"),
            ("expired.pem", "expired.key", "expired.pem: certificate 1 has expired"),
            ("server.pem", "missing.key", "missing.key: No such file or directory"),
            ("server.pem", "other.key", "other.key: the private key does not belong to the certificate in"),
            ("server.pem", "encrypted.key", "encrypted.key: the private key is encrypted"),
            ("server.pem", "server.pem", "server.pem: contains no PEM private key"),
            (".", "server.key", ".: not a regular file"),
        ])
    func refused(chain: String, key: String, reason: String) {
        let configuration = TLSServerConfiguration(
            certificateChainFile: certificates.path(chain), privateKeyFile: certificates.path(key))
        #expect(failure(configuration).contains(reason))
    }

    @Test("An unusable authority file and an additional certificate are named too")
    func refusedOthers() {
        #expect(failure(certificates.server(clients: .required(caFile: certificates.path("text.pem")))).contains("text.pem: contains no"))
        let additional = ["other.example": TLSCertificateFiles(certificateChainFile: "/nowhere", privateKeyFile: "/nowhere")]
        #expect(failure(certificates.server(additional: additional)).contains("/nowhere: No such file"))
    }

    @Test("A protocol name of no or more than 255 bytes is refused", arguments: ["", String(repeating: "x", count: 256)])
    func badProtocol(name: String) {
        #expect(failure(certificates.server(protocols: [name])).contains("application protocol"))
    }

    @Test("A chain with its authority loads")
    func chain() throws {
        let configuration = TLSServerConfiguration(
            certificateChainFile: certificates.path("server-chain.pem"), privateKeyFile: certificates.path("server.key"))
        _ = try TLSContextStore(configuration)
    }

    @Test("Days to expiry are those of the certificate that expires first")
    func expiry() throws {
        // Rounded down: one less than the certificate's days, but for its first second.
        #expect([19, 20].contains(try TLSContextStore(certificates.server()).daysToExpiry))
        let additional = certificates.server(additional: ["other.example": certificates.files("other")])
        #expect([9, 10].contains(try TLSContextStore(additional).daysToExpiry))
    }

    @Test(
        "The certificate follows the server name",
        arguments: [
            ("other.example", "other"), ("OTHER.example", "other"), ("other.example.", "other"), ("a.wild.example", "wild"),
            ("a.b.wild.example", "server"), ("wild.example", "server"), ("unknown.example", "server"),
        ])
    func serverNames(name: String, presented: String) throws {
        let configuration = certificates.server(
            additional: ["Other.Example": certificates.files("other"), "*.wild.example": certificates.files("wild")])
        let pair = try EmbeddedPair(server: configuration, hostname: name)
        pair.exchange()
        let accepted = pair.client.recorder.errors.isEmpty
        #expect(accepted == (presented != "server"))
        if accepted { #expect(pair.client.handler.peerCertificate?.subject == "CN=\(presented),O=Example") }
        // The protocol is the listener's, whichever certificate was chosen.
        if accepted { #expect(pair.client.handler.negotiatedProtocol == "http/1.1") }
        pair.finish()
    }

    @Test("Without a common protocol the handshake dies with alert 120")
    func noCommonProtocol() throws {
        let pair = try EmbeddedPair(
            server: certificates.server(protocols: ["http/1.1"]), client: certificates.client(protocols: ["h2"]))
        pair.exchange()
        #expect(pair.client.recorder.errors.first?.contains("no application protocol") == true)
        #expect(!pair.server.channel.isActive)
        pair.finish()
    }

    @Test("A client that offers no protocol is served without one")
    func noProtocolOffered() throws {
        let pair = try EmbeddedPair(client: certificates.client(protocols: []))
        pair.exchange()
        #expect(pair.server.recorder.seen.first == .handshake(nil))
        pair.finish()
    }

    @Test("What a client certificate says is published")
    func clientCertificate() throws {
        let pair = try EmbeddedPair(
            server: certificates.server(clients: .required(caFile: certificates.path("client-ca.pem"))),
            client: certificates.client(certificate: "client"))
        pair.exchange()
        let certificate = try #require(pair.server.handler.peerCertificate)
        #expect(certificate.subject == "CN=client,O=Example")
        #expect(certificate.dnsNames == ["client.example"])
        #expect(certificate.uris == ["urn:example:client"])
        #expect(certificate.emailAddresses == ["client@example.org"])
        #expect(certificate.ipAddresses == [[10, 1, 2, 3]])
        let command = "openssl x509 -in \(certificates.path("client.pem")) -pubkey -noout | openssl pkey -pubin -outform DER | sha256sum"
        let digest = run("sh", ["-c", command]).output.prefix(64)
        #expect(certificate.publicKeyDigest.map { String(format: "%02x", $0) }.joined() == digest)
        pair.finish()
    }

    @Test("A required certificate that is missing or of another authority is refused", arguments: [nil, "stranger"])
    func refusedClient(certificate: String?) throws {
        let pair = try EmbeddedPair(
            server: certificates.server(clients: .required(caFile: certificates.path("client-ca.pem"))),
            client: certificates.client(certificate: certificate))
        pair.exchange()
        #expect(pair.server.recorder.errors.count == 1 && !pair.server.channel.isActive)
        // In TLS 1.3 the client has finished by then and learns it from an alert.
        #expect(pair.client.recorder.seen.first == .handshake("http/1.1"))
        #expect(pair.client.recorder.errors.first?.contains("alert") == true)
        pair.finish()
    }

    @Test("An optional certificate may be missing, but not be bad")
    func optionalClient() throws {
        let configuration = certificates.server(clients: .optional(caFile: certificates.path("client-ca.pem")))
        let without = try EmbeddedPair(server: configuration)
        without.exchange()
        #expect(without.server.recorder.seen.first == .handshake("http/1.1") && without.server.handler.peerCertificate == nil)
        without.finish()
        let stranger = try EmbeddedPair(server: configuration, client: certificates.client(certificate: "stranger"))
        stranger.exchange()
        #expect(!stranger.server.channel.isActive)
        stranger.finish()
    }

    @Test("A handler takes only a context of its role")
    func roles() throws {
        #expect(throws: TLSError.self) { try TLSHandler(context: TLSContext(client: certificates.client())) }
        #expect(throws: TLSError.self) { try TLSHandler(context: TLSContext(server: certificates.server()), serverHostname: "localhost") }
    }
}
