import ArgumentParser
import Testing

@testable import partnership

struct EnvironmentSettingsTests {
    func complete(_ line: String, _ environment: [String: String]) throws -> [String] {
        try EnvironmentSettings(environment: environment).completing(line.split(separator: " ").map(String.init), of: Partnership.self)
    }

    @Test("An option the command line leaves out is taken from the environment")
    func takes() throws {
        #expect(try complete("serve", ["PARTNERSHIP_METRICS_PORT": "9000"]) == ["serve", "--metrics-port=9000"])
        #expect(try complete("import gias", ["PARTNERSHIP_GROUP_UID": "3320"]) == ["import", "gias", "--group-uid=3320"])
    }

    @Test("The command line wins, in either spelling")
    func wins() throws {
        #expect(try complete("serve --port 1", ["PARTNERSHIP_PORT": "2"]) == ["serve", "--port", "1"])
        #expect(try complete("serve --port=1", ["PARTNERSHIP_PORT": "2"]) == ["serve", "--port=1"])
    }

    @Test("A flag is true or false, anything else is refused")
    func flags() throws {
        #expect(try complete("serve", ["PARTNERSHIP_PLAIN_HTTP": "true"]) == ["serve", "--plain-http"])
        #expect(try complete("serve", ["PARTNERSHIP_PLAIN_HTTP": "0"]) == ["serve"])
        #expect(throws: ValidationError.self) { try complete("serve", ["PARTNERSHIP_PLAIN_HTTP": "maybe"]) }
    }

    @Test("A setting of another verb is left alone, an unknown one is refused by name")
    func unknown() throws {
        #expect(try complete("check", ["PARTNERSHIP_PORT": "2"]) == ["check"])
        let error = #expect(throws: ValidationError.self) { try complete("serve", ["PARTNERSHIP_PROT": "2"]) }
        #expect(error?.message == "PARTNERSHIP_PROT is set, but no option is called --prot.")
        #expect(try complete("serve", ["PATH": "/bin", "PARTNERSHIP_BENCH": "1"]) == ["serve"])
    }

    @Test("What follows -- stays positional")
    func positional() throws {
        #expect(try complete("backup -- -odd", ["PARTNERSHIP_DATA": "/d"]) == ["backup", "--data=/d", "--", "-odd"])
    }
}

struct ServeOptionsTests {
    func refusal(_ line: String) -> String? {
        do {
            let command = try Partnership.parseAsRoot(line.split(separator: " ").map(String.init))
            _ = try (command as? ServeCommand).map(Application.settings)
            return nil
        } catch {
            return Partnership.message(for: error)
        }
    }

    @Test(
        "Contradictory settings are refused with a sentence",
        arguments: [
            ("serve", "Give --certificate and --private-key"), ("serve --certificate c", "are given together"),
            ("serve --plain-http --hsts", "leave out the TLS options"),
            ("serve --plain-http --certificate c --private-key k", "leave out the TLS options"),
            ("serve --plain-http --port 70000", "--port is a number"), ("serve --plain-http --port 9464", "can't both be 9464"),
            ("serve --plain-http --log-level loud", "--log-level is trace"),
            ("serve --plain-http --cors-origins desk", "takes origins such as"),
            ("serve --certificate c --private-key k --require-client-certificate", "needs --client-authorities"),
            ("serve --certificate c --private-key k --server-names a", "name=chain.pem:key.pem"),
            ("serve --plain-http --security-contact me", "--security-contact is a mailto:"), ("serve --no-such-thing", "Unknown option"),
            ("serve --plain-http --trusted-proxy proxy.example", "--trusted-proxy is an address such as"),
            ("serve --plain-http --public-origin partnership.example.org", "--public-origin is an origin such as"),
            ("serve --plain-http --public-origin https://partnership.example.org/", "--public-origin is an origin such as"),
            ("serve --plain-http --trusted-proxy 10.0.0.2 --trusted-proxy 10.0.0.3,", "--trusted-proxy is an address such as"),
        ])
    func contradictions(line: String, sentence: String) throws {
        #expect(try #require(refusal(line)).contains(sentence))
    }

    @Test(
        "Settings that fit are taken",
        arguments: ["serve --plain-http", "serve --certificate c --private-key k --hsts --server-names a.org=c:k,b.org=c:k"])
    func fitting(line: String) { #expect(refusal(line) == nil) }

    @Test("Trusted proxies are given again, by commas, or both")
    func proxies() throws {
        let line = ["serve", "--plain-http", "--trusted-proxy", "10.0.0.2, 10.0.0.3", "--trusted-proxy", "::1"]
        let command = try #require(try Partnership.parseAsRoot(line) as? ServeCommand)
        #expect(command.listening.trustedProxies == ["10.0.0.2", "10.0.0.3", "::1"])
    }
}
