import Core
import Domain

@testable import Repositories

// Reads as somebody who may see everything, for tests that are not about who sees what.
extension Transaction {
    func list<R: Stored>(_ type: R.Type, _ query: ListQuery) throws -> Page<R> { try list(type, query, visibleTo: .everything) }
    func encoded<R: Stored>(_ type: R.Type, id: String) throws -> Encoded? { try encoded(type, id: id, visibleTo: .everything) }
    func encodedPage<R: Stored>(_ type: R.Type, _ query: ListQuery) throws -> Page<Encoded> {
        try encodedPage(type, query, visibleTo: .everything)
    }
    func events(after seq: Int64, limit: Int) throws -> [Event] {
        try events(after: seq, limit: limit, of: ResourceType.allCases, visibleTo: .everything)
    }
}
