/// The types of events, `school.updated`: the resource type and what happened to it.
package enum EventType {
    package static let all: [String] = ResourceType.allCases.flatMap { type in
        ["created", "updated", "deleted"].map { "\(type.rawValue).\($0)" }
    }
}
