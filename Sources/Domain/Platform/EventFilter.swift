/// Which events somebody asks for, of those for them.
package struct EventFilter: Hashable, Sendable {
    /// `school.updated`; nil for all.
    package var types: Set<String>?
    package var resourceId: String?

    package init(types: Set<String>? = nil, resourceId: String? = nil) {
        self.types = types
        self.resourceId = resourceId
    }
}
