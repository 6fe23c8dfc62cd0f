import Core
import Domain
import HTTPTypes
import OrderedCollections
import Services
import Testing

/// A year of a trust's central team: 30 schools, four teams with two services each but the last two, requests drawn at random, always the same.
struct SimulatedYear {
    static let priorities = ["low", "normal", "high", "urgent"]
    /// Of ``CalendarFixture``, each with its first day.
    static let terms = [
        ("Autumn term", start), ("Spring term", CountedMinutes.day(2027, 1, 4)), ("Summer term", CountedMinutes.day(2027, 4, 12)),
    ]
    static let start = CountedMinutes.day(2026, 9, 1)
    static let end = CountedMinutes.day(2027, 8, 31)
    private static let step = 10

    let client: TestClient
    let services: [SimulatedService]
    private(set) var serviceIds: [String] = []
    private(set) var teamIds: [String] = []
    /// Of the teams' leads, who do the work.
    private(set) var leads: [String] = []
    private(set) var schoolIds: [String] = []
    private(set) var heads: [(id: String, token: String)] = []
    private(set) var requests: [SimulatedRequest] = []

    private static let office = Array(repeating: [510..<990], count: 5) + [[], []]
    private static let split = Array(repeating: [480..<750, 780..<1020], count: 4) + [[480..<720], [], []]
    private static let late = Array(repeating: [720..<1200], count: 5) + [[600..<720], []]

    init(requests count: Int) async throws {
        let fixture = try await CalendarFixture(requestsPerMinute: .max)
        client = fixture.client
        try await fixture.addDay("officeClosure", "2026-12-24", "2027-01-03")
        let holidays = CalendarFixture.holidays.map { date, _ in LocalDate(date)! }
        let closed = Set(holidays.map { CountedMinutes.day($0.year, $0.month, $0.day) }).union(
            CountedMinutes.day(2026, 12, 24)...CountedMinutes.day(2027, 1, 3))
        let days = Self.start - 1..<Self.end + 200
        let hours = [Self.office, Self.split, Self.late].map { CountedMinutes(days: days, windows: $0, closed: closed) }
        services = [
            ("Advice", "hr", 0, 0), ("Recruitment", "hr", 0, 1), ("Accounts", "finance", 1, 0), ("Payments", "finance", 1, 1),
            ("Network", "it", 2, 2), ("Buildings", "estates", 3, 0),
        ]
        .enumerated().map { index, service in
            SimulatedService(
                name: service.0, area: service.1, team: service.2, hours: hours[service.3],
                targets: [
                    "low": [960, 2_400, 6_000], "normal": [480, 1_440, 3_000 + 100 * index], "high": [200, 480, 1_200],
                    "urgent": [45, 90, 400],
                ])
        }
        try await addTeams([Self.office, Self.split, Self.office, Self.split, Self.late, Self.office])
        for number in 0..<30 {
            let school = try await client.addMember(urn: "\(101_000 + number)")
            let head = try await client.appoint(.headteacher, at: school, name: "Head \(number)")
            schoolIds.append(school)
            heads.append((head, try await client.token(of: head)))
        }
        var random = Generator(state: 20_261_129)
        requests = (0..<count).map { Self.request($0, schools: 30, services: services.count, &random) }
    }

    private mutating func addTeams(_ windows: [[[Range<Int>]]]) async throws {
        for area in ["hr", "finance", "it", "estates"] {
            let lead = try await client.addPerson("Lead of \(area)")
            _ = try await client.add(
                "/v1/appointments",
                ["personId": .string(lead), "role": "specialist", "areas": [.string(area)], "startsOn": "2020-01-01"])
            leads.append(try await client.token(of: lead))
            teamIds.append(try await client.add("/v1/business-teams", ["name": .string("Team \(area)"), "leadId": .string(lead)]))
        }
        for (service, windows) in zip(services, windows) {
            let hours = zip(Weekday.allCases, windows).flatMap { day, windows in
                windows.map {
                    ["weekday": .string(day.rawValue), "opensAt": Self.time($0.lowerBound), "closesAt": Self.time($0.upperBound)] as JSON
                }
            }
            let targets = service.targets.mapValues { minutes -> JSON in
                [
                    "firstResponseMinutes": .integer(Int64(minutes[0])), "updateMinutes": .integer(Int64(minutes[1])),
                    "resolutionMinutes": .integer(Int64(minutes[2])),
                ]
            }
            serviceIds.append(
                try await client.add(
                    "/v1/business-services",
                    [
                        "name": .string(service.name), "area": .string(service.area), "teamId": .string(teamIds[service.team]),
                        "hours": .array(hours), "targets": .object(JSON.Object(uniqueKeysWithValues: targets.map { ($0.key, $0.value) })),
                        "escalations": [["target": "resolution", "offsetMinutes": 0, "to": "teamLead"]], "reminderDays": 15,
                    ]))
        }
    }

    // MARK: What happens

    private static func request(_ number: Int, schools: Int, services: Int, _ random: inout Generator) -> SimulatedRequest {
        var steps: [(at: Int, step: SimulatedRequest.Step)] = []
        var now = start * CountedMinutes.perDay + random.below(364 * 144) * step
        func later(_ most: Int) -> Int { now + step * (1 + random.below(most / step)) }
        func add(_ what: SimulatedRequest.Step, within most: Int) {
            now = later(most)
            steps.append((now, what))
        }
        steps.append((now, .open))
        let fate = random.below(100)
        if fate < 10 {
            add(.wait, within: 2_000)
            add(.answer, within: 6_000)
        } else if fate < 94 {
            add(.triage(random.below(4) == 0 ? priorities[random.below(4)] : nil), within: 2_000)
        }
        if fate < 94 {
            for _ in 0..<random.below(3) {
                switch random.below(3) {
                case 0: add(.reply, within: 3_000)
                case 1:
                    add(.wait, within: 3_000)
                    add(random.below(4) == 0 ? .resume : .answer, within: 12_000)
                default:
                    add(.hold, within: 3_000)
                    add(.resume, within: 12_000)
                }
            }
        }
        if fate < 86 {
            add(.resolve, within: 8_000)
            if random.below(15) == 0 {
                add(.reopen, within: 8_000)
                if random.below(2) == 0 { add(.reply, within: 2_000) }
                add(.resolve, within: 6_000)
            }
            if random.below(2) == 0 { add(.rate(1 + random.below(5)), within: 4_000) }
        } else if fate > 92 {
            add(.cancel, within: 4_000)
        }
        let school = random.below(schools)
        return SimulatedRequest(
            number: number, service: random.below(services), schools: random.below(12) == 0 ? [school, (school + 7) % schools] : [school],
            isConfidential: random.below(20) == 0, priority: priorities[random.below(4)],
            steps: steps.filter { $0.at < end * CountedMinutes.perDay })
    }

    /// Plays it, moment by moment; what happens at one moment happens at once.
    mutating func play() async throws {
        var moments: [Int: [(request: Int, step: SimulatedRequest.Step)]] = [:]
        for request in requests {
            for (at, step) in request.steps { moments[at, default: []].append((request.number, step)) }
        }
        for day in Self.start..<Self.end {
            for hour in [10, 15] { moments[(day * 24 + hour) * 60, default: []] += [] }
        }
        for (moment, happening) in moments.sorted(by: { $0.key < $1.key }) {
            client.clock.set(Self.instant(moment))
            let answers = try await withThrowingTaskGroup(of: (Int, String).self) { [self] group in
                for (request, step) in happening { group.addTask { (request, try await send(step, of: requests[request])) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for (request, id) in answers { requests[request].id = id }
            for (request, step) in happening { requests[request].apply(step, at: moment, services[requests[request].service]) }
            guard [600, 900].contains(moment % CountedMinutes.perDay) else { continue }
            try await client.services.requestClockwork.tick()
            for index in requests.indices where !requests[index].id.isEmpty && !requests[index].isFinished {
                requests[index].escalate(at: moment, services[requests[index].service])
            }
        }
        client.clock.set(Self.instant(Self.end * CountedMinutes.perDay))
    }

    /// Over HTTP, by the head of the first school or the lead of the team; the request's id.
    private func send(_ step: SimulatedRequest.Step, of request: SimulatedRequest) async throws -> String {
        let (head, lead) = (heads[request.schools[0]], leads[services[request.service].team])
        let path = "/v1/support-requests/\(request.id)/"
        let (by, to, body): (String, String, JSON?) =
            switch step {
            case .open:
                (
                    head.token, "/v1/support-requests",
                    [
                        "subject": .string("Request \(request.number)"), "serviceId": .string(serviceIds[request.service]),
                        "schoolIds": .array(request.schools.map { .string(schoolIds[$0]) }), "priority": .string(request.priority),
                        "isConfidential": .bool(request.isConfidential),
                    ]
                )
            case .triage(let priority): (lead, path + "triage", priority.map { ["priority": .string($0)] } ?? [:])
            case .reply: (lead, "/v1/request-messages", ["requestId": .string(request.id), "text": "We are on it"])
            case .answer: (head.token, "/v1/request-messages", ["requestId": .string(request.id), "text": "Seven to nine"])
            case .wait: (lead, path + "wait-on-school", ["question": "Which year groups?"])
            case .hold: (lead, path + "hold", ["reason": "A third party"])
            case .resume: (lead, path + "resume", nil)
            case .resolve: (lead, path + "resolve", ["resolution": "Done"])
            case .reopen: (head.token, path + "reopen", ["reason": "It came back"])
            case .cancel: (head.token, path + "close", ["reason": "cancelled"])
            case .rate(let stars): (head.token, path + "rate", ["satisfaction": .integer(Int64(stars))])
            }
        // Every fortieth answer is held against the contract: all of them would take longer than the year.
        let answer = try await client.send(.post, to, token: by, json: body, isChecked: request.number % 40 == 0)
        try #require(answer.status < 300, "\(step) of \(request.number): \(answer.text)")
        return request.id.isEmpty ? answer.json.text("id") : request.id
    }

    // MARK: Writing it down

    static func instant(_ minute: Int) -> String { Instant(milliseconds: Int64(minute) * 60_000).description }

    private static func time(_ minute: Int) -> JSON {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return .string("\(two(minute / 60)):\(two(minute % 60))")
    }

    private struct Generator {
        var state: UInt64

        mutating func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
    }
}
