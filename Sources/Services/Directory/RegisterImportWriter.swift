import Core
import Cryptography
import Domain
import Repositories

/// The digests of all rows as they were last imported: half of each, which is plenty and keeps a whole register in two megabytes.
struct RegisterKnown {
    typealias Half = SIMD2<UInt64>

    private(set) var digests: [Int32: Half] = [:]

    static func load(_ store: Store) async throws -> RegisterKnown {
        var known = RegisterKnown()
        let urns = try await store.read { try $0.register.urns() }
        known.digests.reserveCapacity(urns.count)
        for start in stride(from: 0, to: urns.count, by: 1000) {
            let part = urns[start..<min(start + 1000, urns.count)]
            for (urn, digest) in try await store.read({ try $0.register.digests(urns: part) }) {
                if let urn = Int32(urn), let digest = half(digest) { known.digests[urn] = digest }
            }
        }
        return known
    }

    static func half(_ digest: [UInt8]) -> Half? {
        guard digest.count == Digest.length else { return nil }
        return digest.withUnsafeBytes { $0.loadUnaligned(as: Half.self) }
    }
}

/// Takes the establishments file row by row and writes what is new in chunks, letting others write between them.
final class RegisterWriter {
    /// Rows of one transaction: few enough that a person's change waits for hardly more than one of these.
    private static let chunk = 1000

    private struct Change: Sendable {
        var row: RegisterRow
        var digest: [UInt8]
        /// Set where the school may have to join the trust.
        var joining: RegisterMembership?
    }

    private let store: Store
    private let call: Call
    private let extract: RegisterExtract<RegisterSchoolColumn>
    private let memberships: RegisterMemberships
    private let known: RegisterKnown
    /// nil unless one trust is imported.
    private let members: RegisterMembers?
    private let meter: RegisterMeter
    private var tally: RegisterTally
    /// The URNs of rows that were taken: none is taken twice.
    private var taken = URNSet()
    /// The URNs of all rows, also of those that were rejected: what is here isn't absent.
    private var seen = URNSet()
    private var pending: [Change] = []
    private var substance: [UInt8] = []
    /// The chunk that is being written while the next is read.
    private var writing: Task<RegisterOutcome, any Error>?

    init(
        store: Store, call: Call, extract: RegisterExtract<RegisterSchoolColumn>, memberships: RegisterMemberships, known: RegisterKnown,
        members: RegisterMembers?, tally: RegisterTally, meter: RegisterMeter
    ) {
        self.store = store
        self.call = call
        self.extract = extract
        self.memberships = memberships
        self.known = known
        self.members = members
        self.tally = tally
        self.meter = meter
    }

    func run(groupUid: String?) async throws -> RegisterReport {
        do {
            try await extract.read(meter, take) { if pending.count >= Self.chunk { try await startWriting() } }
            try await startWriting()
            try await finishWriting()
        } catch {
            // Nothing is written any more once this has returned.
            _ = await writing?.result
            throw error
        }
        try await noteAbsent(groupUid: groupUid)
        tally.noteOverridden(try await store.read { try $0.overrides.all() }.filter { Int($0.urn).map(taken.contains) ?? false })
        return tally.report
    }

    private func take(_ event: CSVReader.Event) {
        switch event {
        case .header: break
        case .fault(let fault, let start):
            meter.countRow()
            tally.reject([extract.rejection(fault)])
            if let urn = RegisterRow.urn(start, extract.columns) { seen.insert(urn) }
        case .record(let record):
            meter.countRow()
            do {
                try take(record)
            } catch {
                tally.reject(error.problems)
            }
        }
    }

    private func take(_ record: CSVRecord) throws(RegisterRowError) {
        guard let urn = RegisterRow.urn(record, extract.columns) else {
            // Read for what is wrong with it.
            _ = try RegisterRow(record, extract.columns, extract.encoding, membership: nil)
            return
        }
        guard memberships.includes(urn: urn) else { return }
        seen.insert(urn)
        guard !taken.contains(urn) else {
            throw RegisterRowError(problems: [
                RegisterReport.Rejection(
                    file: RegisterFile.establishments.rawValue, line: record.line, column: RegisterSchoolColumn.urn.rawValue,
                    reason: "is the URN of an earlier row")
            ])
        }
        let membership = memberships.membership(urn: urn)
        substance.removeAll(keepingCapacity: true)
        RegisterRow.appendSubstance(of: record, extract.columns, extract.encoding, membership: membership, to: &substance)
        let digest = Digest.sha256(substance)
        let joining = members.flatMap { $0.contains(urn: urn) ? nil : membership }
        if joining == nil, let before = known.digests[Int32(urn)], before == RegisterKnown.half(digest) {
            tally.countUnchanged()
            taken.insert(urn)
            return
        }
        pending.append(
            Change(
                row: try RegisterRow(record, extract.columns, extract.encoding, membership: membership), digest: digest, joining: joining))
        taken.insert(urn)
    }

    private func startWriting() async throws {
        try await finishWriting()
        guard !pending.isEmpty else { return }
        writing = Self.write(pending, to: store, call)
        pending = []
    }

    private static func write(_ changes: [Change], to store: Store, _ call: Call) -> Task<RegisterOutcome, any Error> {
        Task {
            try await store.patiently {
                try await store.write(call, source: School.registerSource, isLarge: true) { try write(changes, $0) }
            }
        }
    }

    private func finishWriting() async throws {
        guard let chunk = writing else { return }
        writing = nil
        tally.add(try await chunk.value)
    }

    private static func write(_ changes: [Change], _ transaction: WriteTransaction) throws -> RegisterOutcome {
        var outcome = RegisterOutcome()
        var ids: [String] = []
        var made: [School] = []
        for change in changes {
            if let stored = try transaction.schools.find(urn: change.row.urn) {
                ids.append(stored.id)
                let school = try transaction.applying(change.row, to: stored)
                let kept = try transaction.update(from: stored, to: school, isTarget: false)
                if kept.etag == stored.etag { outcome.unchanged += 1 } else { outcome.updated += 1 }
            } else {
                ids.append(ResourceType.school.makeID(at: transaction.now))
                made.append(change.row.made(id: ids[ids.count - 1], at: transaction.now))
            }
        }
        try transaction.insert(made)
        outcome.created = made.count
        for (change, id) in zip(changes, ids) {
            if let joining = change.joining, try transaction.recordJoining(schoolId: id, joining) { outcome.joined += 1 }
            try transaction.register.setDigest(change.digest, urn: change.row.urn)
        }
        return outcome
    }

    /// Schools known before and not in this file. They stay: only people end a membership.
    private func noteAbsent(groupUid: String?) async throws {
        guard let groupUid else {
            let absent = known.digests.keys.filter { !seen.contains(Int($0)) }.sorted()
            tally.noteAbsent(absent.lazy.map { String(String(1_000_000 + $0).dropFirst()) })
            return
        }
        var query = ListQuery(limit: ListQuery.limits.upperBound, filters: [Filter(member: "groupUid", values: [.string(groupUid)])])
        var absent: [String] = []
        repeat {
            let page = try await store.read { [query] in try $0.list(School.self, query, visibleTo: .everything) }
            absent += page.items.map(\.urn).filter { urn in Int(urn).map { !seen.contains($0) } ?? false }
            query.cursor = page.next
        } while query.cursor != nil
        tally.noteAbsent(absent.sorted())
    }
}

/// URNs, one bit for each there can be: six digits, from 0.
private struct URNSet {
    private var bits = [UInt64](repeating: 0, count: 1_000_000 / 64)

    func contains(_ urn: Int) -> Bool { (0..<1_000_000).contains(urn) && bits[urn / 64] & (1 << UInt64(urn % 64)) != 0 }

    mutating func insert(_ urn: Int) { bits[urn / 64] |= 1 << UInt64(urn % 64) }
}
