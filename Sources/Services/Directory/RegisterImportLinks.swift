import Core
import Cryptography
import Domain
import Repositories

/// Takes the links file row by row and writes what is new or gone in chunks, letting others write between them.
final class RegisterLinksWriter {
    private static let chunk = 500

    /// Which row it is: a pair of schools can have two relations.
    private struct Key: Hashable {
        var urn: Int32
        var linkUrn: Int32
        var kind: SchoolLink.Kind

        init?(_ link: SchoolLink) {
            guard let urn = Int32(link.urn), let linkUrn = Int32(link.linkUrn) else { return nil }
            (self.urn, self.linkUrn, kind) = (urn, linkUrn, link.linkType)
        }
    }

    private let store: Store
    private let call: Call
    private let extract: RegisterExtract<RegisterSchoolLinkColumn>
    /// Digests of what is stored; what is left at the end isn't in the file.
    private var missing: [Key: RegisterKnown.Half] = [:]
    private var seen: Set<Key> = []
    private var pending: [SchoolLink] = []
    private var counts = RegisterReport.Links()

    init(store: Store, call: Call, extract: RegisterExtract<RegisterSchoolLinkColumn>) {
        self.store = store
        self.call = call
        self.extract = extract
    }

    func run(_ meter: RegisterMeter, _ tally: inout RegisterTally) async throws {
        try await load()
        var rejections: [[RegisterReport.Rejection]] = []
        try await extract.read(
            meter,
            { event in
                switch event {
                case .header: return
                case .fault(let fault, _): rejections.append([extract.rejection(fault)])
                case .record(let record):
                    do {
                        try take(SchoolLink.read(record, extract.columns, extract.encoding), line: record.line)
                    } catch let error as RegisterRowError {
                        rejections.append(error.problems)
                    }
                }
                meter.countRow()
            }, afterPiece: flush)
        counts.rejected = rejections.count
        // A row that can't be read may be one of those that seem to be gone; a file without rows isn't a register without links.
        if rejections.isEmpty, !seen.isEmpty { try await removeMissing() }
        for problems in rejections.prefix(RegisterReport.listLimit) { tally.list(problems) }
        tally.noteLinks(counts)
    }

    private func load() async throws {
        var last: SchoolLink?
        repeat {
            let links = try await store.read { [last] in try $0.schoolLinks.next(after: last, limit: 1000) }
            for link in links { if let key = Key(link) { missing[key] = Self.digest(link) } }
            last = links.last
        } while last != nil
    }

    private static func digest(_ link: SchoolLink) -> RegisterKnown.Half? {
        RegisterKnown.half(Digest.sha256(Array("\(link.establishedOn.map(\.description) ?? "-") \(link.linkName)".utf8)))
    }

    private func take(_ link: SchoolLink, line: Int) throws(RegisterRowError) {
        guard let key = Key(link), seen.insert(key).inserted else {
            throw RegisterRowError(problems: [
                RegisterReport.Rejection(
                    file: RegisterFile.links.rawValue, line: line, column: nil,
                    reason: "says the same as an earlier row of these two schools")
            ])
        }
        guard let before = missing.removeValue(forKey: key) else {
            counts.created += 1
            return pending.append(link)
        }
        guard before != Self.digest(link) else {
            counts.unchanged += 1
            return
        }
        counts.updated += 1
        pending.append(link)
    }

    private func flush() async throws {
        for start in stride(from: 0, to: pending.count, by: Self.chunk) {
            try Task.checkCancellation()
            let links = Array(pending[start..<min(start + Self.chunk, pending.count)])
            try await store.patiently { [store, call] in
                try await store.write(call, source: School.registerSource, isLarge: true) { transaction in
                    for link in links { try transaction.schoolLinks.save(link) }
                }
            }
        }
        pending.removeAll(keepingCapacity: true)
    }

    private func removeMissing() async throws {
        counts.removed = missing.count
        let keys = Array(missing.keys)
        for start in stride(from: 0, to: keys.count, by: Self.chunk) {
            let part = Array(keys[start..<min(start + Self.chunk, keys.count)])
            try await store.patiently { [store, call] in
                try await store.write(call, source: School.registerSource, isLarge: true) { transaction in
                    for key in part {
                        try transaction.schoolLinks.remove(
                            urn: SchoolKey.urn(number: key.urn), linkUrn: SchoolKey.urn(number: key.linkUrn), linkType: key.kind)
                    }
                }
            }
        }
    }
}
