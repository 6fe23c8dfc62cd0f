import Core
import Domain
import OrderedCollections
import Repositories
import Testing

/// A year with terms, and what a cycle runs on.
extension TestClient {
    /// The academic year 2026–27 with the trust's three terms; made once.
    func addYear() async throws {
        let known = try await get("/v1/academic-years?name=2026-27").json["items"]?.arrayValue ?? []
        var year = known.first?["id"]?.stringValue
        if year == nil {
            year = try await add("/v1/academic-years", ["name": "2026-27", "startsOn": "2026-09-01", "endsOn": "2027-08-31"])
        }
        let terms = try await get("/v1/terms?schoolId.isNull=true").json["items"]?.arrayValue ?? []
        guard terms.isEmpty else { return }
        for (name, days) in [
            ("Autumn term", ["2026-09-01", "2026-12-18", "2026-10-24", "2026-11-01"]),
            ("Spring term", ["2027-01-04", "2027-03-25", "2027-02-13", "2027-02-21"]),
            ("Summer term", ["2027-04-12", "2027-07-21", "2027-05-29", "2027-06-06"]),
        ] {
            let term: JSON = [
                "academicYearId": .string(year ?? ""), "name": .string(name), "startsOn": .string(days[0]), "endsOn": .string(days[1]),
                "halfTermStartsOn": .string(days[2]), "halfTermEndsOn": .string(days[3]),
            ]
            _ = try await add("/v1/terms", term)
        }
    }

    /// A framework that is published, with these processes in the order of their titles.
    func addFramework(_ processes: [KeyProcess] = [.review], state: Framework.State = .published) async throws -> String {
        try await store.write(Call(actor: .system, requestId: "test")) { transaction in
            let framework = try transaction.insert(Framework.sample(state, at: transaction.now))
            for process in processes {
                var process = process
                process.id = ResourceType.keyProcess.makeID(at: transaction.now)
                process.frameworkId = framework.id
                try transaction.insert(process)
            }
            return framework.id
        }
    }

    /// A school that belongs to the trust from 2020 on, or from another day.
    func addMember(urn: String, from day: String = "2020-01-01") async throws -> String {
        let school = try await addSchool(urn: urn).id
        _ = try await add("/v1/memberships", ["schoolId": .string(school), "startsOn": .string(day)])
        return school
    }

    func draftCycle(_ framework: String, _ change: JSON.Object = [:]) async throws -> String {
        var body: JSON.Object = ["title": "Cycle", "academicYear": "2026-27", "frameworkId": .string(framework)]
        for (name, value) in change { body[name] = value }
        return try await add("/v1/cycles", .object(body))
    }

    func activeCycle(_ framework: String, _ change: JSON.Object = [:]) async throws -> String {
        let cycle = try await draftCycle(framework, change)
        let answer = try await post("/v1/cycles/\(cycle)/activate")
        #expect(answer.status == 200, "\(answer.text)")
        return cycle
    }

    /// The activities of a cycle, by due day.
    func activities(_ cycle: String, _ filter: String = "") async throws -> [JSON] {
        try await get("/v1/activities?cycleId=\(cycle)&sort=dueOn&limit=200\(filter)").json["items"]?.arrayValue ?? []
    }
}

extension KeyProcess {
    /// Once a term for schools in intensive support, once a year for all others.
    static let review = sample(
        .schoolReview, [ProcessFrequency(tier: "intensive", every: .term, times: 1), ProcessFrequency(every: .year, times: 1)])
    static let peerReview = sample(.peerReview, [ProcessFrequency(every: .term, times: 1)], needsPartner: true)
    static let moderation = sample(.moderation, [ProcessFrequency(every: .term, times: 1)], isShared: true)

    static func sample(
        _ kind: KeyProcess.Kind, _ frequencies: [ProcessFrequency], isShared: Bool = false, needsPartner: Bool = false
    ) -> KeyProcess {
        let instant = JSON.string(Instant(milliseconds: 0).description)
        let tree: JSON = [
            "id": "", "frameworkId": "", "position": 10, "title": .string(kind.rawValue), "kind": .string(kind.rawValue),
            "expectedOutputs": [],
            "dayKind": "pupilsIn", "isShared": .bool(isShared), "needsPartner": .bool(needsPartner), "frequencies": [],
            "recordedBy": "test",
            "createdAt": instant, "updatedAt": instant, "etag": "\"1\"",
        ]
        guard var process = try? JSONCodec.decode(KeyProcess.self, from: tree) else { preconditionFailure("no process") }
        process.frequencies = frequencies
        return process
    }
}

extension Framework {
    static func sample(_ state: State, at now: Instant) throws -> Framework {
        let (id, instant) = (JSON.string(type.makeID(at: now)), JSON.string(now.description))
        return try JSONCodec.decode(
            Framework.self,
            from: [
                "id": id, "title": "Framework", "version": 1, "seriesId": id, "publishedAt": state == .draft ? .null : instant,
                "retiredAt": state == .retired ? instant : .null, "state": .string(state.rawValue), "recordedBy": "test",
                "createdAt": instant,
                "updatedAt": instant, "etag": "\"1\"",
            ])
    }
}

extension JSON {
    /// `2026-09-01 to 2026-12-18 scheduled`
    var window: String {
        "\(self["opensOn"]?.stringValue ?? "") to \(self["dueOn"]?.stringValue ?? "") \(self["state"]?.stringValue ?? "")"
    }
    func text(_ member: String) -> String { self[member]?.stringValue ?? "" }
}

extension TestClient {
    /// A body that makes one more cycle, or one more activity of a cycle that is under way and has no others; the school is made a member.
    func cycleBody(of collection: String, _ school: String) async throws -> JSON {
        let isBefore = clock.now.description < "2026-09-01"
        let (year, due) = isBefore ? ("2025-26", "2026-07-08") : ("2026-27", "2026-10-07")
        if isBefore { try await addEarlierYear() } else { try await addYear() }
        let members = try await get("/v1/memberships?schoolId=\(school)").json["items"]?.arrayValue ?? []
        if members.isEmpty { _ = try await add("/v1/memberships", ["schoolId": .string(school)]) }
        let rare = ProcessFrequency(stage: "sustain", every: .year, times: 1)
        let framework = try await addFramework([.sample(.other, [rare])])
        let body: JSON = [
            "title": "Cycle", "academicYear": .string(year), "frameworkId": .string(framework), "schoolIds": [.string(school)],
        ]
        guard collection == "/v1/activities" else { return body }
        let cycle = try await activeCycle(framework, body.objectValue ?? [:])
        let process = try store.readNow { try $0.all(KeyProcess.self, where: "frameworkId", is: framework) }.first?.id
        return [
            "cycleId": .string(cycle), "processId": .string(try #require(process)), "schoolIds": [.string(school)],
            "opensOn": .string(String(due.prefix(8) + "01")), "dueOn": .string(due),
        ]
    }

    /// The academic year 2025–26 with its last term.
    private func addEarlierYear() async throws {
        let known = try await get("/v1/academic-years?name=2025-26").json["items"]?.arrayValue ?? []
        guard known.isEmpty else { return }
        let year = try await add("/v1/academic-years", ["name": "2025-26", "startsOn": "2025-09-01", "endsOn": "2026-08-31"])
        let term: JSON = ["academicYearId": .string(year), "name": "Summer term", "startsOn": "2026-04-13", "endsOn": "2026-07-21"]
        _ = try await add("/v1/terms", term)
    }

    private static let because: JSON = ["reason": "Flood"]

    static let cycleActionBodies: [String: JSON?] = [
        "activateImprovementCycle": nil, "closeImprovementCycle": nil, "startActivity": nil,
        "completeActivity": ["outcome": "Well taught"], "recordEvidenceActivity": ["evidence": [["title": "Notes"]]],
        "rescheduleActivity": ["scheduledFor": "2026-10-06", "reason": "Visit"], "missActivity": because, "waiveActivity": because,
        "cancelActivity": because, "reopenActivity": because,
    ]

    /// Brings the cycle or activity at `path` into a state that allows the action. Returns the action's body, null inside for none; nil for other
    /// operations.
    func prepareCycleAction(_ operation: OperationTests.Operation, at path: String) async throws -> JSON?? {
        if operation.id == "updateActivity" { return ["leaderId": .string(try await addPerson("Lee Marsh"))] }
        guard let body = Self.cycleActionBodies[operation.id] else { return .none }
        let item = path.prefix(upTo: try #require(path.lastIndex(of: "/")))
        if operation.id == "reopenActivity" { _ = try await post("\(item)/miss", token: integration, Self.because) }
        if operation.id == "closeImprovementCycle" {
            _ = try await post("\(item)/activate", token: integration)
            for activity in try await activities(String(item.split(separator: "/").last ?? "")) {
                _ = try await post("/v1/activities/\(activity.text("id"))/waive", token: integration, Self.because)
            }
        }
        return .some(body)
    }
}
