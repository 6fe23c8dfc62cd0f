package import Core
package import Domain
package import Repositories

/// What support requests have to do with each other: said by those who serve one of them and see the other.
package struct RequestLinkService: ResourceService {
    package typealias Item = RequestLink
    package let store: Store
    package let writing = Permission.supportRequestsServe

    package init(store: Store) {
        self.store = store
    }

    package func places(of item: RequestLink, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        try [item.fromId, item.toId].flatMap { try transaction.find(SupportRequest.self, id: $0)?.servingPlaces ?? [] }
    }

    package func prepare(_ item: RequestLink, replacing old: RequestLink?, _ transaction: WriteTransaction) throws -> RequestLink {
        guard old == nil else { return item }
        let visibility = Visibility(of: transaction.call.actor)
        let from = try transaction.find(SupportRequest.self, id: item.fromId, visibleTo: visibility)
        let to = try transaction.find(SupportRequest.self, id: item.toId, visibleTo: visibility)
        guard let from, let to else {
            throw DomainError.invalid(
                [("/fromId", from), ("/toId", to)].filter { $0.1 == nil }.map {
                    FieldError(pointer: $0.0, code: "not-found", detail: "is not the id of a request")
                })
        }
        guard from.id != to.id else {
            throw DomainError.invalid([FieldError(pointer: "/toId", code: "same", detail: "must be another request")])
        }
        if let known = try links(of: from.id, transaction).first(where: { $0.requestIds.contains(to.id) }) {
            throw DomainError.conflict(
                "The two are linked already, by \(known.id): \(known.fromId) is \(known.kind.rawValue) \(known.toId).")
        }
        if item.kind == .childOf { try checkIsChild(from, of: to, transaction) }
        var item = item
        item.requestIds = [from.id, to.id]
        return try transaction.shown(item, between: from, and: to)
    }

    /// One parent each, and nobody among their own ancestors.
    private func checkIsChild(_ child: SupportRequest, of parent: SupportRequest, _ transaction: WriteTransaction) throws {
        if let known = try parentLink(of: child.id, transaction) {
            throw DomainError.conflict("\(child.reference) is a part of \(known.toId) already.")
        }
        var ancestor = parent.id
        while let next = try parentLink(of: ancestor, transaction) {
            ancestor = next.toId
            guard ancestor != child.id else {
                throw DomainError.conflict("\(parent.reference) is a part of \(child.reference), if only by others.")
            }
        }
    }

    private func parentLink(of id: String, _ transaction: WriteTransaction) throws -> RequestLink? {
        try transaction.all(RequestLink.self, where: "fromId", is: id).first { $0.kind == .childOf }
    }

    private func links(of id: String, _ transaction: WriteTransaction) throws -> [RequestLink] {
        try transaction.all(RequestLink.self, with: "requestId", is: id)
    }
}
