package import Core
import OrderedCollections

/// One code of a list, with the words people read. Once something uses it, it can be retired and not deleted.
package struct CodeItem: Resource {
    package static let type = ResourceType.codeItem

    package var id: String
    package var list: CodeList
    /// Where the list has codes of several inspection regimes: whose this is.
    package var regime: String?
    /// Unique in its list, or in its regime there; never changes.
    package var code: String
    package var label: String
    package var description: String?
    /// Where it stands in its list, the lowest first; after the last when it is left out.
    package var position: Int
    /// Of a stage: the code of the tier of support that goes with it.
    package var tier: String?
    /// Of a measure: what it is counted in.
    package var unit: Unit?
    /// Of a regime, its areas and grades: the first and last day of inspections it speaks of; null has no bound.
    package var validFrom: LocalDate?
    package var validUntil: LocalDate?
    /// From this day on it can't be chosen anew; what has it keeps it.
    package var retiredOn: LocalDate?
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    /// What a measure is counted in.
    package enum Unit: String, CaseIterable, Codable, Sendable {
        case percent, score, points, count, days, hours, pence
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, list, regime, code, label, description, position, tier, unit, validFrom, validUntil, retiredOn, createdAt, updatedAt, etag
    }

    package var audience: Audience { .directory }
    package static let readOnlyReason = "is what the code is known by, or the service's, and is read-only"
    package static let writableMembers: Set<String> = [
        "label", "description", "position", "tier", "unit", "validFrom", "validUntil", "retiredOn",
    ]
    package static let redactableMembers: Set<String> = ["description"]
    /// No item has the position 0: the service puts it last.
    package static let defaults: JSON.Object = ["position": 0]
    package static let codedMembers = [CodedMember("regime", .inspectionRegimes), CodedMember("tier", .supportTiers)]

    package func isRetired(on day: LocalDate) -> Bool { retiredOn.map { $0 <= day } ?? false }

    /// Whether an inspection of this day can be spoken of in it.
    package func isValid(on day: LocalDate) -> Bool { (validFrom.map { $0 <= day } ?? true) && (validUntil.map { day <= $0 } ?? true) }

    /// `from 2025-11-10`, for sentences; empty where there is no bound.
    package var validity: String {
        [validFrom.map { "from \($0)" }, validUntil.map { "until \($0)" }].compactMap(\.self).joined(separator: " ")
    }

    /// `stages:repair`, `evaluation-grades:graded:1`: how it can be named instead of its id.
    package var key: String { ([list.rawValue] + [regime, code].compactMap(\.self)).joined(separator: ":") }

    /// What no schema can say of one item by itself: which list takes which attribute.
    package var errors: [FieldError] {
        var errors: [FieldError] = []
        let attributes: [(CodeList.Attribute, Bool)] = [(.tier, tier != nil), (.regime, regime != nil), (.unit, unit != nil)]
        for (attribute, isGiven) in attributes where isGiven != (list.attribute == attribute) {
            errors.append(
                isGiven
                    ? FieldError(pointer: "/\(attribute)", code: "not-allowed", detail: "must be left out in the list \(list.rawValue)")
                    : FieldError(pointer: "/\(attribute)", code: "required", detail: "is needed in the list \(list.rawValue)"))
        }
        for (name, day) in [("validFrom", validFrom), ("validUntil", validUntil)] where day != nil && !list.hasValidity {
            errors.append(FieldError(pointer: "/\(name)", code: "not-allowed", detail: "must be left out in the list \(list.rawValue)"))
        }
        if let validFrom, let validUntil, validUntil < validFrom {
            errors.append(
                FieldError(pointer: "/validUntil", code: "before-start", detail: "must be on or after validFrom, \(validFrom)"))
        }
        return errors
    }
}

/// How a code item can be named in a URL: `list:code`, or `list:regime:code`.
package struct CodeItemKey: Hashable, Sendable {
    package let list: CodeList
    package let regime: String?
    package let code: String

    /// nil when the text is none.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let list = parts.first.flatMap(CodeList.init), parts.count == (list.attribute == .regime ? 3 : 2) else { return nil }
        self.list = list
        regime = parts.count == 3 ? parts[1] : nil
        code = parts[parts.count - 1]
    }
}
