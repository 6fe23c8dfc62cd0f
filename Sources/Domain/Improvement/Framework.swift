package import Core
import OrderedCollections

/// What a trust does to improve its schools, as key processes. A published version never changes; a new version does.
package struct Framework: Stateful {
    package static let type = ResourceType.framework

    package enum State: String, Codable, CaseIterable, Sendable {
        case draft, published, retired
    }

    package enum Action: String, CaseIterable, Sendable {
        case publish, retire
    }

    package var id: String
    package var title: String
    package var description: String?
    /// Counts the versions of one series, from 1.
    package var version: Int
    /// The first version's id, the same for all that follow it.
    package var seriesId: String
    /// The version this one was made from.
    package var previousId: String?
    package var publishedAt: Instant?
    package var retiredAt: Instant?
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, title, description, version, seriesId, previousId, publishedAt, retiredAt, state, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = ["title", "description"]
    package static let redactableMembers: Set<String> = ["title", "description"]
    /// The service makes the first version a series of its own.
    package static let defaults: JSON.Object = ["version": 1, "seriesId": "", "state": "draft"]
    package static let editableStates: Set<State> = [.draft]
    package static let deletableStates: Set<State> = [.draft]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .publish:
            Transition(
                from: [.draft], to: .published, permission: .frameworksWrite, verb: "published",
                summary: "Cycles can run on it; from now on neither it nor its processes change. Every process needs a frequency.")
        case .retire:
            Transition(
                from: [.published], to: .retired, permission: .frameworksWrite, verb: "retired",
                summary: "No further cycle begins on it; those under way go on.")
        }
    }
}

extension Framework {
    /// A draft of the version that follows, with an id of its own.
    ///
    /// - Parameter version: one more than the highest of the series.
    package func next(version: Int, by recorder: String, at now: Instant) -> Framework {
        var next = self
        next.id = Self.type.makeID(at: now)
        next.version = version
        next.previousId = id
        (next.publishedAt, next.retiredAt, next.state) = (nil, nil, .draft)
        (next.recordedBy, next.createdAt, next.updatedAt, next.etag) = (recorder, now, now, .first)
        return next
    }
}
