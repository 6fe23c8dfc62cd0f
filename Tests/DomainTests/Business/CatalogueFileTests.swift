import Core
import Domain
import OrderedCollections
import Testing

@Suite("A catalogue as a file") struct CatalogueFileTests {
    private func places(_ tree: JSON) -> [String] {
        do {
            _ = try CatalogueFile(tree)
            return []
        } catch DomainError.invalid(let errors) {
            return errors.map { error in
                if case .pointer(let pointer) = error.place { pointer } else { "?" }
            }
        } catch {
            return ["\(error)"]
        }
    }

    @Test("Services with their team by name and their types are read as the API takes them")
    func services() throws {
        let file = try CatalogueFile([
            "services": [
                ["name": "Payroll", "area": "payroll", "team": "Pay", "reminderDays": 2, "types": [["name": "A change of contract"]]],
                ["name": "Pensions", "area": "payroll", "team": "Pay"],
            ]
        ])
        #expect(file.services.map(\.team) == ["Pay", "Pay"] && file.services[1].pointer == "/services/1")
        #expect(file.services[0].members == ["name": "Payroll", "area": "payroll", "reminderDays": 2])
        #expect(file.services[0].types.map(\.members) == [["name": "A change of contract"]] && file.services[1].types.isEmpty)
    }

    @Test("Categories of spend are services of procurement, their parts types; what is archived is left out and told")
    func categories() throws {
        let file = try CatalogueFile([
            "categories": [
                [
                    "title": "ICT", "tower": "Digital", "description": "Computers", "slug": "ict",
                    "sub_categories": [["title": "Laptops", "description": ""], ["title": "Funding", "is_archived": true]],
                ],
                ["title": "Old", "is_archived": true, "sub_categories": [["title": "Older"]]],
            ]
        ])
        #expect(file.services.count == 1 && file.services[0].team == "Buying: Digital")
        #expect(file.services[0].members == ["name": "Buying: ICT", "description": "Computers", "area": "procurement"])
        #expect(file.services[0].types.map(\.members) == [["name": "Laptops"]])
        #expect(file.skipped == ["ICT: Funding", "Old"])
    }

    @Test("Everything of another shape is told at once, each with its place")
    func refused() {
        #expect(places([]) == [""] && places(["services": 1]) == ["/services"])
        #expect(
            places(["services": [1, ["team": "x", "types": 3], ["name": "y"]]]) == [
                "/services/0/team", "/services/1/types", "/services/2/team",
            ])
        #expect(
            places(["categories": [["title": 1], ["title": "x", "sub_categories": [[:]]]]]) == [
                "/categories/0/title", "/categories/1/sub_categories/0/title",
            ])
    }
}
