package import Core
import OrderedCollections

/// What a school asks the central team for, from the question to the answer and what was thought of it.
package struct SupportRequest: Resource {
    package static let type = ResourceType.supportRequest

    /// The way it came.
    package enum Channel: String, Codable, CaseIterable, Sendable {
        case portal, email, phone, chat, inPerson, integration, migration
    }

    package enum State: String, Codable, CaseIterable, Sendable {
        case new, open, waitingOnSchool, onHold, resolved, closed
    }

    package enum CloseReason: String, Codable, CaseIterable, Sendable {
        case done, cancelled, merged, duplicate, noReply, outOfScope
    }

    package struct ChecklistItem: Codable, Hashable, Sendable {
        package var text: String
        package var isDone: Bool

        package init(text: String, isDone: Bool = false) {
            self.text = text
            self.isDone = isDone
        }
    }

    /// Somebody was told that a promise is about to be broken, or is.
    package struct Escalation: Codable, Hashable, Sendable {
        package var target: RequestClock.Target
        package var offsetMinutes: Int
        package var to: EscalationRule.Recipient
        package var personId: String?
        /// What the promise was about: for updates each reply begins another.
        package var clockStartedAt: Instant
        package var at: Instant

        package init(_ rule: EscalationRule, of clock: RequestClock, personId: String?, at: Instant) {
            (target, offsetMinutes, to) = (rule.target, rule.offsetMinutes, rule.to)
            self.personId = personId
            clockStartedAt = clock.startsAt
            self.at = at
        }
    }

    /// Somebody let themselves into a confidential request.
    package struct BrokenGlass: Codable, Hashable, Sendable {
        /// A person, or a token without one.
        package var letInId: String
        package var reason: String
        package var at: Instant

        package init(letInId: String, reason: String, at: Instant) {
            self.letInId = letInId
            self.reason = reason
            self.at = at
        }
    }

    package var id: String
    /// `BSR-2026-000123`.
    package var reference: String
    package var subject: String
    package var description: String?
    package var typeId: String?
    /// Of the type, or chosen where there is none yet.
    package var serviceId: String?
    package var area: String?
    package var schoolIds: [String]
    /// Whose request it is, also where somebody else raised it; null where an integration knew no person.
    package var requesterId: String?
    /// Null only until the service has asked the type.
    package var priority: RequestPriority?
    package var teamId: String?
    package var assigneeId: String?
    package var watcherIds: [String]
    package var channel: Channel
    /// Of the mail it came by, unique: the same mail raises nothing twice.
    package var messageId: String?
    package var externalRefs: [ExternalRef]
    package var tags: [String]
    package var checklist: [ChecklistItem]
    package var fileIds: [String]
    /// What was filled in, by the keys of the type's fields.
    package var answers: FormAnswers
    package var isConfidential: Bool
    /// Somebody of the school has spoken and nobody of the team has answered.
    package var needsAttention: Bool
    /// The question, or why it is held, reopened, closed.
    package var stateReason: String?
    package var resolution: String?
    package var closeReason: CloseReason?
    package var mergedIntoId: String?
    package var openedAt: Instant
    package var firstRespondedAt: Instant?
    package var lastRepliedAt: Instant?
    package var resolvedAt: Instant?
    package var closedAt: Instant?
    /// Working minutes from the opening to the first response, whatever stood.
    package var firstResponseMinutes: Int?
    /// Working minutes from the opening to the end, without those in which it stood; null until then.
    package var resolutionMinutes: Int?
    package var reopenedCount: Int
    /// When its clocks stood, and stand.
    package var pauses: [RequestClock.Pause]
    package var firstResponseDueAt: Instant?
    package var updateDueAt: Instant?
    package var resolutionDueAt: Instant?
    /// The soonest of those that run; null while none does.
    package var dueBy: Instant?
    /// Promises that were kept late or not at all.
    package var missedTargets: [RequestClock.Target]
    package var escalations: [Escalation]
    /// When somebody is to be told next.
    package var escalatesAt: Instant?
    /// The day the school is reminded of the question next.
    package var remindsOn: LocalDate?
    /// The day it is closed, being resolved.
    package var closesOn: LocalDate?
    package var statutoryDeadline: StatutoryDeadline?
    /// From 1 to 5.
    package var satisfaction: Int?
    package var satisfactionComment: String?
    package var brokenGlass: [BrokenGlass]
    /// Who sees it: ids of persons, tokens, schools and teams, `area:` and the specialists' business area.
    package var visibleTo: [String]
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag
    /// What is left and what is late at the moment of a write, for its answer; not stored.
    package var standing = Standing()

    /// Doesn't count when requests are compared: it changes by the minute.
    package struct Standing: Equatable, Sendable {
        package var isKnown = false
        package var remainingMinutes: Int?
        package var breachedByMinutes: Int?

        package init() {}
        package static func == (left: Standing, right: Standing) -> Bool { true }

        package var members: [(name: String, value: JSON)] {
            [
                ("remainingMinutes", Self.json(remainingMinutes)), ("breachedByMinutes", Self.json(breachedByMinutes)),
                ("breached", .bool(breachedByMinutes != nil)),
            ]
        }

        private static func json(_ minutes: Int?) -> JSON { minutes.map { .integer(Int64($0)) } ?? .null }
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, reference, subject, description, typeId, serviceId, area, schoolIds, requesterId, priority, teamId, assigneeId,
            watcherIds, channel, messageId, externalRefs, tags, checklist, fileIds, answers, isConfidential, needsAttention, stateReason,
            resolution, closeReason, mergedIntoId, openedAt, firstRespondedAt, lastRepliedAt, resolvedAt, closedAt, firstResponseMinutes,
            resolutionMinutes, reopenedCount, pauses,
            firstResponseDueAt, updateDueAt, resolutionDueAt, dueBy, missedTargets, escalations, escalatesAt, remindsOn, closesOn,
            statutoryDeadline, satisfaction, satisfactionComment, brokenGlass, visibleTo, state, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { isConfidential ? .named(visibleTo) : .parties(visibleTo) }
    /// What the requester and the school may change, as long as nobody has begun.
    package static let schoolMembers: Set<String> = ["subject", "description", "answers", "fileIds", "watcherIds"]
    package static let writableMembers: Set<String> = schoolMembers.union([
        "schoolIds", "priority", "teamId", "tags", "checklist", "isConfidential", "externalRefs", "needsAttention",
    ])
    package static let redactableMembers: Set<String> = [
        "subject", "description", "answers", "stateReason", "resolution", "satisfactionComment",
    ]
    package static let codedMembers = [CodedMember("area", .businessAreas)]
    /// The service fills in what follows from the type and the caller.
    package static let defaults: JSON.Object = [
        "reference": "", "schoolIds": [], "watcherIds": [], "channel": "portal", "externalRefs": [], "tags": [],
        "checklist": [], "fileIds": [], "answers": [:], "isConfidential": false, "needsAttention": true, "reopenedCount": 0, "pauses": [],
        "missedTargets": [], "escalations": [], "brokenGlass": [], "visibleTo": [], "state": "new",
        "openedAt": .string(Instant(milliseconds: 0).description),
    ]
}
