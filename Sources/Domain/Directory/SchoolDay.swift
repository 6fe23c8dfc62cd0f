package import Core

/// One day of a school, answering apart who is there: pupils, staff, the office.
package struct SchoolDay: Codable, Equatable, Sendable {
    package enum Kind: String, Codable, CaseIterable, Sendable {
        /// In term; everyone is in.
        case schoolDay
        /// In-service training: staff in, pupils out.
        case inset
        /// A school day with training in the evening, part of an INSET day worked elsewhere.
        case twilight
        /// An INSET day worked as twilights: neither pupils nor staff.
        case disaggregated
        /// Pupils are in on a day they otherwise wouldn't be.
        case extraDay
        /// Nobody is in.
        case closure
        case halfTerm
        /// Between terms, before the first and after the last of a year.
        case holiday
        case bankHoliday
        case weekend
        /// No terms are recorded for the day: whether pupils are in isn't known and read as no.
        case unplanned
    }

    package var date: LocalDate
    package var pupilsIn: Bool
    package var staffIn: Bool
    /// Monday to Friday, also in the holidays, but for bank holidays and what says otherwise.
    package var officeOpen: Bool
    package var kind: Kind
    /// For people: “Autumn term”, “Bank holiday: Good Friday”.
    package var reason: String
}

/// What days can be counted by.
package enum DayCount: String, Codable, CaseIterable, Sendable {
    case pupilsIn, staffIn, officeOpen

    package func includes(_ day: SchoolDay) -> Bool {
        switch self {
        case .pupilsIn: day.pupilsIn
        case .staffIn: day.staffIn
        case .officeOpen: day.officeOpen
        }
    }
}
