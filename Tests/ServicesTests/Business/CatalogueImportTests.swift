import Core
import Domain
import Logging
import OrderedCollections
import Repositories
import Routing
import Services
import Testing

@Suite("A catalogue is loaded") struct CatalogueImportTests {
    private let call = Call(actor: .commandLine, requestId: "test")

    private func fixture() async throws -> (fixture: RegisterImportFixture, catalogue: CatalogueImport) {
        let fixture = try RegisterImportFixture()
        let services = DomainServices(store: fixture.store, directory: fixture.directory, logger: Logger(label: "test"))
        try await services.ensureDefaults()
        let contract = try Contract()
        return (fixture, CatalogueImport(store: fixture.store, check: contract.errors))
    }

    private func types(_ fixture: RegisterImportFixture) async throws -> [RequestType] {
        try await fixture.store.read { try $0.list(RequestType.self, ListQuery(limit: 200), visibleTo: .everything).items }
    }

    private func refusal(_ catalogue: CatalogueImport, _ yaml: String) async -> [String] {
        do {
            _ = try await catalogue.load(Array(yaml.utf8), call)
            return []
        } catch DomainError.invalid(let errors) {
            return errors.map { error in
                if case .pointer(let pointer) = error.place { "\(pointer) \(error.code)" } else { "?" }
            }
        } catch {
            return ["\(error)"]
        }
    }

    @Test("The one that ships covers every business area, is confidential where it should be, and loaded again changes nothing")
    func ships() async throws {
        let (fixture, catalogue) = try await fixture()
        let report = try await catalogue.loadDefault(call)
        let again = try await catalogue.loadDefault(call)
        #expect(again.services.created == 0 && again.services.unchanged == report.services.created)
        #expect(again.requestTypes.created == 0 && again.requestTypes.unchanged == report.requestTypes.created && again.teams.created == 0)
        let types = try await types(fixture)
        #expect(types.count == report.requestTypes.created && types.allSatisfy { $0.state == .published })
        let areas = try await fixture.store.read { transaction in
            try transaction.list(CodeItem.self, ListQuery(limit: 200), visibleTo: .everything).items.filter { $0.list == .businessAreas }
        }
        #expect(!areas.isEmpty && Set(types.map(\.area)) == Set(areas.map(\.code)))
        let confidential: Set<String> = ["hr", "payroll", "dataProtection", "safeguarding"]
        #expect(
            types.filter { confidential.contains($0.area) && $0.isConfidential != true }.map(\.name).sorted()
                == ["Freedom of information request", "Recruit somebody"])
        #expect(Set(types.compactMap(\.statutoryRule)) == Set(StatutoryDeadline.Rule.allCases))
        // No concern about a child, no allegation: each form says whom to tell instead.
        #expect(types.allSatisfy { $0.area != "safeguarding" || $0.guidance?.contains("local authority") == true })
    }

    @Test("What the trust has made of it stays, and only what is missing is added")
    func keeps() async throws {
        let (fixture, catalogue) = try await fixture()
        let yaml = "services:\n- {name: Pay, area: payroll, team: Pay, types: [{name: A}]}\n"
        _ = try await catalogue.load(Array(yaml.utf8), call)
        let service = try #require(await types(fixture).first?.serviceId)
        _ = try await BusinessServiceService(store: fixture.store).update(
            service, patch: ["reminderDays": 7], Call(actor: .commandLine, requestId: "test", precondition: .any))
        let more = yaml.replacing("[{name: A}]", with: "[{name: A, defaultPriority: urgent}, {name: B}]").replacing(
            "{name: Pay", with: "{reminderDays: 1, name: Pay")
        let report = try await catalogue.load(Array(more.utf8), call)
        #expect(report.requestTypes.created == 1 && report.services.unchanged == 1)
        #expect(try await types(fixture).map(\.defaultPriority) == [.normal, .normal])
        let kept = try await fixture.store.read { try $0.find(BusinessService.self, id: service)?.reminderDays }
        #expect(kept == 7)
    }

    @Test("What the API wouldn't take, a file can't bring either, and then nothing of it is there")
    func refused() async throws {
        let (fixture, catalogue) = try await fixture()
        let bad = """
            services:
            - {name: Good, area: hr, team: T, types: [{name: A}]}
            - {name: "", area: hr, team: T, colour: red, reminderDays: 0}
            - {name: X, area: hr, team: T, types: [{fields: [{key: a}]}, 3]}
            """
        let found = await refusal(catalogue, bad)
        #expect(
            Set(found).isSuperset(of: [
                "/services/1/name too-short", "/services/1/colour unknown-member", "/services/2/types/0/name required",
                "/services/2/types/1/name required",
            ]), "\(found)")
        let area = await refusal(catalogue, "services:\n- {name: Good, area: hr, team: T}\n- {name: X, area: nowhere, team: T}")
        #expect(area.map { $0.hasPrefix("/services/1/area") } == [true], "\(area)")
        let form = "services:\n- {name: X, area: hr, team: T, types: [{name: A, fields: [{key: a, label: a, kind: choice}]}]}"
        #expect(await refusal(catalogue, form).map { $0.hasPrefix("/services/0/types/0/fields/0/options") } == [true])
        #expect(await refusal(catalogue, "services: [") == [" not-this-file"])
        let teams = try await fixture.store.read { try $0.list(BusinessTeam.self, ListQuery(limit: 10), visibleTo: .everything).items }
        #expect(try await types(fixture).isEmpty && teams.isEmpty)
    }

    @Test(
        "The categories of spend that the Department for Education's buying helpdesk publishes are one",
        .enabled(if: SharedData.isThere, SharedData.absence))
    func published() async throws {
        let (fixture, catalogue) = try await fixture()
        let report = try await catalogue.load(SharedData.bytes("business/ghbs-categories.yml"), call)
        #expect(report.services.created == 8 && report.requestTypes.created == 72 && report.skipped.count == 12, "\(report)")
        #expect(report.skipped.contains("ICT: Funding - non procurement requests"))
        let teams = try await fixture.store.read { try $0.list(BusinessTeam.self, ListQuery(limit: 10), visibleTo: .everything).items }
        #expect(
            Set(teams.map(\.name)) == [
                "Buying", "Buying: ICT", "Buying: Energy & Utilities", "Buying: FM & Catering", "Buying: Services",
            ])
        #expect(try await types(fixture).contains { $0.name == "Laptops" && $0.description == "Mobile computing" })
        #expect(try await catalogue.load(SharedData.bytes("business/ghbs-categories.yml"), call).requestTypes.created == 0)
    }
}
