package import Core
import Cryptography
package import Domain
package import Repositories

/// Links to calendars of activities: made, read without a token, revoked by deleting them.
package struct CalendarFeedService: ResourceService {
    package typealias Item = CalendarFeed
    package let store: Store
    package let writing = Permission.calendarFeedsWrite
    /// A calendar keeps what is past for so long.
    private static let daysBack = 400

    package init(store: Store) {
        self.store = store
    }

    /// Whoever sees it: whose it is, and those who run the trust.
    package func places(of item: CalendarFeed, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] { [] }

    package func prepare(_ item: CalendarFeed, replacing old: CalendarFeed?, _ transaction: WriteTransaction) throws -> CalendarFeed {
        if old == nil, try !isThere(item.subjectId, transaction) {
            throw DomainError.invalid([
                FieldError(pointer: "/subjectId", code: "not-found", detail: "is not the id of a cycle, a school or a person")
            ])
        }
        var item = item
        if old == nil { item.tokenId = try transaction.tokenOfCaller() }
        return item
    }

    private func isThere(_ id: String, _ transaction: WriteTransaction) throws -> Bool {
        let visibility = Visibility(of: transaction.call.actor)
        return try CalendarFeed.subjects.contains { try $0.isID(id) && transaction.isThere(StoredTypes.of($0), id, visibility) }
    }

    /// Makes one; its secret is returned here and nowhere again.
    package func create(_ body: JSON, _ call: Call) async throws -> (Item, secret: String) {
        let secret = Base64URL.encode(SecureRandom.bytes(32))
        let item = try await store.write(call) { transaction in
            let item = try insert(body, transaction)
            try transaction.calendarFeeds.setDigest(Self.digest(secret), of: item.id)
            return item
        }
        return (item, secret)
    }

    private static func digest(_ secret: String) -> String { Hex.encode(Digest.sha256(Array(secret.utf8))) }

    /// The calendar behind a link, as its token may see it now. nil for one that was never there, was revoked, or whose token has ended.
    package func calendar(_ id: String, secret: String) async throws -> [UInt8]? {
        let now = store.now()
        return try await store.read { transaction in
            guard let digest = try transaction.calendarFeeds.digest(of: id),
                constantTimeEquals(Array(digest.utf8), Array(Self.digest(secret).utf8)),
                let feed = try transaction.find(CalendarFeed.self, id: id),
                let token = try transaction.find(ApiToken.self, id: feed.tokenId), token.isUsable(at: now)
            else { return nil }
            let today = try now.day(in: transaction.zone())
            let actor = try transaction.actor(of: token, on: today)
            guard Permission.activitiesRead.isHeld(by: actor) else { return nil }
            let visibility = Visibility(of: actor)
            let activities = try transaction.calendarFeeds.activities(
                of: feed, leading: try transaction.schoolsLed(by: feed.subjectId, on: today), from: today.adding(days: -Self.daysBack)
            ).filter { visibility.allows($0) }
            var names: [String: String] = [:]
            for school in Set(activities.flatMap { $0.schoolIds + $0.partnerSchoolIds }) {
                names[school] = try transaction.find(School.self, id: school).map { $0.shortName ?? $0.name }
            }
            return ActivityCalendar.bytes(activities, name: feed.title, schools: names)
        }
    }
}

extension Transaction {
    fileprivate func isThere<R: Stored>(_ type: R.Type, _ id: String, _ visibility: Visibility) throws -> Bool {
        try find(type, id: id, visibleTo: visibility) != nil
    }

    /// Schools a person leads on a day, by appointment or as a stand-in; none of what is no person.
    fileprivate func schoolsLed(by personId: String, on day: LocalDate) throws -> [String] {
        try people.grants(personId: personId, on: day).filter { Role(rawValue: $0.role)?.leadsSchool ?? false }.compactMap(
            \.schoolId)
    }
}
