import Core
import Domain
import OrderedCollections
import Repositories

// What an import minds of the directory beside the register's own rows: corrections people made, and who belongs to the trust.

extension WriteTransaction {
    /// The school as the register has it now, but for what was corrected: there the register's word is only remembered.
    func applying(_ row: RegisterRow, to stored: School) throws -> School {
        let overrides = try overrides.of(schoolId: stored.id)
        guard !overrides.isEmpty else { return row.applied(to: stored, at: now) }
        // With the register's own values back, so that columns the file doesn't have keep those and not the corrections.
        let plain = try stored.setting(JSON.Object(overrides.map { ($0.member, $0.registerValue) }) { $1 })
        let said = row.applied(to: plain, at: now)
        let values = try JSONCodec.tree(said)
        for override in overrides {
            var changed = override
            changed.registerValue = values[override.member] ?? .null
            try update(from: override, to: changed, isTarget: false)
        }
        return try said.setting(JSON.Object(overrides.map { ($0.member, $0.value) }) { $1 })
    }

    /// Records that a school joined, unless it belongs to the trust or people have recorded days that exclude it: theirs is the last word on
    /// who left when, also where the register hasn't heard of it yet.
    ///
    /// Returns whether it did.
    func recordJoining(schoolId: String, _ register: RegisterMembership) throws -> Bool {
        let actor = call.actor
        let joining = Membership(
            id: ResourceType.membership.makeID(at: now), schoolId: schoolId, startsOn: register.joinedOn,
            reason: "In the national register (GIAS) as part of \(register.groupName), group \(register.groupUid)",
            recordedBy: actor.personId ?? actor.id, createdAt: now)
        let today = try today()
        let known = try all(Membership.self, where: "schoolId", is: schoolId)
        guard !known.contains(where: { $0.holds(on: today) || $0.overlaps(joining) }) else { return false }
        try insert(joining)
        try replan(joining, replacing: nil)
        return true
    }
}

/// The schools that belong to the trust today, by URN: no others need a look when one trust is imported.
struct RegisterMembers {
    private let urns: Set<Int32>

    static func load(_ store: Store) async throws -> RegisterMembers {
        let now = store.now()
        let schools = try await store.read { transaction in
            try transaction.facts(Membership.self, on: now.day(in: transaction.zone())).compactMap {
                try transaction.find(School.self, id: $0.schoolId)?.urn
            }
        }
        return RegisterMembers(urns: Set(schools.compactMap { Int32($0) }))
    }

    func contains(urn: Int) -> Bool { urns.contains(Int32(urn)) }
}
