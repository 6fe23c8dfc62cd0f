package import Core

/// The columns of `edubasealldata` that are read.
package enum RegisterSchoolColumn: String, RegisterColumn {
    case urn = "URN"
    case localAuthorityCode = "LA (code)"
    case localAuthorityName = "LA (name)"
    case establishmentNumber = "EstablishmentNumber"
    case name = "EstablishmentName"
    case typeCode = "TypeOfEstablishment (code)"
    case type = "TypeOfEstablishment (name)"
    case status = "EstablishmentStatus (code)"
    case openedOn = "OpenDate"
    case closedOn = "CloseDate"
    case phase = "PhaseOfEducation (code)"
    case ageRangeLow = "StatutoryLowAge"
    case ageRangeHigh = "StatutoryHighAge"
    case gender = "Gender (name)"
    case religiousCharacter = "ReligiousCharacter (name)"
    case capacity = "SchoolCapacity"
    case censusDate = "CensusDate"
    case pupils = "NumberOfPupils"
    case percentFreeSchoolMeals = "PercentageFSM"
    case ukprn = "UKPRN"
    case street = "Street"
    case locality = "Locality"
    case address3 = "Address3"
    case town = "Town"
    case county = "County (name)"
    case postcode = "Postcode"
    case website = "SchoolWebsite"
    case region = "GOR (name)"
    case easting = "Easting"
    case northing = "Northing"
    case lastChangedOn = "LastChangedDate"

    package static let file = RegisterFile.establishments
    package static let required: [Self] = [.urn, .localAuthorityCode, .name, .typeCode, .type, .status, .phase]
    package var isHousekeeping: Bool { self == .lastChangedOn }
}

/// What is wrong with a row, column by column.
package struct RegisterRowError: Error, Equatable, Sendable {
    package var problems: [RegisterReport.Rejection]

    package init(problems: [RegisterReport.Rejection]) {
        self.problems = problems
    }
}

/// The group a school belongs to, and since when, where the register says so.
package struct RegisterMembership: Hashable, Sendable {
    package var groupUid: String
    package var groupName: String
    package var joinedOn: LocalDate?

    package init(groupUid: String, groupName: String, joinedOn: LocalDate?) {
        self.groupUid = groupUid
        self.groupName = groupName
        self.joinedOn = joinedOn
    }
}

/// What the register says of one school.
package struct RegisterRow: Sendable {
    /// Only members that belong to the register mean anything.
    private let school: School
    /// Columns the file doesn't have: about these the register says nothing, and what is stored stays.
    private let unsaid: [RegisterSchoolColumn]
    private let lastChangedOn: LocalDate?

    package var urn: String { school.urn }

    /// Reads a row of `edubasealldata`; throws what is wrong with it, all at once.
    package init(
        _ record: CSVRecord, _ columns: RegisterColumns<RegisterSchoolColumn>, _ encoding: TextEncoding, membership: RegisterMembership?
    ) throws(RegisterRowError) {
        var cells = RegisterCells(record, columns, encoding)
        var school = cells.readIdentity()
        cells.readPlace(into: &school)
        cells.readFigures(into: &school)
        lastChangedOn = cells.date(.lastChangedOn)
        guard cells.problems.isEmpty else { throw RegisterRowError(problems: cells.problems) }
        school.groupUid = membership?.groupUid
        school.groupName = membership?.groupName
        school.joinedOn = membership?.joinedOn
        self.school = school
        unsaid = columns.missing
    }

    /// The school as the register has it, new.
    package func made(id: String, at now: Instant) -> School {
        var school = school
        school.id = id
        school.createdAt = now
        school.updatedAt = now
        school.provenanceAsAt = lastChangedOn ?? now.utcDate
        return school
    }

    /// The stored school with what the register says now; equal to it when the register says nothing new.
    package func applied(to stored: School, at now: Instant) -> School {
        var changed = school
        changed.id = stored.id
        changed.shortName = stored.shortName
        changed.vision = stored.vision
        changed.values = stored.values
        changed.context = stored.context
        changed.distinctiveStrengths = stored.distinctiveStrengths
        changed.externalRefs = stored.externalRefs
        // No extract has these two; they come another way.
        changed.percentDisadvantaged = stored.percentDisadvantaged
        changed.percentDisadvantagedAsAt = stored.percentDisadvantagedAsAt
        changed.createdAt = stored.createdAt
        changed.updatedAt = stored.updatedAt
        changed.etag = stored.etag
        changed.provenanceAsAt = stored.provenanceAsAt
        for column in unsaid { column.keep(stored, in: &changed) }
        changed.percentFull = School.percentFull(pupils: changed.pupils, capacity: changed.capacity)
        if changed != stored { changed.provenanceAsAt = lastChangedOn ?? now.utcDate }
        return changed
    }
}

/// What an import needs of every row, also of those that turn out to be unchanged: no text is made here.
extension RegisterRow {
    /// Counted up whenever rows are read in another way than before: then also rows that didn't change are read anew.
    private static let mappingVersion: UInt8 = 1

    /// The URN as a number; nil when it isn't six digits, or isn't there because the record breaks off before it.
    package static func urn(_ record: CSVRecord, _ columns: RegisterColumns<RegisterSchoolColumn>) -> Int? {
        guard let position = columns.position(.urn), position < record.count else { return nil }
        let field = record.raw(position).split(separator: UInt8(ascii: " "))
        return field.count == 1 && field[0].count == 6 ? RegisterCell.number(field[0]) : nil
    }

    /// Appends everything that can make the school another one, unambiguously. Two rows with the same substance say the same.
    package static func appendSubstance(
        of record: CSVRecord, _ columns: RegisterColumns<RegisterSchoolColumn>, _ encoding: TextEncoding, membership: RegisterMembership?,
        to bytes: inout [UInt8]
    ) {
        bytes += [mappingVersion, encoding == .utf8 ? 0 : 1]
        for (number, position) in columns.substance {
            let field = record.raw(position)
            append(number, count: field.count, to: &bytes)
            bytes.append(contentsOf: field)
        }
        guard let membership else { return }
        for text in [membership.groupUid, membership.groupName, membership.joinedOn?.description ?? ""] {
            append(.max, count: text.utf8.count, to: &bytes)
            bytes.append(contentsOf: text.utf8)
        }
    }

    private static func append(_ number: UInt8, count: Int, to bytes: inout [UInt8]) {
        bytes.append(number)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: count).littleEndian) { bytes.append(contentsOf: $0) }
    }
}

extension RegisterCells<RegisterSchoolColumn> {
    /// With placeholders where a problem was noted: the row is refused for it, after all its cells have been read.
    fileprivate mutating func readIdentity() -> School {
        let urn = required(.urn, digits(.urn, count: 6))
        let type = required(.typeCode, code(.typeCode, digits: 1...2)) ?? 0
        let status = required(.status, status())
        var school = School(
            id: "", urn: urn ?? "", name: required(.name, text(.name)) ?? "", phase: phase(),
            establishmentTypeCode: type < 10 ? "0\(type)" : "\(type)",
            establishmentType: required(.type, text(.type)) ?? "", status: status ?? .open, createdAt: Instant(milliseconds: 0))
        school.ukprn = ukprn()
        school.openedOn = date(.openedOn)
        school.closedOn = date(.closedOn)
        // 0 stands for “does not apply”: schools overseas have no authority.
        let authority = code(.localAuthorityCode, digits: 1...3).flatMap { $0 < 100 ? nil : String($0) }
        school.localAuthorityCode = authority
        school.localAuthorityName = text(.localAuthorityName)
        // Children's centres have numbers of five digits, which make no LAESTAB.
        if let number = code(.establishmentNumber, digits: 1...6), number < 10_000, let authority {
            school.laEstab = authority + String(String(10_000 + number).dropFirst())
        }
        return school
    }

    fileprivate mutating func status() -> School.Status? {
        switch code(.status, digits: 1...2) {
        case 1: return .open
        case 2: return .closed
        case 3: return .openButProposedToClose
        case 4: return .proposed
        case let code?: note(.status, "is no known status", String(code))
        case nil: break
        }
        return nil
    }

    /// A blank is spelled “not applicable” too, which is a phase.
    fileprivate mutating func phase() -> School.Phase {
        let phases: [School.Phase] = [
            .notApplicable, .nursery, .primary, .middleDeemedPrimary, .secondary, .middleDeemedSecondary, .sixteenPlus, .allThrough,
        ]
        let code = code(.phase, digits: 1...2) ?? 0
        if !phases.indices.contains(code) { note(.phase, "is no known phase", String(code)) }
        return phases.indices.contains(code) ? phases[code] : .notApplicable
    }

    fileprivate mutating func ukprn() -> String? {
        guard let ukprn = digits(.ukprn, count: 8) else { return nil }
        guard ukprn.hasPrefix("1") else {
            note(.ukprn, "must be from 10000000 to 19999999", ukprn)
            return nil
        }
        return ukprn
    }

    fileprivate mutating func readPlace(into school: inout School) {
        school.region = text(.region)
        school.street = text(.street)
        let locality = [text(.locality), text(.address3)].compactMap(\.self)
        school.locality = locality.isEmpty ? nil : locality.joined(separator: ", ")
        school.town = text(.town)
        school.county = text(.county)
        school.postcode = text(.postcode)
        school.website = text(.website)
        // Metres of the National Grid: 700 km by 1,300 km.
        school.easting = integer(.easting, 0...700_000)
        school.northing = integer(.northing, 0...1_300_000)
    }

    fileprivate mutating func readFigures(into school: inout School) {
        school.ageRangeLow = integer(.ageRangeLow, 0...99)
        school.ageRangeHigh = integer(.ageRangeHigh, 0...99)
        school.gender = text(.gender)
        school.religiousCharacter = text(.religiousCharacter)
        school.capacity = integer(.capacity, 0...100_000)
        school.pupils = integer(.pupils, 0...100_000)
        school.percentFull = School.percentFull(pupils: school.pupils, capacity: school.capacity)
        school.percentFreeSchoolMeals = percentage(.percentFreeSchoolMeals)
        let census = date(.censusDate)
        school.percentFreeSchoolMealsAsAt = school.percentFreeSchoolMeals == nil ? nil : census
    }
}

extension RegisterSchoolColumn {
    /// Keeps what is stored in the members this column would have set.
    fileprivate func keep(_ stored: School, in school: inout School) {
        switch self {
        case .urn, .localAuthorityCode, .name, .typeCode, .type, .status, .phase, .lastChangedOn: break
        case .localAuthorityName: school.localAuthorityName = stored.localAuthorityName
        case .establishmentNumber: school.laEstab = stored.laEstab
        case .openedOn: school.openedOn = stored.openedOn
        case .closedOn: school.closedOn = stored.closedOn
        case .ageRangeLow: school.ageRangeLow = stored.ageRangeLow
        case .ageRangeHigh: school.ageRangeHigh = stored.ageRangeHigh
        case .gender: school.gender = stored.gender
        case .religiousCharacter: school.religiousCharacter = stored.religiousCharacter
        case .capacity: school.capacity = stored.capacity
        case .pupils: school.pupils = stored.pupils
        case .percentFreeSchoolMeals:
            school.percentFreeSchoolMeals = stored.percentFreeSchoolMeals
            school.percentFreeSchoolMealsAsAt = stored.percentFreeSchoolMealsAsAt
        case .censusDate: school.percentFreeSchoolMealsAsAt = stored.percentFreeSchoolMealsAsAt
        case .ukprn: school.ukprn = stored.ukprn
        case .street: school.street = stored.street
        case .locality: school.locality = stored.locality
        // The second half of `locality`; without the column the first half is all of it.
        case .address3: break
        case .town: school.town = stored.town
        case .county: school.county = stored.county
        case .postcode: school.postcode = stored.postcode
        case .website: school.website = stored.website
        case .region: school.region = stored.region
        case .easting: school.easting = stored.easting
        case .northing: school.northing = stored.northing
        }
    }
}

extension School {
    /// How schools, audit entries and events say where a value came from.
    package static let registerSource = "gias"
}
