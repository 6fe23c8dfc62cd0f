import Core
import Domain
import Repositories

/// Which group each school belongs to: a few bytes a school, whatever the file's size.
struct RegisterMemberships {
    /// More groups than any register has; a file with more is no extract of it.
    private static let groupLimit = 50_000

    private struct Entry {
        var group: Int32
        /// Days since 1970; ``unknown`` without.
        var joined: Int32

        static let unknown = Int32.min
    }

    private var groups: [RegisterGroup] = []
    private var numbers: [String: Int32] = [:]
    private var entries: [Int32: Entry] = [:]
    /// Only members of one group are schools of this import.
    private let groupUid: String?

    /// With `groupUid` only that group's links are kept; else, of several groups of a school, the one it belongs to first.
    static func read(
        _ extract: RegisterExtract<RegisterLinkColumn>, groupUid: String?, _ meter: RegisterMeter, _ tally: inout RegisterTally
    ) async throws -> RegisterMemberships {
        var memberships = RegisterMemberships(groupUid: groupUid)
        try await extract.read(meter) { event in
            switch event {
            case .header: break
            case .fault(let fault, _): tally.reject([extract.rejection(fault)])
            case .record(let record):
                do {
                    try memberships.take(try RegisterLink.read(record, extract.columns, extract.encoding))
                } catch let error as RegisterRowError {
                    tally.reject(error.problems)
                }
            }
        }
        return memberships
    }

    private init(groupUid: String?) {
        self.groupUid = groupUid
    }

    /// The group of this UID, as the links describe it.
    func group(uid: String) -> RegisterGroup? { numbers[uid].map { groups[Int($0)] } }

    /// Whether the school is one of those to be imported.
    func includes(urn: Int) -> Bool { groupUid == nil || entries[Int32(urn)] != nil }

    func membership(urn: Int) -> RegisterMembership? {
        guard let entry = entries[Int32(urn)] else { return nil }
        let group = groups[Int(entry.group)]
        return RegisterMembership(
            groupUid: group.uid, groupName: group.name,
            joinedOn: entry.joined == Entry.unknown ? nil : LocalDate(daysSinceEpoch: Int(entry.joined)))
    }

    private mutating func take(_ link: RegisterLink) throws {
        if let groupUid {
            guard link.group.uid == groupUid else { return }
        } else {
            guard let rank = link.group.rank else { return }
            if let present = entries[Int32(link.urn)], let other = groups[Int(present.group)].rank, other <= rank { return }
        }
        let number = try numbers[link.group.uid] ?? add(link.group)
        entries[Int32(link.urn)] = Entry(group: number, joined: link.joinedOn.map { Int32($0.daysSinceEpoch) } ?? Entry.unknown)
    }

    private mutating func add(_ group: RegisterGroup) throws -> Int32 {
        guard groups.count < Self.groupLimit else {
            throw RegisterRefusal(.groupLinks, "has more than \(Self.groupLimit) groups, which no register has")
        }
        let number = Int32(groups.count)
        groups.append(group)
        numbers[group.uid] = number
        return number
    }
}

/// The group that the trust of this service becomes.
enum RegisterTrust {
    /// Finds it in the groups file, which knows more, or else among the links. Throws ``RegisterRefusal`` when there is no such group, no
    /// school in it, or it can't be a trust.
    static func find(
        _ uid: String, _ memberships: RegisterMemberships, _ extract: RegisterExtract<RegisterGroupColumn>?, _ meter: RegisterMeter,
        _ tally: inout RegisterTally
    ) async throws -> RegisterGroup {
        var found = memberships.group(uid: uid)
        let isLinked = found != nil
        if let extract {
            found = nil
            try await read(extract, meter, &tally) { if $0.uid == uid { found = $0 } }
        }
        guard let found else {
            throw RegisterRefusal(nil, "The group \(uid) isn't in the \(extract == nil ? "group-links" : "groups") file.")
        }
        if var obstacle = found.obstacle {
            if !found.isTrust, let extract, let other = try await trust(named: found.name, extract) {
                obstacle += " The trust of that name is \(other)."
            }
            throw RegisterRefusal(nil, obstacle)
        }
        guard isLinked else { throw RegisterRefusal(nil, "The group-links file has no school of the group \(uid) (\(found.name)).") }
        return found
    }

    /// Sponsors and trusts share names; whoever gave the one's UID meant the other's.
    private static func trust(named name: String, _ extract: RegisterExtract<RegisterGroupColumn>) async throws -> String? {
        var uid: String?
        var ignored = RegisterTally()
        try await read(extract, RegisterMeter(bytesTotal: 0) { _ in }, &ignored) { group in
            if group.obstacle == nil, group.name.lowercased() == name.lowercased() { uid = group.uid }
        }
        return uid
    }

    private static func read(
        _ extract: RegisterExtract<RegisterGroupColumn>, _ meter: RegisterMeter, _ tally: inout RegisterTally,
        _ body: (RegisterGroup) -> Void
    ) async throws {
        try await extract.read(meter) { event in
            switch event {
            case .header: break
            case .fault(let fault, _): tally.reject([extract.rejection(fault)])
            case .record(let record):
                do {
                    body(try RegisterGroup.read(record, extract.columns, extract.encoding))
                } catch let error as RegisterRowError {
                    tally.reject(error.problems)
                }
            }
        }
    }

    /// The trust takes the group's numbers. Its name it takes once: whoever prefers another spelling than the register's capitals keeps it.
    static func write(_ group: RegisterGroup, to store: Store, _ call: Call) async throws {
        try await store.patiently {
            try await store.write(call, source: School.registerSource) { transaction in
                guard let stored = try transaction.trust.find() else {
                    var trust = Trust(id: ResourceType.trust.makeID(at: transaction.now), createdAt: transaction.now)
                    apply(group, to: &trust)
                    try transaction.insert(trust)
                    return
                }
                var trust = stored
                apply(group, to: &trust)
                try transaction.update(from: stored, to: trust, isTarget: false)
            }
        }
    }

    private static func apply(_ group: RegisterGroup, to trust: inout Trust) {
        let isAnother = trust.groupUid != group.uid
        if isAnother || trust.name == nil { trust.name = group.name }
        trust.groupUid = group.uid
        trust.groupId = group.id ?? (isAnother ? nil : trust.groupId)
        trust.ukprn = group.ukprn ?? (isAnother ? nil : trust.ukprn)
        trust.companiesHouseNumber = group.companiesHouseNumber ?? (isAnother ? nil : trust.companiesHouseNumber)
    }
}
