import Core
import HTTPTypes
import OrderedCollections
import Routing
import Testing

/// What an export refuses arrives: each one of the contract is asked what can't be answered, parameter by parameter.
struct ExportRefusalTests {
    /// Values that are wrong for most parameters, and right for some: no day, no code, no year that is recorded, ids of something else and of
    /// nothing, what no search can mean.
    private static let values = [
        "2026-02-30", "0000-00-00", "2099-00", "nonsense", "sch_00000000000000000000000000", "per_0000000000000000000000000g", "-1",
        "maybe",
        "%22open", "%00", "",
    ]

    /// One that offers exports: as what, and what it may be asked.
    struct Export: Sendable, CustomTestStringConvertible {
        let operation: OperationTests.Operation
        let types: [String]
        let parameters: [String]
        var testDescription: String { operation.id }
    }

    private static let exports: [Export] = {
        guard let tree = try? JSON(parsing: Contract().json) else { return [] }
        let shared = tree["components"]?["parameters"]
        return OperationTests.all.filter { $0.method == .get }.compactMap { operation in
            let document = tree["paths"]?[operation.path]?["get"]
            let offered = document?["responses"]?["200"]?["content"]?.objectValue?.keys.filter(isExport) ?? []
            guard !offered.isEmpty else { return nil }
            let names = (document?["parameters"]?.arrayValue ?? []).compactMap { parameter -> String? in
                let name = parameter["$ref"]?.stringValue?.split(separator: "/").last.map(String.init)
                let known = name.flatMap { shared?[$0] } ?? parameter
                return known["in"] == "query" ? known["name"]?.stringValue : nil
            }
            return Export(operation: operation, types: Array(offered), parameters: names)
        }
    }()

    private static func isExport(_ type: String) -> Bool { ["text/csv", "application/x-ndjson"].contains(type) }

    @Test("Most lists are exports")
    func all() { #expect(Self.exports.count > 50) }

    @Test("Every export refuses with a problem document, GET and HEAD alike, what the list refuses", arguments: exports)
    func everyExport(export: Export) async throws {
        let client = try await TestClient(requestsPerMinute: 0)
        var refused = 0
        // What is gone, or never was, is refused whatever is asked of it.
        for path in [try await OperationTests().present(export.operation, client), OperationTests().absent(export.operation)] {
            for (number, type) in export.types.enumerated() {
                let headers = ["Accept": type]
                for query in [""] + export.parameters.flatMap({ name in Self.values.map { "?\(name)=\($0)" } }) {
                    let answer = try await client.send(.get, path + query, token: client.integration, headers: headers, isChecked: false)
                    let kind = answer.headers[.contentType] ?? ""
                    if answer.status == 200 {
                        #expect(kind.hasPrefix(type), "\(path)\(query)")
                    } else {
                        #expect(kind == "application/problem+json" && (400..<500).contains(answer.status), "\(path)\(query)")
                        #expect(answer.json["requestId"]?.stringValue == answer.requestId, "\(path)\(query)")
                        refused += 1
                    }
                    // A cursor means nothing to an export, and these things only to a list.
                    let isOfLists = ["cursor", "expand", "facets", "includeDeleted"].contains { query.hasPrefix("?\($0)=") }
                    guard number == 0, !isOfLists else { continue }
                    let head = try await client.send(.head, path + query, token: client.integration, headers: headers, isChecked: false)
                    #expect(answer.status == head.status, "\(path)\(query)")
                    let list = try await client.get(path + query, token: client.integration)
                    if list.status != 406 { #expect(list.status == answer.status, "\(path)\(query): \(list.text)") }
                }
            }
        }
        #expect(refused > 0)
    }

    @Test(
        "A year that isn't recorded is refused by the reports as well",
        arguments: ["/v1/support-balance", "/v1/support-alerts"], ["text/csv", "application/json"])
    func unknownYear(path: String, type: String) async throws {
        let client = try await TestClient()
        let answer = try await client.get("\(path)?academicYear=2099-00", token: client.admin, headers: ["Accept": type])
        #expect(answer.status == 400)
        #expect(answer.places == ["academicYear"])
    }
}
