/// What is wrong with one member of a body (a JSON pointer) or with one parameter (its name).
package struct FieldError: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
        /// RFC 6901, `/address/postcode`; the empty string is the whole body.
        case pointer(String)
        case parameter(String)
    }

    package var place: Place
    /// A short kebab-case name programs can branch on: `required`, `unknown-member`, `too-long`, `after-end`.
    package var code: String
    /// A sentence for people, in terms of the value, starting in lower case.
    package var detail: String
    /// The id of the record it collides with, where that is the reason.
    package var conflictsWith: String?

    package var isOfParameter: Bool {
        guard case .parameter = place else { return false }
        return true
    }

    package init(pointer: String, code: String, detail: String, conflictsWith: String? = nil) {
        place = .pointer(pointer)
        self.code = code
        self.detail = detail
        self.conflictsWith = conflictsWith
    }

    package init(parameter: String, code: String, detail: String) {
        place = .parameter(parameter)
        self.code = code
        self.detail = detail
    }
}
