import Core
import Domain
import Testing

@testable import Repositories

@Suite struct AuditTests {
    /// A school, changed twice by its own members.
    private func school(in test: TestStore) async throws -> School {
        let school = try await test.insert([.test(1)])[0]
        for vision in ["first", "second"] {
            try await test.store.write(.test) { transaction in
                let stored = try #require(try transaction.find(School.self, id: school.id))
                var changed = stored
                changed.vision = vision
                try transaction.update(from: stored, to: changed)
            }
        }
        return school
    }

    @Test("The chain over all entries verifies")
    func whole() async throws {
        let test = try TestStore()
        _ = try await school(in: test)
        #expect(try test.integer("SELECT count(*) FROM audit") == 3)
        #expect(try test.store.readNow { try $0.verifyChain() } == [])
    }

    @Test(
        "Tampering is detected",
        arguments: [
            "UPDATE audit SET actorId = 'somebody' WHERE seq = 2",
            "UPDATE audit SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 3",
            "UPDATE audit SET source = 'gias' WHERE seq = 1",
            "UPDATE audit SET digests = zeroblob(length(digests)) WHERE seq = 2",
            "UPDATE audit SET hash = zeroblob(32) WHERE seq = 2",
            "UPDATE auditValue SET content = '{\"vision\":{\"before\":null,\"after\":\"forged\"}}' WHERE seq = 2",
            "UPDATE auditValue SET salts = zeroblob(length(salts)) WHERE seq = 2",
            "DELETE FROM auditValue WHERE seq = 2",
            "DELETE FROM auditValue WHERE seq = 2; DELETE FROM audit WHERE seq = 2",
            "DELETE FROM auditValue WHERE seq = 3; DELETE FROM audit WHERE seq = 3",
        ])
    func tampering(sql: String) async throws {
        let test = try TestStore()
        _ = try await school(in: test)
        try test.tamper(sql)
        let faults = try test.store.readNow { try $0.verifyChain() }
        #expect(!faults.isEmpty)
        #expect(try await test.store.check() == faults)
    }

    @Test("Erased values are gone and the chain still verifies")
    func erasure() async throws {
        let test = try TestStore()
        let school = try await school(in: test)
        try await test.store.write(.test) { try $0.eraseAuditValues(of: .school, id: school.id, members: ["vision"]) }
        #expect(try test.integer("SELECT count(*) FROM auditValue WHERE content LIKE '%first%' OR content LIKE '%second%'") == 0)
        #expect(try test.integer("SELECT count(*) FROM auditValue WHERE salts = zeroblob(16)") == 2)
        #expect(try test.integer("SELECT count(*) FROM auditValue WHERE content LIKE '%School 1%'") == 1)
        #expect(try test.store.readNow { try $0.verifyChain() } == [])
        // The digests of erased values are still covered by the chain.
        try test.tamper("UPDATE audit SET digests = zeroblob(length(digests)) WHERE seq = 2")
        #expect(try test.store.readNow { try $0.verifyChain() } != [])
    }

    @Test("An entry says who did what, and keeps before and after of each member that changed")
    func content() async throws {
        let test = try TestStore()
        let school = try await school(in: test)
        try test.store.readNow { transaction in
            let sql = """
                SELECT actorKind, actorId, requestId, operation, resourceType, resourceId, audit.etag, members, content FROM audit
                JOIN auditValue USING (seq) WHERE seq = 3
                """
            try transaction.connection.database.prepared(sql).eachRow { row in
                let texts = (0..<9).map { row.text($0) }
                #expect(
                    texts == [
                        "token", "tok_1", "req_1", "updated", "school", school.id, "\"3\"", "[\"vision\"]",
                        "{\"vision\":{\"before\":\"first\",\"after\":\"second\"}}",
                    ])
            }
        }
    }

    @Test("Members changed since a version are told, each once; since an unknown one nothing is known")
    func changedMembers() async throws {
        let test = try TestStore()
        let school = try await school(in: test)
        func changed(since number: Int64) throws -> [String] {
            try test.store.readNow { try $0.changedMembers(of: .school, id: school.id, since: VersionTag(number: number)) }
        }
        #expect(try changed(since: 1) == ["vision"])
        #expect(try changed(since: 3) == [])
        #expect(try changed(since: 9) == [])
    }

    @Test("The source of imported values is recorded beside the actor")
    func source() async throws {
        let test = try TestStore()
        try await test.store.write(.test, source: "gias") { try $0.insert(School.test(1)) }
        #expect(try test.integer("SELECT count(*) FROM audit WHERE source = 'gias' AND actorId = 'tok_1'") == 1)
    }
}
