import Core
import Domain
import HTTPTypes
import OrderedCollections
package import Routing
package import Services

/// `/v1/schools/{id}/overrides`.
package struct OverrideHandlers: Sendable {
    private let overrides: OverrideService
    private let schools: SchoolService
    private let contract: Contract

    package init(overrides: OverrideService, schools: SchoolService, contract: Contract) {
        self.overrides = overrides
        self.schools = schools
        self.contract = contract
    }

    package var bindings: [Binding] {
        [
            Binding("listSchoolOverrides", target: school, handle: listSchoolOverrides),
            Binding("getSchoolOverride", target: present, handle: getSchoolOverride),
            Binding("putSchoolOverride", target: changeable, handle: putSchoolOverride),
            Binding("deleteSchoolOverride", target: removable, handle: deleteSchoolOverride),
            Binding("getOverride", target: byID, handle: getOverride),
        ]
    }

    private func school(_ exchange: Exchange) async throws -> Target? {
        Target(id: try schools.identify(exchange.path("id"), exchange.call).id)
    }

    private func present(_ exchange: Exchange) async throws -> Target? {
        let override = try overrides.find(
            schoolId: schools.identify(exchange.path("id"), exchange.call).id, member: exchange.path("member"))
        return target(override.schoolId, override)
    }

    private func changeable(_ exchange: Exchange) async throws -> Target? {
        let id = try schools.identify(exchange.path("id"), exchange.call).id
        let override = try overrides.findForWriting(schoolId: id, member: exchange.path("member"), exchange.call)
        return target(id, override)
    }

    private func removable(_ exchange: Exchange) async throws -> Target? {
        let id = try schools.identify(exchange.path("id"), exchange.call).id
        return try overrides.findForWriting(schoolId: id, member: exchange.path("member"), exchange.call).map { target(id, $0) }
    }

    private func byID(_ exchange: Exchange) async throws -> Target? {
        let override = try overrides.find(exchange.path("id"), exchange.call)
        return Target(id: override.id, etag: override.etag)
    }

    private func target(_ schoolId: String, _ override: SchoolOverride?) -> Target {
        guard let override else {
            var target = Target(id: schoolId)
            target.exists = false
            return target
        }
        return Target(id: schoolId, etag: override.etag) { [overrides] in try await overrides.changedMembers(override.id, since: $0) }
    }

    private struct All: Encodable {
        var items: [SchoolOverride]
    }

    private func listSchoolOverrides(_ exchange: Exchange) async throws -> Answer {
        try .view(All(items: overrides.all(of: exchange.targetID)))
    }

    private func getSchoolOverride(_ exchange: Exchange) async throws -> Answer {
        try .item(overrides.find(schoolId: exchange.targetID, member: exchange.path("member")))
    }

    private func getOverride(_ exchange: Exchange) async throws -> Answer {
        try .item(overrides.find(exchange.targetID, exchange.call))
    }

    private func putSchoolOverride(_ exchange: Exchange) async throws -> Answer {
        let member = exchange.path("member")
        let value = exchange.body["value"] ?? .null
        // The contract knows what each member may be; here it is only known which one is meant.
        let errors = contract.errors(in: .object([member: value]), "SchoolRegisterValues").map { error in
            error.code == "unknown-member"
                ? OverrideService.notOverridable(member) : FieldError(pointer: "/value", code: error.code, detail: error.detail)
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        let (override, isNew) = try await overrides.put(
            schoolId: exchange.targetID, member: member, value: value, reason: exchange.body["reason"]?.stringValue ?? "",
            createsOnly: exchange.headers[.ifNoneMatch]?.trimmingPrefix(while: { $0 == " " }).first == "*", exchange.call)
        let location = isNew ? "\(ResourceType.school.href(id: override.schoolId))/overrides/\(member)" : nil
        return try .item(override, status: isNew ? .created : .ok, location: location)
    }

    private func deleteSchoolOverride(_ exchange: Exchange) async throws -> Answer {
        try await overrides.delete(schoolId: exchange.targetID, member: exchange.path("member"), exchange.call)
        return .none
    }
}
