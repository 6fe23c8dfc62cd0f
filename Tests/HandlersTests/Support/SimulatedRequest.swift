import Core

/// What a service of the simulated year works and promises.
struct SimulatedService {
    let name: String
    let area: String
    let team: Int
    let hours: CountedMinutes
    /// By priority: first response, update, resolution, in minutes.
    let targets: [String: [Int]]
}

/// One request of the simulated year, with what happens to it and when, and what should come of it.
struct SimulatedRequest {
    enum Step: Hashable {
        case open
        case triage(String?)
        case reply, wait, answer, hold, resume, resolve, reopen, cancel
        case rate(Int)
    }

    let number: Int
    let service: Int
    let schools: [Int]
    let isConfidential: Bool
    /// In minutes since 1970, in order.
    let steps: [(at: Int, step: Step)]

    // What should come of it.
    private(set) var priority: String
    private(set) var state = "new"
    private(set) var openedAt = 0
    private(set) var firstReplyAt: Int?
    private(set) var lastReplyAt: Int?
    private(set) var endedAt: Int?
    private(set) var wasResolved = false
    private(set) var reopened = 0
    private(set) var pauses: [(from: Int, to: Int?)] = []
    private(set) var missed: Set<String> = []
    private(set) var firstResponseMinutes: Int?
    private(set) var resolutionMinutes: Int?
    private(set) var satisfaction: Int?
    private(set) var wasEscalated = false

    var id = ""

    init(number: Int, service: Int, schools: [Int], isConfidential: Bool, priority: String, steps: [(at: Int, step: Step)]) {
        self.number = number
        self.service = service
        self.schools = schools
        self.isConfidential = isConfidential
        self.priority = priority
        self.steps = steps
    }

    private var stands: Bool { ["waitingOnSchool", "onHold"].contains(state) }
    var isFinished: Bool { ["resolved", "closed"].contains(state) }

    /// What follows from a step, by the rules as the handbook has them and none of the service's code.
    mutating func apply(_ step: Step, at now: Int, _ service: SimulatedService) {
        switch step {
        case .open: openedAt = now
        case .triage(let next):
            priority = next ?? priority
            state = "open"
        case .reply: reply(now, service)
        case .wait:
            reply(now, service)
            note(["resolution"], now, service)
            pause("waitingOnSchool", now)
        case .hold:
            note(["update", "resolution"], now, service)
            pause("onHold", now)
        case .answer, .resume: go(on: now)
        case .resolve: end("resolved", now, service)
        case .cancel: end("closed", now, service)
        case .reopen:
            go(on: now)
            (endedAt, resolutionMinutes) = (nil, nil)
            reopened += 1
        case .rate(let stars): satisfaction = stars
        }
    }

    /// Ten office days after it was resolved.
    mutating func close() { state = "closed" }

    /// The team's lead is told once of a resolution that is late, in hours.
    mutating func escalate(at now: Int, _ service: SimulatedService) {
        guard !isFinished, !stands, !wasEscalated, service.hours.isOpen(now), let due = due("resolution", service), due <= now else {
            return
        }
        wasEscalated = true
    }

    func isLate(at now: Int, _ service: SimulatedService) -> Bool {
        guard !isFinished else { return false }
        let running = ["firstResponse"] + (stands ? [] : ["update", "resolution"])
        return running.contains { target in due(target, service).map { $0 < now } ?? false }
    }

    private mutating func reply(_ now: Int, _ service: SimulatedService) {
        note(["firstResponse", "update"], now, service)
        if firstReplyAt == nil {
            firstReplyAt = now
            firstResponseMinutes = service.hours.worked(from: openedAt, to: now)
        }
        lastReplyAt = now
    }

    private mutating func pause(_ state: String, _ now: Int) {
        if let last = pauses.indices.last, pauses[last].to == nil { pauses[last].to = now }
        pauses.append((now, nil))
        self.state = state
    }

    private mutating func go(on now: Int) {
        if let last = pauses.indices.last, pauses[last].to == nil { pauses[last].to = now }
        state = "open"
    }

    private mutating func end(_ state: String, _ now: Int, _ service: SimulatedService) {
        note(["firstResponse", "update", "resolution"], now, service)
        let stood = pauses.reduce(0) { $0 + service.hours.worked(from: $1.from, to: $1.to ?? now) }
        resolutionMinutes = service.hours.worked(from: openedAt, to: now) - stood
        if state == "resolved" { reply(now, service) }
        pause(state, now)
        endedAt = now
        wasResolved = state == "resolved"
    }

    private mutating func note(_ targets: [String], _ now: Int, _ service: SimulatedService) {
        for target in targets { if let due = due(target, service), due < now { missed.insert(target) } }
    }

    /// When something is due that isn't done.
    private func due(_ target: String, _ service: SimulatedService) -> Int? {
        let minutes = service.targets[priority] ?? []
        switch target {
        case "firstResponse": return firstReplyAt == nil ? service.hours.due(minutes[0], from: openedAt, pauses: []) : nil
        case "update":
            return lastReplyAt.flatMap { start in
                service.hours.due(minutes[1], from: start, pauses: pauses.filter { $0.to ?? .max > start })
            }
        default: return service.hours.due(minutes[2], from: openedAt, pauses: pauses)
        }
    }
}
