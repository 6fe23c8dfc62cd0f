import Core
import Domain
import Testing

@testable import Repositories

@Suite struct ApiTokenRepositoryTests {
    private static let first = String(repeating: "a", count: 64)
    private static let second = String(repeating: "b", count: 64)

    private func token(in test: TestStore) async throws -> ApiToken {
        let token = ApiToken(
            id: ResourceType.apiToken.makeID(at: .test), name: "Reader", role: nil, scopes: ["schools:read"], schoolIds: ["sch_1"],
            expiresAt: Instant.test.advanced(bySeconds: 60), createdAt: .test, updatedAt: .test)
        try await test.store.write(.test) { transaction in
            try transaction.insert(token)
            try transaction.tokens.addSecret(digest: Self.first, tokenId: token.id)
        }
        return token
    }

    @Test("A token is found by the digest of its secret")
    func find() async throws {
        let test = try TestStore()
        #expect(try test.store.readNow { try $0.tokens.isEmpty() })
        let token = try await token(in: test)
        #expect(try !test.store.readNow { try $0.tokens.isEmpty() })
        #expect(try test.store.readNow { try $0.tokens.find(secretDigest: Self.first)?.token } == token)
        #expect(try test.store.readNow { try $0.tokens.find(secretDigest: Self.second) } == nil)
    }

    @Test("After a rotation both secrets work until the overlap ends; a further rotation never prolongs it")
    func rotation() async throws {
        let test = try TestStore(options: StoreOptions(clock: { .test }))
        let token = try await token(in: test)
        let end = Instant.test.advanced(bySeconds: 60)
        try await test.store.write(.test) { transaction in
            try transaction.tokens.expireSecrets(tokenId: token.id, at: end)
            try transaction.tokens.addSecret(digest: Self.second, tokenId: token.id)
        }
        func works(_ digest: String, _ at: Instant) throws -> Bool {
            let found = try test.store.readNow { try $0.tokens.find(secretDigest: digest) }
            return found.map { $0.validUntil.map { at < $0 } ?? true } ?? false
        }
        #expect(try works(Self.first, .test))
        #expect(try !works(Self.first, end))
        #expect(try works(Self.second, end))
        try await test.store.write(.test) { try $0.tokens.expireSecrets(tokenId: token.id, at: end.advanced(bySeconds: 600)) }
        #expect(try !works(Self.first, end))
        #expect(try works(Self.second, end))
        #expect(try !works(Self.second, end.advanced(bySeconds: 600)))
    }

    @Test("The last use never moves back")
    func lastUse() async throws {
        let test = try TestStore()
        let token = try await token(in: test)
        for at in [Instant.test.advanced(bySeconds: 60), .test] {
            try await test.store.bookkeeping { try $0.tokens.recordUse(tokenId: token.id, at: at) }
        }
        #expect(try test.store.readNow { try $0.find(ApiToken.self, id: token.id) }?.lastUsedAt == Instant.test.advanced(bySeconds: 60))
    }

    @Test("The schema refuses a token with both role and scopes, or neither")
    func roleOrScopes() async throws {
        let test = try TestStore()
        for (role, scopes) in [(Role.trustAdmin, ["schools:read"]), (nil, [])] as [(Role?, [String])] {
            let token = ApiToken(
                id: ResourceType.apiToken.makeID(at: .test), name: "x", role: role, scopes: scopes, schoolIds: [], expiresAt: nil,
                createdAt: .test, updatedAt: .test)
            await #expect(throws: (any Error).self) {
                try await test.store.write(.test) { try $0.insert(token, audience: .leadership(schoolIds: [])) }
            }
        }
    }

    @Test("Import jobs keep their progress without a new version and are found by status")
    func importJobs() async throws {
        let test = try TestStore()
        let job = ImportJob(id: ResourceType.importJob.makeID(at: .test), source: "gias", groupUid: nil, createdAt: .test)
        try await test.store.write(.test) { try $0.insert(job, audience: .leadership(schoolIds: [])) }
        var progress = job
        progress.status = .running
        progress.rowsRead = 7
        progress.etag = VersionTag(number: 9)
        let saved = progress
        try await test.store.bookkeeping { try $0.imports.save(saved) }
        let stored = try #require(try test.store.readNow { try $0.imports.all(status: .running) }.first)
        #expect(stored.rowsRead == 7)
        #expect(stored.etag == job.etag)
        #expect(try test.store.readNow { try $0.imports.all(status: .awaitingFiles) } == [])
        #expect(try test.integer("SELECT count(*) FROM event") == 1)
    }
}
