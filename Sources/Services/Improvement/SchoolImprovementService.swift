package import Core
import Domain
package import Repositories

/// Where a school stands with its improvement, in one view.
package struct SchoolImprovementService: Sendable {
    private let store: Store

    package init(store: Store) {
        self.store = store
    }

    /// Stage, plan with its latest review, open needs, support given and received: each as by itself, what the caller may not read left out. Throws
    /// `notFound`.
    package func view(_ schoolId: String, _ call: Call) async throws -> JSON {
        let now = store.now()
        let visibility = Visibility(of: call.actor)
        func mayRead(_ type: ResourceType) -> Bool { type.readPermission.isHeld(by: call.actor) }
        let (stages, plans) = (mayRead(.stage), mayRead(.improvementPlan))
        let (needs, deployments) = (mayRead(.need), mayRead(.deployment))
        return try await store.read { transaction in
            guard try transaction.find(School.self, id: schoolId) != nil else { throw DomainError.notFound }
            func shown<R: Resource>(_ items: [R]) throws -> [JSON] {
                try items.filter { visibility.allows($0) }.map { try $0.wireTree() }
            }
            let today = try now.day(in: transaction.zone())
            let stage = stages ? try shown(transaction.facts(Stage.self, where: "schoolId", is: schoolId, on: today)).first : nil
            let all = plans ? try transaction.all(ImprovementPlan.self, where: "schoolId", is: schoolId) : []
            let plan = all.filter { visibility.allows($0) }.latest
            let review = try plan.flatMap { try transaction.reviews(ofPlan: $0.id).last }
            let open =
                needs
                ? try transaction.all(Need.self, where: "schoolId", is: schoolId).filter { $0.state == .open || $0.state == .matched } : []
            func support(_ member: String) throws -> [JSON] {
                guard deployments else { return [] }
                return try shown(
                    transaction.all(Deployment.self, where: member, is: schoolId).filter { $0.state == .preparing || $0.state == .deployed }
                )
            }
            return [
                "schoolId": .string(schoolId), "asOf": .string(today.description), "stage": stage ?? .null,
                "plan": try plan?.wireTree() ?? .null,
                "latestReview": try review.flatMap { visibility.allows($0) ? try $0.wireTree() : nil } ?? .null,
                "openNeeds": .array(try shown(open)), "supportGiven": .array(try support("providerSchoolId")),
                "supportReceived": .array(try support("receivingSchoolId")),
            ]
        }
    }
}

extension [ImprovementPlan] {
    /// The one under way, main before rapid, the newest first; a closed one only where there is no other.
    fileprivate var latest: ImprovementPlan? {
        self.max { left, right in left.rank == right.rank ? left.startsOn < right.startsOn : left.rank < right.rank }
    }
}

extension ImprovementPlan {
    fileprivate var rank: Int {
        let standing =
            switch state {
            case .active: 6
            case .paused: 4
            case .draft: 2
            case .closed: 0
            }
        return standing + (kind == .main ? 1 : 0)
    }
}
