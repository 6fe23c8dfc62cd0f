import Core
import Domain
import Foundation
import Glibc
import Repositories
import Services
import Testing

private typealias Fixture = RegisterImportFixture

@Suite(.timeLimit(.minutes(2))) struct ImportServiceTests {
    private let fixture: RegisterImportFixture
    private let service: ImportService
    private let call = Call(
        actor: Actor(kind: .token, id: "tok_x", name: "Integration", grants: [Actor.Grant(role: "trustAdmin")]), requestId: "req_1")

    init() throws {
        fixture = try RegisterImportFixture()
        service = ImportService(store: fixture.store, directory: fixture.directory)
    }

    private func stream(_ lines: [String], pieces: Int = 7) -> AsyncStream<[UInt8]> {
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
        return AsyncStream { continuation in
            for start in stride(from: 0, to: bytes.count, by: pieces) {
                continuation.yield(Array(bytes[start..<min(start + pieces, bytes.count)]))
            }
            continuation.finish()
        }
    }

    private func send(schools: [String], to id: String) async throws -> ImportJob {
        _ = try await service.receive(file: "establishments", of: id, stream([Fixture.schoolHeader] + schools), call)
        return try await service.receive(file: "group-links", of: id, stream([Fixture.linkHeader, Fixture.link(100_001)]), call)
    }

    /// Runs the queue until the job has ended; a service can do it once.
    private func finish(_ id: String, _ service: ImportService? = nil) async throws -> ImportJob {
        let service = service ?? self.service
        let background = Task { try await service.run() }
        defer { background.cancel() }
        while true {
            let job = try service.find(id, call)
            if job.status == .succeeded || job.status == .failed { return job }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func staged(_ id: String) -> Bool { access("\(fixture.directory)/imports/\(id)", F_OK) == 0 }

    @Test("A job is made, given its files, started, run and reported; its files are gone then")
    func lifecycle() async throws {
        let made = try await service.create(groupUid: "3320", call)
        #expect(made.status == .awaitingFiles && made.groupUid == "3320" && made.files == [])
        let filled = try await send(schools: [Fixture.school(100_001), Fixture.school(100_002)], to: made.id)
        #expect(filled.files.map(\.name) == ["establishments", "group-links"])
        #expect(filled.files[0].sha256.count == 64 && filled.files[0].sizeBytes > 200)
        let queued = try await service.start(id: made.id, call)
        #expect(queued.status == .queued && queued.bytesTotal == 2 * filled.files.reduce(0) { $0 + $1.sizeBytes })
        #expect(staged(made.id))
        let done = try await finish(made.id)
        #expect(done.status == .succeeded && done.report?.counts == [1, 0, 0, 0] && done.failure == nil)
        #expect(done.rowsRead == 2 && done.bytesRead == done.bytesTotal && done.startedAt != nil && done.finishedAt != nil)
        #expect(try service.find(made.id, call) == done)
        #expect(try fixture.school(100_001)?.groupUid == "3320")
        while staged(made.id) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(throws: DomainError.notFound) { try service.find("imp_01h455vb4pex5vsknk084sn02q", call) }
        await #expect(throws: DomainError.conflict("The import is done; make another one.")) { try await service.start(id: made.id, call) }
        await #expect(throws: DomainError.conflict("The import is done; make another one.")) {
            try await service.receive(file: "groups", of: made.id, stream([]), call)
        }
    }

    @Test("A refused file is a failure with its sentence; a better one may be sent and the import started again")
    func refused() async throws {
        let id = try await service.create(groupUid: nil, call).id
        _ = try await send(schools: [Fixture.school(100_001)], to: id)
        _ = try await service.receive(file: "establishments", of: id, stream(["a,b", "1,2"]), call)
        _ = try await service.start(id: id, call)
        let failed = try await finish(id)
        #expect(failed.status == .failed && failed.report == nil)
        #expect(failed.failure?.hasPrefix("Line 1 of the establishments file lacks the columns") == true)
        #expect(staged(id))
        let mended = try await send(schools: [Fixture.school(100_001)], to: id)
        #expect(mended.files.count == 2)
        let next = ImportService(store: fixture.store, directory: fixture.directory)
        _ = try await next.start(id: id, call)
        #expect(try await finish(id, next).report?.counts == [1, 0, 0, 0])
    }

    @Test("Starting needs both files, as they were received")
    func missing() async throws {
        let id = try await service.create(groupUid: nil, call).id
        await #expect(throws: DomainError.conflict("The establishments file is missing; send it first.")) {
            try await service.start(id: id, call)
        }
        let job = try await send(schools: [Fixture.school(100_001)], to: id)
        let file = "\(fixture.directory)/imports/\(id)/group-links.\(job.files[1].sha256)"
        #expect(truncate(file, 3) == 0)
        await #expect(throws: DomainError.conflict("The group-links file is no longer there; send it again.")) {
            try await service.start(id: id, call)
        }
        await #expect(throws: DomainError.notFound) { try await service.receive(file: "../x", of: id, stream([]), call) }
    }

    @Test("Links between schools are a job of their own, or a part of one; without the other files they can't be joined by one of them")
    func links() async throws {
        let id = try await service.create(groupUid: nil, call).id
        let rows = stream([Fixture.schoolLinkHeader, Fixture.schoolLink(100_001, 100_002)])
        _ = try await service.receive(file: "links", of: id, rows, call)
        _ = try await service.start(id: id, call)
        let done = try await finish(id)
        #expect(done.status == .succeeded && done.report?.links?.created == 1 && done.rowsRead == 1)
        #expect(done.bytesRead == done.bytesTotal)

        let both = try await service.create(groupUid: nil, call).id
        _ = try await service.receive(file: "links", of: both, stream(["a,b", "1,2"]), call)
        _ = try await service.receive(file: "groups", of: both, stream([Fixture.groupHeader]), call)
        await #expect(throws: DomainError.conflict("The establishments file is missing; send it first.")) {
            try await service.start(id: both, call)
        }
        _ = try await send(schools: [Fixture.school(100_001)], to: both)
        let next = ImportService(store: fixture.store, directory: fixture.directory)
        _ = try await next.start(id: both, call)
        #expect(try await finish(both, next).failure?.hasPrefix("Line 1 of the links file lacks the columns") == true)
        #expect(try fixture.school(100_001) == nil)
    }

    @Test("A body that breaks off leaves nothing behind")
    func brokenOff() async throws {
        struct BrokenOff: Error {}
        let id = try await service.create(groupUid: nil, call).id
        let body = AsyncThrowingStream<[UInt8], any Error> { continuation in
            continuation.yield([1, 2, 3])
            continuation.finish(throwing: BrokenOff())
        }
        await #expect(throws: BrokenOff.self) { try await service.receive(file: "establishments", of: id, body, call) }
        #expect(try service.find(id, call).files == [])
        #expect(!staged(id))
    }

    @Test("A queued import runs after a restart; one that was running has failed and may be started again")
    func restart() async throws {
        let queued = try await service.create(groupUid: nil, call).id
        _ = try await send(schools: [Fixture.school(100_001)], to: queued)
        _ = try await service.start(id: queued, call)
        let interrupted = try await service.create(groupUid: nil, call).id
        var running = try await send(schools: [Fixture.school(100_002)], to: interrupted)
        running.status = .running
        try await fixture.store.bookkeeping { [running] in try $0.imports.save(running) }

        let next = ImportService(store: fixture.store, directory: fixture.directory)
        await #expect(throws: DomainError.conflict("The import is running.")) { try await next.start(id: interrupted, call) }
        #expect(try await finish(queued, next).status == .succeeded)
        let events = try await fixture.store.read { try $0.events(after: 0, limit: 100, of: ResourceType.allCases, visibleTo: .everything) }
        #expect(events.contains { $0.type == "school.created" && $0.actor["id"] == "tok_x" && $0.actor["name"] == "Integration" })
        let failed = try next.find(interrupted, call)
        #expect(failed.status == .failed && failed.failure == "The import was interrupted; start it again.")
        let last = ImportService(store: fixture.store, directory: fixture.directory)
        _ = try await last.start(id: interrupted, call)
        #expect(try await finish(interrupted, last).report?.counts == [1, 0, 0, 0])
    }

    @Test("Who started an import has made its changes")
    func attribution() async throws {
        let id = try await service.create(groupUid: nil, call).id
        _ = try await send(schools: [Fixture.school(100_001)], to: id)
        _ = try await service.start(id: id, call)
        _ = try await finish(id)
        let events = try await fixture.store.read { try $0.events(after: 0, limit: 100, of: ResourceType.allCases, visibleTo: .everything) }
        #expect(events.contains { $0.type == "school.created" && $0.actor["id"] == "tok_x" })
    }

    @Test("A caller bound to schools can't import")
    func bound() async throws {
        let actor = Actor(
            kind: .token, id: "t", name: "t", grants: [Actor.Grant(role: "trustAdmin")], schoolIds: ["sch_01h455vb4pex5vsknk084sn02q"])
        await #expect(throws: DomainError.self) { try await service.create(groupUid: nil, Call(actor: actor, requestId: "r")) }
    }

    private func names(_ id: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(fixture.directory)/imports/\(id)").sorted()
    }

    @Test("A file that is still on its way when the import ends comes too late, and leaves nothing behind")
    func tooLate() async throws {
        let id = try await service.create(groupUid: nil, call).id
        _ = try await send(schools: [Fixture.school(100_001)], to: id)
        let (body, slow) = AsyncStream<[UInt8]>.makeStream()
        slow.yield(Array(Fixture.groupHeader.utf8))
        let received = Task { try await service.receive(file: "groups", of: id, body, call) }
        // It is under way as soon as its part is there.
        while !((try? names(id)) ?? []).contains(where: { $0.contains(".part-") }) { try await Task.sleep(for: .milliseconds(5)) }
        _ = try await service.start(id: id, call)
        #expect(try await finish(id).status == .succeeded)
        while try names(id).count > 1 { try await Task.sleep(for: .milliseconds(5)) }
        slow.finish()
        await #expect(throws: DomainError.conflict("The import is done; make another one.")) { try await received.value }
        #expect(!staged(id))
    }

    @Test("A file that is refused when it is whole isn't kept; one that was there already is")
    func refusedAtTheEnd() async throws {
        let id = try await service.create(groupUid: nil, call).id
        let job = try await send(schools: [Fixture.school(100_001)], to: id)
        var other = call
        other.precondition = .tags([VersionTag(number: 99)])
        let stale = other
        for school in [Fixture.school(100_001), Fixture.school(100_002)] {
            await #expect(throws: DomainError.self) {
                try await service.receive(file: "establishments", of: id, stream([Fixture.schoolHeader, school]), stale)
            }
        }
        #expect(try names(id) == job.files.map { "\($0.name).\($0.sha256)" }.sorted())
    }

    @Test("A file that is another one by the time it is read is refused")
    func damaged() async throws {
        let id = try await service.create(groupUid: nil, call).id
        let job = try await send(schools: [Fixture.school(100_001, town: "Leeds")], to: id)
        let path = "\(fixture.directory)/imports/\(id)/establishments.\(job.files[0].sha256)"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try text.replacing("100001,383,Leeds", with: "100001,383,Louth").write(toFile: path, atomically: false, encoding: .utf8)
        _ = try await service.start(id: id, call)
        let failed = try await finish(id)
        #expect(
            failed.failure == "The establishments file isn't what was received: it was damaged on disk. Send it again.")
        #expect(try fixture.school(100_001) == nil)
    }

    @Test("A file the disk has no room for is refused, and nothing of it stays")
    func full() async throws {
        let id = try await service.create(groupUid: nil, call).id
        let full = ImportService(store: fixture.store, directory: fixture.directory, minimumFreeBytes: .max)
        await #expect(throws: DomainError.diskFull) { try await full.receive(file: "groups", of: id, stream(["x"]), call) }
        #expect(!staged(id))
    }
}
