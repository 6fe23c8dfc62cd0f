import Core
import Domain
import OrderedCollections
import Testing

struct PermissionTests {
    func token(roles: [String] = [], scopes: [String] = [], schoolIds: [String] = []) -> Actor {
        Actor(kind: .token, id: "tok_1", name: "t", roles: roles, scopes: scopes, schoolIds: schoolIds)
    }

    @Test("A trust administrator holds every permission, a token without role and scopes only what concerns itself")
    func roles() {
        for permission in Permission.allCases {
            #expect(permission.isHeld(by: token(roles: ["trustAdmin"])))
            #expect(permission.isHeld(by: token()) == (permission == .selfRead))
            #expect(permission.isHeld(by: token(roles: ["headteacher"])) == (permission == .selfRead))
        }
    }

    @Test("A scope gives exactly its permission")
    func scopes() {
        for scope in Permission.allCases {
            for permission in Permission.allCases {
                #expect(permission.isHeld(by: token(scopes: [scope.rawValue])) == (permission == scope || permission == .selfRead))
            }
        }
    }

    @Test("A caller bound to schools acts for those only, and not for the trust")
    func bound() {
        let bound = token(roles: ["trustAdmin"], schoolIds: ["sch_a"])
        #expect(Permission.mayActFor(schoolId: "sch_a", bound))
        #expect(!Permission.mayActFor(schoolId: "sch_b", bound))
        #expect(!Permission.mayActForTrust(bound))
        #expect(Permission.mayActFor(schoolId: "sch_b", token()) && Permission.mayActForTrust(token()))
    }

    @Test("Nobody gives more than it has: neither permissions nor schools")
    func grants() {
        let narrow = token(scopes: ["tokens:write", "schools:read"], schoolIds: ["sch_a", "sch_b"])
        #expect(Permission.mayGrant(role: nil, scopes: ["schools:read"], schoolIds: ["sch_a"], narrow))
        #expect(!Permission.mayGrant(role: nil, scopes: ["schools:write"], schoolIds: ["sch_a"], narrow))
        #expect(!Permission.mayGrant(role: .trustAdmin, scopes: [], schoolIds: ["sch_a"], narrow))
        #expect(!Permission.mayGrant(role: nil, scopes: ["schools:read"], schoolIds: [], narrow))
        #expect(!Permission.mayGrant(role: nil, scopes: ["schools:read"], schoolIds: ["sch_a", "sch_c"], narrow))
        #expect(Permission.mayGrant(role: .trustAdmin, scopes: [], schoolIds: [], token(roles: ["trustAdmin"])))
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
