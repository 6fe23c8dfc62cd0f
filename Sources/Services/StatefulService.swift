package import Core
package import Domain
package import Repositories

/// The service of a resource with states: it is edited and deleted where its state lets it be, and actions change the state.
package protocol StatefulService: ResourceService where Item: Stateful {
    /// What the action does beside changing the state. Throws `invalid`, `conflict`.
    ///
    /// - Parameters:
    ///   - item: as it was, in a state that lets the action be done.
    ///   - body: of the action, fits the contract; null where it takes none.
    func perform(_ action: Item.Action, _ body: JSON, on item: Item, _ transaction: WriteTransaction) throws -> Item
}

extension StatefulService {
    package func perform(_ action: Item.Action, _ body: JSON, on item: Item, _ transaction: WriteTransaction) throws -> Item { item }

    package func checkState(of item: Item, forDeletion: Bool) throws {
        try forDeletion ? item.checkIsDeletable() : item.checkIsEditable()
    }

    /// The version of a resource the caller is about to act on. Throws `notFound`, `forbidden`, `conflict`; whether its state lets it is
    /// asked after the body.
    package func identify(_ id: String, for action: Item.Action, _ call: Call) throws -> (id: String, etag: VersionTag) {
        try identifyForWriting(id, permission: Item.transition(action).permission, call)
    }

    /// Does what the table of states says. Throws `notInThisState` where it says nothing.
    package func act(_ action: Item.Action, on id: String, _ body: JSON, _ call: Call) async throws -> Item {
        try await store.write(call) { try act(action, on: id, body, $0) }
    }

    /// The same as part of a larger write, which has its precondition.
    func act(_ action: Item.Action, on id: String, _ body: JSON, _ transaction: WriteTransaction) throws -> Item {
        let transition = Item.transition(action)
        let old = try findForWriting(id, permission: transition.permission, transaction.call.precondition, transaction)
        try old.checkAllows(action)
        var acted = try perform(action, body, on: old, transaction)
        acted.state = transition.to ?? old.state
        let item = try transaction.update(from: old, to: try checked(acted, replacing: old, transaction), verb: transition.verb)
        if item.etag != old.etag { try stored(item, replacing: old, transaction) }
        return item
    }
}
