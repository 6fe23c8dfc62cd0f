package import Core
package import Domain
package import Repositories

/// Imports extracts of the national register: checks all files to their ends, then writes school by school.
///
/// Importing the same files again changes nothing; an import that was ended early is simply run again.
package struct RegisterImport: Sendable {
    /// Where the files are.
    package struct Files: Sendable {
        package var establishments: String
        package var groupLinks: String
        package var groups: String?

        package init(establishments: String, groupLinks: String, groups: String? = nil) {
            self.establishments = establishments
            self.groupLinks = groupLinks
            self.groups = groups
        }
    }

    private let store: Store

    package init(store: Store) {
        self.store = store
    }

    /// Imports schools, links between schools (`links`, a path), or both: then the links too are checked before anything is written.
    ///
    /// With `groupUid` only the schools of that group are taken and the trust becomes it; without it the whole file is.
    ///
    /// `digests` are the SHA-256 of files that were received, in lower-case hex; they have to be the same still.
    ///
    /// Throws ``RegisterRefusal`` before anything is written when a file isn't what it is said to be or the group can't be the trust,
    /// `forbidden` for a caller bound to schools, `CancellationError` between two chunks when the task is cancelled.
    package func run(
        _ files: Files?, links: String? = nil, digests: [RegisterFile: String] = [:], groupUid: String?, _ call: Call,
        progress: @escaping @Sendable (RegisterProgress) async -> Void = { _ in }
    ) async throws -> RegisterReport {
        guard Permission.importsWrite.isHeld(by: call.actor, for: .trust) else {
            throw DomainError.forbidden("This token is bound to schools; an import is made by one that isn't.")
        }
        let meter = RegisterMeter(bytesTotal: try Self.bytesTotal(files, links: links, groupUid: groupUid), progress)
        var linksExtract: RegisterExtract<RegisterSchoolLinkColumn>?
        if let links { linksExtract = try await RegisterExtract.check(links, sha256: digests[.links], meter) }
        var tally = RegisterTally()
        if let files {
            tally.report = try await schools(files, digests, groupUid: groupUid, meter, call)
        } else if let linksExtract {
            tally.noteIgnored(linksExtract.columns.names)
        }
        if let linksExtract { try await RegisterLinksWriter(store: store, call: call, extract: linksExtract).run(meter, &tally) }
        return tally.report
    }

    /// Read twice, checked and imported; of the groups nothing is imported but the one that is asked for.
    private static func bytesTotal(_ files: Files?, links: String?, groupUid: String?) throws -> Int {
        var total = try links.map { try 2 * RegisterPieces.size($0, .links) } ?? 0
        guard let files else { return total }
        total += try 2 * (RegisterPieces.size(files.establishments, .establishments) + RegisterPieces.size(files.groupLinks, .groupLinks))
        if let groups = files.groups { total += try (groupUid == nil ? 1 : 2) * RegisterPieces.size(groups, .groups) }
        return total
    }

    private func schools(
        _ files: Files, _ digests: [RegisterFile: String], groupUid: String?, _ meter: RegisterMeter, _ call: Call
    ) async throws -> RegisterReport {
        let establishments = try await RegisterExtract<RegisterSchoolColumn>.check(
            files.establishments, sha256: digests[.establishments], meter)
        let links = try await RegisterExtract<RegisterLinkColumn>.check(files.groupLinks, sha256: digests[.groupLinks], meter)
        var groups: RegisterExtract<RegisterGroupColumn>?
        if let path = files.groups { groups = try await RegisterExtract.check(path, sha256: digests[.groups], meter) }

        var tally = RegisterTally()
        tally.noteIgnored(establishments.columns.names + links.columns.names + (groups?.columns.names ?? []))
        let memberships = try await RegisterMemberships.read(links, groupUid: groupUid, meter, &tally)
        if let groupUid {
            let group = try await RegisterTrust.find(groupUid, memberships, groups, meter, &tally)
            try await RegisterTrust.write(group, to: store, call)
        }
        let writer = RegisterWriter(
            store: store, call: call, extract: establishments, memberships: memberships, known: try await RegisterKnown.load(store),
            members: groupUid == nil ? nil : try await RegisterMembers.load(store), tally: tally, meter: meter)
        return try await store.bulkWriting { try await writer.run(groupUid: groupUid) }
    }
}

/// The report while it grows.
struct RegisterTally {
    var report = RegisterReport()

    /// A row that isn't taken, with everything that is wrong with it.
    mutating func reject(_ problems: [RegisterReport.Rejection]) {
        report.rejected += 1
        list(problems)
    }

    mutating func add(_ outcome: RegisterOutcome) {
        report.created += outcome.created
        report.updated += outcome.updated
        report.unchanged += outcome.unchanged
        report.joined += outcome.joined
    }

    mutating func countUnchanged() { report.unchanged += 1 }

    mutating func noteOverridden(_ overrides: [RegisterReport.Overridden]) {
        report.overridden = Array(overrides.prefix(RegisterReport.listLimit))
    }

    mutating func noteLinks(_ links: RegisterReport.Links) { report.links = links }

    /// A row of links that isn't taken: listed with the others, counted apart.
    mutating func list(_ problems: [RegisterReport.Rejection]) {
        report.rejections += problems.prefix(max(0, RegisterReport.listLimit - report.rejections.count))
    }

    mutating func noteAbsent(_ urns: some Sequence<String>) { report.absentUrns = Array(urns.prefix(RegisterReport.listLimit)) }

    /// A column is ignored when no file has it read.
    mutating func noteIgnored(_ names: [String]) {
        var seen: Set<String> = []
        report.ignoredColumns = Array(
            names.filter {
                RegisterSchoolColumn(rawValue: $0) == nil && RegisterLinkColumn(rawValue: $0) == nil
                    && RegisterGroupColumn(rawValue: $0) == nil && RegisterSchoolLinkColumn(rawValue: $0) == nil
                    && seen.insert($0).inserted
            }.prefix(RegisterReport.listLimit))
    }
}

/// What one chunk of rows came to.
struct RegisterOutcome: Sendable {
    var created = 0
    var updated = 0
    var unchanged = 0
    /// Memberships recorded.
    var joined = 0
}
