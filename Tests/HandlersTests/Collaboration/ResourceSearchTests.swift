import Core
import Domain
import OrderedCollections
import Repositories
import Testing

@Suite("Resource search") struct ResourceSearchTests {
    private func found(_ client: TestClient, _ query: String, token: String? = nil) async throws -> [String] {
        let answer = try await client.get("/v1/shared-resources?\(query)", token: token ?? client.integration)
        try #require(answer.status == 200, "\(answer.text)")
        return (answer.json["items"]?.arrayValue ?? []).map { $0.text("title") }
    }

    @Test("A word in the title comes before one in the keywords, the summary, the body; in any of its forms, with or without accents")
    func ranking() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        _ = try await client.share(school, title: "D", text: "Our phonics lessons.", with: ["summary": "What we do each day at ten."])
        _ = try await client.share(school, title: "C", text: "Each day.", with: ["summary": "What we do in phonics each day."])
        _ = try await client.share(
            school, title: "B", text: "Each day.", with: ["keywords": ["phonics"], "summary": "What we do each day."])
        _ = try await client.share(school, title: "Phonics", text: "Each day.", with: ["summary": "What we do each day at ten."])
        #expect(try await found(client, "q=phonics") == ["Phonics", "B", "C", "D"])
        #expect(try await found(client, "q=phonic%20lesson") == ["D"])
        #expect(try await found(client, "q=ph%C3%B3nics&sort=title") == ["B", "C", "D", "Phonics"])
        #expect(try await found(client, "q=pho*&sort=-title&limit=1") == ["Phonics"])
        #expect(try await found(client, "q=%22phonics%20lessons%22") == ["D"])
        #expect(try await found(client, "q=phonics%20-lessons%20-B") == ["Phonics", "C"])
    }

    @Test("Pages of a search follow each other without gap or repetition, with the total where it is asked for")
    func pages() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        for number in 1...7 {
            _ = try await client.share(school, title: "Reading \(number)", with: ["keywords": number > 4 ? ["reading"] : []])
        }
        let all = try await found(client, "q=reading")
        var (pages, query): ([String], String?) = ([], "q=reading&limit=3&count=exact")
        while let next = query {
            let answer = try await client.get("/v1/shared-resources?\(next)", token: client.integration).json
            #expect(answer["total"] == 7)
            pages += (answer["items"]?.arrayValue ?? []).map { $0.text("title") }
            query = answer["next"]?.stringValue.map { "q=reading&limit=3&count=exact&cursor=\($0)" }
        }
        #expect(pages == all && all.count == 7 && Set(all.prefix(3)) == ["Reading 5", "Reading 6", "Reading 7"])
        let strange = try await client.get("/v1/shared-resources?q=other&cursor=WyJ4IiwieCJd", token: client.integration)
        #expect(strange.status == 400 && strange.places == ["cursor"])
    }

    @Test("Facets count everything the words and the filters find, whatever the page shows")
    func facets() async throws {
        let client = try await TestClient()
        let (one, two) = (try await client.addSchool(urn: "100025").id, try await client.addSchool(urn: "100026").id)
        _ = try await client.share(one, with: ["subject": "english", "keyStages": ["ks1", "ks2"], "licence": "cc0"])
        _ = try await client.share(two, with: ["kind": "lesson", "keyStages": ["ks2"], "licence": "cc0"])
        _ = try await client.share(two, title: "Other", with: ["kind": "lesson"])
        for query in ["q=together&limit=1", "keyStage=ks2&limit=1", "q=together&sort=title&limit=1"] {
            let answer = try await client.get("/v1/shared-resources?facets=true&\(query)", token: client.integration).json
            #expect(answer["items"]?.arrayValue?.count == 1)
            let expected: JSON = [
                "kind": [["value": "lesson", "count": 1], ["value": "practice", "count": 1]],
                "subject": [["value": "english", "count": 1]],
                "keyStage": [["value": "ks2", "count": 2], ["value": "ks1", "count": 1]],
                "schoolId": .array([one, two].sorted().map { ["value": .string($0), "count": 1] }),
                "licence": [["value": "cc0", "count": 2]],
            ]
            #expect(answer["facets"] == expected, "\(query)")
        }
        #expect(try await found(client, "q=together&keyStage=ks1&kind=practice&schoolId=\(one)").count == 1)
        #expect(try await client.get("/v1/shared-resources", token: client.integration).json["facets"] == nil)
    }

    @Test("Highlights are HTML with nothing but marks in it, from the body where the summary has none of the words")
    func highlights() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        _ = try await client.share(
            school, title: "<b>Maths</b> & more", text: "Fold \"paper\" <script>", with: ["summary": "Maths it's <i>"])
        func highlights(_ words: String) async throws -> JSON? {
            try await client.get("/v1/shared-resources?q=\(words)", token: client.integration).json["items"]?.arrayValue?.first?[
                "highlights"]
        }
        #expect(
            try await highlights("maths") == [
                "title": "&lt;b&gt;<mark>Maths</mark>&lt;/b&gt; &amp; more", "snippet": "<mark>Maths</mark> it&#39;s &lt;i&gt;",
            ])
        #expect(try await highlights("paper")?["snippet"] == "Fold &quot;<mark>paper</mark>&quot; &lt;script&gt;")
        let plain = try await client.get("/v1/shared-resources", token: client.integration).json["items"]?.arrayValue?.first
        #expect(plain?["highlights"] == nil)
    }

    @Test("A query that can't be read is 400 with the place, also where the list has an order, counts or is exported")
    func syntax() async throws {
        let client = try await TestClient()
        for (more, headers) in [("", [:]), ("&sort=title", [:]), ("&facets=true", [:]), ("", ["Accept": "text/csv"])]
            as [(String, [String: String])]
        {
            let answer = try await client.get("/v1/shared-resources?q=a%20%22b\(more)", token: client.integration, headers: headers)
            #expect(answer.status == 400 && answer.places == ["q"], "\(more): \(answer.text)")
            #expect(answer.text.contains("at character 3:"))
        }
        #expect(
            try await client.get("/v1/shared-resources?facets=true", token: client.integration, headers: ["Accept": "text/csv"]).status
                == 400)
    }

    @Test("What is redacted is not found any more, nor what was deleted, nor what a new version no longer says")
    func forgotten() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let shared = try await client.share(school, title: "One", text: "About quadrilaterals")
        #expect(try await found(client, "q=quadrilateral") == ["One"])
        let next = try await client.add(
            "/v1/resource-versions", ["resourceId": .string(shared.resource), "text": "About triangles", "changeNote": "Less"])
        try await client.take(["submit", "publish"], "/v1/resource-versions/\(next)")
        #expect(try await found(client, "q=quadrilateral") == [])
        #expect(try await found(client, "q=triangle") == ["One"])
        let redaction = try await client.post(
            "/v1/redactions", token: client.integration, ["resourceId": .string(next), "members": ["text"], "reason": "Names a child"])
        #expect(redaction.status == 201, "\(redaction.text)")
        #expect(try await found(client, "q=triangle") == [])
        let draft = try await client.share(school, title: "Passing", steps: [])
        #expect(try await client.delete("/v1/resource-versions/\(draft.version)", token: client.integration).status == 204)
        #expect(try await client.delete("/v1/shared-resources/\(draft.resource)", token: client.integration).status == 204)
        #expect(try await found(client, "q=passing") == [])
        #expect(try await client.store.check() == [])
    }
}
