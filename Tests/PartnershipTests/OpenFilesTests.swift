import Foundation
import Testing

@testable import partnership

struct OpenFilesTests {
    @Test(
        "Connections leave files for everything else",
        arguments: [(1_048_576, 16384), (16640, 16384), (1024, 768), (300, 75), (64, 16)])
    func fits(limit: Int, connections: Int) {
        #expect(OpenFiles.connections(wanted: 16384, limit: limit) == connections)
    }

    @Test("A low hard limit lowers the connections and is told, a low soft one is raised")
    func limits() throws {
        let directory = try TemporaryDirectory()
        let low = try RunningService(data: directory.path, before: "ulimit -n 64")
        #expect(low.startLog.contains("Takes 16 connections at once instead of 16384, because no more than 64 files may be open"))
        let meta = try #require(Connection(port: low.port)?.send("GET", "/v1/meta", token: "none"))
        #expect(meta.body.contains("\"maxConnections\":16,") || meta.body.contains("\"maxConnections\":16}"))
        #expect(low.stop() == 0)
        let serve = "serve --plain-http --port 0 --no-metrics --data '\(directory.path)' --maximum-connections 17"
        let asked = try Command.run("sh", "-c", "ulimit -n 64 && exec '\(Binary.url.path)' \(serve)")
        #expect(asked.status != 0)
        #expect(asked.errors.contains("--maximum-connections is 17, but no more than 64 files may be open"))
        let soft = try RunningService(data: directory.path, before: "ulimit -S -n 64")
        #expect(!soft.startLog.contains("because no more than 64 files"))
        #expect(soft.stop() == 0)
    }
}
