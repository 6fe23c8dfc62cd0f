import Core
import Domain
import OrderedCollections
import Repositories
import Testing

extension TestClient {
    /// Of the steps that lead to a state and take a body.
    private static let bodies: [String: JSON] = [
        "pause": ["reason": "Moving house"], "address": ["note": "In the plan"], "confirm-capacity": ["isConfirmed": true],
        "answer-conflict": ["exists": false],
    ]

    /// Of the actions of resources with states, by operation; nil for none.
    static let actionBodies: [String: JSON?] = [
        "activateImprovementPlan": nil, "resumeImprovementPlan": nil, "pauseImprovementPlan": ["reason": "Moving house"],
        "closeImprovementPlan": ["outcome": "All read"], "addressFinding": ["note": "In the plan"], "closeFinding": ["note": "Done"],
        "reopenFinding": ["reason": "Back again"], "publishFramework": nil, "retireFramework": nil, "reviseFramework": nil,
        "finishSelfEvaluation": nil, "matchNeed": nil, "meetNeed": ["outcome": "They read"], "withdrawNeed": ["reason": "Solved"],
        "reopenNeed": ["reason": "Back again"], "pauseSupportOffer": ["reason": "Full"], "resumeSupportOffer": nil,
        "withdrawSupportOffer": ["reason": "Full"], "prepareDeployment": nil, "confirmCapacityDeployment": ["isConfirmed": true],
        "answerConflictDeployment": ["exists": false], "deployDeployment": nil,
        "completeDeployment": ["impact": 4, "evaluation": "They read"], "declineDeployment": ["reason": "Full"],
        "cancelDeployment": ["reason": "Full"], "raiseNeed": ["title": "Reading"],
    ]

    /// Gets a deployment under way; its id.
    func deploy(_ id: String) async throws -> String {
        for step in ["prepare", "confirm-capacity", "answer-conflict", "deploy"] {
            let answer = try await post("/v1/deployments/\(id)/\(step)", token: integration, Self.bodies[step])
            try #require(answer.status == 200, "\(answer.text)")
        }
        return id
    }

    /// Makes ready what an action is about to be done to: in a state that allows it. Returns the body of the action, null inside for none; nil for
    /// operations that are no actions of a resource with states or are named below.
    func prepareAction(_ operation: OperationTests.Operation, at path: String) async throws -> JSON?? {
        let steps: [String: [String]] = [
            "pauseImprovementPlan": ["activate"], "resumeImprovementPlan": ["activate", "pause"], "closeImprovementPlan": ["activate"],
            "reopenFinding": ["address"], "retireFramework": ["publish"], "reviseFramework": ["publish"],
            "reopenNeed": ["match"], "resumeSupportOffer": ["pause"],
            "deployDeployment": ["prepare", "confirm-capacity", "answer-conflict"],
            "completeDeployment": ["prepare", "confirm-capacity", "answer-conflict", "deploy"],
        ]
        if operation.id == "raiseObjective" {
            let finding = try await get(String(path.dropLast("/raise-objective".count)), token: integration)
            let school = try #require(finding.json["schoolId"]?.stringValue)
            return ["planId": .string(try await OperationTests.plan(of: school, isActive: false, self)), "title": "More books"]
        }
        if let body = try await prepareSharingAction(operation, at: path) { return body }
        if let body = try await prepareDeskAction(operation, at: path) { return body }
        guard let body = Self.actionBodies[operation.id] else { return try await prepareCycleAction(operation, at: path) }
        let item = path.prefix(upTo: try #require(path.lastIndex(of: "/")))
        if operation.path.hasPrefix("/v1/frameworks/") {
            let framework = String(item.split(separator: "/").last ?? "")
            _ = try await add(
                "/v1/processes",
                [
                    "frameworkId": .string(framework), "title": "Review", "kind": "schoolReview",
                    "frequencies": [["every": "term", "times": 1]],
                ])
        }
        for step in steps[operation.id] ?? [] {
            let answer = try await post("\(item)/\(step)", token: integration, Self.bodies[step])
            try #require(answer.status == 200, "\(answer.text)")
        }
        return .some(body)
    }
}
