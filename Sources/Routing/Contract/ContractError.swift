/// Why a contract, or the bindings for it, can't be served: the start is refused with this sentence.
package struct ContractError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    /// - Parameter pointer: where in openapi.yaml, as a JSON pointer fragment.
    init(at pointer: String, _ reason: String) {
        description = "openapi.yaml \(pointer): \(reason)."
    }
}
