import Core
import Domain
import Foundation
import HTTPTypes
import Repositories
import Routing
import Testing

/// Resources with states: table, contract and documentation say the same.
@Suite("States") struct StateTests {
    private static let types: [any Stateful.Type] = StoredTypes.all.compactMap { $0 as? any Stateful.Type }

    @Test("Each action of a table of states is an operation under the permission the table names, and no other operation is named so")
    func operations() throws {
        for type in Self.types { try operations(of: type) }
    }

    private func operations<R: Stateful>(of type: R.Type) throws {
        let name = R.type.rawValue.prefix(1).uppercased() + R.type.rawValue.dropFirst()
        for action in R.Action.allCases {
            let operation = try #require(OperationTests.all.first { $0.id == action.rawValue + name }, "\(action.rawValue)\(name)")
            #expect(operation.method == .post && operation.path == "\(R.type.href)/{id}/\(Self.kebab(action.rawValue))", "\(operation.id)")
            #expect(operation.permission == R.transition(action).permission.rawValue, "\(operation.id)")
        }
        // A resource of which nothing is published is where its versions are.
        if R.type == .sharedResource { return }
        for state in R.State.allCases where R.editableStates.contains(state) || R.deletableStates.contains(state) {
            let isReachable = R.Action.allCases.contains { R.transition($0).to == state || R.transition($0).from.contains(state) }
            #expect(isReachable, "\(R.type): \(state.rawValue) is in no row")
        }
    }

    @Test("Each action is a type of event that can be asked for")
    func events() {
        #expect(Set(EventType.stateful.map(ObjectIdentifier.init)) == Set(Self.types.map(ObjectIdentifier.init)))
        for type in ["improvementCycle.activated", "supportRequest.triaged", "supportRequest.escalated", "adoption.behind"] {
            #expect(EventType.all.contains(type), "\(type)")
        }
        #expect(Set(EventType.all).count == EventType.all.count)
    }

    @Test("docs/states.md is what the tables say; PARTNERSHIP_WRITE_DOCS=1 writes it")
    func documentation() throws {
        let chapters = Self.types.map { Self.markdown($0) }
        let expected =
            """
            # States

            What can be done to a resource in which state, and the permission it takes. Each action is `POST /v1/…/{id}/action`; anything else in a
            state is 409 with `allowedActions`. Written by the tests from the same tables the service goes by.


            """ + chapters.joined(separator: "\n")
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/states.md").standardizedFileURL
        if ProcessInfo.processInfo.environment["PARTNERSHIP_WRITE_DOCS"] != nil { try Data(expected.utf8).write(to: file) }
        #expect(try String(contentsOf: file, encoding: .utf8) == expected)
    }

    private static func markdown<R: Stateful>(_ type: R.Type) -> String { StateTables.markdown(type) }

    /// `confirmCapacity` is `confirm-capacity` in paths.
    private static func kebab(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
    }
}
