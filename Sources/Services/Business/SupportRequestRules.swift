import Core
import Domain
import OrderedCollections
import Repositories

// What must hold of a support request, and what follows for a new one.

/// No system that requests are brought from is older.
private let earliestOpening = Instant(milliseconds: 978_307_200_000)

extension WriteTransaction {
    /// Whether the caller does the work on it, and not only sees it.
    func serves(_ request: SupportRequest) throws -> Bool {
        let actor = try actorNow()
        return request.servingPlaces.contains { Permission.supportRequestsServe.isHeld(by: actor, for: $0) }
    }

    /// Whether a person is of the team or a specialist of the business area.
    func works(_ person: String, on request: SupportRequest) throws -> Bool {
        if try request.teamId.flatMap({ try find(BusinessTeam.self, id: $0)?.has(person) }) == true { return true }
        return try people.grants(personId: person, on: today()).contains { grant in
            grant.role == Role.specialist.rawValue && (request.area.map(grant.areas.contains) ?? true)
        }
    }

    /// Fills in what follows from the type, the service and the caller; errors of what can't be.
    func begin(_ item: inout SupportRequest) throws -> [FieldError] {
        var errors: [FieldError] = []
        if let id = item.typeId {
            guard let type = try find(RequestType.self, id: id), type.state == .published else {
                return [FieldError(pointer: "/typeId", code: "not-found", detail: "is not the id of a request type that can be asked for")]
            }
            if let service = item.serviceId, service != type.serviceId {
                errors.append(FieldError(pointer: "/serviceId", code: "other-service", detail: "isn't that of the type; leave it out"))
            }
            try classify(&item, as: type)
        } else if let id = item.serviceId {
            guard let service = try find(BusinessService.self, id: id), service.isOpen else {
                return [FieldError(pointer: "/serviceId", code: "not-found", detail: "is not the id of a service that is open")]
            }
            (item.area, item.teamId) = (service.area, service.teamId)
        }
        item.priority = item.priority ?? .normal
        item.requesterId = item.requesterId ?? call.actor.personId
        if item.schoolIds.isEmpty, let requester = item.requesterId {
            let schools = Set(try people.grants(personId: requester, on: today()).compactMap(\.schoolId))
            if schools.count == 1 { item.schoolIds = Array(schools) }
        }
        errors += try open(&item)
        if errors.isEmpty { try assignAsUsual(&item) }
        return errors
    }

    /// Another team or area has it now: whoever had it and isn't of them has it no longer.
    func reassign(_ item: inout SupportRequest, replacing old: SupportRequest) throws {
        guard item.teamId != old.teamId || item.area != old.area else { return }
        if let person = item.assigneeId, try !works(person, on: item) { item.assigneeId = nil }
        try assignAsUsual(&item)
    }

    /// Gives a request that nobody has to whose work it usually is, or to who covers.
    func assignAsUsual(_ item: inout SupportRequest) throws {
        guard item.assigneeId == nil, let team = try item.teamId.flatMap({ try find(BusinessTeam.self, id: $0) }) else { return }
        item.assigneeId = team.suggestion(area: item.area, schoolIds: item.schoolIds, on: try today())?.personId
    }

    /// Makes it one of a type: of its service, with its priority, checklist and deadline where it has none of its own.
    func classify(_ item: inout SupportRequest, as type: RequestType) throws {
        guard let service = try find(BusinessService.self, id: type.serviceId) else { return }
        (item.typeId, item.serviceId, item.area, item.teamId) = (type.id, service.id, service.area, service.teamId)
        item.priority = item.priority ?? type.defaultPriority
        if type.isConfidential == true { item.isConfidential = true }
        if item.checklist.isEmpty { item.checklist = type.checklist.map { .init(text: $0) } }
        if let rule = type.statutoryRule, item.statutoryDeadline?.rule != rule {
            item.statutoryDeadline = nil
        }
    }

    /// When it was opened, under which number, and what the law says of it.
    private func open(_ item: inout SupportRequest) throws -> [FieldError] {
        if item.openedAt.milliseconds == 0 {
            item.openedAt = now
        } else if item.openedAt > now {
            return [FieldError(pointer: "/openedAt", code: "in-future", detail: "must not be after now")]
        } else if item.openedAt < earliestOpening {
            return [FieldError(pointer: "/openedAt", code: "too-early", detail: "must be after the year 2000")]
        } else if try !serves(item) {
            return [FieldError(pointer: "/openedAt", code: "not-allowed", detail: "is given by those who bring requests from elsewhere")]
        }
        item.reference = try supportRequests.nextReference(year: item.openedAt.day(in: zone()).year)
        try setStatutoryDeadline(&item)
        return []
    }

    /// The deadline of the type's rule, from when it was opened.
    func setStatutoryDeadline(_ item: inout SupportRequest) throws {
        guard item.statutoryDeadline == nil, let rule = try item.typeId.flatMap({ try find(RequestType.self, id: $0)?.statutoryRule })
        else {
            return
        }
        let first = item.openedAt.day(in: try zone())
        let days = first...first.adding(days: 400)
        let school = try schoolCalendar(schoolId: item.schoolIds.first ?? "", in: days)
        let division = try trust.find()?.bankHolidayDivision ?? .englandAndWales
        let holidays = try bankHolidays.titles(of: division, in: days)
        let calendar = StatutoryDeadline.Calendar(
            zone: try zoneOffsets(), isBankHoliday: { holidays[$0] != nil },
            isSchoolDay: { day in
                let day = school.day(day)
                // Where no year is recorded the law's shorter time is kept.
                return day.pupilsIn || day.kind == .unplanned
            })
        item.statutoryDeadline = .starting(at: item.openedAt, rule, calendar)
    }

    // MARK: What must hold

    func errors(in item: SupportRequest, replacing old: SupportRequest?) throws -> [FieldError] {
        var errors = item.schoolIds == old?.schoolIds ?? [] ? [] : try self.errors(schools: item.schoolIds, at: "/schoolIds")
        if let team = item.teamId, team != old?.teamId, try find(BusinessTeam.self, id: team) == nil {
            errors.append(FieldError(pointer: "/teamId", code: "not-found", detail: "is not the id of a team"))
        }
        errors += try self.errors(person: item.requesterId, replacing: old?.requesterId, at: "/requesterId")
        for (index, id) in item.watcherIds.enumerated() where old?.watcherIds.contains(id) != true {
            errors += try self.errors(person: id, at: "/watcherIds/\(index)")
        }
        let visibility = Visibility(of: call.actor)
        for (index, id) in item.fileIds.enumerated() where old?.fileIds.contains(id) != true {
            guard try find(File.self, id: id, visibleTo: visibility) == nil else { continue }
            errors.append(FieldError(pointer: "/fileIds/\(index)", code: "not-found", detail: "is not the id of a file you have"))
        }
        if let old, old.isConfidential, !item.isConfidential { errors += try confidentialityErrors(in: item) }
        if old == nil || item.answers != old?.answers { errors += try answerErrors(in: item, visibility) }
        return errors
    }

    /// What is confidential by its type, or by what was merged with it, stays so.
    private func confidentialityErrors(in item: SupportRequest) throws -> [FieldError] {
        let type = try item.typeId.flatMap { try find(RequestType.self, id: $0) }
        let merged = try all(SupportRequest.self, where: "mergedIntoId", is: item.id)
        guard type?.isConfidential == true || item.mergedIntoId != nil || merged.contains(where: \.isConfidential) else { return [] }
        return [
            FieldError(
                pointer: "/isConfidential", code: "stays-confidential",
                detail: "stays true: its type, or what was merged with it, is confidential"
            )
        ]
    }

    /// A file that answers a question is an attachment as well.
    func attachAnswers(of item: inout SupportRequest) throws {
        let fields = try item.typeId.flatMap { try find(RequestType.self, id: $0)?.fields } ?? []
        let answered = fields.filter { $0.kind == .file }.compactMap { item.answers.members[$0.key]?.stringValue }
        for id in answered where !item.fileIds.contains(id) { item.fileIds.append(id) }
    }

    private func answerErrors(in item: SupportRequest, _ visibility: Visibility) throws -> [FieldError] {
        let fields = try item.typeId.flatMap { try find(RequestType.self, id: $0)?.fields } ?? []
        return try FormField.errors(in: item.answers, to: fields) { kind, id in
            switch kind {
            case .school: try find(School.self, id: id) != nil
            case .person: try find(Person.self, id: id).map { $0.erasedAt == nil } ?? false
            case .file: try find(File.self, id: id, visibleTo: visibility) != nil
            default: true
            }
        }
    }

    /// Whether the office of the request's school is open on a day.
    func isOfficeDay(_ day: LocalDate, of request: SupportRequest) throws -> Bool {
        try schoolCalendar(schoolId: request.schoolIds.first ?? "", in: day...day).day(day).officeOpen
    }

    /// The day so many office days of the request's school after a day; nil where the calendar has none.
    func officeDay(_ number: Int, after day: LocalDate, of request: SupportRequest) throws -> LocalDate? {
        let days = day...day.adding(days: number * 2 + 60)
        return try schoolCalendar(schoolId: request.schoolIds.first ?? "", in: days).days(number, on: day, by: .officeOpen)?.endsOn
    }
}
