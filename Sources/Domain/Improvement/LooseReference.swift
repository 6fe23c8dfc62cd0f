import Core

/// A reference to something that a part of the service yet to come keeps: cycles, activities, priorities. Its form is all that is checked;
/// once the type is there, this becomes a look-up as of any other reference.
struct LooseReference {
    static let cycle = LooseReference(prefix: "cyc", name: "an improvement cycle")
    static let activity = LooseReference(prefix: "act", name: "an activity")
    static let priority = LooseReference(prefix: "pri", name: "a trust priority")

    let prefix: String
    let name: String

    /// An error where the text hasn't even the form of such an id.
    func errors(_ id: String?, at pointer: String) -> [FieldError] {
        guard let id, !TypeID.isValid(id, prefix: prefix) else { return [] }
        return [FieldError(pointer: pointer, code: "not-found", detail: "is not the id of \(name)")]
    }
}
