package import Core

/// A process as planning needs it.
package struct PlannedProcess: Sendable {
    package let id: String
    package let title: String
    package let need: DayCount
    package let isShared: Bool
    package let needsPartner: Bool
    /// How many days before the due day a window opens; nil: the day after the window before.
    package let windowDays: Int?
    package let frequencies: [ProcessFrequency]

    package init(
        id: String, title: String, need: DayCount, isShared: Bool = false, needsPartner: Bool = false, windowDays: Int? = nil,
        frequencies: [ProcessFrequency]
    ) {
        self.id = id
        self.title = title
        self.need = need
        self.isShared = isShared
        self.needsPartner = needsPartner
        self.windowDays = windowDays
        self.frequencies = frequencies
    }

    /// How often it comes round for a school at this stage; nil: not at all.
    func frequency(stage: String?, tier: String?) -> PlannedFrequency? {
        ProcessFrequency.frequency(for: stage, tier: tier, among: frequencies).flatMap {
            $0.times > 0 ? PlannedFrequency(every: $0.every, times: $0.times) : nil
        }
    }

    /// The one for all, else the most frequent one.
    var sharedFrequency: PlannedFrequency? {
        frequency(stage: nil, tier: nil)
            ?? frequencies.filter { $0.times > 0 }.map { PlannedFrequency(every: $0.every, times: $0.times) }.max {
                $0.perYear < $1.perYear
            }
    }
}

package struct PlannedFrequency: Hashable, Sendable {
    package let every: ProcessFrequency.Every
    package let times: Int

    /// In a usual year.
    var perYear: Int {
        switch every {
        case .year: times
        case .term: 3 * times
        case .halfTerm: 6 * times
        }
    }
}

/// Schools that have their shared activities together.
package struct PlannedGroup: Codable, Hashable, Sendable {
    package var name: String
    package var schoolIds: [String]

    package init(name: String, schoolIds: [String]) {
        self.name = name
        self.schoolIds = schoolIds
    }
}

/// A school as planning needs it.
package struct PlannedSchool: Sendable {
    /// A stage of the school and the days it holds.
    package struct StageDays: Hashable, Sendable {
        package let days: ClosedRange<LocalDate>
        package let stage: String
        package let tier: String

        package init(_ days: ClosedRange<LocalDate>, stage: String, tier: String) {
            self.days = days
            self.stage = stage
            self.tier = tier
        }
    }

    /// Days on which one frequency is in force.
    struct Run {
        var days: ClosedRange<LocalDate>
        let frequency: PlannedFrequency?
    }

    package let id: String
    /// The year with the terms that hold for the school.
    package let year: SchoolCalendar.Year
    package let open: OpenDays
    /// In order, without overlap.
    package let stages: [StageDays]
    package let memberships: [ClosedRange<LocalDate>]

    package init(
        id: String, year: SchoolCalendar.Year, open: OpenDays, stages: [StageDays], memberships: [ClosedRange<LocalDate>]
    ) {
        self.id = id
        self.year = year
        self.open = open
        self.stages = stages.sorted { $0.days.lowerBound < $1.days.lowerBound }
        self.memberships = memberships
    }

    func periods(_ every: ProcessFrequency.Every) -> [ClosedRange<LocalDate>] { year.periods(every) }

    /// The membership that holds on a day.
    func memberDays(on day: LocalDate) -> ClosedRange<LocalDate>? { memberships.first { $0.contains(day) } }

    /// The days of `range` by the frequency in force. Stages with the same frequency are one run: a change between them changes nothing.
    func runs(of process: PlannedProcess, in range: ClosedRange<LocalDate>) -> [Run] {
        var runs: [Run] = []
        func add(_ first: LocalDate, _ last: LocalDate, _ frequency: PlannedFrequency?) {
            guard first <= last else { return }
            if runs.last?.frequency == frequency, let begun = runs.last?.days.lowerBound {
                runs[runs.count - 1].days = begun...last
            } else {
                runs.append(Run(days: first...last, frequency: frequency))
            }
        }
        let without = process.frequency(stage: nil, tier: nil)
        var day = range.lowerBound
        for stage in stages where stage.days.overlaps(range) {
            let first = max(stage.days.lowerBound, range.lowerBound)
            add(day, first.adding(days: -1), without)
            day = min(stage.days.upperBound, range.upperBound)
            add(first, day, process.frequency(stage: stage.stage, tier: stage.tier))
            day = day.adding(days: 1)
        }
        add(day, range.upperBound, without)
        return runs
    }
}
