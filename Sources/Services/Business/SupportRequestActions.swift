package import Core
package import Domain
import OrderedCollections
package import Repositories

// What each action of the table of states does.

extension SupportRequestService {
    package func perform(
        _ action: SupportRequest.Action, _ body: JSON, on item: SupportRequest, _ transaction: WriteTransaction
    ) throws -> SupportRequest {
        var item = item
        let now = try transaction.moment(of: body, on: item)
        let promise = try transaction.promise(serviceId: item.serviceId, teamId: item.teamId)
        func speak(_ text: String) throws {
            try transaction.say(text, about: item, at: now)
            item.replied(at: now, promise)
        }
        let reason = body["reason"]?.stringValue
        switch action {
        case .triage:
            try transaction.triage(&item, body)
            item.move(to: .open, at: now, promise)
        case .assign: try transaction.assign(&item, to: body["personId"]?.stringValue)
        case .waitOnSchool:
            let question = body["question"]?.stringValue ?? ""
            try speak(question)
            item.stateReason = question
            item.move(to: .waitingOnSchool, at: now, promise)
            try transaction.remindLater(&item, from: now)
        case .hold:
            item.stateReason = reason
            item.move(to: .onHold, at: now, promise)
        case .resume:
            item.stateReason = nil
            item.move(to: .open, at: now, promise)
        case .resolve:
            let resolution = body["resolution"]?.stringValue ?? ""
            // Whether promises were kept is asked before the answer makes them so.
            var resolved = item
            resolved.move(to: .resolved, at: now, promise)
            try transaction.say(resolution, about: item, at: now)
            resolved.replied(at: now, promise)
            resolved.resolution = resolution
            try transaction.closeLater(&resolved, from: now)
            item = resolved
        case .reopen:
            try transaction.checkMayReopen(item)
            item.stateReason = reason
            item.needsAttention = true
            item.move(to: .open, at: now, promise)
        case .close:
            let reason = body["reason"]?.stringValue.flatMap(SupportRequest.CloseReason.init) ?? .done
            if try !transaction.serves(item), reason != .cancelled {
                throw DomainError.forbidden("The school can close it as cancelled; the other reasons are for those who serve it.")
            }
            item.closeReason = reason
            item.move(to: .closed, at: now, promise)
        case .merge:
            try transaction.merge(&item, into: body["intoId"]?.stringValue ?? "")
            item.move(to: .closed, at: now, promise)
        case .rate:
            // An integration brings what the requester said elsewhere.
            if let person = transaction.call.actor.personId, person != item.requesterId {
                throw DomainError.forbidden("Only who asked says how satisfied they are.")
            }
            item.satisfaction = body["satisfaction"]?.integerValue.map(Int.init)
            item.satisfactionComment = body["comment"]?.stringValue
        case .extendDeadline: try transaction.extendDeadline(of: &item, body)
        }
        if item.state != .waitingOnSchool { item.remindsOn = nil }
        return item
    }
}

extension WriteTransaction {
    /// When it happened: now, unless those who bring requests from elsewhere say when it was.
    fileprivate func moment(of body: JSON, on item: SupportRequest) throws -> Instant {
        guard let at = body["at"]?.stringValue.flatMap({ Instant($0) }) else { return now }
        let pauses = item.pauses.flatMap { [$0.startsAt, $0.endsAt].compactMap(\.self) }
        let last = ([item.openedAt, item.lastRepliedAt, item.resolvedAt, item.closedAt].compactMap(\.self) + pauses).max() ?? item.openedAt
        let wrong: (String, String)? =
            if try !serves(item) {
                ("not-allowed", "is given by those who bring requests from elsewhere")
            } else if at > now {
                ("in-future", "must not be after now")
            } else if at < last {
                ("out-of-order", "must not be before \(last), the last thing that happened to the request")
            } else {
                nil
            }
        if let (code, detail) = wrong { throw DomainError.invalid([FieldError(pointer: "/at", code: code, detail: detail)]) }
        return at
    }

    fileprivate func triage(_ item: inout SupportRequest, _ body: JSON) throws {
        var errors: [FieldError] = []
        let old = item
        let priority = body["priority"]?.stringValue.flatMap(RequestPriority.init)
        if let id = body["typeId"]?.stringValue, id != item.typeId {
            if let type = try find(RequestType.self, id: id), type.state == .published {
                item.priority = nil
                try classify(&item, as: type)
                try setStatutoryDeadline(&item)
            } else {
                errors.append(
                    FieldError(pointer: "/typeId", code: "not-found", detail: "is not the id of a request type that can be asked for"))
            }
        }
        if let id = body["teamId"]?.stringValue {
            if try find(BusinessTeam.self, id: id) == nil {
                errors.append(FieldError(pointer: "/teamId", code: "not-found", detail: "is not the id of a team"))
            }
            item.teamId = id
        }
        item.priority = priority ?? item.priority
        if item.serviceId == nil, errors.isEmpty {
            errors.append(FieldError(pointer: "/typeId", code: "required", detail: "says what it is: no service is known yet"))
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        try reassign(&item, replacing: old)
        try assignAsUsual(&item)
    }

    fileprivate func assign(_ item: inout SupportRequest, to person: String?) throws {
        item.assigneeId = person
        guard let person else { return }
        guard try works(person, on: item) else {
            throw DomainError.invalid([
                FieldError(pointer: "/personId", code: "not-in-team", detail: "is nobody of the team or of the business area")
            ])
        }
    }

    /// The school is asked again after the service's number of office days.
    func remindLater(_ item: inout SupportRequest, from moment: Instant) throws {
        let days = try item.serviceId.flatMap { try find(BusinessService.self, id: $0)?.reminderDays } ?? 3
        item.remindsOn = try officeDay(days, after: moment.day(in: zone()), of: item)
    }

    fileprivate func closeLater(_ item: inout SupportRequest, from moment: Instant) throws {
        let days = try item.serviceId.flatMap { try find(BusinessService.self, id: $0)?.closingDays } ?? 10
        item.closesOn = try officeDay(days, after: moment.day(in: zone()), of: item)
    }

    fileprivate func checkMayReopen(_ item: SupportRequest) throws {
        if let other = item.mergedIntoId { throw DomainError.conflict("It was merged into \(other); what is still to do is said there.") }
        let ended = (item.closedAt ?? item.resolvedAt ?? now).day(in: try zone())
        guard let last = try officeDay(20, after: ended, of: item), try today() > last else { return }
        throw DomainError.conflict("It could be reopened until \(last), 20 office days after \(ended). Raise a new one and name this.")
    }

    fileprivate func extendDeadline(of item: inout SupportRequest, _ body: JSON) throws {
        guard var deadline = item.statutoryDeadline else { throw DomainError.conflict("The law sets no deadline for this request.") }
        guard let dueAt = body["dueAt"]?.stringValue.flatMap({ Instant($0) }), dueAt > deadline.dueAt else {
            throw DomainError.invalid([
                FieldError(pointer: "/dueAt", code: "not-later", detail: "must be after \(deadline.dueAt): a ground extends the time")
            ])
        }
        deadline.extensions.append(
            .init(
                ground: body["ground"]?.stringValue ?? "", dueAt: dueAt, recordedAt: now,
                recordedBy: call.actor.personId ?? call.actor.id))
        deadline.dueAt = dueAt
        item.statutoryDeadline = deadline
    }
}
