import Core
import Domain
import OrderedCollections
import Testing

/// Samples of the business support desk.
extension TestClient {
    /// A service of the business area HR with a team of nobody; closed at weekends, 08:30 to 16:30.
    func addService(_ members: JSON.Object = [:]) async throws -> String {
        var body: JSON.Object = [
            "name": "Recruitment", "area": "hr", "teamId": .string(try await add("/v1/business-teams", ["name": "People"])),
        ]
        body.merge(members) { $1 }
        return try await add("/v1/business-services", .object(body))
    }

    /// A published request type of a new service.
    func addRequestType(_ members: JSON.Object = [:], service: String? = nil) async throws -> String {
        var of = service
        if of == nil { of = try await addService() }
        var body: JSON.Object = ["serviceId": .string(of ?? ""), "name": "Recruit somebody", "isConfidential": false]
        body.merge(members) { $1 }
        let type = try await add("/v1/request-types", .object(body))
        _ = try await post("/v1/request-types/\(type)/publish", token: integration)
        return type
    }

    /// A body that makes one more of these; nil for other collections.
    func deskBody(of collection: String, _ school: String, _ head: String) async throws -> JSON? {
        switch collection {
        case "/v1/business-teams": return ["name": "People"]
        case "/v1/business-services":
            return [
                "name": "Recruitment", "area": "hr", "teamId": .string(try await add("/v1/business-teams", ["name": "People"])),
            ]
        case "/v1/request-types": return ["serviceId": .string(try await addService()), "name": "Recruit somebody"]
        case "/v1/support-requests":
            return [
                "subject": "A teacher of history", "serviceId": .string(try await addService()), "schoolIds": [.string(school)],
                "requesterId": head.isEmpty ? .null : .string(head),
            ]
        case "/v1/request-messages":
            let request = try await add(
                "/v1/support-requests", ["subject": "A teacher", "serviceId": .string(addService()), "schoolIds": [.string(school)]])
            return ["requestId": .string(request), "text": "Which year groups?"]
        case "/v1/request-links":
            let from = try await add("/v1/support-requests", ["subject": "A teacher", "schoolIds": [.string(school)]])
            let to = try await add("/v1/support-requests", ["subject": "Another", "schoolIds": [.string(school)]])
            return ["fromId": .string(from), "kind": "relatedTo", "toId": .string(to)]
        case "/v1/request-time-entries":
            let request = try await add("/v1/support-requests", ["subject": "A teacher", "schoolIds": [.string(school)]])
            let day = try await get("/v1/support-requests/\(request)", token: integration).json.text("openedAt").prefix(10)
            return ["requestId": .string(request), "day": .string(String(day)), "minutes": 20, "kind": "phone"]
        default: return nil
        }
    }

    /// Of actions on these.
    static let deskActionBodies: [String: JSON?] = [
        "publishRequestType": nil, "retireRequestType": ["reason": "Nobody asks"], "reviseRequestType": nil, "triageSupportRequest": [:],
        "assignSupportRequest": ["personId": .null], "waitOnSchoolSupportRequest": ["question": "Which year groups?"],
        "holdSupportRequest": ["reason": "The advert is out"], "resumeSupportRequest": nil,
        "resolveSupportRequest": ["resolution": "Appointed"], "reopenSupportRequest": ["reason": "She declined"],
        "closeSupportRequest": ["reason": "cancelled"], "mergeSupportRequest": ["intoId": "req_x"],
        "rateSupportRequest": ["satisfaction": 5],
        "extendDeadlineSupportRequest": ["ground": "Complex: UK GDPR, article 12(3)", "dueAt": "2099-01-01T00:00:00Z"],
        "breakGlassSupportRequest": ["reason": "A complaint"],
    ]

    /// A token that may do the operation: the integration's, but for what takes a person.
    func caller(of operation: OperationTests.Operation) async throws -> String {
        operation.id == "breakGlassSupportRequest" ? try await officer() : integration
    }

    /// Makes ready what an action is about to be done to; its body, nil for other operations.
    func prepareDeskAction(_ operation: OperationTests.Operation, at path: String) async throws -> JSON?? {
        guard let body = Self.deskActionBodies[operation.id] else { return nil }
        let item = String(path.prefix(upTo: try #require(path.lastIndex(of: "/"))))
        switch operation.id {
        case "retireRequestType", "reviseRequestType": _ = try await post(item + "/publish", token: integration)
        case "assignSupportRequest":
            let person = try await addPerson("Bea Lark")
            let team = try await get(item, token: integration).json.text("teamId")
            _ = try await patch("/v1/business-teams/\(team)", token: integration, ["memberIds": [.string(person)]])
            return ["personId": .string(person)]
        case "extendDeadlineSupportRequest":
            let type = try await addRequestType(["statutoryRule": "subjectAccess"])
            _ = try await post(item + "/triage", token: integration, ["typeId": .string(type)])
        case "resumeSupportRequest": _ = try await post(item + "/hold", token: integration, ["reason": "The advert is out"])
        case "resolveSupportRequest", "reopenSupportRequest", "rateSupportRequest":
            _ = try await post(item + "/triage", token: integration, [:])
            if operation.id != "resolveSupportRequest" {
                _ = try await post(item + "/resolve", token: integration, ["resolution": "Appointed"])
            }
        case "mergeSupportRequest":
            return ["intoId": .string(try await add("/v1/support-requests", ["subject": "Asked before"]))]
        case "breakGlassSupportRequest": _ = try await patch(item, token: integration, ["isConfidential": true])
        default: break
        }
        return .some(body)
    }
}
