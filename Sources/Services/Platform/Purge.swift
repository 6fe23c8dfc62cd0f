package import Core
import Domain
import Repositories

/// What a purge removed, or would remove, of each kind of record that isn't kept for good.
package struct PurgeReport: Encodable, Sendable {
    package struct Item: Encodable, Sendable {
        package let recordType: String
        package let months: Int
        /// What ended on this day or earlier was past its period.
        package let endedOnOrBefore: LocalDate
        package let count: Int
        /// The first of them.
        package let ids: [String]
    }

    /// How many ids are listed; all records are counted.
    package static let listLimit = 100

    package let day: LocalDate
    package let items: [Item]
}

extension PersonalDataService {
    /// Removes what is past its period: facts, tokens, imports and drafts are deleted, people erased, values of the audit trail forgotten.
    ///
    /// In chunks, so that others write between; run again it goes on where it was ended. A dry run only looks.
    package func purge(_ call: Call) async throws -> PurgeReport {
        try authorise(call)
        if !call.dryRun { try await RetentionService(store: store).ensureExist() }
        let now = store.now()
        let today = try await store.read { now.day(in: try $0.zone()) }
        var items: [PurgeReport.Item] = []
        // People first: their period counts from facts that may be past theirs as well.
        for type in [Person.self] + StoredTypes.all.filter({ $0 != Person.self }) {
            if let item = try await purge(type, today: today, call) { items.append(item) }
        }
        if let item = try await purgeAuditValues(today: today, call) { items.append(item) }
        // Also when nothing was due: an earlier erasure may not have been able to.
        if !call.dryRun { await store.compact(for: call) }
        let report = PurgeReport(day: today, items: items)
        // Nothing is left to be written; what was done is kept for a request that comes again.
        return try await store.write(call) { _ in report }
    }

    private func purge(_ type: any Stored.Type, today: LocalDate, _ call: Call) async throws -> PurgeReport.Item? {
        let due = try await store.read { try $0.retention.due(type, today: today) }
        return try await item(type.type.rawValue, due, today: today, call, id: \.self) { ids, rule, transaction in
            // Somebody may have changed one meanwhile.
            let still = try transaction.retention.due(type, today: today, among: ids)
            if type == Person.self {
                let people = try still.compactMap { try transaction.find(Person.self, id: $0) }
                _ = try transaction.erase(people, reason: "Past its period of \(rule.months ?? 0) months. \(rule.basis)")
            } else {
                try transaction.remove(type, still)
            }
            return still
        }
    }

    private func purgeAuditValues(today: LocalDate, _ call: Call) async throws -> PurgeReport.Item? {
        let due = try await store.read { try $0.retention.dueAuditEntries(today: today) }
        return try await item(Retention.auditValue, due, today: today, call, id: \.id) { entries, rule, transaction in
            let erased = try transaction.eraseAuditValues(entries: entries)
            // Values leave no trace of their own: that they were removed is recorded with the rule that says so.
            if !erased.isEmpty { try transaction.touch(rule, verb: "applied", isTarget: false) }
            return erased
        }
    }

    /// Removes what is due chunk by chunk; `remove` returns what it did remove. nil for what is kept for good.
    private func item<Key: Sendable>(
        _ recordType: String, _ due: [Key], today: LocalDate, _ call: Call, id: (Key) -> String,
        remove: @escaping @Sendable ([Key], RetentionRule, WriteTransaction) throws -> [Key]
    ) async throws -> PurgeReport.Item? {
        guard let rule = try await store.read({ try $0.retention.rule(for: recordType) }), let months = rule.months,
            let last = rule.lastDayPast(today: today)
        else { return nil }
        var removed = call.dryRun ? due : []
        for start in stride(from: 0, to: call.dryRun ? 0 : due.count, by: Self.chunkSize) {
            let chunk = Array(due[start..<min(start + Self.chunkSize, due.count)])
            removed += try await store.write(call, source: "retention", isLarge: true) { transaction in
                try transaction.authorise(.privacyWrite, for: .trust)
                guard let rule = try transaction.retention.rule(for: recordType) else { return [] }
                return try remove(chunk, rule, transaction)
            }
        }
        return PurgeReport.Item(
            recordType: recordType, months: months, endedOnOrBefore: last, count: removed.count,
            ids: removed.prefix(PurgeReport.listLimit).map(id))
    }
}

extension WriteTransaction {
    /// Deletes resources for good, with what the audit trail recorded of them.
    fileprivate func remove<R: Stored>(_ type: R.Type, _ ids: [String]) throws {
        for id in ids {
            guard let item = try find(type, id: id) else { continue }
            try delete(item, isTarget: false, keepsValues: false)
        }
    }
}
