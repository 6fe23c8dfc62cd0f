import Core
import Domain
import OrderedCollections
import Testing

struct RetentionTests {
    @Test("Something is past its period from the day after it, whatever the lengths of the months")
    func lastDayPast() throws {
        // Four years around a leap day, against the sentence itself.
        for months in [1, 2, 6, 11, 12, 13, 72] {
            let start = try #require(LocalDate("2022-12-25"))
            for offset in 0..<1_200 {
                let today = start.adding(days: offset)
                let last = Retention.lastDayPast(months: months, today: today)
                #expect(Retention.keptUntil(last, months: months) < today, "\(months) \(today)")
                #expect(Retention.keptUntil(last.adding(days: 1), months: months) >= today, "\(months) \(today)")
            }
        }
    }

    @Test(
        "Months later is the same day, or the last of a shorter month",
        arguments: [
            ("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2026-11-24", 72, "2032-11-24"),
            ("2026-03-31", -1, "2026-02-28"), ("2026-01-15", -1, "2025-12-15"), ("2026-12-31", 2, "2027-02-28"),
            ("2026-01-01", -12, "2025-01-01"), ("2025-12-31", 0, "2025-12-31"),
        ])
    func months(from: String, months: Int, to: String) throws {
        #expect(try #require(LocalDate(from)).adding(months: months).description == to)
    }

    @Test("Every kind of record has a rule: months and a start for what is removed, neither for what is kept for good; always a basis")
    func complete() {
        #expect(Set(Retention.all.map(\.recordType)) == Set(ResourceType.allCases.map(\.rawValue) + [Retention.auditValue]))
        for (recordType, retention) in Retention.all {
            #expect((retention.months == nil) == (retention.start == .never), "\(recordType)")
            #expect(!retention.basis.isEmpty, "\(recordType)")
        }
        #expect(Retention.named("nonsense") == nil)
    }

    @Test("What is kept for good takes no months, and nothing of it is ever past its period")
    func forGood() {
        var rule = RetentionRule(recordType: "school", .of(.school), createdAt: Instant(milliseconds: 0))
        #expect(rule.errors.isEmpty)
        rule.months = 12
        #expect(rule.errors.map(\.code) == ["not-allowed"])
        #expect(LocalDate("2026-11-24").map { rule.lastDayPast(today: $0) } == .some(nil))
    }
}

struct ErasureTests {
    @Test("The placeholder follows from the id alone and says nothing of the person")
    func placeholder() throws {
        let now = Instant(milliseconds: 1_000)
        let members: JSON = [
            "id": "per_01h455vb4pex5vsknk084sn02q", "name": "Ada Palmer", "workEmail": "ada@x.example", "jobTitle": "Head",
            "externalRefs": [["system": "hr", "id": "7"]], "createdAt": .string(now.description), "updatedAt": .string(now.description),
            "etag": "\"1\"",
        ]
        let person = try JSONCodec.decode(Person.self, from: members)
        let erased = person.erased(at: now)
        #expect(erased.name == "Erased person 084sn02q" && erased.erasedAt == now)
        #expect(erased.workEmail == nil && erased.jobTitle == nil && erased.externalRefs.isEmpty)
        var other = person
        other.name = "Bo"
        #expect(other.erased(at: now) == erased)
    }

    @Test("A token that belongs to a person acts under their id, so that no name gets into the audit chain")
    func actorName() {
        let now = Instant(milliseconds: 0)
        let token = ApiToken(
            id: "tok_1", name: "Ada's phone", personId: "per_1", role: nil, scopes: [], schoolIds: [], expiresAt: nil, createdAt: now,
            updatedAt: now)
        #expect(token.actor().name == "per_1")
    }
}

struct SubjectAccessDraftTests {
    private let before: SubjectAccessDraft

    init() throws {
        let entries = SubjectAccessEntries([
            SubjectAccessEntry(resourceType: "person", resourceId: "per_1", thirdPartyIds: []),
            SubjectAccessEntry(resourceType: "absence", resourceId: "abs_1", thirdPartyIds: ["per_2"]),
        ])
        let now = JSON.string(Instant(milliseconds: 0).description)
        before = try JSONCodec.decode(
            SubjectAccessDraft.self,
            from: [
                "id": "sar_1", "personId": "per_1", "status": "draft", "entries": try JSONCodec.tree(entries), "recordedBy": "cli",
                "createdAt": now, "updatedAt": now, "etag": "\"1\"",
            ])
    }

    private func errors(_ change: (inout SubjectAccessEntry) -> Void) -> [String] {
        var after = before
        change(&after.entries.all[0])
        return after.errors(since: before).map { "\($0.place) \($0.code)" }
    }

    @Test("What names others is left out until somebody decides otherwise")
    func defaults() {
        #expect(before.entries.all.map(\.include) == [true, false] && before.entries.all.map(\.isThirdParty) == [false, true])
    }

    @Test("A review changes what is handed out, names the exemption and leaves everything else")
    func review() {
        #expect(errors { $0.include = false }.isEmpty)
        #expect(
            errors {
                $0.include = false
                $0.isExempt = true
                $0.exemption = "Legal advice"
            }.isEmpty)
        #expect(errors { $0.isExempt = true }.count == 2)
        #expect(errors { $0.isThirdParty = true }.count == 1)
        #expect(errors { $0.thirdPartyIds = ["per_3"] }.count == 1)
    }

    @Test("Entries are an object by id, in order, and read back the same")
    func coding() throws {
        let tree = try JSONCodec.tree(before)
        #expect(tree["entries"]?.objectValue?.keys.elements == ["per_1", "abs_1"])
        #expect(try JSONCodec.decode(SubjectAccessDraft.self, from: tree) == before)
    }
}
