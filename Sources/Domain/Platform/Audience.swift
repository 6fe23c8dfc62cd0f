package import Core

/// Who may see a resource and its events; the same for every school.
package enum Audience: Hashable, Sendable {
    /// Everyone signed in.
    case directory
    /// School leads and their delegates, improvement leads, chief executive, trustees; and the governors of the schools it concerns.
    case leadership(schoolIds: [String])
    /// Only those concerned: ids of persons, tokens and schools (their leads and offices), or `role:` and a role of the trust.
    case parties([String])
    /// Only these persons and tokens, by id, whatever else anybody may see: what is confidential.
    case named([String])

    /// The name under which the specialists of a business area are parties.
    package static func area(_ code: String) -> String { "area:" + code }

    /// Names under which those who run the trust are parties.
    package static let administrators = ["role:trustAdmin", "role:chiefExecutive"]
    /// The name under which data protection officers are parties.
    package static let privacyOffice = ["role:dataProtectionOfficer"]
}

extension Audience {
    /// Who may see what happened earlier, when this was for whom it was, now that the resource is for others: nobody who doesn't see it now.
    ///
    /// Nor who didn't then, as far as names tell: whoever goes by another name now than then loses sight of what was. What was for the leadership,
    /// who go by none, whoever is named now sees.
    package func narrowed(to now: Audience) -> Audience {
        switch (self, now) {
        case (.directory, _): now
        case (_, .directory): self
        case (.leadership(let then), .leadership(let now)): .leadership(schoolIds: then.filter(now.contains))
        case (.parties(let then), .parties(let now)): .parties(then.filter(now.contains))
        case (.named(let then), .named(let now)), (.parties(let then), .named(let now)): .named(then.filter(now.contains))
        // The stricter kind counts.
        case (.leadership, .parties), (.leadership, .named): now
        case (.parties, .leadership), (.named, .leadership), (.named, .parties): self
        }
    }
}

/// What a caller may see, worked out once from its authority: the one rule behind reads, lists, counts, search, expansion, events, exports.
package struct Visibility: Hashable, Sendable {
    package enum Leadership: Hashable, Sendable {
        case none
        /// What concerns these schools.
        case schools(Set<String>)
        case all
    }

    package var leadership: Leadership
    /// By which names the caller is a party; nil sees what is between parties as well.
    package var parties: Set<String>?
    /// Of a caller that sees what is between parties: by which names it is let into what is confidential; nil sees that as well.
    package var names: Set<String>?
    /// The schools a caller is bound to, which narrows everything else: to what concerns one of them, and what is the trust's; nil where it isn't
    /// bound.
    package var schools: Set<String>?

    package static let everything = Visibility(leadership: .all, parties: nil)

    package init(leadership: Leadership, parties: Set<String>?, names: Set<String>? = nil, schools: Set<String>? = nil) {
        self.schools = schools
        self.leadership = leadership
        self.parties = parties
        self.names = names
    }

    package init(of actor: Actor) {
        self.init(authorityOf: actor)
        schools = actor.schoolIds.isEmpty ? nil : Set(actor.schoolIds)
    }

    private init(authorityOf actor: Actor) {
        // An integration sees what its scopes name, between parties only for the schools it is bound to.
        guard !actor.grants.isEmpty || actor.personId != nil else {
            self.init(leadership: .all, parties: actor.schoolIds.isEmpty ? nil : Set(actor.schoolIds + [actor.id]), names: [actor.id])
            return
        }
        var leadership = Leadership.none
        var parties: Set<String> = [actor.id]
        if let person = actor.personId { parties.insert(person) }
        parties.formUnion(actor.teamIds)
        parties.formUnion(actor.schoolIds.isEmpty ? [] : Set(actor.schoolIds).intersection(actor.grants.compactMap(\.schoolId)))
        var governed: Set<String> = []
        for grant in actor.grants {
            guard let role = Role(rawValue: grant.role) else { continue }
            if role == .operator {
                self = .everything
                return
            }
            // A caller bound to schools runs no trust.
            if !role.isAtSchool, role != .delegate, actor.schoolIds.isEmpty { parties.insert("role:" + role.rawValue) }
            if role == .specialist, actor.schoolIds.isEmpty { parties.formUnion(grant.areas.map(Audience.area)) }
            if role.sharesLeadership { leadership = .all }
            if let school = grant.schoolId {
                if role == .governor || role == .chairOfGovernors { governed.insert(school) }
                if role.leadsSchool || role == .schoolOffice || role == .schoolBusinessManager { parties.insert(school) }
            }
        }
        if leadership == .none, !governed.isEmpty { leadership = .schools(governed) }
        self.init(leadership: leadership, parties: parties)
    }

    /// Whether it may be seen: for this caller, and of a school it is bound to where it is.
    package func allows(_ resource: some Resource) -> Bool {
        guard allows(resource.audience) else { return false }
        return schools == nil || isOfOwn(resource.concernedSchools)
    }

    /// Whether what concerns these schools, none being the trust's, is within those a caller is bound to.
    package func isOfOwn(_ concerned: Set<String>) -> Bool {
        schools.map { concerned.isEmpty || !concerned.isDisjoint(with: $0) } ?? true
    }

    package func allows(_ audience: Audience) -> Bool {
        switch audience {
        case .directory: true
        case .leadership(let schools):
            switch leadership {
            case .all: isOfOwn(Set(schools))
            case .none: false
            case .schools(let governed): schools.contains(where: governed.contains) && isOfOwn(Set(schools))
            }
        case .named(let named): (parties ?? names).map { $0.contains(where: named.contains) } ?? true
        case .parties(let concerned): parties.map { parties in concerned.contains(where: parties.contains) } ?? true
        }
    }
}

extension Resource {
    /// The schools it concerns; none for what is the trust's.
    package var concernedSchools: Set<String> {
        // Only for those who are bound to schools, which are few: what it takes to look is no matter.
        guard !Self.concerningMembers.isEmpty, let tree = try? JSONCodec.tree(self) else { return [] }
        return Set(
            Self.concerningMembers.flatMap { member -> [String] in
                let value = tree[member] ?? .null
                return value.stringValue.map { [$0] } ?? value.arrayValue?.compactMap(\.stringValue) ?? []
            })
    }
}

extension Role {
    /// Sees the leadership audience of all schools.
    var sharesLeadership: Bool {
        switch self {
        case .trustAdmin, .operator, .chiefExecutive, .improvementLead, .trustee, .delegate: true
        default: leadsSchool
        }
    }
}
