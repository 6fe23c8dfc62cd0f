package import Core
import Domain
import OrderedCollections
package import Repositories

/// Brings a catalogue from a file (``CatalogueFile``) into the trust's; the same file again changes nothing, and what the trust has made of a service or
/// a request type stays as it is.
///
/// Teams are found by their names, services by area and name, request types by service and name.
package struct CatalogueImport: Sendable {
    package struct Counts: Encodable, Sendable {
        package var created = 0
        package var unchanged = 0
    }

    package struct Report: Encodable, Sendable {
        package var teams = Counts()
        package var services = Counts()
        package var requestTypes = Counts()
        /// What the file says is archived.
        package var skipped: [String] = []
    }

    /// What the contract has against a value that should fit a schema of it.
    package typealias Check = @Sendable (_ value: JSON, _ schema: String) -> [FieldError]

    private let store: Store
    private let check: Check
    private let teams: BusinessTeamService
    private let services: BusinessServiceService
    private let types: RequestTypeService

    package init(store: Store, check: @escaping Check) {
        self.store = store
        self.check = check
        teams = BusinessTeamService(store: store)
        services = BusinessServiceService(store: store)
        types = RequestTypeService(store: store)
    }

    /// Throws `forbidden`.
    package static func authorise(_ call: Call) throws {
        guard Permission.catalogueWrite.isHeld(by: call.actor, for: .trust) else {
            throw DomainError.forbidden("catalogue:write for the whole trust is needed.")
        }
    }

    /// The catalogue that ships with the service.
    package func loadDefault(_ call: Call) async throws -> Report { try await load(Array(defaultCatalogue.utf8), call) }

    /// - Parameter yaml: the file; JSON is YAML as well.
    ///
    /// Throws `invalid` with pointers for a file of another shape, or whose parts the rules refuse, and ``BulkTooLarge``; then nothing was changed.
    package func load(_ yaml: [UInt8], _ call: Call) async throws -> Report {
        let tree: JSON
        do {
            tree = try JSON(yaml: yaml)
        } catch let fault as YAMLFault {
            throw DomainError.invalid([FieldError(pointer: "", code: "not-this-file", detail: fault.reason)])
        }
        let file = try CatalogueFile(tree)
        let errors = file.services.flatMap(errors)
        guard errors.isEmpty else { throw DomainError.invalid(Array(errors.prefix(100))) }
        return try await store.write(call, isLarge: true, within: .whole) { transaction in
            try transaction.authorise(.catalogueWrite, for: .trust)
            var report = Report()
            report.skipped = file.skipped
            for (index, service) in file.services.enumerated() {
                try transaction.checkTime(done: index, "services")
                try take(service, &report, transaction)
            }
            return report
        }
    }

    /// What the API wouldn't take.
    private func errors(in service: CatalogueFile.Service) -> [FieldError] {
        // Which team and service it is turns out below.
        let own = check(.object(service.members.merging(["teamId": ""]) { $1 }), "BusinessServiceCreate").map { $0.below(service.pointer) }
        return service.types.reduce(own) { errors, type in
            errors + check(.object(type.members.merging(["serviceId": ""]) { $1 }), "RequestTypeCreate").map { $0.below(type.pointer) }
        }
    }

    private func take(_ entry: CatalogueFile.Service, _ report: inout Report, _ transaction: WriteTransaction) throws {
        let team = try team(entry.team, &report, transaction)
        let name = entry.members["name"]?.stringValue ?? ""
        let known = try transaction.all(BusinessService.self, where: "name", is: name).first {
            $0.area == entry.members["area"]?.stringValue
        }
        let service: BusinessService
        if let known {
            report.services.unchanged += 1
            service = known
        } else {
            var members = entry.members
            members["teamId"] = .string(team)
            service = try pointing(at: entry.pointer) { try services.insert(.object(members), transaction) }
            report.services.created += 1
        }
        let names = try Set(transaction.all(RequestType.self, where: "serviceId", is: service.id).map(\.name))
        for type in entry.types {
            guard !names.contains(type.members["name"]?.stringValue ?? "") else {
                report.requestTypes.unchanged += 1
                continue
            }
            var members = type.members
            members["serviceId"] = .string(service.id)
            try pointing(at: type.pointer) {
                let draft = try types.insert(.object(members), transaction)
                _ = try types.act(.publish, on: draft.id, .null, transaction)
            }
            report.requestTypes.created += 1
        }
    }

    private func team(_ name: String, _ report: inout Report, _ transaction: WriteTransaction) throws -> String {
        if let known = try transaction.all(BusinessTeam.self, where: "name", is: name).first {
            report.teams.unchanged += 1
            return known.id
        }
        report.teams.created += 1
        return try teams.insert(["name": .string(name)], transaction).id
    }

    /// Says of what the rules refuse where in the file it stands.
    private func pointing<Value>(at place: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch DomainError.invalid(let errors) {
            throw DomainError.invalid(errors.map { $0.below(place) })
        }
    }
}

extension FieldError {
    /// The same of a part of something larger.
    fileprivate func below(_ place: String) -> FieldError {
        guard case .pointer(let pointer) = self.place else { return self }
        return FieldError(pointer: place + pointer, code: code, detail: detail)
    }
}
