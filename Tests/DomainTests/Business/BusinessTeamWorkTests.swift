import Core
import Domain
import OrderedCollections
import Testing

@Suite("Who does what in a team") struct BusinessTeamWorkTests {
    private let day = LocalDate("2026-10-22")!

    /// Ada does the finance of school A, Ben all other finance, Cy covers for Ada.
    private func team(_ away: JSON = []) throws -> BusinessTeam {
        var members = BusinessTeam.defaults
        members.merge([
            "id": "btm_x", "name": "Finance", "leadId": "per_lead", "memberIds": ["per_ada", "per_ben", "per_cy"],
            "assignments": [
                ["personId": "per_ada", "area": "finance", "schoolIds": ["sch_a"], "coverId": "per_cy"],
                ["personId": "per_ben", "area": "finance", "schoolIds": []],
            ],
            "away": away, "recordedBy": "x", "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z", "etag": "\"1\"",
        ]) { $1 }
        return try JSONCodec.decode(BusinessTeam.self, from: .object(members))
    }

    private func chosen(_ team: BusinessTeam, area: String? = "finance", school: String = "sch_a") -> String? {
        team.suggestion(area: area, schoolIds: [school], on: day).map { "\($0.personId) \($0.insteadOfId ?? "-")" }
    }

    @Test("The first assignment that fits the area and the school decides; without one it is left to all")
    func fits() throws {
        let team = try team()
        #expect(chosen(team) == "per_ada -")
        #expect(chosen(team, school: "sch_b") == "per_ben -")
        #expect(chosen(team, area: "hr") == nil)
    }

    @Test("Who is away is stood in for by who is named in the absence, else in the assignment, else by the next that fits")
    func cover() throws {
        let ada: JSON.Object = ["personId": "per_ada", "startsOn": "2026-10-22", "endsOn": "2026-10-22"]
        #expect(try chosen(team([.object(ada)])) == "per_cy per_ada")
        #expect(try chosen(team([.object(ada.merging(["coverId": "per_ben"]) { $1 })])) == "per_ben per_ada")
        let cy: JSON = ["personId": "per_cy", "startsOn": "2026-10-01"]
        let both = try team([.object(ada), cy])
        #expect(chosen(both) == "per_ben -")
        #expect(both.cover(for: "per_ada", on: day) == nil && both.absence(of: "per_cy", on: day)?.endsOn == nil)
        #expect(both.absence(of: "per_ada", on: LocalDate("2026-10-23")!) == nil)
        #expect(both.absence(of: "per_ada", on: LocalDate("2026-10-21")!) == nil)
    }
}
