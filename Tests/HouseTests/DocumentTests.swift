import Foundation
import Testing

@Suite("Documents")
struct DocumentTests {
    let repository = Repository.here

    @Test("Every link between our documents leads somewhere")
    func linksLeadSomewhere() throws {
        let atTop = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
        for document in atTop + repository.files(below: "docs", withExtension: "md") {
            let folder = (document as NSString).deletingLastPathComponent
            for link in try repository.text(document).matches(of: #/\]\((?<target>[^)\s]+)\)/#).map(\.output.target) {
                let path = link.prefix { $0 != "#" }
                guard !path.isEmpty, !path.contains(":") else { continue }
                let target = folder.isEmpty ? String(path) : "\(folder)/\(path)"
                #expect(repository.exists(target), "\(document) links to \(link), which isn't there")
            }
        }
    }

    @Test("Every decision is listed in docs/adr/README.md")
    func decisionsAreListed() throws {
        let list = try repository.text("docs/adr/README.md")
        let records = repository.files(below: "docs/adr", withExtension: "md").map { ($0 as NSString).lastPathComponent }.filter {
            $0 != "README.md"
        }
        #expect(!records.isEmpty)
        for record in records {
            #expect(list.contains("(\(record))"), "\(record) is not in the list")
        }
    }
}
