import Foundation
import Testing

@Suite("What operators use")
struct OperationsTests {
    let repository = Repository.here

    /// Instructions of the Dockerfile, continued lines joined, comments left out.
    private func instructions() throws -> [(name: String, rest: String)] {
        let lines = try repository.text("Dockerfile").split(separator: "\n").filter { !$0.hasPrefix("#") }
        return lines.joined(separator: "\n").replacing("\\\n", with: " ").split(separator: "\n").map { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return (String(parts[0]), String(parts.last ?? ""))
        }
    }

    @Test("Everything the Dockerfile copies is there, and isn't kept from it by .dockerignore")
    func copies() throws {
        let ignored = try repository.text(".dockerignore").split(separator: "\n").map { $0.trimmingPrefix("/") }
        let sources = try instructions().filter { $0.name == "COPY" && !$0.rest.hasPrefix("--from=") }
            .flatMap { $0.rest.split(separator: " ").dropLast().map(String.init) }
        #expect(sources.contains("Package.swift") && sources.contains("openapi.yaml"))
        for source in sources {
            #expect(repository.exists(source), "\(source) isn't there")
            #expect(!ignored.contains { $0 == source[...] || $0 == (source + "/")[...] }, "\(source) is ignored")
        }
    }

    @Test("The image runs as a user of its own, keeps its data in a volume, can be stopped and says how it is")
    func image() throws {
        let all = try instructions()
        let names = all.map(\.name)
        let last = try #require(names.lastIndex(of: "FROM"))
        let final = all[last...]
        let user = try #require(final.last { $0.name == "USER" }?.rest)
        #expect(user != "root" && user != "0")
        #expect(final.contains { $0.name == "RUN" && $0.rest.contains("useradd") && $0.rest.contains(user) })
        for name in ["HEALTHCHECK", "VOLUME", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD"] {
            #expect(final.contains { $0.name == name }, "\(name) is missing")
        }
        // What runs the image is of the release of what built it, and neither is `latest`.
        for image in all.filter({ $0.name == "FROM" }).map(\.rest) { #expect(image.contains("bookworm"), "\(image)") }
    }

    @Test("The health check asks the ports that are set, the one clients use among them")
    func healthCheck() throws {
        let check = try #require(try instructions().first { $0.name == "HEALTHCHECK" }?.rest)
        #expect(check.contains("${PARTNERSHIP_PORT:-8443}") && check.contains("${PARTNERSHIP_METRICS_PORT:-9464}"))
        let command = try #require(try instructions().last { $0.name == "CMD" }?.rest)
        #expect(!command.contains("--port"), "the variable would have no effect")
    }

    @Test("The unit allows as many files as connections and everything else need")
    func unit() throws {
        let unit = try repository.text("scripts/partnership.service")
        let limit = try #require(unit.firstMatch(of: /(?m)^LimitNOFILE=(\d+)$/).flatMap { Int($0.output.1) })
        let limits = try repository.text("Sources/Routing/Server/ServerLimits.swift")
        let connections = try #require(
            limits.firstMatch(of: /var connections = ([\d_]+)/).flatMap { Int($0.output.1.replacing("_", with: "")) })
        #expect(limit >= connections + 256)
    }
}
