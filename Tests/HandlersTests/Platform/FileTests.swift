import Core
import Cryptography
import Domain
import Foundation
import HTTPTypes
import Services
import Testing

struct FileTests {
    private let text = String((0..<1000).map { Character(UnicodeScalar(UInt8(33 + $0 % 90))) })

    private func upload(
        _ client: TestClient, _ bytes: [UInt8], type: String = "text/plain", disposition: String? = "attachment; filename=\"a.txt\"",
        token: String? = nil, _ headers: [String: String] = [:]
    ) async throws -> TestAnswer {
        var fields = ["Content-Type": type].merging(headers) { $1 }
        fields["Content-Disposition"] = disposition
        return try await client.send(.post, "/v1/files", token: token ?? client.integration, body: bytes, headers: fields)
    }

    private func stored(_ client: TestClient) throws -> [String] {
        let files = client.directory.path + "/files"
        guard FileManager.default.fileExists(atPath: files) else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: files).filter { $0.split(separator: "/").last!.utf8.count >= 32 }
    }

    @Test("What is uploaded is read back the same, with its name, type and digest")
    func roundTrip() async throws {
        let client = try await TestClient()
        let bytes: [UInt8] = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let digest = Digest.sha256(bytes)
        let made = try await upload(
            client, bytes, type: "application/octet-stream; x=1",
            disposition: "attachment; filename=\"x\"; filename*=UTF-8''Pl%C3%A4ne%20%22A%22",
            ["Repr-Digest": "sha-256=:\(Base64.encode(digest)):"])
        #expect(made.status == 201, "\(made.text)")
        #expect(made.json["name"] == "Pläne \"A\"" && made.json["contentType"] == "application/octet-stream")
        #expect(made.json["sha256"] == .string(Hex.encode(digest)) && made.json["sizeBytes"] == 300_000)
        #expect(made.json["sharedWith"] == "uploader" && made.json["schoolId"] == .null)
        let path = try #require(made.headers[.location])
        #expect(try await client.get(path, token: client.integration).json == made.json)
        let content = try await client.get(path + "/content", token: client.integration)
        #expect(content.status == 200 && content.bytes == bytes)
        #expect(content.headers[.contentType] == "application/octet-stream" && content.headers[.contentLength] == "300000")
        #expect(
            content.headers[.contentDisposition] == "attachment; filename=\"Pl_ne _A_\"; filename*=UTF-8''Pl%C3%A4ne%20%22A%22")
        #expect(content.headers[HTTPField.Name("Repr-Digest")!] == "sha-256=:\(Base64.encode(digest)):")
        #expect(content.headers[.eTag] == "\"\(Hex.encode(digest))\"" && content.headers[.acceptRanges] == "bytes")
    }

    @Test("Files that nothing has yet come to so much for a person, with whichever token; what is put where it belongs counts no more")
    func quota() async throws {
        var limits = AccountLimits()
        limits.unattachedFileBytes = 1 << 20
        let client = try await TestClient(accountLimits: limits)
        let school = try await client.addSchool(urn: "100025").id
        let teacher = try await client.appoint(.teacher, at: school)
        let (one, two) = (try await client.token(of: teacher), try await client.token(of: teacher))
        let half = Array(repeating: UInt8(65), count: 1 << 19)
        let first = try await upload(client, half, token: one)
        #expect(first.status == 201, "\(first.text)")
        #expect(try await upload(client, half, token: two).status == 201)
        let refused = try await upload(client, [65], token: two)
        #expect(refused.status == 409 && refused.json["errors"]?.arrayValue?.first?["code"] == "file-quota", "\(refused.text)")
        let head = try await client.token(of: client.appoint(.headteacher, at: school))
        #expect(try await upload(client, half, token: head).status == 201)
        let raised = try await client.post(
            "/v1/support-requests", token: one, ["subject": "See the file", "fileIds": [.string(first.json.text("id"))]])
        #expect(raised.status == 201, "\(raised.text)")
        let third = try await upload(client, half, token: two)
        #expect(third.status == 201, "\(third.text)")
        #expect(try await upload(client, [65], token: one).status == 409)
        #expect(try await client.delete("/v1/files/\(third.json.text("id"))", token: two).status == 204)
        #expect(try await upload(client, [65], token: one).status == 201)
        let before = try stored(client).count
        #expect(try await upload(client, half, token: one).status == 409)
        #expect(try stored(client).count == before)
    }

    @Test("A range is a part, an unsatisfiable one is refused, and what is no range is ignored")
    func ranges() async throws {
        let client = try await TestClient()
        let bytes = Array(text.utf8)
        let path = "/v1/files/\(try await client.upload(text))/content"
        for (range, part) in [
            ("bytes=0-0", 0..<1), ("bytes=10-19", 10..<20), ("bytes=990-", 990..<1000), ("bytes=-5", 995..<1000),
            ("bytes=0-99999", 0..<1000),
            ("bytes=-99999", 0..<1000), ("BYTES=5-5", 5..<6), ("bytes=999-999", 999..<1000), ("bytes= 5-6", 5..<7),
            ("bytes=998-99999999999999999999999", 998..<1000),
        ] {
            let answer = try await client.get(path, token: client.integration, headers: ["Range": range])
            #expect(answer.status == 206 && answer.bytes == Array(bytes[part]), "\(range)")
            #expect(answer.headers[.contentRange] == "bytes \(part.lowerBound)-\(part.upperBound - 1)/1000", "\(range)")
        }
        for range in ["bytes=1000-", "bytes=-0", "bytes=99999999999999999999-", "bytes=1000-1000"] {
            let answer = try await client.get(path, token: client.integration, headers: ["Range": range])
            #expect(answer.status == 416 && answer.code == "range-not-satisfiable", "\(range)")
            #expect(answer.headers[.contentRange] == "bytes */1000", "\(range)")
        }
        for range in ["bytes=5-4", "bytes=a-b", "bytes", "lines=0-1", "bytes=0-1,3-4", "bytes=--5", "bytes=1-2-3", "bytes=", "bytes=+1-2"] {
            let answer = try await client.get(path, token: client.integration, headers: ["Range": range])
            #expect(answer.status == 200 && answer.bytes == bytes, "\(range)")
            #expect(answer.headers[.contentRange] == nil)
        }
    }

    @Test("A part is of what the client has, or all of it is sent: If-Range; conditions go before ranges; HEAD has no range")
    func conditions() async throws {
        let client = try await TestClient()
        let path = "/v1/files/\(try await client.upload(text))/content"
        let tag = try #require(try await client.get(path, token: client.integration).etag)
        func status(_ headers: [String: String], _ method: HTTPRequest.Method = .get) async throws -> Int {
            try await client.send(method, path, token: client.integration, headers: headers).status
        }
        #expect(try await status(["Range": "bytes=0-1", "If-Range": tag]) == 206)
        for other in ["\"x\"", "W/" + tag, "Thu, 26 Nov 2026 00:00:00 GMT", "nonsense"] {
            #expect(try await status(["Range": "bytes=0-1", "If-Range": other]) == 200, "\(other)")
            #expect(try await status(["Range": "bytes=5000-", "If-Range": other]) == 200, "\(other)")
        }
        #expect(try await status(["If-None-Match": tag]) == 304)
        #expect(try await status(["Range": "bytes=0-1", "If-None-Match": tag]) == 304)
        #expect(try await status(["Range": "bytes=0-1", "If-None-Match": "\"x\""]) == 206)
        #expect(try await status(["If-Match": tag]) == 200)
        #expect(try await status(["Range": "bytes=0-1", "If-Match": "\"x\""]) == 412)
        #expect(try await status(["Range": "bytes=0-1"], .head) == 200)
    }

    @Test("Of an empty file there is no range")
    func emptyFile() async throws {
        let client = try await TestClient()
        let path = "/v1/files/\(try await client.upload(""))/content"
        #expect(try await client.get(path, token: client.integration).bytes == [])
        #expect(try await client.get(path, token: client.integration, headers: ["Range": "bytes=-5"]).status == 200)
        #expect(try await client.get(path, token: client.integration, headers: ["Range": "bytes=0-"]).status == 416)
    }

    @Test("The same bytes are kept once, and go with the last file that has them")
    func deduplicated() async throws {
        let client = try await TestClient()
        let first = try await client.upload("same", as: "first.txt")
        let second = try await client.upload("same", as: "second.txt")
        #expect(first != second)
        #expect(try stored(client).count == 1)
        #expect(try await client.delete("/v1/files/\(first)", token: client.integration).status == 204)
        client.services.files.collect()
        #expect(try await client.get("/v1/files/\(second)/content", token: client.integration).text == "same")
        #expect(try await client.delete("/v1/files/\(second)", token: client.integration).status == 204)
        #expect(client.services.files.collect() == 1)
        #expect(try stored(client) == [])
        #expect(try await client.get("/v1/files/\(second)/content", token: client.integration).status == 404)
    }

    @Test(
        "A name that is a path, has what can't be seen, is too long, empty or missing is refused, and nothing stays",
        arguments: [
            nil, "attachment", "attachment; filename=\"\"", "attachment; filename=\"../../etc/passwd\"", "attachment; filename=\"..\"",
            "attachment; filename=\"a\\\\b\"", "attachment; filename*=UTF-8''a%0Ab", "attachment; filename*=UTF-8''a%00b",
            "attachment; filename*=UTF-8''%E2%80%AEgpj.exe", "attachment; filename*=UTF-8''a%2Fb", "attachment; filename=\" a\"",
            "attachment; filename*=UTF-8''" + String(repeating: "%C3%A4", count: 128), "attachment; filename*=UTF-8''%FF",
        ])
    func badName(disposition: String?) async throws {
        let client = try await TestClient()
        let answer = try await upload(client, [65], disposition: disposition)
        #expect([400, 422].contains(answer.status) && answer.places == ["Content-Disposition"], "\(answer.text)")
        #expect(try stored(client) == [])
        #expect(try await client.get("/v1/files?count=exact", token: client.integration).json["total"] == 0)
    }

    @Test(
        "Bytes that aren't what they are said to be are refused, and nothing stays",
        arguments: [
            ("application/pdf", "<html>", ["Content-Type"]), ("image/png", "GIF89a", ["Content-Type"]),
            ("text/plain", "%PDF-1.7", ["Content-Type"]),
            ("text/csv", "a\0b", ["Content-Type"]), ("application/zip", "PK nothing", ["Content-Type"]),
            ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word", ["Content-Type"]),
        ])
    func contradiction(type: String, content: String, places: [String]) async throws {
        let client = try await TestClient()
        let answer = try await upload(client, Array(content.utf8), type: type)
        #expect([400, 422].contains(answer.status) && answer.places == places, "\(answer.text)")
        #expect(try stored(client) == [])
    }

    @Test("A digest that isn't that of the body is refused, and so is what is no digest; other algorithms are ignored")
    func digests() async throws {
        let client = try await TestClient()
        let right = Base64.encode(Digest.sha256(Array("a".utf8)))
        let wrong = Base64.encode(Digest.sha256(Array("b".utf8)))
        for (field, status) in [
            ("sha-256=:\(right):", 201), ("md5=:AAAA:, sha-256=:\(right):", 201), ("md5=:AAAA:", 201), ("sha-256=:\(wrong):", 422),
            ("sha-256=\(right)", 400), ("sha-256=:AAAA:", 400), ("nonsense", 400), ("sha-256=:***:", 400),
        ] {
            let answer = try await upload(client, Array("a".utf8), ["Repr-Digest": field])
            #expect((answer.status == status || (status == 422 && answer.status == 400)), "\(field): \(answer.text)")
            if status >= 400 { #expect(answer.places == ["Repr-Digest"], "\(answer.text)") }
        }
        #expect(try stored(client).count == 1)
    }

    @Test("A body over the limit is refused, whether it says so or not; a form is none")
    func limits() async throws {
        let client = try await TestClient()
        let answer = try await upload(client, [UInt8](repeating: 65, count: (1 << 20) + 1))
        #expect(answer.status == 413 && answer.code == "content-too-large", "\(answer.text)")
        #expect(try await upload(client, [UInt8](repeating: 65, count: 1 << 20)).status == 201)
        #expect(try stored(client).count == 1)
        for type in ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "nonsense"] {
            #expect(try await upload(client, [65], type: type).status == 415, "\(type)")
        }
        #expect(try await upload(client, [65], ["Content-Encoding": "gzip"]).status == 415)
    }

    @Test("What nothing has yet is its uploader's alone")
    func private_() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let (head, other) = (try await client.appoint(.headteacher, at: school), try await client.appoint(.teacher, at: school))
        let (heads, others) = (try await client.token(of: head), try await client.token(of: other))
        let made = try await upload(client, [65], token: others)
        let path = "/v1/files/\(try #require(made.json["id"]?.stringValue))"
        for suffix in ["", "/content"] {
            #expect(try await client.get(path + suffix, token: others).status == 200)
            #expect(try await client.get(path + suffix, token: heads).status == 404)
        }
        #expect(try await client.get("/v1/files", token: heads).json["items"] == [])
        #expect(try await client.delete(path, token: heads).status == 404)
        #expect(try await client.delete(path, token: others).status == 204)
    }

    @Test("A zip is bytes like any other: nothing is unpacked")
    func zipBomb() async throws {
        let client = try await TestClient()
        // Says of itself that it is four gigabytes.
        let bytes: [UInt8] = [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 1, 2, 3, 4, 9, 0, 0, 0, 255, 255, 255, 255, 1, 0, 0, 0, 97]
        let made = try await upload(client, bytes, type: "application/zip")
        #expect(made.status == 201 && made.json["sizeBytes"] == .integer(Int64(bytes.count)))
    }
}
