import Core
import Domain
import Repositories

extension WriteTransaction {
    /// What is wrong with the codes of a resource about to be stored in place of `old`: each must be in its list and not be retired. What
    /// `old` had may stay, whatever became of it.
    func codeErrors<R: Resource>(in item: R, replacing old: R?) throws -> [FieldError] {
        guard !R.codedMembers.isEmpty else { return [] }
        let (tree, before) = (try JSONCodec.tree(item), try old.map { try JSONCodec.tree($0) } ?? .null)
        let today = try today()
        var errors: [FieldError] = []
        for member in R.codedMembers {
            let regime = member.regime.flatMap { tree[$0]?.stringValue }
            // Without a regime there are no codes of it: what is in words stays in words.
            if member.regime != nil, regime == nil { continue }
            let isSameRegime = regime == member.regime.flatMap { before[$0]?.stringValue }
            let kept = isSameRegime ? member.codes(in: before).map(\.code) : []
            let chosen = member.codes(in: tree).filter { !kept.contains($0.code) }
            guard !chosen.isEmpty else { continue }
            let items = try codes.items(of: member.list, regime: regime)
            let allowed = items.filter { !$0.isRetired(on: today) }
            let place = member.list.rawValue + (regime.map { " of \($0)" } ?? "")
            let takes = allowed.isEmpty ? "there is none" : "takes \(allowed.map(\.code).joined(separator: ", "))"
            for (pointer, code) in chosen where !allowed.contains(where: { $0.code == code }) {
                if let retired = items.first(where: { $0.code == code })?.retiredOn {
                    errors.append(
                        FieldError(pointer: pointer, code: "retired-code", detail: "was retired from \(place) on \(retired); \(takes)"))
                } else {
                    errors.append(FieldError(pointer: pointer, code: "unknown-code", detail: "is no code of \(place); \(takes)"))
                }
            }
        }
        return errors
    }
}
