import Core
import Domain
import GRDB
import OrderedCollections
import Testing

@testable import Repositories

/// state × action × role, for every resource with states.
struct StateMatrixTests {
    /// A table of states as plain values.
    struct StateTable: CustomTestStringConvertible, Sendable {
        struct Action: Sendable {
            let name: String
            let from: Set<String>
            let permission: Permission

            var path: String { name.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) } }
        }

        let type: ResourceType
        let states: [String]
        let actions: [Action]
        let editable: Set<String>
        let deletable: Set<String>
        var testDescription: String { type.rawValue }

        init<R: Stateful>(_ resource: R.Type) {
            type = R.type
            states = R.State.allCases.map(\.rawValue)
            actions = R.Action.allCases.map { action in
                let transition = R.transition(action)
                return Action(name: action.rawValue, from: Set(transition.from.map(\.rawValue)), permission: transition.permission)
            }
            editable = Set(R.editableStates.map(\.rawValue))
            deletable = Set(R.deletableStates.map(\.rawValue))
        }

        /// What goes with an action; nil for none.
        func body(of action: Action) throws -> JSON? {
            let name = action.name + type.rawValue.prefix(1).uppercased() + type.rawValue.dropFirst()
            let bodies = TestClient.actionBodies.merging(TestClient.cycleActionBodies) { $1 }.merging(TestClient.sharingActionBodies) { $1 }
                .merging(TestClient.deskActionBodies) { $1 }
            return try #require(bodies[name], "no body for \(name)")
        }
    }

    private static let tables: [StateTable] = StoredTypes.all.compactMap { ($0 as? any Stateful.Type).map { StateTable($0) } }

    /// What comes with a state, in SQL.
    private static let companions = [
        "framework published": "publishedAt = updatedAt, retiredAt = NULL",
        "framework retired": "publishedAt = updatedAt, retiredAt = updatedAt",
        "framework draft": "publishedAt = NULL, retiredAt = NULL", "selfEvaluation draft": "finishedAt = NULL",
        "selfEvaluation finished": "finishedAt = updatedAt", "improvementCycle draft": "activatedAt = NULL, closedAt = NULL",
        "improvementCycle active": "activatedAt = updatedAt, closedAt = NULL",
        "improvementCycle closed": "activatedAt = updatedAt, closedAt = updatedAt",
        "activity scheduled": "settledOn = NULL", "activity inProgress": "settledOn = NULL", "activity done": "settledOn = dueOn",
        "activity missed": "settledOn = dueOn", "activity waived": "settledOn = dueOn", "activity cancelled": "settledOn = dueOn",
        "sharedResource draft": unshared, "sharedResource inReview": unshared, "sharedResource published": shared,
        "sharedResource retired": shared, "resourceVersion published": "major = 1, minor = 0, publishedAt = updatedAt",
        "resourceProposal accepted": "acceptedVersionId = versionId", "resourceProposal offered": "acceptedVersionId = NULL",
        "resourceProposal declined": "acceptedVersionId = NULL", "resourceProposal withdrawn": "acceptedVersionId = NULL",
        "supportRequest new": unfinished, "supportRequest open": unfinished, "supportRequest waitingOnSchool": unfinished,
        "supportRequest onHold": unfinished,
        "supportRequest resolved": "resolvedAt = updatedAt, closedAt = NULL, closeReason = NULL, dueBy = NULL",
        "supportRequest closed": "closedAt = updatedAt, closeReason = 'done', dueBy = NULL",
        "deployment deployed": answers, "deployment complete": answers + ", impact = 4",
    ]
    private static let unfinished = "resolvedAt = NULL, closedAt = NULL, closeReason = NULL"
    private static let unshared = "latestVersionId = NULL, latestNumber = NULL"
    private static let shared = "latestVersionId = 'ver_x', latestNumber = '1.0'"
    private static let answers =
        #"capacityConfirmed = '{"isConfirmed":true,"note":null,"answeredBy":"x","answeredOn":"2026-01-01"}', "#
        + #"conflictOfInterest = '{"exists":false,"note":null,"answeredBy":"x","answeredOn":"2026-01-01"}'"#

    /// Brings a resource into a state, however one gets there.
    private func set(_ state: String, of id: String, _ type: ResourceType, version: Int, _ client: TestClient) async throws {
        let companions = Self.companions["\(type.rawValue) \(state)"].map { ", " + $0 } ?? ""
        try await client.store.pool.write { database in
            try database.execute(
                sql: "UPDATE \(type.table) SET state = ?, etag = ?\(companions) WHERE id = ?", arguments: [state, "\"\(version)\"", id])
        }
    }

    /// One of the type, at a school with a head.
    private func make(_ type: ResourceType, _ client: TestClient) async throws -> (id: String, school: String, head: String) {
        let school = try await client.addSchool(urn: "100025").id
        let head = try await client.appoint(.headteacher, at: school)
        let body = try await OperationTests.body(of: type.href, school, head, client)
        return (try await client.add(type.href, body), school, head)
    }

    @Test(
        "Each action is taken in the states its table names, and answered in every other with 409 and what can be done instead",
        arguments: tables)
    func states(table: StateTable) async throws {
        let client = try await TestClient()
        let id = try await make(table.type, client).id
        let item = table.type.href(id: id)
        var version = 1
        func bring(into state: String) async throws {
            version += 1
            try await set(state, of: id, table.type, version: version, client)
        }
        for state in table.states {
            let allowed = table.actions.filter { $0.from.contains(state) }.map(\.name)
            for action in table.actions {
                try await bring(into: state)
                let answer = try await client.post(
                    "\(item)/\(action.path)?dryRun=true", token: client.integration, try table.body(of: action))
                let refusal = answer.json["allowedActions"]?.arrayValue?.compactMap(\.stringValue)
                if allowed.contains(action.name) {
                    #expect(answer.status == 200 || refusal == nil, "\(action.name) in \(state): \(answer.text)")
                } else {
                    #expect(answer.status == 409 && refusal == allowed, "\(action.name) in \(state): \(answer.text)")
                }
            }
            try await bring(into: state)
            let shown = try await client.get(item, token: client.integration).json["allowedActions"]?.arrayValue?.compactMap(\.stringValue)
            #expect(shown == allowed, "\(state)")
            let patch = try await client.patch(item + "?dryRun=true", token: client.integration, [:])
            #expect((patch.status == 409) == !table.editable.contains(state), "\(state): \(patch.text)")
            guard !table.deletable.contains(state) else { continue }
            let deletion = try await client.delete(item + "?dryRun=true", token: client.integration)
            // What is never deleted offers no DELETE.
            let isOffered = deletion.status != 405 || !table.deletable.isEmpty
            #expect(!isOffered || deletion.status == 409 && deletion.json["allowedActions"] != nil, "\(state): \(deletion.text)")
        }
    }

    /// Who may do what to something of the first school.
    private static let holders: [Permission: Set<String>] = [
        .frameworksWrite: ["improvementLead", "chiefExecutive"], .cyclesWrite: ["improvementLead", "chiefExecutive"],
        .activitiesWrite: ["improvementLead", "chiefExecutive"], .activitiesRecord: ["head", "improvementLead", "chiefExecutive"],
        .selfEvaluationsWrite: ["head"], .plansWrite: ["head"], .findingsWrite: ["head", "improvementLead", "chiefExecutive"],
        .needsWrite: ["head", "improvementLead", "chiefExecutive"],
        .offersWrite: ["head", "improvementLead", "chiefExecutive"],
        .catalogueWrite: ["chiefExecutive"], .supportRequestsWrite: ["head", "chiefExecutive"], .supportRequestsServe: ["chiefExecutive"],
        .sharedResourcesWrite: ["head"], .sharedResourcesPublish: ["head"],
        .deploymentsWrite: ["improvementLead", "chiefExecutive"], .deploymentsRecord: ["head", "improvementLead", "chiefExecutive"],
    ]

    @Test("Each action is for those who hold its permission at the school, and 403 or 404 for all others", arguments: tables)
    func roles(table: StateTable) async throws {
        let client = try await TestClient()
        let (id, _, head) = try await make(table.type, client)
        let callers = try await callers(head: head, client)
        var version = 1
        for action in table.actions {
            var holders = try #require(Self.holders[action.permission], "\(action.permission)")
            // Whoever gives says whether there are days to give; here that is somebody of the trust.
            if action.name == "confirmCapacity" { holders.remove("head") }
            // Only who asked.
            if action.name == "rate" { holders = ["head"] }
            for state in action.from.sorted() {
                version += 1
                try await set(state, of: id, table.type, version: version, client)
                for (caller, token) in callers {
                    let path = "\(table.type.href(id: id))/\(action.path)?dryRun=true"
                    let answer = try await client.post(path, token: token, try table.body(of: action))
                    let isRefused = answer.status == 403 || answer.status == 404
                    #expect(
                        isRefused == !holders.contains(caller), "\(caller): \(action.name) in \(state): \(answer.status) \(answer.text)")
                }
            }
        }
    }

    /// Tokens of people at the school, at another one, and of the trust.
    private func callers(head: String, _ client: TestClient) async throws -> [String: String] {
        let other = try await client.addSchool(urn: "100026").id
        var callers = ["head": try await client.token(of: head)]
        for role in [Role.improvementLead, .chiefExecutive, .specialist, .trustee] {
            callers[role.rawValue] = try await client.token(of: client.appoint(role, at: nil, name: role.rawValue))
        }
        for role in [Role.headteacher, .teacher, .governor] {
            callers["other \(role.rawValue)"] = try await client.token(of: client.appoint(role, at: other, name: "Other \(role.rawValue)"))
        }
        return callers
    }
}
