import Core
import Domain
import OrderedCollections
import Testing

/// Two schools: A, where the actor is somebody, and B, where it is nobody.
private let a = "sch_a"
private let b = "sch_b"

private func integration(_ scopes: [String], schoolIds: [String] = []) -> Actor {
    Actor(kind: .token, id: "tok_1", name: "t", scopes: scopes, schoolIds: schoolIds)
}

private func holder(_ role: Role, chapter: Chapter? = nil, scopes: [String] = [], schoolIds: [String] = []) -> Actor {
    let atSchool = role.isAtSchool || role == .delegate
    return Actor(
        kind: .token, id: "tok_1", name: "t", personId: [.trustAdmin, .operator].contains(role) ? nil : "per_1",
        grants: [Actor.Grant(role: role.rawValue, schoolId: atSchool ? a : nil, chapter: chapter?.rawValue)], scopes: scopes,
        schoolIds: schoolIds)
}

struct PermissionTests {
    /// What each role may do, written out a second time: where it may for the trust, where only for its own school.
    private static let reads: Set<Permission> = [
        .selfRead, .trustRead, .schoolsRead, .overridesRead, .membershipsRead, .inspectionsRead, .peopleRead, .delegationsRead,
        .calendarsRead,
        .codeListsRead, .tokensRead, .tokensWrite, .eventsRead, .frameworksRead, .prioritiesRead, .offersRead,
        .calendarFeedsRead, .calendarFeedsWrite, .filesRead, .filesWrite, .sharedResourcesRead, .adoptionsRead, .commentsWrite,
        .catalogueRead, .supportRequestsRead, .supportRequestsWrite,
    ]
    private static let shared: Set<Permission> = [
        .stagesRead, .indicatorsRead, .absencesRead, .selfEvaluationsRead, .cyclesRead, .activitiesRead, .plansRead,
        .findingsRead, .needsRead, .deploymentsRead,
    ]
    private static let chapters: Set<Permission> = [
        .schoolsWrite, .overridesWrite, .peopleWrite, .calendarsWrite, .inspectionsWrite, .indicatorsWrite, .plansWrite,
        .findingsWrite, .activitiesRecord, .selfEvaluationsWrite, .needsWrite, .offersWrite, .deploymentsRecord,
        .sharedResourcesWrite, .sharedResourcesPublish, .adoptionsWrite,
    ]
    private static let leading = chapters.union([.delegationsWrite, .absencesWrite, .handOverRead])
    private static let improving: Set<Permission> = [
        .frameworksWrite, .prioritiesWrite, .cyclesWrite, .activitiesWrite, .activitiesRecord, .findingsWrite,
        .needsWrite, .offersWrite, .deploymentsWrite, .deploymentsRecord, .sharedResourcesWrite, .sharedResourcesPublish,
    ]
    /// Of a specialist, for business areas and teams; and their own offers.
    private static let serving: Set<Permission> = [.catalogueWrite, .supportRequestsServe]
    private static let privacy: Set<Permission> = [.privacyRead, .privacyWrite]
    private static let schoolsOwn: Set<Permission> = [
        .schoolsWrite, .calendarsWrite, .delegationsWrite, .plansWrite, .selfEvaluationsWrite, .sharedResourcesWrite,
        .sharedResourcesPublish, .adoptionsWrite,
    ]

    private static func expected(_ role: Role) -> (trust: Set<Permission>, ownSchool: Set<Permission>) {
        switch role {
        case .headteacher, .coHeadteacher, .headOfSchool, .actingHeadteacher, .executiveHeadteacher: (reads.union(shared), leading)
        case .schoolOffice, .schoolBusinessManager: (reads, [.peopleWrite, .calendarsWrite, .sharedResourcesWrite])
        case .deputyHeadteacher, .seniorLeader, .middleLeader, .teacher, .support: (reads, [.sharedResourcesWrite])
        case .specialist: (reads, [])
        case .governor, .trustee: (reads.union(shared), [])
        case .chairOfGovernors: (reads.union(shared), [.absencesWrite])
        case .improvementLead: (reads.union(shared).union([.stagesWrite, .inspectionsWrite, .indicatorsWrite]).union(improving), [])
        case .dataProtectionOfficer: (reads.union(privacy).union([.auditRead, .supportRequestsBreakGlass]), [])
        case .chiefExecutive: (Set(Permission.allCases).subtracting(privacy), [])
        case .trustAdmin: (Set(Permission.allCases).subtracting(privacy).subtracting([.supportRequestsBreakGlass]), [])
        case .operator: (Set(Permission.allCases), [])
        case .delegate: preconditionFailure("has a test of its own")
        }
    }

    @Test(
        "Each role may do what its row says: for the trust, for its own school, for another",
        arguments: Role.allCases.filter { $0 != .delegate })
    func matrix(role: Role) {
        let (trust, own) = Self.expected(role)
        let actor = holder(role)
        for permission in Permission.allCases {
            let isAnothersChoice = role != .operator && Self.schoolsOwn.contains(permission)
            // The central team may hold a chapter wherever a school has handed it over.
            let isDelegable = role.isOfCentralTeam && Self.chapters.contains(permission)
            // A specialist's, for business areas and teams, or their own.
            let isOfArea = role == .specialist && (Self.serving.contains(permission) || permission == .offersWrite)
            #expect(
                permission.isHeld(by: actor) == (trust.contains(permission) || own.contains(permission) || isDelegable || isOfArea),
                "\(permission)")
            #expect(permission.isHeld(by: actor, for: .trust) == trust.contains(permission), "\(permission)")
            let atOwn = own.contains(permission) || (trust.contains(permission) && !isAnothersChoice)
            #expect(permission.isHeld(by: actor, for: .school(a)) == atOwn, "\(permission)")
            #expect(permission.isHeld(by: actor, for: .school(b)) == (trust.contains(permission) && !isAnothersChoice), "\(permission)")
        }
    }

    @Test("A specialist serves the business areas of the appointment and the teams they are in, and no others")
    func specialists() {
        let actor = Actor(
            kind: .token, id: "tok_1", name: "Bea", personId: "per_1", grants: [.init(role: Role.specialist.rawValue, areas: ["hr"])],
            teamIds: ["tea_1"])
        for permission in Self.serving {
            #expect(permission.isHeld(by: actor, for: .area("hr")) && !permission.isHeld(by: actor, for: .area("finance")))
            // What isn't known to be anybody's yet is anybody's to find out.
            #expect(permission.isHeld(by: actor, for: .area(nil)))
            #expect(permission.isHeld(by: actor, for: .team("tea_1")) && !permission.isHeld(by: actor, for: .team("tea_2")))
            #expect(permission.isHeld(by: holder(.chiefExecutive), for: .area("finance")))
        }
    }

    @Test("A specialist writes their own offers: nobody else's, and no school's")
    func ownOffers() {
        let specialist = holder(.specialist)
        #expect(Permission.offersWrite.isHeld(by: specialist, for: .person("per_1")))
        for scope in [Scope.person("per_2"), .trust, .school(a), .school(b), .area(nil), .team("tea_1")] {
            #expect(!Permission.offersWrite.isHeld(by: specialist, for: scope), "\(scope)")
        }
        #expect(!Permission.offersWrite.isHeld(by: holder(.headteacher), for: .person("per_1")))
        #expect(Permission.offersWrite.isHeld(by: holder(.improvementLead), for: .person("per_2")))
        // Nothing else is given by being one's own.
        for permission in Permission.allCases where permission != .offersWrite && !Self.reads.contains(permission) {
            #expect(!permission.isHeld(by: specialist, for: .person("per_1")), "\(permission)")
        }
    }

    @Test("A delegate may do what the chapter holds, at the school that delegated it", arguments: Chapter.allCases)
    func delegates(chapter: Chapter) {
        let actor = holder(.delegate, chapter: chapter)
        for permission in Self.leading {
            let isCovered = permission.chapter == chapter
            #expect(permission.isHeld(by: actor, for: .school(a)) == isCovered, "\(permission)")
            #expect(permission.isHeld(by: actor) == isCovered, "\(permission)")
            #expect(!permission.isHeld(by: actor, for: .school(b)), "\(permission)")
        }
        #expect(Permission.schoolsRead.isHeld(by: actor, for: .school(b)))
    }

    @Test(
        "The central team makes a school's own choices only where the school has delegated the chapter",
        arguments: [Role.trustAdmin, .chiefExecutive, .specialist, .improvementLead])
    func centralTeam(role: Role) {
        let actor = holder(role)
        #expect(!Permission.schoolsWrite.isHeld(by: actor, for: .school(b)))
        #expect(Permission.schoolsWrite.isHeld(by: actor, for: .school(b), delegated: [.profile]))
        #expect(!Permission.schoolsWrite.isHeld(by: actor, for: .school(b), delegated: [.calendar]))
        #expect(Permission.calendarsWrite.isHeld(by: actor, for: .school(b), delegated: [.calendar]))
        #expect(!Permission.delegationsWrite.isHeld(by: actor, for: .school(b), delegated: Set(Chapter.allCases)))
    }

    @Test("A scope gives exactly its permission")
    func scopes() {
        for scope in Permission.allCases {
            for permission in Permission.allCases {
                let isGiven = permission == scope
                #expect(permission.isHeld(by: integration([scope.rawValue])) == (isGiven || permission == .selfRead))
                #expect(permission.isHeld(by: integration([scope.rawValue]), for: .school(a)) == isGiven)
                #expect(permission.isHeld(by: integration([scope.rawValue]), for: .trust) == isGiven)
            }
        }
    }

    @Test("A token without role, scopes or person, and a person without an appointment, may only ask about themselves")
    func nobody() {
        let people = [integration([]), Actor(kind: .token, id: "tok_1", name: "t", personId: "per_1")]
        for actor in people + [Actor(kind: .token, id: "tok_1", name: "t", personId: "per_1", scopes: ["schools:read"])] {
            for permission in Permission.allCases {
                #expect(permission.isHeld(by: actor) == (permission == .selfRead))
                #expect(!permission.isHeld(by: actor, for: .school(a)))
            }
        }
    }

    @Test("Scopes beside a person narrow what the appointments give")
    func narrowed() {
        let head = holder(.headteacher, scopes: ["schools:write", "tokens:write"])
        #expect(Permission.schoolsWrite.isHeld(by: head, for: .school(a)))
        #expect(!Permission.peopleWrite.isHeld(by: head, for: .school(a)))
        #expect(Permission.tokensWrite.isHeld(by: head) && !Permission.schoolsRead.isHeld(by: head))
    }

    @Test("A caller bound to schools acts for those only, and not for the trust")
    func bound() {
        let bound = holder(.trustAdmin, schoolIds: [a])
        #expect(Permission.peopleWrite.isHeld(by: bound, for: .school(a)))
        #expect(!Permission.peopleWrite.isHeld(by: bound, for: .school(b)))
        #expect(!Permission.trustWrite.isHeld(by: bound, for: .trust))
        #expect(!Permission.schoolsWrite.isHeld(by: integration(["schools:write"], schoolIds: [a]), for: .school(b)))
    }

    @Test("Nobody gives more than it has: neither permissions nor schools, nor a school's own choices")
    func grants() {
        let narrow = integration(["tokens:write", "schools:read"], schoolIds: [a, b])
        #expect(Permission.mayGrant(role: nil, scopes: ["schools:read"], schoolIds: [a], narrow))
        #expect(!Permission.mayGrant(role: nil, scopes: ["schools:write"], schoolIds: [a], narrow))
        #expect(!Permission.mayGrant(role: .trustAdmin, scopes: [], schoolIds: [a], narrow))
        #expect(!Permission.mayGrant(role: nil, scopes: ["schools:read"], schoolIds: [], narrow))
        #expect(!Permission.mayGrant(role: nil, scopes: ["schools:read"], schoolIds: [a, "sch_c"], narrow))
        let admin = holder(.trustAdmin)
        #expect(Permission.mayGrant(role: .trustAdmin, scopes: [], schoolIds: [], admin))
        #expect(Permission.mayGrant(role: nil, scopes: ["people:write"], schoolIds: [], admin))
        #expect(!Permission.mayGrant(role: nil, scopes: ["schools:write"], schoolIds: [], admin))
        #expect(!Permission.mayGrant(role: nil, scopes: ["schools:write"], schoolIds: [b], admin))
        #expect(!Permission.mayGrant(role: nil, scopes: ["privacy:read"], schoolIds: [], admin))
        #expect(Permission.mayGrant(role: nil, scopes: ["schools:write"], schoolIds: [], holder(.operator)))
        #expect(!Permission.mayGrant(role: nil, scopes: ["supportRequests:breakGlass"], schoolIds: [], admin))
        #expect(!Permission.mayGrant(role: .operator, scopes: [], schoolIds: [], admin))
        #expect(!Permission.mayGrant(role: .trustAdmin, scopes: [], schoolIds: [], holder(.chiefExecutive, scopes: ["tokens:write"])))
    }
}

struct VisibilityTests {
    private static let leadsEverywhere: Set<Role> = [
        .headteacher, .coHeadteacher, .headOfSchool, .actingHeadteacher, .executiveHeadteacher, .delegate, .improvementLead,
        .chiefExecutive,
        .trustee, .trustAdmin, .operator,
    ]

    @Test("Every role sees the directory; leaders see what leaders share; governors only of their own school", arguments: Role.allCases)
    func leadership(role: Role) {
        let visibility = Visibility(of: holder(role))
        #expect(visibility.allows(.directory))
        let governs = role == .governor || role == .chairOfGovernors
        #expect(visibility.allows(.leadership(schoolIds: [b])) == Self.leadsEverywhere.contains(role))
        #expect(visibility.allows(.leadership(schoolIds: [a])) == (Self.leadsEverywhere.contains(role) || governs))
    }

    @Test(
        "What is between parties is for them alone: person, token, the leads and office of a school, those who run the trust",
        arguments: Role.allCases)
    func parties(role: Role) {
        let visibility = Visibility(of: holder(role))
        let all = role == .operator
        #expect(visibility.allows(.parties(["tok_1"])))
        #expect(visibility.allows(.parties(["per_2"])) == all)
        let isOfSchool = role.leadsSchool || role == .schoolOffice || role == .schoolBusinessManager
        #expect(visibility.allows(.parties([a])) == (all || isOfSchool))
        #expect(visibility.allows(.parties([b])) == all)
        #expect(visibility.allows(.parties(Audience.administrators)) == (all || role == .trustAdmin || role == .chiefExecutive))
    }

    @Test("Whoever is bound to schools runs no trust")
    func boundAdministrator() {
        let bound = Visibility(of: holder(.trustAdmin, schoolIds: [a]))
        #expect(!bound.allows(.parties(Audience.administrators)) && bound.allows(.parties(["tok_1"])))
    }

    @Test("An integration sees what its scopes name, between parties only for the schools it is bound to")
    func integrations() {
        let free = Visibility(of: integration(["stages:read"]))
        #expect(free.allows(.leadership(schoolIds: [b])) && free.allows(.parties([b])))
        let bound = Visibility(of: integration(["stages:read"], schoolIds: [a]))
        #expect(
            !bound.allows(.leadership(schoolIds: [b])) && bound.allows(.leadership(schoolIds: [a, b])) && bound.allows(.parties([a]))
                && !bound.allows(.parties([b])))
    }

    @Test("A person without an appointment sees the directory and what concerns them")
    func nobody() {
        let visibility = Visibility(of: Actor(kind: .token, id: "tok_1", name: "t", personId: "per_1"))
        #expect(visibility.allows(.directory) && visibility.allows(.parties(["per_1"])))
        #expect(!visibility.allows(.leadership(schoolIds: [a])) && !visibility.allows(.parties([a])))
    }
}

struct NarrowedAudienceTests {
    private static let audiences: [Audience] = [
        .directory, .leadership(schoolIds: [a, b]), .leadership(schoolIds: [a]), .parties(["per_1", a]), .parties(["per_2", a]),
        .named(["per_1"]), .named(["per_1", "per_2"]),
    ]
    private static let readers = [
        .everything, Visibility(leadership: .all, parties: ["per_1"]), Visibility(leadership: .none, parties: ["per_2"]),
        Visibility(leadership: .schools([a]), parties: [a]), Visibility(leadership: .none, parties: nil, names: ["tok_1"]),
        Visibility(leadership: .none, parties: []), Visibility(leadership: .all, parties: ["per_1", "per_2", a]),
    ]

    @Test("What happened earlier is for nobody who doesn't see the resource now; and by the same kind, for nobody who didn't then")
    func narrowed() {
        for then in Self.audiences {
            #expect(then.narrowed(to: then) == then)
            for now in Self.audiences {
                for reader in Self.readers {
                    let sees = reader.allows(then.narrowed(to: now))
                    // From parties to leaders it is loosened, and what was between parties stays there.
                    let isLoosened = Self.strictness(then) > Self.strictness(now)
                    if sees, !isLoosened { #expect(reader.allows(now), "\(then) to \(now)") }
                    // Only the leadership goes by no names, that could be held against those named now.
                    if sees, isLoosened || Self.strictness(then) != 1 || Self.strictness(then) == Self.strictness(now) {
                        #expect(reader.allows(then), "\(then) to \(now)")
                    }
                }
            }
        }
    }

    private static func strictness(_ audience: Audience) -> Int {
        switch audience {
        case .directory: 0
        case .leadership: 1
        case .parties: 2
        case .named: 3
        }
    }
}

struct ResourceTypeTests {
    @Test("Prefixes are three letters and no two types share one")
    func prefixes() {
        let prefixes =
            ResourceType.allCases.map(\.prefix) + [
                ResourceType.RecordPrefix.event, ResourceType.RecordPrefix.audit, ResourceType.RecordPrefix.request,
            ]
        #expect(Set(prefixes).count == prefixes.count)
        #expect(prefixes.allSatisfy { $0.utf8.count == 3 })
    }

    @Test("Members are encoded in the order of the coding keys, which are the columns")
    func order() throws {
        let now = Instant(milliseconds: 0)
        let school = School(
            id: "sch_1", urn: "100025", name: "n", phase: .primary, establishmentTypeCode: "01", establishmentType: "t", status: .open,
            createdAt: now)
        #expect(try JSONCodec.tree(school).objectValue?.keys.elements == School.CodingKeys.allCases.map(\.stringValue))
        #expect(
            try JSONCodec.tree(Trust(id: "tru_1", createdAt: now)).objectValue?.keys.elements
                == Trust.CodingKeys.allCases.map(\.stringValue))
        let job = ImportJob(id: "imp_1", source: "gias", groupUid: nil, createdAt: now)
        #expect(try JSONCodec.tree(job).objectValue?.keys.elements == ImportJob.CodingKeys.allCases.map(\.stringValue))
        let token = ApiToken(id: "tok_1", name: "n", role: nil, scopes: [], schoolIds: [], expiresAt: nil, createdAt: now, updatedAt: now)
        #expect(try JSONCodec.tree(token).objectValue?.keys.elements == ApiToken.CodingKeys.allCases.map(\.stringValue))
    }

    @Test("Percent full is rounded to the nearest, and unknown without pupils or places")
    func percentFull() {
        #expect(School.percentFull(pupils: 421, capacity: 459) == 92)
        #expect(School.percentFull(pupils: 1, capacity: 200) == 1)
        #expect(School.percentFull(pupils: 1, capacity: 201) == 0)
        #expect(School.percentFull(pupils: 300, capacity: 200) == 150)
        #expect(School.percentFull(pupils: nil, capacity: 200) == nil)
        #expect(School.percentFull(pupils: 5, capacity: 0) == nil)
    }
}
