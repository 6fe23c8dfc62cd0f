import Foundation
import Testing

@testable import TLS

/// `openssl s_client` with a saved session says whether the server took it.
@Suite("Session resumption")
struct ResumptionTests {
    private let certificates = TestCertificates.shared

    private func connect(_ server: TestServer, version: String, session: String, save: Bool, client: String? = nil) async -> String {
        var arguments = ["s_client", "-connect", server.address, "-CAfile", certificates.path("ca.pem"), "-ign_eof"]
        arguments += ["-servername", "localhost", version, save ? "-sess_out" : "-sess_in", session]
        if let client { arguments += ["-cert", certificates.path("\(client).pem"), "-key", certificates.path("\(client).key")] }
        return await runAsync("openssl", arguments, input: "GET /who HTTP/1.1\r\n\r\nGET /end HTTP/1.1\r\n\r\n").output
    }

    @Test("A ticket resumes, also after a reload", arguments: ["-tls1_2", "-tls1_3"], [nil, "client"])
    func resumes(version: String, client: String?) async throws {
        let files = certificates.replaceableCopy(of: "server")
        var configuration = certificates.server(
            clients: client == nil ? .none : .required(caFile: certificates.path("client-ca.pem")))
        configuration.certificate = files
        let server = try await TestServer(configuration)
        let session = files.certificateChainFile + ".session"
        let who = client == nil ? "nobody" : "CN=client,O=Example"

        let first = await connect(server, version: version, session: session, save: true, client: client)
        #expect(first.contains("\nNew, ") && first.contains(who))
        let second = await connect(server, version: version, session: session, save: false, client: client)
        #expect(second.contains("\nReused, ") && second.contains(who))
        certificates.replace(files, with: "renewed")
        try server.store.reload()
        let third = await connect(server, version: version, session: session, save: false, client: client)
        #expect(third.contains("\nReused, ") && third.contains(who))
        #expect(server.tally.now.resumed == 2 && server.tally.now.errors == [])
        await server.stop()
    }

    @Test("A ticket from before other authorities were asked for does not resume", arguments: ["-tls1_2", "-tls1_3"])
    func changedAuthorities(version: String) async throws {
        let authorities = certificates.path(UUID().uuidString + ".pem")
        try FileManager.default.copyItem(atPath: certificates.path("client-ca.pem"), toPath: authorities)
        let server = try await TestServer(certificates.server(clients: .required(caFile: authorities)))
        let session = authorities + ".session"
        _ = await connect(server, version: version, session: session, save: true, client: "client")
        #expect(await connect(server, version: version, session: session, save: false, client: "client").contains("\nReused, "))

        try FileManager.default.removeItem(atPath: authorities)
        try FileManager.default.copyItem(atPath: certificates.path("ca.pem"), toPath: authorities)
        try server.store.reload()
        let refused = await connect(server, version: version, session: session, save: false, client: "client")
        #expect(!refused.contains("\nReused, ") && !refused.contains("CN=client,O=Example"))
        await server.stop()
    }

    @Test("Without resumption every handshake is a full one", arguments: ["-tls1_2", "-tls1_3"])
    func disabled(version: String) async throws {
        let server = try await TestServer(certificates.server(resumption: .disabled))
        let session = certificates.path(UUID().uuidString)
        let first = await connect(server, version: version, session: session, save: true)
        #expect(first.contains("\nNew, ") && !first.contains("session ticket:"))
        #expect(server.tally.now.resumed == 0)
        await server.stop()
    }
}
