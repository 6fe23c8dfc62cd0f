/// The tables of docs/ARCHITECTURE.md, "Targets and arrows", read as the law they are.
struct ArchitectureTable {
    struct Row {
        var target: String
        /// Its row is there before its code is.
        var isPlanned: Bool
        /// Modules its sources may import.
        var imports: Set<String>
    }

    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    private(set) var rows: [String: Row] = [:]

    init(markdown: String) throws {
        var meaning: [String: [String]] = [:]
        for cells in Self.cells(of: "written above", in: markdown) where cells.count == 2 {
            meaning[Self.names(in: cells[0]).first ?? cells[0]] = Self.names(in: cells[1])
        }
        guard let everywhere = meaning["besides, everywhere"], let withAll = meaning["all"] else {
            throw Malformed(description: "docs/ARCHITECTURE.md has no table “written above | means” with “all” and “besides, everywhere”.")
        }

        var known = Set(withAll)
        var importingAll: [String] = []
        for cells in Self.cells(of: "target", in: markdown) {
            guard cells.count == 3, let target = Self.names(in: cells[0]).first else {
                throw Malformed(description: "docs/ARCHITECTURE.md: a row of the table of targets isn't target, what, imports: \(cells)")
            }
            let named = Self.names(in: cells[2]).flatMap { meaning[$0] ?? [$0] }
            if cells[2] == "all" { importingAll.append(target) }
            known.formUnion(named + [target])
            rows[target] = Row(target: target, isPlanned: cells[0].contains("(not yet)"), imports: Set(named + everywhere))
        }
        for target in importingAll { rows[target]?.imports.formUnion(known) }
        guard !rows.isEmpty else { throw Malformed(description: "docs/ARCHITECTURE.md has no table of targets.") }
    }

    /// The rows under the heading whose first cell is `heading`, as trimmed cells.
    private static func cells(of heading: String, in markdown: String) -> [[String]] {
        markdown.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { !$0.hasPrefix("| \(heading) |") }
            .prefix { $0.hasPrefix("|") }
            .dropFirst(2)
            .map { line in
                line.split(separator: "|").map { $0.trimmingPrefix { $0 == " " } }.map { cell in
                    String(cell.reversed().drop { $0 == " " }.reversed())
                }
            }
    }

    /// What stands in backticks, in order.
    private static func names(in cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
