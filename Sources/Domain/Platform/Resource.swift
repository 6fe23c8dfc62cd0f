package import Core
import OrderedCollections

/// A stored resource: one flat struct that is row, wire form and domain value at once.
///
/// `CodingKeys` lists the members in declaration order; they are also the columns, in this order.
package protocol Resource: Codable, Equatable, Sendable {
    associatedtype CodingKeys: CodingKey & CaseIterable

    static var type: ResourceType { get }

    var id: String { get }
    var createdAt: Instant { get }
    /// Set by the store with every change.
    var updatedAt: Instant { get set }
    /// Counted up by the store with every change.
    var etag: VersionTag { get set }

    /// Who may see it, from what it holds.
    var audience: Audience { get }
    /// Members that say which schools it concerns, each an id or an array of ids; where none has any, and where there are none, it is the trust's.
    /// Whoever is bound to schools reads what concerns those and what is the trust's (``Visibility/schools``).
    static var concerningMembers: [String] { get }
    /// Members that name what it belongs to, where who sees it follows who sees that, also when it has been deleted.
    static var owningMembers: [String] { get }
    /// Members a caller sets; the others are the service's.
    static var writableMembers: Set<String> { get }
    /// What a member that can't be null is when it is left out or cleared.
    static var defaults: JSON.Object { get }
    /// Members of free text that can be redacted: emptied in the row, in the search index and in every recorded value.
    static var redactableMembers: Set<String> { get }
    /// Completes “the member …” where a caller tries to change one of the others.
    static var readOnlyReason: String { get }
    /// Members that hold codes of lists; checked with every write.
    static var codedMembers: [CodedMember] { get }
    /// Members on the wire that follow from the stored ones and nothing else.
    var derivedMembers: [(name: String, value: JSON)] { get }
}

extension Resource {
    package static var defaults: JSON.Object { [:] }
    package static var owningMembers: [String] { [] }
    package static var concerningMembers: [String] {
        let usual: Set = ["schoolId", "schoolIds", "partnerSchoolIds", "providerSchoolId", "receivingSchoolId", "offeredBySchoolId"]
        return CodingKeys.allCases.map(\.stringValue).filter(usual.contains)
    }
    package static var readOnlyReason: String { "is set by the service and read-only" }
    package static var codedMembers: [CodedMember] { [] }
    package var derivedMembers: [(name: String, value: JSON)] { [] }

    /// As it is sent: every stored member, then what follows from them.
    package func wireBytes() throws -> [UInt8] {
        let bytes = try JSONCodec.encode(self)
        let derived = derivedMembers
        return derived.isEmpty ? bytes : Encoded(id: id, etag: etag, bytes: bytes).adding(derived.map { ($0.name, $0.value.bytes) }).bytes
    }

    /// The same as a tree.
    package func wireTree() throws -> JSON { try JSON(parsing: wireBytes()) }
}

/// The one table of resource types: name in events and audit, id prefix, database table, place on the wire.
package enum ResourceType: String, CaseIterable, Codable, Sendable {
    case trust, school, membership, schoolOverride, stage, person, appointment, absence, delegation, inspection, indicator, academicYear,
        term,
        calendarDay, codeItem, apiToken, importJob,
        retentionRule, subjectAccessDraft, redaction, webhookEndpoint, file
    // Improvement.
    case framework, keyProcess, trustPriority, selfEvaluation, improvementCycle, activity, improvementPlan, objective, planReview, finding,
        need, supportOffer, deployment, timeEntry, calendarFeed
    // Collaboration.
    case sharedResource, resourceVersion, adoption, resourceProposal, comment, resourceCollection
    // Business.
    case businessTeam, businessService, requestType, supportRequest, requestMessage, requestLink, requestTimeEntry

    private var entry: (prefix: String, path: String, read: Permission) {
        switch self {
        case .trust: ("tru", "/v1/trust", .trustRead)
        case .school: ("sch", "/v1/schools", .schoolsRead)
        case .membership: ("mbr", "/v1/memberships", .membershipsRead)
        case .schoolOverride: ("ovr", "/v1/overrides", .overridesRead)
        case .stage: ("stg", "/v1/stages", .stagesRead)
        case .person: ("per", "/v1/people", .peopleRead)
        case .appointment: ("apt", "/v1/appointments", .peopleRead)
        case .absence: ("abs", "/v1/absences", .absencesRead)
        case .delegation: ("dlg", "/v1/delegations", .delegationsRead)
        case .inspection: ("isp", "/v1/inspections", .inspectionsRead)
        case .indicator: ("ind", "/v1/indicators", .indicatorsRead)
        case .codeItem: ("cde", "/v1/code-items", .codeListsRead)
        case .academicYear: ("acy", "/v1/academic-years", .calendarsRead)
        case .term: ("trm", "/v1/terms", .calendarsRead)
        case .calendarDay: ("cda", "/v1/calendar-days", .calendarsRead)
        case .apiToken: ("tok", "/v1/tokens", .tokensRead)
        case .importJob: ("imp", "/v1/imports", .importsRead)
        case .retentionRule: ("ret", "/v1/retention-rules", .privacyRead)
        case .subjectAccessDraft: ("sar", "/v1/subject-access-drafts", .privacyRead)
        case .redaction: ("rdx", "/v1/redactions", .privacyRead)
        case .file: ("fil", "/v1/files", .filesRead)
        case .webhookEndpoint: ("whk", "/v1/webhook-endpoints", .webhooksRead)
        case .framework: ("fwk", "/v1/frameworks", .frameworksRead)
        case .keyProcess: ("prc", "/v1/processes", .frameworksRead)
        case .trustPriority: ("pri", "/v1/priorities", .prioritiesRead)
        case .selfEvaluation: ("sev", "/v1/self-evaluations", .selfEvaluationsRead)
        case .improvementCycle: ("cyc", "/v1/cycles", .cyclesRead)
        case .activity: ("act", "/v1/activities", .activitiesRead)
        case .improvementPlan: ("pln", "/v1/plans", .plansRead)
        case .objective: ("obj", "/v1/objectives", .plansRead)
        case .planReview: ("rvw", "/v1/reviews", .plansRead)
        case .finding: ("fnd", "/v1/findings", .findingsRead)
        case .need: ("ned", "/v1/needs", .needsRead)
        case .supportOffer: ("ofr", "/v1/offers", .offersRead)
        case .deployment: ("dpl", "/v1/deployments", .deploymentsRead)
        case .calendarFeed: ("cfd", "/v1/calendar-feeds", .calendarFeedsRead)
        case .sharedResource: ("res", "/v1/shared-resources", .sharedResourcesRead)
        case .resourceVersion: ("ver", "/v1/resource-versions", .sharedResourcesRead)
        case .adoption: ("ado", "/v1/adoptions", .adoptionsRead)
        case .resourceProposal: ("rpo", "/v1/resource-proposals", .sharedResourcesRead)
        case .comment: ("cmt", "/v1/comments", .sharedResourcesRead)
        case .resourceCollection: ("col", "/v1/collections", .sharedResourcesRead)
        case .businessTeam: ("tea", "/v1/business-teams", .catalogueRead)
        case .businessService: ("svc", "/v1/business-services", .catalogueRead)
        case .requestType: ("rqt", "/v1/request-types", .catalogueRead)
        case .supportRequest: ("req", "/v1/support-requests", .supportRequestsRead)
        case .requestMessage: ("msg", "/v1/request-messages", .supportRequestsRead)
        case .requestLink: ("lnk", "/v1/request-links", .supportRequestsRead)
        case .requestTimeEntry: ("rte", "/v1/request-time-entries", .supportRequestsRead)
        case .timeEntry: ("tme", "/v1/time-entries", .deploymentsRead)
        }
    }

    /// The type an id is of; nil when it is none of a resource's.
    package init?(ofID id: String) {
        guard let type = Self.allCases.first(where: { $0.isID(id) }) else { return nil }
        self = type
    }

    /// The TypeID prefix, three letters.
    package var prefix: String { entry.prefix }

    /// Tables are named as the type.
    package var table: String { rawValue }

    /// What it takes to read one, beside belonging to its audience.
    package var readPermission: Permission { entry.read }

    /// Whether what a caller may do can follow from one: Authority.swift works it out.
    package var decidesAuthority: Bool {
        switch self {
        case .trust, .membership, .person, .appointment, .absence, .delegation, .apiToken, .businessTeam: true
        default: false
        }
    }

    /// Where the collection is found over HTTP.
    package var href: String { entry.path }

    /// Where the resource with this id is found over HTTP.
    package func href(id: String) -> String { self == .trust ? entry.path : "\(entry.path)/\(id)" }

    package func makeID(at now: Instant) -> String { TypeID.make(prefix, at: now) }

    /// Whether the text has the form of an id of this type.
    package func isID(_ text: String) -> Bool { TypeID.isValid(text, prefix: prefix) }

    /// Ids of things that are no resources.
    package enum RecordPrefix {
        package static let event = "evt"
        package static let audit = "aud"
        package static let request = "cll"
        package static let webhookDelivery = "whd"
    }
}
