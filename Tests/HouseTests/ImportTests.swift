import Testing

@Suite("Imports")
struct ImportTests {
    let repository = Repository.here

    @Test("Every import is an arrow of docs/ARCHITECTURE.md")
    func importsAreArrows() throws {
        let table = try ArchitectureTable(markdown: repository.text("docs/ARCHITECTURE.md"))
        var files = 0
        for target in try repository.folders(in: "Sources") {
            guard let row = table.rows[target] else { continue }
            for file in repository.files(below: "Sources/\(target)", withExtension: "swift") {
                files += 1
                for line in try importLines(in: repository.text(file)) where !row.imports.contains(line.module) {
                    Issue.record(
                        "\(file):\(line.number): \(target) may not import \(line.module); docs/ARCHITECTURE.md, “Targets and arrows”")
                }
            }
        }
        #expect(files > 0, "no source file was read")
    }

    @Test("Every folder of Sources is a target of docs/ARCHITECTURE.md, and every target has its folder")
    func targetsAreFolders() throws {
        let table = try ArchitectureTable(markdown: repository.text("docs/ARCHITECTURE.md"))
        let built = table.rows.values.filter { !$0.isPlanned }.map(\.target).sorted()
        #expect(try repository.folders(in: "Sources") == built)
    }

    @Test(
        "An import is found in every way Swift lets one write it",
        arguments: [
            "import Core", "  package import Core", "@testable import Core", "@preconcurrency package import Core",
            "import struct Core.Call",
            "@_spi(Inside) internal import Core", "import Core.Lists",
        ])
    func importIsFound(line: String) {
        #expect(importLines(in: "// first\n\(line)\nlet a = 1").map(\.module) == ["Core"])
        #expect(importLines(in: "// first\n\(line)").map(\.number) == [2])
    }

    @Test(
        "What only mentions an import is none",
        arguments: ["// import Core", "#if canImport(Core)", "let important = Core()", "importer.run()"])
    func mentionIsNoImport(line: String) {
        #expect(importLines(in: line).isEmpty)
    }

    @Test("A table gives each target its arrows, spelled out")
    func tableIsRead() throws {
        let table = try ArchitectureTable(
            markdown: """
                | target | what lives there | imports |
                |---|---|---|
                | `A` | a | – |
                | `B` (not yet) | b | `A`, `Many` |
                | `C` | c | all |

                | written above | means |
                |---|---|
                | `Many` | `One`, `Two` |
                | all | everything, and `Extra` |
                | besides, everywhere | `Base` |
                """)
        #expect(table.rows["A"]?.imports == ["Base"])
        #expect(table.rows["B"]?.imports == ["A", "One", "Two", "Base"])
        #expect(table.rows["B"]?.isPlanned == true)
        #expect(table.rows["C"]?.imports == ["A", "B", "C", "One", "Two", "Extra", "Base"])
    }

    @Test("A document without the table is an error, not a pass")
    func missingTableIsAnError() {
        #expect(throws: ArchitectureTable.Malformed.self) { try ArchitectureTable(markdown: "# Architecture") }
    }
}

/// Every import of a Swift source, whatever attributes, access level or kind of declaration it carries; `number` counts lines from 1.
func importLines(in source: String) -> [(module: String, number: Int)] {
    let pattern =
        #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:package|internal|public|private|fileprivate)\s+)?import\s+(?:(?:struct|class|enum|protocol|actor|func|var|let|typealias)\s+)?(?<module>\w+)/#
    return source.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { offset, line in
        line.prefixMatch(of: pattern).map { (String($0.output.module), offset + 1) }
    }
}
