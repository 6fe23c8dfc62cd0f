package import Core

/// The columns of `allgroupsdata` that are read.
package enum RegisterGroupColumn: String, RegisterColumn {
    case uid = "Group UID"
    case id = "Group ID"
    case name = "Group Name"
    case companiesHouseNumber = "Companies House Number"
    case typeCode = "Group Type (code)"
    case type = "Group Type"
    case closedOn = "Closed Date"
    case statusCode = "Group Status (code)"
    case ukprn = "UKPRN"

    package static let file = RegisterFile.groups
    package static let required: [Self] = [.uid, .name, .typeCode, .statusCode]
}

/// The columns of `alllinksdata` that are read: a school, its group, and since when.
package enum RegisterLinkColumn: String, RegisterColumn {
    case urn = "URN"
    case uid = "Group UID"
    case id = "Group ID"
    case name = "Group Name"
    case companiesHouseNumber = "Companies House Number"
    case typeCode = "Group Type (code)"
    case type = "Group Type"
    case closedOn = "Closed Date"
    case statusCode = "Group Status (code)"
    case joinedOn = "Joined date"

    package static let file = RegisterFile.groupLinks
    package static let required: [Self] = [.urn, .uid, .name, .typeCode]
}

/// A group of the register: a trust, a federation, a sponsor. Only the UID names one: a trust and its sponsor can share a name, and a
/// group that was replaced keeps its id with `.old` behind it.
package struct RegisterGroup: Hashable, Sendable {
    /// As the register numbers them; more are in use than a service will ever hold.
    package var uid: String
    /// `TR` and five digits; nil for any other form.
    package var id: String?
    package var name: String
    /// Eight characters, leading zeros kept.
    package var companiesHouseNumber: String?
    package var ukprn: String?
    package var typeCode: Int
    /// In words, as the register has it.
    package var type: String?
    package var isOpen: Bool

    /// Multi-academy, single-academy and secure single-academy trusts.
    package var isTrust: Bool { [6, 10, 11].contains(typeCode) }

    /// Which of several groups a school is said to belong to, least first; nil for those it doesn't belong to: sponsors, and groups that
    /// have closed.
    package var rank: Int? {
        guard isOpen else { return nil }
        switch typeCode {
        case 6, 10, 11: return 0
        case 2: return 1
        case 1: return 2
        case 5: return nil
        default: return 3
        }
    }

    /// Why this group can't be the trust of a service, as a sentence; nil when it can.
    package var obstacle: String? {
        let name = "The group \(uid) (\(name))"
        if !isTrust { return "\(name) is no academy trust but: \(type ?? "type \(typeCode)")." }
        return isOpen ? nil : "\(name) is not open."
    }
}

extension RegisterGroup {
    /// Reads a row of `allgroupsdata`; the errors say what is wrong with it.
    package static func read(
        _ record: CSVRecord, _ columns: RegisterColumns<RegisterGroupColumn>, _ encoding: TextEncoding
    ) throws(RegisterRowError) -> RegisterGroup {
        var cells = RegisterCells(record, columns, encoding)
        let uid = cells.groupUid(.uid)
        let name = cells.required(.name, cells.text(.name))
        let type = cells.groupType(.typeCode)
        let number = cells.text(.companiesHouseNumber)
        let ukprn = cells.digits(.ukprn, count: 8)
        let isOpen = cells.isOpen(status: .statusCode, closedOn: .closedOn)
        let (id, typeName) = (cells.text(.id), cells.text(.type))
        guard cells.problems.isEmpty, let uid, let name, let type else { throw RegisterRowError(problems: cells.problems) }
        return RegisterGroup(
            uid: uid, id: trustId(id), name: name, companiesHouseNumber: companyNumber(number), ukprn: ukprn, typeCode: type,
            type: typeName,
            isOpen: isOpen)
    }

    fileprivate static func trustId(_ text: String?) -> String? {
        guard let text, text.utf8.count == 7, text.hasPrefix("TR"), RegisterCell.number(text.utf8.dropFirst(2)) != nil else { return nil }
        return text
    }

    /// Spreadsheets eat leading zeros; a number that is too short gets them back. nil for any other form.
    fileprivate static func companyNumber(_ text: String?) -> String? {
        guard let text, (6...8).contains(text.utf8.count) else { return nil }
        let isForm = text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
        }
        if text.utf8.count == 8 { return isForm ? text : nil }
        return RegisterCell.number(text.utf8) == nil ? nil : String(repeating: "0", count: 8 - text.utf8.count) + text
    }
}

/// A row of `alllinksdata`: a school belongs to a group.
package struct RegisterLink: Hashable, Sendable {
    package var urn: Int
    package var group: RegisterGroup
    package var joinedOn: LocalDate?

    package static func read(
        _ record: CSVRecord, _ columns: RegisterColumns<RegisterLinkColumn>, _ encoding: TextEncoding
    ) throws(RegisterRowError) -> RegisterLink {
        var cells = RegisterCells(record, columns, encoding)
        let urn = cells.required(.urn, cells.digits(.urn, count: 6)).flatMap { RegisterCell.number($0.utf8) }
        let uid = cells.groupUid(.uid)
        let name = cells.required(.name, cells.text(.name))
        let type = cells.groupType(.typeCode)
        let number = cells.text(.companiesHouseNumber)
        let joinedOn = cells.date(.joinedOn)
        let isOpen = cells.isOpen(status: .statusCode, closedOn: .closedOn)
        let (id, typeName) = (cells.text(.id), cells.text(.type))
        guard cells.problems.isEmpty, let urn, let uid, let name, let type else { throw RegisterRowError(problems: cells.problems) }
        let group = RegisterGroup(
            uid: uid, id: RegisterGroup.trustId(id), name: name, companiesHouseNumber: RegisterGroup.companyNumber(number), ukprn: nil,
            typeCode: type, type: typeName, isOpen: isOpen)
        return RegisterLink(urn: urn, group: group, joinedOn: joinedOn)
    }
}

extension RegisterCells {
    fileprivate mutating func groupUid(_ column: Column) -> String? {
        guard let text = required(column, text(column)) else { return nil }
        guard RegisterCell.number(text.utf8) != nil, text.utf8.count <= 6 else {
            note(column, "must be a number of at most six digits", text)
            return nil
        }
        return text
    }

    fileprivate mutating func groupType(_ column: Column) -> Int? {
        required(column, code(column, digits: 1...2))
    }

    /// The status where the file has one, else whether there is a day of closing.
    fileprivate mutating func isOpen(status: Column, closedOn: Column) -> Bool {
        let closed = date(closedOn)
        guard let status = text(status) else { return closed == nil }
        return status.lowercased() == "open"
    }
}
