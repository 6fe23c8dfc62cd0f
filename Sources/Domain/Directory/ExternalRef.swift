/// The id of the same thing in another system of the trust; unique per system.
package struct ExternalRef: Codable, Hashable, Sendable {
    package var system: String
    package var id: String

    package init(system: String, id: String) {
        self.system = system
        self.id = id
    }
}
