package import Core
import Domain
package import Repositories

/// The service of a dated fact: its days are in order, nothing that excludes it holds at the same time.
package protocol FactService: ResourceService where Item: StoredFact {
    /// Rules of the fact itself, all at once.
    func errors(in item: Item, _ transaction: WriteTransaction) throws -> [FieldError]
}

extension FactService {
    package func errors(in item: Item, _ transaction: WriteTransaction) throws -> [FieldError] { item.dayErrors }

    package func prepare(_ item: Item, replacing old: Item?, _ transaction: WriteTransaction) throws -> Item {
        try validated(item, transaction)
    }

    /// The fact, with its rules kept and nothing that excludes it.
    func validated(_ item: Item, _ transaction: WriteTransaction) throws -> Item {
        let errors = try self.errors(in: item, transaction)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        try transaction.checkExclusions(of: item, visibleTo: Visibility(of: transaction.call.actor))
        return item
    }
}

extension Transaction {
    /// The zone of the trust's days.
    func zone() throws -> TrustZone { try once("zone") { TrustZone(try trust.find()?.timeZone ?? "Europe/London") } }

    /// An error when there is no such school.
    func errors(school id: String?, at pointer: String = "/schoolId") throws -> [FieldError] {
        guard let id, try find(School.self, id: id) == nil else { return [] }
        return [FieldError(pointer: pointer, code: "not-found", detail: "is not the id of a school")]
    }

    /// An error when there is no such person, or one of whom nothing is recorded any more.
    ///
    /// - Parameter old: who was there before; they may stay, whatever became of them.
    func errors(person id: String?, replacing old: String? = nil, at pointer: String = "/personId") throws -> [FieldError] {
        guard let id, id != old else { return [] }
        guard let person = try find(Person.self, id: id) else {
            return [FieldError(pointer: pointer, code: "not-found", detail: "is not the id of a person")]
        }
        guard person.erasedAt != nil else { return [] }
        return [FieldError(pointer: pointer, code: "erased", detail: "is somebody whose data was erased")]
    }
}

extension WriteTransaction {
    /// Today in the trust.
    func today() throws -> LocalDate { now.day(in: try zone()) }
}
