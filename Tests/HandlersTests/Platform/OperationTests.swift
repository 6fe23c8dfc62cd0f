import Core
import Domain
import HTTPTypes
import OrderedCollections
import Routing
import Testing

/// What holds for every operation of the contract, whatever it does.
struct OperationTests {
    struct Operation: CustomTestStringConvertible, Sendable {
        let id: String
        let method: HTTPRequest.Method
        let path: String
        let permission: String?
        let hasJSONBody: Bool
        /// With the examples of the parameters it needs.
        let query: String
        var testDescription: String { id }
    }

    static let all: [Operation] = {
        var operations: [Operation] = []
        guard let tree = try? JSON(parsing: Contract().json), let paths = tree["paths"]?.objectValue else { return [] }
        for (path, item) in paths {
            for (name, operation) in item.objectValue ?? [:] {
                guard let id = operation["operationId"]?.stringValue, let method = HTTPRequest.Method(rawValue: name.uppercased()) else {
                    continue
                }
                let permission = operation["security"]?.arrayValue?.first?["bearer"]?.arrayValue?.first?.stringValue
                let hasJSONBody = operation["requestBody"] != nil && operation["x-stream-body"] == nil
                let needed = (operation["parameters"]?.arrayValue ?? []).filter { $0["in"] == "query" && $0["required"] == true }
                let examples = needed.map { "\($0["name"]?.stringValue ?? "")=\($0["example"]?.stringValue ?? "")" }
                operations.append(
                    Operation(
                        id: id, method: method, path: path, permission: permission, hasJSONBody: hasJSONBody,
                        query: examples.isEmpty ? "" : "?" + examples.joined(separator: "&")))
            }
        }
        return operations
    }()
    /// For tests that leave nothing and read nothing but refusals: one for all their operations, since to make one takes longer than to ask it.
    private static let shared = Task {
        try await TestClient(requestsPerMinute: 0) { $0.failedAuthenticationsPerMinute = .max }
    }
    /// The same in the year 2099, with a token that was good before and one that still is.
    private static let sharedLater = Task {
        let client = try await TestClient(requestsPerMinute: 0) { $0.failedAuthenticationsPerMinute = .max }
        let scopes = Permission.allCases.map(\.rawValue)
        let expired = try await client.token(scopes: scopes, expiresAt: Instant("2098-12-31T00:00:00Z"))
        let good = try await client.token(scopes: scopes, expiresAt: Instant("2099-12-31T00:00:00Z"))
        try #require(try await client.get("/v1/me", token: expired).status == 200)
        client.clock.set("2099-01-01T00:00:00Z")
        return (client, expired, good)
    }
    static let guarded = all.filter { $0.permission != nil }

    /// The path with parameters that name nothing.
    func absent(_ operation: Operation) -> String {
        operation.path.replacing("{id}", with: "nothing").replacing("{file}", with: "groups").replacing("{code}", with: "not-found")
            .replacing("{name}", with: "stages").replacing("{member}", with: "capacity")
    }

    /// The path with the id of something that is there.
    func present(_ operation: Operation, _ client: TestClient) async throws -> String {
        guard operation.path.contains("{id}") else { return operation.path }
        let path = operation.path.replacing("{id}", with: try await sample(of: operation.path, client))
        return path.replacing("{member}", with: "capacity")
    }

    /// Makes one of what the path is about.
    private func sample(of path: String, _ client: TestClient) async throws -> String {
        let school = try await client.addSchool(urn: "100025").id
        if path.contains("{member}") || path.hasPrefix("/v1/overrides/") {
            let override = try await client.send(
                .put, "/v1/schools/\(school)/overrides/capacity", token: client.integration, json: ["value": 1, "reason": "Counted"])
            if path.hasPrefix("/v1/overrides/") { return try #require(override.json["id"]?.stringValue, "\(override.text)") }
        }
        if path.contains("/calendar/") { _ = try await client.add("/v1/terms", Self.body(of: "/v1/terms", school, "", client)) }
        if path.hasPrefix("/v1/schools/") { return school }
        if path.hasPrefix("/v1/tokens/") {
            return try await client.get("/v1/tokens").json["items"]?.arrayValue?.first?["id"]?.stringValue ?? ""
        }
        if path.hasPrefix("/v1/retention-rules/") { return "appointment" }
        if path.hasPrefix("/v1/files/") { return try await client.upload("A plan.") }
        let collection = String(path.prefix { $0 != "{" }.dropLast())
        let head = try await client.appoint(.headteacher, at: school)
        if collection == "/v1/people" { return head }
        return try await client.add(collection, Self.body(of: collection, school, head, client))
    }

    /// A body that makes one more of each resource, of a school and the person who heads it.
    static func body(of collection: String, _ school: String, _ head: String, _ client: TestClient) async throws -> JSON {
        if let body = bodies[collection] { return body(school, head) }
        if let body = try await client.sharingBody(of: collection, school) { return body }
        if let body = try await client.deskBody(of: collection, school, head) { return body }
        if ["/v1/objectives", "/v1/reviews"].contains(collection) {
            return try await bodyOfPlan(collection, plan(of: school, isActive: collection == "/v1/reviews", client))
        }
        if collection == "/v1/deployments" { return try await deployment(to: school, client) }
        if collection == "/v1/time-entries" {
            let known = try await client.get("/v1/deployments?schoolId=\(school)&state=considering").json["items"]?.arrayValue?.first
            let deployment =
                if let id = known?["id"]?.stringValue { try await client.deploy(id) } else {
                    try await client.deploy(client.add("/v1/deployments", deployment(to: school, client)))
                }
            return ["deploymentId": .string(deployment), "day": "2026-01-12", "days": .double(0.5)]
        }
        if collection == "/v1/processes" {
            let framework = try await client.add("/v1/frameworks", ["title": "Framework"])
            return ["frameworkId": .string(framework), "title": "Review", "kind": "schoolReview"]
        }
        if collection == "/v1/priorities" {
            try await client.addYear()
            return ["academicYear": "2026-27", "title": "Reading"]
        }
        if collection == "/v1/cycles" || collection == "/v1/activities" {
            return try await client.cycleBody(of: collection, school)
        }
        try #require(collection == "/v1/terms", "no sample for \(collection)")
        let year = try await client.get("/v1/academic-years?name=2026-27").json["items"]?.arrayValue?.first?["id"]
        let made: JSON =
            if let year { year } else { .string(try await client.add("/v1/academic-years", bodies["/v1/academic-years"]!("", ""))) }
        return ["academicYearId": made, "schoolId": .string(school), "name": "Term 1", "startsOn": "2026-09-01", "endsOn": "2026-12-18"]
    }

    /// A plan of the school: the one it has, else a new one.
    static func plan(of school: String, isActive: Bool, _ client: TestClient) async throws -> String {
        let known = try await client.get("/v1/plans?schoolId=\(school)", token: client.integration).json["items"]?.arrayValue?.first
        let id =
            if let id = known?["id"]?.stringValue { id } else { try await client.add("/v1/plans", bodies["/v1/plans"]!(school, "")) }
        if isActive, known?["state"] != "active" { _ = try await client.post("/v1/plans/\(id)/activate", token: client.integration) }
        return id
    }

    /// Support to a school by a specialist.
    private static func deployment(to school: String, _ client: TestClient) async throws -> JSON {
        [
            "providerPersonId": .string(try await client.addPerson("Bea Lark")), "receivingSchoolId": .string(school), "subject": "english",
            "purpose": "Reading", "startsOn": "2026-01-05", "endsOn": "2026-03-20", "daysPlanned": 5,
        ]
    }

    private static func bodyOfPlan(_ collection: String, _ plan: String) -> JSON {
        collection == "/v1/reviews"
            ? ["planId": .string(plan), "reviewedOn": "2026-01-20"]
            : ["planId": .string(plan), "title": "Read every day", "area": "Reading"]
    }

    private static let bodies: [String: @Sendable (_ school: String, _ head: String) -> JSON] = [
        "/v1/people": { _, _ in ["name": "Ada Palmer"] },
        "/v1/memberships": { school, _ in ["schoolId": .string(school)] },
        "/v1/stages": { school, _ in ["schoolId": .string(school), "stage": "repair", "tier": "intensive", "startsOn": "2026-01-01"] },
        "/v1/appointments": { school, head in
            ["personId": .string(head), "schoolId": .string(school), "role": "teacher", "startsOn": "2026-01-01"]
        },
        "/v1/absences": { school, head in ["personId": .string(head), "schoolId": .string(school), "startsOn": "2026-01-01"] },
        "/v1/delegations": { school, _ in ["schoolId": .string(school), "chapter": "profile", "startsOn": "2026-01-01"] },
        "/v1/inspections": { school, _ in
            ["schoolId": .string(school), "regime": "graded", "visitType": "full", "inspectedOn": "2023-01-10"]
        },
        "/v1/indicators": { school, _ in
            ["schoolId": .string(school), "measure": "attendance", "period": "2025-26", "value": .double(94.5), "source": "DfE"]
        },
        "/v1/code-items": { _, _ in ["list": "subjects", "code": "latin", "label": "Latin"] },
        "/v1/academic-years": { _, _ in ["name": "2026-27", "startsOn": "2026-09-01", "endsOn": "2027-08-31"] },
        "/v1/calendar-days": { school, _ in
            ["schoolId": .string(school), "kind": "inset", "startsOn": "2026-09-01", "endsOn": "2026-09-01"]
        },
        "/v1/frameworks": { _, _ in ["title": "Framework"] },
        "/v1/self-evaluations": { school, _ in
            [
                "schoolId": .string(school), "regime": "reportCard", "asAt": "2026-01-20",
                "judgements": [["area": "inclusion", "grade": "expectedStandard"]],
                "notApplicable": [
                    "curriculumAndTeaching", "achievement", "attendanceAndBehaviour", "personalDevelopmentAndWellbeing",
                    "leadershipAndGovernance", "earlyYears", "postSixteen",
                ], "safeguarding": "met",
            ]
        },
        "/v1/calendar-feeds": { school, _ in ["title": "Our year", "subjectId": .string(school)] },
        "/v1/needs": { school, _ in ["schoolId": .string(school), "title": "Reading", "subject": "english"] },
        "/v1/offers": { school, _ in
            ["schoolId": .string(school), "title": "Reading", "subject": "english", "daysPerTerm": 3, "startsOn": "2026-01-05"]
        },
        "/v1/plans": { school, _ in
            [
                "schoolId": .string(school), "kind": "rapid", "academicYear": "2025-26", "title": "After the inspection",
                "occasion": "Monitoring visit", "startsOn": "2026-01-05",
            ]
        },
        "/v1/findings": { school, _ in
            [
                "schoolId": .string(school), "kind": "areaForDevelopment", "area": "Reading", "narrative": "Few books at hand.",
                "severity": 2, "foundOn": "2026-01-20",
            ]
        },
        "/v1/imports": { _, _ in ["source": "gias"] },
        "/v1/webhook-endpoints": { _, _ in ["name": "Desk", "url": "https://hooks.example.org/"] },
        "/v1/redactions": { _, head in ["resourceId": .string(head), "members": ["jobTitle"], "reason": "Named somebody else"] },
        "/v1/subject-access-drafts": { _, head in ["personId": .string(head)] },
    ]

    @Test("Each needs a token, a good one", arguments: guarded)
    func authentication(operation: Operation) async throws {
        let client = try await Self.shared.value
        for header in ["", "Basic abc", "Bearer", "Bearer nonsense", "Bearer ptn_" + String(repeating: "a", count: 49), "bearer  x"] {
            let answer = try await client.send(
                operation.method, absent(operation), token: nil, headers: header.isEmpty ? [:] : ["Authorization": header])
            #expect(answer.status == 401, "\(header)")
            #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
        }
    }

    @Test("Each is allowed to exactly those who hold its permission", arguments: guarded)
    func permission(operation: Operation) async throws {
        let client = try await Self.shared.value
        let needed = try #require(operation.permission.flatMap(Permission.init))
        let others = Permission.allCases.filter { $0 != needed }
        // Who breaks glass is told from who looks: a permission without a person isn't enough.
        let isPersonal = operation.id == "breakGlassSupportRequest"
        for (scopes, isAllowed) in [([needed], true), (others, needed == .selfRead)] {
            let token = try await isPersonal && isAllowed ? client.officer() : client.token(scopes: scopes.map(\.rawValue))
            let answer = try await client.send(operation.method, absent(operation), token: token)
            #expect((answer.status != 403) == isAllowed, "\(scopes): \(answer.status)")
        }
    }

    @Test("Each refuses the methods its path doesn't have, naming those it has", arguments: all)
    func methods(operation: Operation) async throws {
        let client = try await Self.shared.value
        let offered = Self.all.filter { $0.path == operation.path }.map(\.method.rawValue)
        for name in ["TRACE", "DELETE", "PUT", "LINK", "get"] where !offered.contains(name) {
            let method = try #require(HTTPRequest.Method(rawValue: name))
            let answer = try await client.send(method, absent(operation))
            #expect(answer.status == 405 || answer.status == 501)
            #expect(answer.headers[.allow]?.contains(operation.method.rawValue) == true, "\(answer.headers)")
        }
        let options = try await client.send(.options, absent(operation), token: nil)
        #expect(options.status == 204 && options.headers[.allow]?.contains(operation.method.rawValue) == true)
    }

    @Test("Each has exactly one spelling of its path", arguments: all)
    func spelling(operation: Operation) async throws {
        let client = try await Self.shared.value
        let path = absent(operation)
        for other in [path + "/", "/" + path, path.replacing("/v1", with: "//v1"), path.uppercased()] where other != path {
            #expect(try await client.send(operation.method, other).status == 404, "\(other)")
        }
    }

    @Test("Each refuses a parameter it doesn't know", arguments: all)
    func unknownParameter(operation: Operation) async throws {
        let client = try await Self.shared.value
        let answer = try await client.send(operation.method, absent(operation) + "?nonsense=1", token: client.integration)
        #expect(answer.status == 400 && answer.places.contains("nonsense"), "\(answer.text)")
    }

    @Test("Each with an id answers 404 for one that isn't there or is another type's", arguments: all.filter { $0.path.contains("{id}") })
    func absentTarget(operation: Operation) async throws {
        let client = try await Self.shared.value
        let caller = try await client.caller(of: operation)
        for id in ["nothing", "sch_01h455vb4pex5vsknk084sn02q", "tok_01h455vb4pex5vsknk084sn02q", "%F0%9F%8E%93", "a%2Fb"] {
            let path =
                operation.path.replacing("{id}", with: id).replacing("{file}", with: "groups").replacing("{member}", with: "capacity")
                + operation.query
            let answer = try await client.send(
                operation.method, path, token: caller, json: operation.hasJSONBody ? [:] : nil, headers: ["If-Match": "*"])
            #expect(answer.status == 404, "\(id): \(answer.text)")
        }
    }

    @Test(
        "Each with a body refuses none, another type, another charset, a coding, too much, and what isn't an object",
        arguments: all.filter(\.hasJSONBody))
    func bodies(operation: Operation) async throws {
        let client = try await TestClient()
        let path = try await present(operation, client)
        let caller = try await client.caller(of: operation)
        func status(_ body: String, _ headers: [String: String] = [:]) async throws -> Int {
            let headers = ["If-Match": "*"].merging(headers) { $1 }
            return try await client.send(operation.method, path, token: caller, body: Array(body.utf8), headers: headers).status
        }
        #expect(try await status("{}", ["Content-Type": "text/plain"]) == 415)
        #expect(try await status("{}", ["Content-Type": "application/json; charset=iso-8859-1"]) == 415)
        #expect(try await status("{}", ["Content-Type": "application/json", "Content-Encoding": "gzip"]) == 415)
        #expect(try await status("{\"a\":\"" + String(repeating: "x", count: 2_000_000) + "\"}") == 413)
        #expect(try await status("[1]") == 422)
        #expect(try await status("nonsense") == 400)
        #expect(try await status("{\"nonsense\":1}") == 422)
    }

    @Test("Each refuses a token that has expired", arguments: guarded)
    func expired(operation: Operation) async throws {
        let (client, expired, good) = try await Self.sharedLater.value
        #expect(try await client.send(operation.method, absent(operation), token: good).status != 401)
        #expect(try await client.send(operation.method, absent(operation), token: expired).status == 401)
    }

    @Test(
        "Each that changes something is refused to a token bound to another school",
        arguments: all.filter { $0.method != .get && $0.path.contains("{id}") })
    func otherSchool(operation: Operation) async throws {
        let client = try await TestClient()
        let path = try await present(operation, client).replacing("{file}", with: "groups")
        let other = try await client.addSchool(urn: "100026")
        let token = try await client.token(scopes: Permission.allCases.map(\.rawValue), schoolIds: [other.id])
        let answer = try await client.send(operation.method, path, token: token, json: [:], headers: ["If-Match": "*"])
        #expect(answer.status == 403 || answer.status == 404, "\(answer.text)")
    }

    // The secret of a calendar link is in no contract; its own test reads one.
    @Test(
        "HEAD is what GET is, with the same status and fields", arguments: all.filter { $0.method == .get && $0.id != "readCalendarFeed" })
    func head(operation: Operation) async throws {
        let client = try await TestClient()
        let path =
            try await present(operation, client).replacing("{code}", with: "not-found").replacing("{name}", with: "subjects")
            + operation.query
            // It takes one of two parameters, which the contract can't say.
            + (operation.id == "countSchoolDays" ? "&days=5" : "")
        let get = try await client.get(path, token: client.integration)
        let head = try await client.send(.head, path, token: client.integration)
        #expect(get.status == 200, "\(get.text)")
        #expect(head.status == get.status)
        for name in [HTTPField.Name.contentType, .eTag, .cacheControl, .vary] {
            // Whether and when this very token was used is in some of them.
            if name == .eTag, operation.path.hasPrefix("/v1/tokens") { continue }
            #expect(head.headers[name] == get.headers[name], "\(name)")
        }
        #expect(try await client.send(.head, absent(operation) + "?nonsense=1", token: client.integration).status == 400)
    }

    @Test("Each that takes a file refuses another type, none, and a coding", arguments: all.filter { $0.path.contains("{file}") })
    func files(operation: Operation) async throws {
        let client = try await TestClient()
        let path = try await present(operation, client).replacing("{file}", with: "groups")
        for headers in [
            ["Content-Type": "application/json"], ["Content-Type": "text/csv; charset=utf-16"], ["Content-Type": "nonsense"],
            ["Content-Type": "text/csv", "Content-Encoding": "gzip"],
        ] {
            #expect(try await client.send(operation.method, path, body: Array("x".utf8), headers: headers).status == 415, "\(headers)")
        }
        #expect(try await client.send(operation.method, path).status == 415)
    }
}
