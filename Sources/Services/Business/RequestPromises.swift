import Core
import Domain
import Repositories

// Where what is promised about requests comes from: the service, the hours of its team or its own, the calendar of the trust.

extension Transaction {
    /// What a service promises with the hours that count: the team's where it has its own. nil while the service isn't known.
    func promise(serviceId: String?, teamId: String?) throws -> SupportRequest.Promise? {
        guard let service = try serviceId.flatMap({ try find(BusinessService.self, id: $0) }) else { return nil }
        let team = try teamId.flatMap { try find(BusinessTeam.self, id: $0) }
        let own = team?.hours ?? []
        let windows = (own.isEmpty ? service.hours : own).compactMap(\.window)
        let closures = (service.closures + (team?.closures ?? [])).map(\.closure)
        let hours = try WorkingTime(windows: windows, closures: trustClosures() + closures, zone: zoneOffsets())
        return SupportRequest.Promise(targets: service.targets, escalations: service.escalations, hours: hours)
    }

    /// Days on which nobody of the central team works: bank holidays, and days on which the trust's own calendar closes the office.
    func trustClosures() throws -> [WorkingTime.Closure] {
        let trust = try trust.find()
        let always = LocalDate.earliest...LocalDate.latest
        let holidays = try bankHolidays.titles(of: trust?.bankHolidayDivision ?? .englandAndWales, in: always)
        let closed = try calendars.days(of: nil, in: always).filter { $0.kind == .closure || $0.kind == .officeClosure }
        return holidays.sorted { $0.key < $1.key }.map { .days($0.key...$0.key, reason: "bank holiday: \($0.value)") }
            + closed.map { .days($0.days, reason: $0.reason.map { "closed: \($0)" } ?? "closed") }
    }

    func zoneOffsets() throws -> ZoneOffsets {
        try ZoneOffsets.named(trust.find()?.timeZone ?? "Europe/London") ?? .named("Europe/London") ?? .gmt
    }
}

/// What was promised about many requests, each service and team looked up once in a transaction.
struct KnownPromises {
    private var known: [[String?]: SupportRequest.Promise?] = [:]

    mutating func promise(of request: SupportRequest, _ transaction: some Transaction) throws -> SupportRequest.Promise? {
        let key = [request.serviceId, request.teamId]
        if let promise = known[key] { return promise }
        let promise = try transaction.promise(serviceId: request.serviceId, teamId: request.teamId)
        known[key] = .some(promise)
        return promise
    }
}
