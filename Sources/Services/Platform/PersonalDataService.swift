package import Core
package import Domain
package import Repositories

/// What a data protection officer does with what is known of people: erase somebody, remove what is past its period.
package struct PersonalDataService: Sendable {
    let store: Store
    package var people: PersonService { PersonService(store: store) }
    /// How many records one commit removes: others write between.
    static let chunkSize = 50

    package init(store: Store) {
        self.store = store
    }

    /// Throws `forbidden` for whoever doesn't hold the permission for the whole trust.
    package func authorise(_ call: Call) throws {
        try store.readNow { try $0.authorise(.privacyWrite, for: .trust, call.actor, on: store.now().day(in: $0.zone())) }
    }

    /// Takes away everything that identifies a person, for good and everywhere; what refers to them goes on referring to a placeholder.
    ///
    /// Throws `conflict` when it was done before, and while a retention rule holds: then with the record, the rule and until when.
    package func erase(_ id: String, reason: String, _ call: Call) async throws -> Person {
        let erased = try await store.write(call) { transaction in
            try transaction.authorise(.privacyWrite, for: .trust)
            guard let person = try transaction.find(Person.self, id: id) else { throw DomainError.notFound }
            try transaction.checkPrecondition(of: person)
            guard person.erasedAt == nil else { throw DomainError.conflict("The data of this person was erased already.") }
            if let sentence = try transaction.holdOn(person) { throw DomainError.conflict(sentence) }
            return try transaction.erase([person], reason: reason)[0]
        }
        if !call.dryRun { await store.compact(for: call) }
        return erased
    }
}

extension WriteTransaction {
    /// Why a person can't be erased yet; nil when nothing holds them.
    func holdOn(_ person: Person) throws -> String? {
        guard let rule = try retention.rule(for: ResourceType.person.rawValue), let months = rule.months,
            let fact = try retention.lastFact(naming: person.id)
        else { return nil }
        let law = "the retention rule for people keeps what is known of them for \(months) months after it ends (\(rule.basis))"
        guard let end = fact.endsOn else { return "The \(fact.type.rawValue) \(fact.id) has no last day; \(law)." }
        let until = Retention.keptUntil(end, months: months)
        guard try until >= today() else { return nil }
        return "The \(fact.type.rawValue) \(fact.id) ends on \(end); \(law), until \(until)."
    }

    /// Erases people, whatever holds them. The audit trail keeps that it happened; why is in the redaction that is left.
    func erase(_ people: [Person], reason: String) throws -> [Person] {
        var tokens: [String] = []
        let erased = try people.map { person in
            let erased = try update(from: person, to: person.erased(at: now), verb: "erased", isTarget: false)
            try replaceExternalRefs(of: erased)
            tokens += try endTokens(of: person)
            try insert(Redaction(erasing: person, reason: reason, by: call.actor, at: now))
            return erased
        }
        // After the changes: they record what was there before once more.
        try forget(Person.self, people.map(\.id), members: Person.erasedMembers)
        try forget(ApiToken.self, tokens, members: ["name"])
        return erased
    }

    /// Revokes the tokens of a person and gives them a name that says nothing; their ids.
    private func endTokens(of person: Person) throws -> [String] {
        let held = try all(ApiToken.self, where: "personId", is: person.id)
        for token in held {
            var ended = token
            ended.name = "Token of an erased person"
            ended.revokedAt = token.revokedAt ?? now
            try update(from: token, to: ended, isTarget: false)
        }
        return held.map(\.id)
    }
}
