package import Core
package import Domain
package import Repositories

/// Support from one school, or a specialist, to another school.
package struct DeploymentService: StatefulService {
    package typealias Item = Deployment
    package let store: Store
    package let writing = Permission.deploymentsRecord
    private let needs: NeedService

    package init(store: Store) {
        self.store = store
        needs = NeedService(store: store)
    }

    /// Whoever holds a permission for giver or receiver holds it for the deployment.
    package func places(of item: Deployment, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        [item.receivingSchoolId, item.providerSchoolId].compactMap(\.self).map(Scope.school)
    }

    /// It is for the receiver, and goes with it.
    package func school(of item: Deployment) -> String? { item.receivingSchoolId }

    package func prepare(_ item: Deployment, replacing old: Deployment?, _ transaction: WriteTransaction) throws -> Deployment {
        var item = item
        if old == nil {
            item.schoolIds = [item.receivingSchoolId] + (item.providerSchoolId.map { [$0] } ?? [])
            if let offer = try item.offerId.flatMap({ try transaction.find(SupportOffer.self, id: $0) }) { item.take(from: offer) }
            if let need = try item.needId.flatMap({ try transaction.find(Need.self, id: $0) }) { item.take(from: need) }
        }
        var errors = item.errors
        errors += try transaction.errors(school: item.providerSchoolId, at: "/providerSchoolId")
        errors += try transaction.errors(school: item.receivingSchoolId, at: "/receivingSchoolId")
        errors += try transaction.errors(person: item.providerPersonId, replacing: old?.providerPersonId, at: "/providerPersonId")
        if old == nil { errors += try needErrors(item, transaction) + offerErrors(item, transaction) }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        if old == nil, let giver = item.providerSchoolId { try transaction.checkHasNotLeft(school: giver, on: transaction.today()) }
        return item
    }

    private func needErrors(_ item: Deployment, _ transaction: WriteTransaction) throws -> [FieldError] {
        guard let id = item.needId else { return [] }
        guard let need = try transaction.find(Need.self, id: id) else {
            return [FieldError(pointer: "/needId", code: "not-found", detail: "is not the id of a need")]
        }
        if need.schoolId != item.receivingSchoolId {
            return [FieldError(pointer: "/needId", code: "other-school", detail: "is a need of another school than the receiving one")]
        }
        guard need.state == .open || need.state == .matched else {
            return [FieldError(pointer: "/needId", code: "need-\(need.state.rawValue)", detail: "is a need that is \(need.state.rawValue)")]
        }
        return []
    }

    private func offerErrors(_ item: Deployment, _ transaction: WriteTransaction) throws -> [FieldError] {
        guard let id = item.offerId else { return [] }
        guard let offer = try transaction.find(SupportOffer.self, id: id) else {
            return [FieldError(pointer: "/offerId", code: "not-found", detail: "is not the id of an offer")]
        }
        if offer.schoolId != item.providerSchoolId || (offer.personId != nil && offer.personId != item.providerPersonId) {
            return [FieldError(pointer: "/offerId", code: "other-provider", detail: "is an offer of somebody else than the one that gives")]
        }
        guard offer.state == .open else {
            return [
                FieldError(
                    pointer: "/offerId", code: "offer-\(offer.state.rawValue)", detail: "is an offer that is \(offer.state.rawValue)")
            ]
        }
        return []
    }

    /// Making a deployment for a need is the match.
    package func stored(_ item: Deployment, replacing old: Deployment?, _ transaction: WriteTransaction) throws {
        guard old == nil, let need = try item.needId.flatMap({ try transaction.find(Need.self, id: $0) }), need.state == .open else {
            return
        }
        var matched = need
        matched.state = .matched
        try transaction.update(from: need, to: matched, verb: Need.transition(.match).verb, isTarget: false)
    }

    package func perform(
        _ action: Deployment.Action, _ body: JSON, on item: Deployment, _ transaction: WriteTransaction
    ) throws -> Deployment {
        var item = item
        let note = body["note"]?.stringValue
        let (person, today) = (transaction.call.actor.personId ?? transaction.call.actor.id, try transaction.today())
        switch action {
        case .prepare: break
        case .confirmCapacity:
            // The receiver can't say it for the giver.
            try transaction.authorise(writing, for: item.providerSchoolId.map(Scope.school) ?? .trust)
            item.capacityConfirmed = Deployment.Capacity(
                isConfirmed: body["isConfirmed"]?.boolValue ?? false, note: note, answeredBy: person, answeredOn: today)
        case .answerConflict:
            item.conflictOfInterest = Deployment.ConflictOfInterest(
                exists: body["exists"]?.boolValue ?? true, note: note, answeredBy: person, answeredOn: today)
        case .deploy:
            let unanswered = item.unanswered
            guard unanswered.isEmpty else {
                throw DomainError.refused(
                    "It isn't deployed before capacity and conflict of interest are answered, and answered well.", unanswered)
            }
        case .complete:
            item.impact = body["impact"]?.integerValue.map { Int($0) }
            item.impactEvaluation = body["evaluation"]?.stringValue
        case .decline, .cancel: item.stateReason = body["reason"]?.stringValue
        }
        return item
    }
}

extension Deployment {
    /// What the caller left out is as the offer has it.
    fileprivate mutating func take(from offer: SupportOffer) {
        providerPersonId = providerPersonId ?? offer.personId
        take(subject: offer.subject, area: offer.area, regime: offer.regime)
    }

    fileprivate mutating func take(from need: Need) { take(subject: need.subject, area: need.area, regime: need.regime) }

    private mutating func take(subject: String?, area: String?, regime: String?) {
        guard self.subject == nil, self.area == nil else { return }
        (self.subject, self.area, self.regime) = (subject, area, regime)
    }
}
