import Core
import Domain
import OrderedCollections
import Testing

struct SharingTests {
    private func resource(_ members: JSON.Object = [:]) throws -> SharedResource {
        var all: JSON.Object = SharedResource.defaults
        all.merge([
            "id": "res_1", "schoolId": "sch_a", "kind": "practice", "title": "T", "summary": "S", "recordedBy": "x",
            "createdAt": "2026-01-01T00:00:00Z",
            "updatedAt": "2026-01-01T00:00:00Z", "etag": "\"1\"",
        ]) { $1 }
        all.merge(members) { $1 }
        return try JSONCodec.decode(SharedResource.self, from: .object(all))
    }

    private func adoption(_ id: String, _ school: String, hours: Double? = nil, from day: String = "2026-01-05") throws -> Adoption {
        try JSONCodec.decode(
            Adoption.self,
            from: [
                "id": .string(id), "schoolId": .string(school), "resourceId": "res_1", "versionId": "ver_1", "startsOn": .string(day),
                "adaptingHours": hours.map(JSON.double) ?? .null, "evidence": [], "isBehind": false, "recordedBy": "x",
                "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z", "etag": "\"1\"",
            ])
    }

    @Test("Saved is what it took to make, times the other schools that use it, less what each took to make it fit")
    func savedTime() throws {
        let made = try resource(["authoringHours": 10, "authoringBasis": "Diary"])
        let adoptions = try [
            adoption("ado_1", "sch_b", hours: 2), adoption("ado_2", "sch_b", hours: 1, from: "2027-01-05"), adoption("ado_3", "sch_c"),
            adoption("ado_4", "sch_a", hours: 5),
        ]
        let saved = SavedTime(of: made, adoptions: adoptions)
        #expect(saved.schools.map(\.schoolId) == ["sch_b", "sch_c"] && saved.schools.map(\.savedHours) == [7, 10])
        #expect(saved.schools[0].adoptionIds == ["ado_1", "ado_2"] && saved.schools.map(\.adaptingHours) == [3, nil])
        #expect(saved.savedHours == 17)
        #expect(
            saved.explanation.contains("10 × 2 less 3 hours of adapting is 17. 1 of them said nothing about adapting"),
            "\(saved.explanation)")
    }

    @Test("Nothing is said of saved time where nobody estimated what it took to make")
    func noEstimate() throws {
        let saved = SavedTime(of: try resource(), adoptions: [try adoption("ado_1", "sch_b", hours: 2)])
        #expect(saved.savedHours == nil && saved.schools.map(\.savedHours) == [nil] && saved.explanation.contains("authoringHours"))
    }

    @Test("The first version is 1.0; after it a step is minor or major")
    func numbers() {
        #expect(ResourceVersion.next(after: nil, .minor) == (1, 0) && ResourceVersion.next(after: nil, .major) == (1, 0))
        #expect(ResourceVersion.next(after: (1, 9), .minor) == (1, 10) && ResourceVersion.next(after: (1, 9), .major) == (2, 0))
    }

    @Test("Related is what shares subject, keywords or schools, by how much; what shares nothing isn't")
    func related() throws {
        let one = try resource(["subject": "english", "keywords": ["Reading", "talk"]])
        let both = try resource(["id": "res_2", "subject": "english", "keywords": ["reading", "books"]])
        let found = try #require(RelatedResource(both, to: one, usedBy: ["sch_b", "sch_c"], and: ["sch_c", "sch_c", "sch_d"]))
        #expect(found.subject == "english" && found.keywords == ["reading"] && found.schoolIds == ["sch_c"] && found.score == 6)
        #expect(RelatedResource(try resource(["id": "res_3"]), to: try resource(), usedBy: [], and: []) == nil)
    }

    @Test("A collection is found in itself through any number of others, and a circle elsewhere ends")
    func circles() {
        let items = ["col_a": ["col_b", "res_1"], "col_b": ["col_c"], "col_c": ["col_b"], "col_d": []]
        func leads(_ from: [String], to id: String) -> Bool { ResourceCollection.leads(from, to: id) { items[$0] ?? [] } }
        #expect(leads(["col_a"], to: "col_a") && leads(["col_a"], to: "col_c") && leads(["col_x", "col_b"], to: "col_b"))
        #expect(!leads(["col_a"], to: "col_d") && !leads([], to: "col_a"))
    }

    @Test(
        "Of HTML only what people read is left; of any text no control character",
        arguments: [
            ("<p>a</p><p>b &amp; c&#233;&#x1F393;&nbsp;&bogus;</p>", "text/html", "a b & cé🎓 &bogus;"),
            ("<style>p{}</style>x<SCRIPT>if (a<b) {}</SCRIPT >y<!-- z > -->w<br/", "text/html", "x y w"),
            ("a\u{2}b\nc", "text/plain", "a b c"), ("<b>a</b>", "text/markdown", "<b>a</b>"),
        ])
    func plain(text: String, type: String, expected: String) {
        let plain = ResourceText.plain(Array(text.utf8), contentType: type)
        #expect(plain.split(separator: " ").joined(separator: " ") == expected, "\(plain)")
    }

    @Test("Text is read as UTF-8, cut or not, as UTF-16 with its mark, else as Windows-1252")
    func encodings() {
        #expect(ResourceText.plain(Array("café".utf8).dropLast(), contentType: "text/plain") == "caf")
        #expect(ResourceText.plain([0xFF, 0xFE, 0xE9, 0x00, 0x41], contentType: "text/plain") == "é")
        #expect(ResourceText.plain([0x63, 0x61, 0x66, 0xE9, 0x20, 0x20, 0x20, 0x20], contentType: "text/plain") == "café    ")
    }
}
