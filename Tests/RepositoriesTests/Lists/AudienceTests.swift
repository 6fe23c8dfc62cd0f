import Core
import Domain
import GRDB
import OrderedCollections
import Testing

@testable import Repositories

/// Swift and SQL say the same of who sees what, for every table.
@Suite struct AudienceTests {
    private static let visibilities: [Visibility] = {
        let leaderships: [Visibility.Leadership] = [.none, .schools(["sch_a"]), .schools(["sch_a", "sch_b"]), .all]
        let parties: [Set<String>?] = [
            nil, [], ["sch_a"], ["per_1", "x_1"], ["role:trustAdmin"], ["role:trustee"], ["role:dataProtectionOfficer"],
        ]
        return leaderships.flatMap { leadership in
            parties.map { Visibility(leadership: leadership, parties: $0) } + [
                Visibility(leadership: leadership, parties: nil, names: ["per_1"]),
                Visibility(leadership: leadership, parties: nil, names: ["sch_a"]),
            ]
        }
    }()

    /// Rows that differ in everything an audience can depend on; made without foreign keys, since nobody looks at what they refer to.
    private func rows(of type: any Stored.Type) -> [JSON.Object] {
        var rows: [JSON.Object] = []
        for (index, school) in ["sch_a", "sch_b"].enumerated() {
            for (other, person) in ["per_1", "per_2"].enumerated() {
                var row: JSON.Object = [
                    "id": .string("x_\(index * 2 + other)"), "schoolId": .string(school), "personId": .string(person),
                    "scopes": ["schools:read"],
                    "status": "queued", "period": .string("20\(30 + index * 2 + other)-autumn"),
                    "startsOn": .string("20\(30 + index * 2 + other)-01-01"),
                    "endsOn": .string("20\(30 + index * 2 + other)-01-01"),
                ]
                for column in type.table.columns where row[column] == nil { row[column] = Self.filler(column) }
                rows.append(row)
            }
        }
        return rows
    }

    /// Something that decodes, for columns no audience looks at.
    private static func filler(_ column: String) -> JSON {
        switch column {
        case "etag": "\"1\""
        case "createdAt", "updatedAt": .string(Instant.test.description)
        case "areas", "schoolIds", "groups", "partnerSchoolIds", "evidence", "frequencies", "files", "values", "distinctiveStrengths",
            "externalRefs", "members", "eventTypes", "keyStages", "yearGroups", "phases", "keywords", "authorIds", "fileIds", "itemIds",
            "watcherIds", "assignments", "away", "visibleTo", "requestIds", "tags", "checklist", "pauses", "missedTargets", "escalations",
            "brokenGlass":
            []
        case "entries": [:]
        case "startsFrom": "endsOn"
        case "kind": "redaction"
        case "isLead", "isForAll", "isShared", "needsPartner": false
        case "bytesRead", "bytesTotal", "rowsRead", "position": 0
        case "role": .null
        case "chapter": "profile"
        case "dayKind": "pupilsIn"
        case "opensOn", "dueOn", "scheduledFor": "2026-01-01"
        case "title", "academicYear", "frameworkId", "cycleId", "processId": "x"
        case "source", "recordedBy", "issuedBy", "stage", "tier", "name", "measure", "reason", "resourceType", "resourceId", "url": "x"
        case "value": 1
        case "unit": "percent"
        default: .null
        }
    }

    private static let restricted: [ResourceType] = StoredTypes.all.compactMap { $0.table.audience == .directory ? nil : $0.type }

    @Test("What a list shows is what the resource's own audience allows", arguments: restricted)
    func agreement(type: ResourceType) throws {
        try agree(StoredTypes.of(type))
    }

    private func agree<R: Stored>(_ type: R.Type) throws {
        let test = try TestStore()
        let resources = try rows(of: type).map { row in
            var row = row
            if R.self == Appointment.self { row["role"] = "teacher" }
            if R.self == SubjectAccessDraft.self { row["status"] = "draft" }
            let school = row["schoolId"] ?? .null
            // Two of four are drafts.
            let isDraft = row["personId"] == "per_2"
            let authors: JSON = isDraft && school == "sch_a" ? ["per_1"] : []
            switch R.type {
            case .apiToken: row.merge(["isGivenByOthers": .bool(row["id"] == "x_0"), "isKnownToOthers": false]) { $1 }
            case .file:
                row.merge([
                    "name": "x", "contentType": "text/plain", "sizeBytes": 1, "sha256": "x", "recordedBy": row["personId"] ?? .null,
                    "sharedWith": row["id"] == "x_0" ? "everyone" : "school", "isConfidential": .bool(isDraft),
                    "visibleTo": [school, row["recordedBy"] ?? "x_1"],
                ]) { $1 }
            case .improvementPlan:
                row.merge([
                    "kind": "rapid", "state": isDraft ? "draft" : "paused", "academicYear": row["id"] ?? .null, "title": "x",
                    "recordedBy": row["id"] ?? .null,
                ]) { $1 }
            case .objective:
                row.merge([
                    "planState": isDraft ? "draft" : "closed", "schoolIds": [school, "sch_c"], "title": "x", "area": "x", "planId": "x",
                    "recordedBy": row["id"] ?? .null, "successMeasures": [], "actions": [],
                ]) { $1 }
            case .planReview: row.merge(["planId": row["id"] ?? .null, "reviewedOn": "2026-01-01", "judgements": []]) { $1 }
            case .finding:
                row.merge([
                    "kind": "strength", "state": "open", "area": "x", "narrative": "x", "foundOn": "2026-01-01", "objectiveIds": [],
                    "activityId": .null,
                ]) { $1 }
            case .selfEvaluation:
                row.merge([
                    "state": isDraft ? "draft" : "finished", "regime": "x", "asAt": "2026-01-01", "judgements": [], "notApplicable": [],
                    "recordedBy": row["id"] ?? .null,
                ]) { $1 }
            case .calendarFeed: row.merge(["title": "x", "subjectId": "x", "tokenId": "x", "recordedBy": row["personId"] ?? .null]) { $1 }
            case .sharedResource:
                row.merge([
                    "kind": "practice", "summary": "x", "licence": "cc0", "language": "en-GB", "state": isDraft ? "inReview" : "retired",
                    "authorIds": authors, "recordedBy": row["id"] ?? .null,
                ]) { $1 }
            case .resourceVersion:
                row.merge([
                    "resourceId": "x", "state": isDraft ? "draft" : "published",
                    "authorIds": authors, "recordedBy": row["id"] ?? .null,
                ]) { $1 }
            case .resourceProposal:
                row.merge([
                    "resourceId": "x", "adaptationId": "x", "versionId": row["id"] ?? .null, "state": "offered",
                    "offeredBySchoolId": isDraft ? "sch_a" : JSON.null, "recordedBy": row["id"] ?? .null,
                ]) { $1 }
            case .comment:
                row.merge(["resourceId": "x", "text": "x", "state": isDraft ? "hidden" : "visible", "recordedBy": row["id"] ?? .null]) {
                    $1
                }
            case .supportRequest:
                row.merge([
                    "reference": .string("BSR-2026-\(row["id"]?.stringValue?.last ?? "0")"), "subject": "x", "priority": "low",
                    "channel": "portal", "state": "open", "isConfidential": .bool(isDraft), "visibleTo": [school, "per_1"],
                    "openedAt": .string(Instant.test.description), "needsAttention": false, "reopenedCount": 0, "answers": [:],
                ]) { $1 }
            case .requestMessage:
                row.merge([
                    "requestId": "x", "text": "x", "kind": "reply", "isConfidential": .bool(isDraft), "visibleTo": [school, "x_1"],
                    "sentAt": .string(Instant.test.description), "isAutomatic": false, "isFromTeam": false,
                ]) { $1 }
            case .requestLink:
                row.merge([
                    "fromId": "x", "toId": row["id"] ?? .null, "kind": "relatedTo", "isConfidential": .bool(isDraft),
                    "visibleTo": [school, "x_1"],
                ]) {
                    $1
                }
            case .requestTimeEntry:
                row.merge([
                    "requestId": "x", "day": "2026-01-01", "minutes": 1, "kind": "phone", "isConfidential": .bool(isDraft),
                    "visibleTo": [school, "x_1"],
                ]) { $1 }
            case .need: row.merge(["state": "open", "title": "x", "urgency": "low", "source": "plan"]) { $1 }
            case .supportOffer: row.merge(["state": "open", "title": "x", "daysPerTerm": 1, "evidence": []]) { $1 }
            case .deployment:
                row.merge([
                    "state": "complete", "receivingSchoolId": school, "schoolIds": [school], "purpose": "x", "daysPlanned": 1,
                ]) { $1 }
            case .timeEntry: row.merge(["deploymentId": "x", "schoolIds": [school], "day": "2026-01-01", "days": 1]) { $1 }
            case .improvementCycle: row.merge(["state": "draft", "schoolIds": [school]]) { $1 }
            case .activity: row.merge(["state": "scheduled", "schoolIds": [school], "period": .null]) { $1 }
            default: break
            }
            if R.self == WebhookEndpoint.self { row.merge(["status": "active", "tokenId": row["personId"] ?? .null]) { $1 } }
            return try JSONCodec.decode(type, from: .object(row))
        }
        try test.onWriter { database in
            try database.execute(sql: "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            for resource in resources {
                try database.cached(R.table.insert).run(try RowEncoder.values(of: resource, columns: R.table.columns))
            }
        }
        for visibility in Self.visibilities {
            let expected = resources.filter { visibility.allows($0.audience) }.map(\.id).sorted()
            try test.store.readNow { transaction in
                let page = try transaction.list(type, ListQuery(countsTotal: true), visibleTo: visibility)
                #expect(page.items.map(\.id).sorted() == expected && page.total == expected.count, "\(R.type) \(visibility)")
                for resource in resources {
                    let found = try transaction.find(type, id: resource.id, visibleTo: visibility)
                    #expect((found != nil) == expected.contains(resource.id), "\(R.type) \(visibility)")
                    let encoded = try transaction.encoded(type, id: resource.id, visibleTo: visibility)
                    #expect((encoded != nil) == expected.contains(resource.id), "\(R.type) \(visibility)")
                }
            }
        }
    }

    @Test("Events follow the audience they were written with, and the types asked for")
    func events() async throws {
        let test = try TestStore()
        let audiences: [Audience] = [
            .directory, .leadership(schoolIds: ["sch_a"]), .leadership(schoolIds: ["sch_b", "sch_c"]), .parties(["sch_a", "per_2"]),
            .parties(Audience.administrators),
        ]
        try await test.store.write(.test) { transaction in
            for (number, audience) in audiences.enumerated() { try transaction.insert(School.test(number), audience: audience) }
        }
        for visibility in Self.visibilities {
            let seen = try test.store.readNow { try $0.events(after: 0, limit: 10, of: [.school], visibleTo: visibility) }
            #expect(seen.map(\.audience) == audiences.filter(visibility.allows), "\(visibility)")
            #expect(try test.store.readNow { try $0.events(after: 0, limit: 10, of: [.stage], visibleTo: visibility) }.isEmpty)
        }
    }
}
