import Core
import Foundation
import HTTPTypes
import OrderedCollections
import Testing

/// Many at once at the same thing.
@Suite(.timeLimit(.minutes(9))) struct ConcurrencyTests {
    @Test("Of two changes based on the same version one is made and one is refused with what changed, again and again")
    func pairs() async throws {
        let client = try await TestClient(requestsPerMinute: 0)
        let id = try await client.addPerson()
        let path = "/v1/people/\(id)"
        let rounds = ProcessInfo.processInfo.environment["PARTNERSHIP_THOROUGH"] == nil ? 150 : 1_000
        for version in 1...rounds {
            async let left = client.patch(path, ["jobTitle": .string("left \(version)")], ifMatch: "\"\(version)\"")
            async let right = client.patch(path, ["jobTitle": .string("right \(version)")], ifMatch: "\"\(version)\"")
            let answers = try await [left, right].sorted { $0.status < $1.status }
            #expect(answers.map(\.status) == [200, 412])
            #expect(answers[0].etag == "\"\(version + 1)\"")
            #expect(answers[1].json["currentEtag"]?.stringValue == "\"\(version + 1)\"")
            #expect(answers[1].json["changedMembers"] == ["jobTitle"])
        }
        #expect(try await client.get(path).etag == "\"\(rounds + 1)\"")
    }

    @Test("A refusal names what changed since the version the client had, over several changes")
    func since() async throws {
        let client = try await TestClient()
        let path = "/v1/people/\(try await client.addPerson())"
        #expect(try await client.patch(path, ["jobTitle": "Head"]).etag == "\"2\"")
        #expect(try await client.patch(path, ["workEmail": "ada@b.example"]).etag == "\"3\"")
        let first = try await client.patch(path, ["name": "Ada"], ifMatch: "\"1\"")
        #expect(first.status == 412 && first.json["changedMembers"] == ["jobTitle", "workEmail"], "\(first.text)")
        #expect(try await client.patch(path, ["name": "Ada"], ifMatch: "\"2\"").json["changedMembers"] == ["workEmail"])
        #expect(try await client.patch(path, ["name": "Ada"], ifMatch: "\"2\", \"3\"").status == 200)
        #expect(try await client.patch(path, ["name": "Eve"], ifMatch: "*").etag == "\"5\"")
        #expect(try await client.patch(path, ["name": "Eve"], ifMatch: nil).status == 428)
        #expect(try await client.patch(path, ["name": "Eve"], ifMatch: "W/\"5\"").status == 412)
    }
}
