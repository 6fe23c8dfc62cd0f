package import Core
package import Domain
import GRDB

/// A resource that `expand` can put into another: the member with its id, and what it is.
package struct Reference: Sendable {
    let name: String
    let member: String
    let type: ResourceType

    package init(_ name: String, _ member: String, _ type: ResourceType) {
        self.name = name
        self.member = member
        self.type = type
    }
}

extension Table {
    /// References by member, as every resource names them: `schoolId` is a school, under `school`.
    static let references = [
        // Of a calendar link: a person, where it is neither a school nor a cycle.
        Reference("subject", "subjectId", .person),
        Reference("school", "schoolId", .school), Reference("person", "personId", .person), Reference("standIn", "standInId", .person),
        Reference("leader", "leaderId", .person), Reference("owner", "ownerId", .person),
        Reference("provider", "providerSchoolId", .school), Reference("providerPerson", "providerPersonId", .person),
        Reference("receiver", "receivingSchoolId", .school), Reference("reviewer", "reviewerId", .person),
        Reference("plan", "planId", .improvementPlan), Reference("lead", "leadId", .person),
        Reference("headOfService", "headOfServiceId", .person), Reference("requester", "requesterId", .person),
        Reference("assignee", "assigneeId", .person), Reference("author", "authorId", .person), Reference("team", "teamId", .businessTeam),
        Reference("service", "serviceId", .businessService), Reference("type", "typeId", .requestType),
    ]
}

extension Transaction {
    /// The page with related resources put into each item under their names: what the caller could read by itself, else null.
    package func expanding<R: Stored>(_ page: Page<Encoded>, of type: R.Type, _ names: [String], for actor: Actor) throws -> Page<Encoded> {
        guard !names.isEmpty else { return page }
        var page = page
        page.items = try page.items.map { try expanding($0, of: type, names, for: actor) }
        return page
    }

    package func expanding<R: Stored>(_ item: Encoded, of type: R.Type, _ names: [String], for actor: Actor) throws -> Encoded {
        let visibility = Visibility(of: actor)
        let tree = try JSON(parsing: item.bytes)
        var added: [(String, [UInt8]?)] = []
        for reference in Table.references where names.contains(reference.name) && R.table.columns.contains(reference.member) {
            var related: Encoded?
            if reference.type.readPermission.isHeld(by: actor), let id = tree[reference.member]?.stringValue {
                related = try encoded(StoredTypes.of(reference.type), id: id, visibleTo: visibility)
            }
            added.append((reference.name, related?.bytes))
        }
        return item.adding(added)
    }
}
