import Core
import Domain
import Testing

struct SchoolLeadershipTests {
    private func appointment(_ person: String, _ role: Role, isLead: Bool = false, since: String = "2020-09-01") throws -> Appointment {
        try JSONCodec.decode(
            Appointment.self,
            from: [
                "id": "apt_1", "personId": .string(person), "schoolId": "sch_a", "role": .string(role.rawValue), "isLead": .bool(isLead),
                "areas": [], "startsOn": .string(since), "recordedBy": "cli", "createdAt": "2026-01-01T00:00:00.000Z",
                "updatedAt": "2026-01-01T00:00:00.000Z", "etag": "\"1\"",
            ])
    }

    private func absence(_ person: String, standIn: String? = nil) throws -> Absence {
        try JSONCodec.decode(
            Absence.self,
            from: [
                "id": "abs_1", "personId": .string(person), "schoolId": "sch_a", "standInId": standIn.map(JSON.string) ?? .null,
                "startsOn": "2026-01-01", "recordedBy": "cli", "createdAt": "2026-01-01T00:00:00.000Z",
                "updatedAt": "2026-01-01T00:00:00.000Z", "etag": "\"1\"",
            ])
    }

    @Test("A school nobody leads is vacant, whoever else works there")
    func vacancy() throws {
        let staff = try Role.appointable.filter { !$0.leadsSchool }.map { try appointment($0.rawValue, $0) }
        #expect(SchoolLeadership(appointments: staff, absences: []).isVacant)
    }

    @Test("Of several exactly one is the lead: the one declared, else by role, else who has been there longest")
    func lead() throws {
        let executive = try appointment("e", .executiveHeadteacher)
        let head = try appointment("h", .headOfSchool)
        let later = try appointment("l", .coHeadteacher, since: "2024-01-01")
        let earlier = try appointment("k", .coHeadteacher, since: "2022-01-01")
        let byRole = SchoolLeadership(appointments: [executive, head, later, earlier], absences: [])
        #expect(byRole.leaders.map(\.personId) == ["k", "l", "h", "e"])
        #expect(byRole.leaders.map(\.isLead) == [true, false, false, false])
        let declared = try SchoolLeadership(appointments: [head, appointment("x", .executiveHeadteacher, isLead: true)], absences: [])
        #expect(declared.lead?.personId == "x" && declared.leaders.filter(\.isLead).count == 1)
    }

    @Test("Somebody absent leads nothing; the person named stands in and speaks for the school")
    func standIn() throws {
        let head = try appointment("h", .headteacher, isLead: true)
        let other = try appointment("o", .executiveHeadteacher)
        let away = try SchoolLeadership(appointments: [head, other], absences: [absence("h", standIn: "s")])
        #expect(away.leaders.map(\.personId) == ["s", "o"])
        #expect(away.lead?.standsInForId == "h" && away.lead?.role == .actingHeadteacher)
        #expect(try SchoolLeadership(appointments: [head], absences: [absence("h")]).isVacant)
    }

    @Test("Somebody who leads the school already and stands in becomes its lead, before others of a higher role")
    func standInAmongLeaders() throws {
        let head = try appointment("h", .headteacher, isLead: true)
        let executive = try appointment("e", .executiveHeadteacher)
        let co = try appointment("c", .coHeadteacher)
        let away = try SchoolLeadership(appointments: [head, co, executive], absences: [absence("h", standIn: "e")])
        #expect(away.leaders.map(\.personId) == ["e", "c"] && away.leaders.map(\.isLead) == [true, false])
        #expect(away.lead?.standsInForId == "h" && away.lead?.role == .executiveHeadteacher)
    }

    @Test("An acting head who is appointed stands in before anybody named")
    func actingHead() throws {
        let head = try appointment("h", .headteacher, isLead: true)
        let acting = try appointment("a", .actingHeadteacher)
        let away = try SchoolLeadership(appointments: [head, acting], absences: [absence("h", standIn: "s")])
        #expect(away.leaders.map(\.personId) == ["a"] && away.lead?.standsInForId == nil)
    }

    @Test("A stand-in who is away too doesn't stand in, and one person is listed once")
    func twice() throws {
        let heads = try [appointment("h", .headteacher), appointment("i", .coHeadteacher)]
        #expect(try SchoolLeadership(appointments: heads, absences: [absence("h", standIn: "i"), absence("i")]).isVacant)
        #expect(try SchoolLeadership(appointments: heads, absences: [absence("h", standIn: "i")]).leaders.map(\.personId) == ["i"])
        let both = try [appointment("h", .executiveHeadteacher), appointment("h", .headteacher)]
        #expect(SchoolLeadership(appointments: both, absences: []).leaders.map(\.role) == [.headteacher])
    }
}

struct DatedFactTests {
    private func membership(_ start: String?, _ end: String?) -> Membership {
        var membership = Membership(
            id: "mbr_1", schoolId: "sch_a", startsOn: start.flatMap { LocalDate($0) }, reason: nil, recordedBy: "cli",
            createdAt: Instant(milliseconds: 0))
        membership.endsOn = end.flatMap { LocalDate($0) }
        return membership
    }

    @Test("Both days belong to it; an unknown first day was always, no last day is still")
    func days() throws {
        let day = { (text: String) in LocalDate(text)! }
        let fact = membership("2026-01-10", "2026-01-20")
        #expect(fact.holds(on: day("2026-01-10")) && fact.holds(on: day("2026-01-20")))
        #expect(!fact.holds(on: day("2026-01-09")) && !fact.holds(on: day("2026-01-21")))
        #expect(membership(nil, "2026-01-20").holds(on: day("1900-01-01")) && membership("2026-01-10", nil).holds(on: day("2999-01-01")))
    }

    @Test("Two overlap when one day belongs to both, in whatever order they are asked")
    func overlap() {
        let ranges: [(String?, String?)] = [
            (nil, nil), (nil, "2026-01-09"), ("2026-01-09", "2026-01-09"), ("2026-01-10", "2026-01-20"), ("2026-01-20", nil),
            ("2026-01-21", nil),
        ]
        let probes = ["1900-01-01", "2026-01-08", "2026-01-09", "2026-01-10", "2026-01-20", "2026-01-21", "2999-01-01"].map {
            LocalDate($0)!
        }
        for left in ranges {
            for right in ranges {
                let (one, other) = (membership(left.0, left.1), membership(right.0, right.1))
                #expect(one.overlaps(other) == probes.contains { one.holds(on: $0) && other.holds(on: $0) }, "\(left) \(right)")
            }
        }
    }

    @Test("An end before the start is told at the end, naming the start")
    func order() {
        #expect(membership("2026-01-10", "2026-01-10").dayErrors.isEmpty && membership(nil, "2026-01-10").dayErrors.isEmpty)
        let errors = membership("2026-01-10", "2026-01-09").dayErrors
        #expect(errors.map(\.place) == [.pointer("/endsOn")] && errors.first?.detail.contains("2026-01-10") == true)
    }

    @Test("The trust's day turns at its own midnight, an hour before UTC's in summer")
    func midnight() throws {
        let zone = TrustZone()
        #expect(try #require(Instant("2026-07-01T23:30:00Z")).day(in: zone) == LocalDate("2026-07-02"))
        #expect(try #require(Instant("2026-12-01T23:30:00Z")).day(in: zone) == LocalDate("2026-12-01"))
    }
}
