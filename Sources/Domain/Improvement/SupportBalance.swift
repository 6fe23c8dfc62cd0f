package import Core

/// Days given and received, school by school and term by term: a fact, never a debt. In the order of names, without ranks.
package struct SupportBalance: Encodable, Sendable {
    /// One part of the year: a term with the holidays after it.
    package struct Period: Hashable, Sendable {
        package let name: String
        package let days: ClosedRange<LocalDate>

        package init(name: String, days: ClosedRange<LocalDate>) {
            self.name = name
            self.days = days
        }
    }

    /// Days somebody gave.
    package struct Given: Hashable, Sendable {
        package let day: LocalDate
        package let days: Double
        /// Null of a specialist of the trust.
        package let from: String?
        package let to: String
        /// Subject, or area in words.
        package let topic: String

        package init(day: LocalDate, days: Double, from: String?, to: String, topic: String) {
            self.day = day
            self.days = days
            self.from = from
            self.to = to
            self.topic = topic
        }
    }

    package struct School: Hashable, Sendable {
        package let id: String
        package let name: String
        package let pupils: Int?

        package init(id: String, name: String, pupils: Int?) {
            self.id = id
            self.name = name
            self.pupils = pupils
        }
    }

    /// Days by subject, or by area where there is no subject: one school can give in one and receive in another.
    package struct Topic: Encodable, Hashable, Sendable {
        package let topic: String
        package let daysGiven: Double
        package let daysReceived: Double
    }

    package struct Row: Encodable, Hashable, Sendable {
        package let schoolId: String
        package let schoolName: String
        /// Null for the whole year.
        package let term: String?
        package let startsOn: LocalDate
        package let endsOn: LocalDate
        package let daysGiven: Double
        package let daysReceived: Double
        /// Null where the number of pupils isn't known.
        package let givenPer100Pupils: Double?
        package let receivedPer100Pupils: Double?
        package let topics: [Topic]
        package let explanation: String
    }

    /// Null between recorded academic years.
    package let academicYear: String?
    package let items: [Row]

    package init() {
        academicYear = nil
        items = []
    }

    /// - Parameters:
    ///   - periods: without gaps, in order; together the year.
    ///   - given: of the year.
    package init(academicYear: String, periods: [Period], schools: [School], given: [Given]) {
        self.academicYear = academicYear
        let bySchool = schools.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        let concerning = Dictionary(
            grouping: given.flatMap { entry in Set([entry.from, entry.to]).compactMap { id in id.map { ($0, entry) } } }
        ) { $0.0 }
        items = bySchool.flatMap { school in
            let entries = concerning[school.id]?.map(\.1) ?? []
            let rows = periods.map { period in
                Self.row(school, period.name, period.days, entries.filter { period.days.contains($0.day) })
            }
            guard let first = periods.first, let last = periods.last else { return rows }
            return rows + [Self.row(school, nil, first.days.lowerBound...last.days.upperBound, entries)]
        }
    }

    private static func row(_ school: School, _ term: String?, _ days: ClosedRange<LocalDate>, _ entries: [Given]) -> Row {
        func sum(_ entries: [Given]) -> Double { entries.reduce(0) { $0 + $1.days } }
        let (given, received) = (entries.filter { $0.from == school.id }, entries.filter { $0.to == school.id })
        let topics = Set(entries.map(\.topic)).sorted().map { topic in
            Topic(
                topic: topic, daysGiven: sum(given.filter { $0.topic == topic }), daysReceived: sum(received.filter { $0.topic == topic }))
        }
        return Row(
            schoolId: school.id, schoolName: school.name, term: term, startsOn: days.lowerBound, endsOn: days.upperBound,
            daysGiven: sum(given), daysReceived: sum(received), givenPer100Pupils: per100(sum(given), school.pupils),
            receivedPer100Pupils: per100(sum(received), school.pupils), topics: topics,
            explanation: explanation(school, days, given, received))
    }

    /// Rounded to hundredths.
    private static func per100(_ days: Double, _ pupils: Int?) -> Double? {
        guard let pupils, pupils > 0 else { return nil }
        return (days * 10_000 / Double(pupils)).rounded() / 100
    }

    private static func explanation(_ school: School, _ days: ClosedRange<LocalDate>, _ given: [Given], _ received: [Given]) -> String {
        func part(_ verb: String, _ entries: [Given]) -> String {
            let sum = entries.reduce(0) { $0 + $1.days }
            return "\(verb) \(text(sum)) days in \(entries.count) entries"
        }
        let share =
            school.pupils.map { "; per 100 pupils by the \($0) pupils the register has" } ?? "; the register has no number of pupils"
        return
            "From \(days.lowerBound) to \(days.upperBound), by the time entries of deployments: \(part("given", given)), \(part("received", received))"
            + share + "."
    }

    /// Without a decimal point where there is nothing behind it.
    private static func text(_ days: Double) -> String { Int(exactly: days).map(String.init) ?? String(days) }
}
