import Core
import Domain
import OrderedCollections
import Testing

/// Samples of what schools share.
extension TestClient {
    /// A resource of a school with a version in the state that follows from these steps.
    func share(
        _ school: String, title: String = "Reading together", text: String = "How we do it.", steps: [String] = ["submit", "publish"],
        with members: JSON.Object = [:]
    ) async throws -> (resource: String, version: String) {
        var body: JSON.Object = ["schoolId": .string(school), "kind": "practice", "title": .string(title), "summary": "In groups of four."]
        body.merge(members) { $1 }
        let resource = try await add("/v1/shared-resources", .object(body))
        let version = try await add("/v1/resource-versions", ["resourceId": .string(resource), "text": .string(text)])
        try await take(steps, "/v1/resource-versions/\(version)")
        return (resource, version)
    }

    /// One action after the other.
    func take(_ steps: [String], _ item: String) async throws {
        let bodies: [String: JSON] = ["publish": [:], "retire": ["reason": "Outdated"], "hide": ["reason": "Asked twice"], "accept": [:]]
        for step in steps {
            let answer = try await post("\(item)/\(step)", token: integration, bodies[step])
            try #require(answer.status == 200, "\(answer.text)")
        }
    }

    /// A published adaptation of a resource; its version.
    func adapt(
        _ resource: String, at school: String, text: String = "How we do it, otherwise."
    ) async throws -> (
        resource: String, version: String
    ) {
        let made = try await post(
            "/v1/shared-resources/\(resource)/fork", token: integration, ["schoolId": .string(school), "title": "Otherwise"])
        try #require(made.status == 201, "\(made.text)")
        let adaptation = try #require(made.json["id"]?.stringValue)
        let drafts = try await get("/v1/resource-versions?resourceId=\(adaptation)", token: integration)
        let version = try #require(drafts.json["items"]?.arrayValue?.first?["id"]?.stringValue)
        let changed = try await patch("/v1/resource-versions/\(version)", token: integration, ["text": .string(text)])
        try #require(changed.status == 200, "\(changed.text)")
        try await take(["submit", "publish"], "/v1/resource-versions/\(version)")
        return (adaptation, version)
    }

    /// A body that makes one more of these; nil for other collections.
    func sharingBody(of collection: String, _ school: String) async throws -> JSON? {
        switch collection {
        case "/v1/shared-resources":
            return ["schoolId": .string(school), "kind": "practice", "title": "Reading together", "summary": "In groups of four."]
        case "/v1/resource-versions":
            let file = try await upload("A plan.")
            return [
                "resourceId": .string(try await share(school, steps: []).resource), "text": "How we do it.", "fileIds": [.string(file)],
            ]
        case "/v1/adoptions":
            return ["schoolId": .string(school), "versionId": .string(try await share(school).version), "startsOn": "2026-01-05"]
        case "/v1/comments": return ["resourceId": .string(try await share(school).resource), "text": "Which books?"]
        case "/v1/collections":
            return ["schoolId": .string(school), "title": "Reading", "itemIds": [.string(try await share(school).resource)]]
        case "/v1/resource-proposals":
            return ["versionId": .string(try await adapt(share(school).resource, at: school).version)]
        default: return nil
        }
    }

    /// Of actions on these.
    static let sharingActionBodies: [String: JSON?] = [
        "retireSharedResource": ["reason": "Outdated"], "reinstateSharedResource": nil, "submitResourceVersion": nil,
        "sendBackResourceVersion": ["reason": "Name the roles"], "publishResourceVersion": [:], "acceptResourceProposal": [:],
        "declineResourceProposal": ["reason": "Too long"], "withdrawResourceProposal": nil, "hideComment": ["reason": "Asked twice"],
        "showComment": nil, "forkSharedResource": [:], "revertResourceVersion": [:],
    ]

    /// Makes ready what an action is about to be done to; its body, nil for other operations.
    func prepareSharingAction(_ operation: OperationTests.Operation, at path: String) async throws -> JSON?? {
        guard let body = Self.sharingActionBodies[operation.id] else { return nil }
        let item = String(path.prefix(upTo: try #require(path.lastIndex(of: "/"))))
        let steps: [String: [String]] = [
            "sendBackResourceVersion": ["submit"], "publishResourceVersion": ["submit"], "revertResourceVersion": ["submit", "publish"],
            "showComment": ["hide"],
        ]
        if operation.path.hasPrefix("/v1/shared-resources/") {
            let resource = item.split(separator: "/").last.map(String.init) ?? ""
            let version = try await add("/v1/resource-versions", ["resourceId": .string(resource), "text": "How we do it."])
            try await take(["submit", "publish"], "/v1/resource-versions/\(version)")
            if operation.id == "reinstateSharedResource" { try await take(["retire"], item) }
        }
        try await take(steps[operation.id] ?? [], item)
        return .some(body)
    }
}
