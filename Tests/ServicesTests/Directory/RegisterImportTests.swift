import Core
import Domain
import Repositories
import Services
import Synchronization
import Testing

private typealias Fixture = RegisterImportFixture

@Suite struct RegisterImportTests {
    @Test("The whole file is imported; again nothing changes; a changed row is updated; a missing school is named and stays")
    func wholeFile() async throws {
        let fixture = try RegisterImportFixture()
        let first = try await fixture.run(schools: (100_001...100_600).map { Fixture.school($0) }, links: [Fixture.link(100_002)])
        #expect(first.counts == [600, 0, 0, 0])
        #expect(first.ignoredColumns == ["Playground"])
        #expect(first.absentUrns == [])
        let before = try #require(try fixture.school(100_002))
        #expect(before.groupUid == "3320" && before.groupName == "HARRIS FEDERATION" && before.joinedOn == LocalDate("2019-09-01"))
        #expect(before.laEstab == "3830002" && before.etag == .first)

        let again = try await fixture.run(schools: (100_001...100_600).map { Fixture.school($0) }, links: [Fixture.link(100_002)])
        #expect(again.counts == [0, 0, 600, 0])
        #expect(try fixture.school(100_002) == before)

        let later = try await fixture.run(
            schools: (100_001...100_599).map { Fixture.school($0, pupils: $0 == 100_003 ? "101" : "100") }, links: [Fixture.link(100_002)])
        #expect(later.counts == [0, 1, 598, 0])
        #expect(later.absentUrns == ["100600"])
        #expect(try fixture.school(100_003)?.pupils == 101)
        #expect(try fixture.school(100_003)?.etag == VersionTag(number: 2))
        #expect(try fixture.school(100_600)?.status == .open)
        #expect(try fixture.store.readNow { try $0.verifyChain() } == [])
    }

    @Test("What a school says of itself survives a newer extract")
    func ownWords() async throws {
        let fixture = try RegisterImportFixture()
        try await fixture.run(schools: [Fixture.school(100_001)])
        let stored = try #require(try fixture.school(100_001))
        let said = try await fixture.store.write(Fixture.call) { transaction in
            var changed = stored
            changed.vision = "Every child known"
            return try transaction.update(from: stored, to: changed)
        }
        #expect(try await fixture.run(schools: [Fixture.school(100_001)]).counts == [0, 0, 1, 0])
        #expect(try await fixture.run(schools: [Fixture.school(100_001, town: "York")]).counts == [0, 1, 0, 0])
        let after = try #require(try fixture.school(100_001))
        #expect(after.vision == said.vision && after.town == "York" && after.etag == VersionTag(number: 3))
    }

    @Test("A row spelled otherwise but meaning the same changes nothing")
    func sameMeaning() async throws {
        let fixture = try RegisterImportFixture()
        try await fixture.run(schools: [Fixture.school(100_001, town: "")])
        #expect(try await fixture.run(schools: [Fixture.school(100_001, town: "Not recorded")]).counts == [0, 0, 1, 0])
        #expect(try fixture.school(100_001)?.etag == .first)
    }

    @Test("A school that joins another group is updated, though its own row is the same")
    func regrouped() async throws {
        let fixture = try RegisterImportFixture()
        try await fixture.run(schools: [Fixture.school(100_001)], links: [Fixture.link(100_001)])
        let report = try await fixture.run(
            schools: [Fixture.school(100_001)], links: [Fixture.link(100_001, 5143, name: "UNITED LEARNING")])
        #expect(report.counts == [0, 1, 0, 0])
        #expect(try fixture.school(100_001)?.groupUid == "5143")
    }

    @Test("Of several groups the trust counts, in any order of the rows; a sponsor or closed group never does")
    func severalGroups() async throws {
        let links = [
            Fixture.link(100_001, 11, name: "Federation", type: "01"), Fixture.link(100_001, 22, name: "Trust", type: "06"),
            Fixture.link(100_001, 33, name: "Foundation", type: "02"), Fixture.link(100_001, 44, name: "Sponsor", type: "05"),
            Fixture.link(100_001, 55, name: "Old", type: "06", status: "CLOSED"),
        ]
        for order in [links, links.reversed()] {
            let fixture = try RegisterImportFixture()
            try await fixture.run(schools: [Fixture.school(100_001)], links: order)
            #expect(try fixture.school(100_001)?.groupUid == "22")
        }
    }

    @Test("Bad rows are reported with line, column and reason and spoil no others")
    func badRows() async throws {
        let fixture = try RegisterImportFixture()
        let report = try await fixture.run(
            schools: [
                Fixture.school(100_001), Fixture.school(100_002, pupils: "many"), "100003,383", Fixture.school(100_004, name: "\"Foo"),
                Fixture.school(100_005, name: "\"Smith, John\""), Fixture.school(100_001, name: "Twice"), "x" + Fixture.school(100_007),
                Fixture.school(100_008),
            ], links: [Fixture.link(100_008), "100001,3320", Fixture.link(100_001).replacing("01-09-2019", with: "soon")])
        #expect(report.counts == [3, 0, 0, 7])
        #expect(
            report.reasons == [
                "group-links 3 - has 2 fields, the header has 9",
                "group-links 4 Joined date must be a day as dd-mm-yyyy or dd/mm/yyyy, not “soon”",
                "establishments 3 NumberOfPupils must be a whole number from 0 to 100000, not “many”",
                "establishments 4 - has 2 fields, the header has 12",
                "establishments 5 EstablishmentName has text after a closing quotation mark",
                "establishments 7 URN is the URN of an earlier row", "establishments 8 URN must be 6 digits, not “x100007”",
            ])
        #expect(try fixture.school(100_001)?.name == "School 100001")
        #expect(try fixture.school(100_005)?.name == "Smith, John")
        #expect(try fixture.school(100_008)?.groupUid == "3320")
    }

    @Test("Rejections and absent schools beyond what a report lists are counted")
    func capped() async throws {
        let fixture = try RegisterImportFixture()
        let report = try await fixture.run(schools: (0..<1500).map { Fixture.school(100_000 + $0, pupils: "many") })
        #expect(report.counts == [0, 0, 0, 1500])
        #expect(report.rejections.count == RegisterReport.listLimit)
    }

    @Test("A rejected row is rejected again, and taken once it is mended")
    func mended() async throws {
        let fixture = try RegisterImportFixture()
        for _ in 0..<2 { #expect(try await fixture.run(schools: [Fixture.school(100_001, pupils: "many")]).counts == [0, 0, 0, 1]) }
        #expect(try await fixture.run(schools: [Fixture.school(100_001)]).counts == [1, 0, 0, 0])
    }

    @Test("A dry run counts and leaves nothing")
    func dryRun() async throws {
        let fixture = try RegisterImportFixture()
        let files = try fixture.files(schools: [Fixture.school(100_001)], links: [Fixture.link(100_001)])
        let call = Call(actor: .commandLine, requestId: "test", dryRun: true)
        #expect(try await fixture.run(files, groupUid: "3320", call: call).counts == [1, 0, 0, 0])
        #expect(try fixture.isEmpty())
    }

    @Test("Whoever is bound to schools can't import")
    func bound() async throws {
        let fixture = try RegisterImportFixture()
        let files = try fixture.files(schools: [Fixture.school(100_001)])
        let actor = Actor(
            kind: .token, id: "t", name: "t", grants: [Actor.Grant(role: "trustAdmin")], schoolIds: ["sch_01h455vb4pex5vsknk084sn02q"])
        await #expect(throws: DomainError.self) { try await fixture.run(files, call: Call(actor: actor, requestId: "test")) }
        #expect(try fixture.isEmpty())
    }

    @Test("Progress ends with all bytes read and every row of the establishments counted")
    func progress() async throws {
        let fixture = try RegisterImportFixture()
        let files = try fixture.files(
            schools: (0..<3000).map { Fixture.school(100_000 + $0, pupils: $0 == 5 ? "x" : "1") }, links: [Fixture.link(100_000)],
            groups: [Fixture.group()])
        let seen = Mutex<[RegisterProgress]>([])
        _ = try await RegisterImport(store: fixture.store).run(files, groupUid: nil, Fixture.call) { progress in
            seen.withLock { $0.append(progress) }
        }
        let steps = seen.withLock(\.self)
        let last = try #require(steps.last)
        #expect(last.rowsRead == 3000 && last.bytesRead == last.bytesTotal)
        #expect(steps.map(\.bytesRead) == steps.map(\.bytesRead).sorted() && Set(steps.map(\.bytesTotal)).count == 1)
    }

    @Test("A cancelled import stops between two chunks and is finished by running it again")
    func cancelled() async throws {
        let fixture = try RegisterImportFixture()
        let files = try fixture.files(schools: (0..<4000).map { Fixture.school(100_000 + $0) })
        let task = Task {
            try await RegisterImport(store: fixture.store).run(files, groupUid: nil, Fixture.call) { progress in
                // The first piece of the second reading was written.
                if progress.rowsRead > 0 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let written = try fixture.store.readNow { try $0.schools.urns().count }
        #expect(written > 0 && written < 4000)
        let report = try await fixture.run(files)
        #expect(report.counts == [4000 - written, 0, written, 0])
    }

    @Test("A rejected row doesn't stand in the way of a good one with its URN")
    func goodAfterBad() async throws {
        let fixture = try RegisterImportFixture()
        let report = try await fixture.run(schools: [Fixture.school(100_001, pupils: "many"), Fixture.school(100_001)])
        #expect(report.counts == [1, 0, 0, 1])
        #expect(try fixture.school(100_001)?.pupils == 100)
    }

    @Test("A school whose row was rejected isn't absent, whatever was wrong with it")
    func rejectedIsPresent() async throws {
        let fixture = try RegisterImportFixture()
        try await fixture.run(schools: (100_001...100_005).map { Fixture.school($0) })
        let report = try await fixture.run(schools: [
            Fixture.school(100_001), Fixture.school(100_002, pupils: "many"), "100003,383", Fixture.school(100_004, name: "Foo \"Bar\""),
        ])
        #expect(report.counts == [0, 0, 1, 3])
        #expect(report.absentUrns == ["100005"])
    }
}
