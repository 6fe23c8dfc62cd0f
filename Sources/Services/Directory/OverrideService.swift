package import Core
package import Domain
import OrderedCollections
package import Repositories

/// Corrections of what the register says of a school. A correction and the school change together.
package struct OverrideService: ResourceReader {
    package typealias Item = SchoolOverride
    package let store: Store

    package init(store: Store) {
        self.store = store
    }

    /// All of a school's, by member.
    package func all(of schoolId: String) throws -> [SchoolOverride] {
        try store.readNow { try $0.overrides.of(schoolId: schoolId) }.sorted { $0.member < $1.member }
    }

    /// Throws `notFound` where the member isn't overridden.
    package func find(schoolId: String, member: String) throws -> SchoolOverride {
        guard let found = try store.readNow({ try $0.overrides.find(schoolId: schoolId, member: member) }) else {
            throw DomainError.notFound
        }
        return found
    }

    /// The override a caller is about to set or remove, if there is one. Throws `forbidden`, and `conflict` for a school that has left.
    package func findForWriting(schoolId: String, member: String, _ call: Call) throws -> SchoolOverride? {
        let now = store.now()
        return try store.readNow { transaction in
            let today = try now.day(in: transaction.zone())
            try transaction.authorise(.overridesWrite, for: .school(schoolId), call.actor, on: today)
            try transaction.checkHasNotLeft(school: schoolId, on: today)
            return try transaction.overrides.find(schoolId: schoolId, member: member)
        }
    }

    /// Sets the member, whose value fits the contract, to `value`; a further time replaces value and reason.
    ///
    /// - Parameter createsOnly: throws `preconditionFailed` where the member is overridden already.
    /// Throws `invalid` for a member that isn't the register's and for a value no school can have.
    package func put(
        schoolId: String, member: String, value: JSON, reason: String, createsOnly: Bool, _ call: Call
    ) async throws -> (override: SchoolOverride, isNew: Bool) {
        guard School.registerMembers.contains(member) else {
            throw DomainError.invalid([Self.notOverridable(member)])
        }
        return try await store.write(call) { transaction in
            let school = try Self.school(schoolId, transaction)
            let existing = try transaction.overrides.find(schoolId: schoolId, member: member)
            if let existing {
                if createsOnly { throw DomainError.preconditionFailed(current: existing.etag, changedMembers: []) }
                try transaction.checkPrecondition(of: existing)
            } else if transaction.call.precondition != .none {
                throw DomainError.notFound
            }
            let changed = try school.setting([member: value])
            let errors = changed.errors(ofOverriding: member)
            guard errors.isEmpty else { throw DomainError.invalid(errors) }
            try transaction.update(from: school, to: changed, isTarget: false)
            if let existing {
                var override = existing
                override.value = value
                override.reason = reason
                return (try transaction.update(from: existing, to: override), false)
            }
            let actor = transaction.call.actor
            let registerValue = try JSONCodec.tree(school)[member] ?? .null
            let override = SchoolOverride(
                id: ResourceType.schoolOverride.makeID(at: transaction.now), schoolId: schoolId, member: member, value: value,
                registerValue: registerValue, reason: reason, recordedBy: actor.personId ?? actor.id, createdAt: transaction.now)
            return (try transaction.insert(override), true)
        }
    }

    /// The register's value returns.
    package func delete(schoolId: String, member: String, _ call: Call) async throws {
        try await store.write(call) { transaction in
            let school = try Self.school(schoolId, transaction)
            guard let override = try transaction.overrides.find(schoolId: schoolId, member: member) else { throw DomainError.notFound }
            try transaction.delete(override)
            try transaction.update(from: school, to: school.setting([member: override.registerValue]), isTarget: false)
        }
    }

    /// What is wrong with a member of this name.
    package static func notOverridable(_ member: String) -> FieldError {
        FieldError(
            pointer: "", code: "not-overridable",
            detail:
                "\(member) is no member that comes from the register; these do: \(School.registerMembers.sorted().joined(separator: ", "))")
    }

    private static func school(_ id: String, _ transaction: WriteTransaction) throws -> School {
        guard let school = try transaction.find(School.self, id: id) else { throw DomainError.notFound }
        try transaction.authorise(.overridesWrite, for: .school(id))
        try transaction.checkHasNotLeft(school: id, on: transaction.today())
        return school
    }
}
