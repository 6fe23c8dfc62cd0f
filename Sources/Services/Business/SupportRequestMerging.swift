import Core
import Domain
import Repositories

extension WriteTransaction {
    /// Makes a request part of another. Both stay as they are, with what was said and their references; the other goes on. Who asked and who
    /// watched is told there as well, where the other is of the same schools and nothing is confidential; elsewhere the team decides whom to let see
    /// what others asked.
    ///
    /// Throws `invalid` for one the caller doesn't see or serve, `conflict` for one that has ended.
    func merge(_ item: inout SupportRequest, into id: String) throws {
        let visibility = Visibility(of: call.actor)
        guard id != item.id, let other = try find(SupportRequest.self, id: id, visibleTo: visibility), try serves(other) else {
            throw DomainError.invalid([
                FieldError(pointer: "/intoId", code: "not-found", detail: "is not the id of another request that you serve")
            ])
        }
        if let further = other.mergedIntoId { throw DomainError.conflict("\(other.reference) itself was merged into \(further).") }
        guard other.isRunning else {
            throw DomainError.conflict("\(other.reference) is \(other.state.rawValue); what is merged goes on in one that is open.")
        }
        item.closeReason = .merged
        item.mergedIntoId = other.id
        let isConfidential = item.isConfidential || other.isConfidential
        item.isConfidential = isConfidential
        var merged = other
        merged.isConfidential = isConfidential
        merged.needsAttention = other.needsAttention || item.needsAttention
        // As many as the API takes.
        for tag in item.tags where !merged.tags.contains(tag) && merged.tags.count < 20 { merged.tags.append(tag) }
        if !isConfidential, Set(item.schoolIds).isSubset(of: other.schoolIds) {
            for person in [item.requesterId].compactMap(\.self) + item.watcherIds
            where person != other.requesterId && !merged.watcherIds.contains(person) && merged.watcherIds.count < 50 {
                merged.watcherIds.append(person)
            }
        }
        merged.visibleTo = try visibleTo(merged)
        let stored = try update(from: other, to: merged, verb: "absorbed", isTarget: false)
        if stored.visibleTo != other.visibleTo || stored.isConfidential != other.isConfidential { try showBelongings(of: stored) }
        if isConfidential, !other.isConfidential { try keepConfidential(with: stored) }
    }
}
