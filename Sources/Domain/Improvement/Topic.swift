import Core

/// What something is about: a subject, an area of the school's work, or both. The area is one of a regime's evaluation areas where there is a
/// regime, else words.
enum Topic {
    static let codedMembers = [
        CodedMember("regime", .inspectionRegimes), CodedMember("area", .evaluationAreas, regime: "regime"),
        CodedMember("subject", .subjects),
    ]

    static func errors(subject: String?, area: String?) -> [FieldError] {
        guard subject == nil, area == nil else { return [] }
        return [FieldError(pointer: "/subject", code: "required", detail: "is needed where there is no area")]
    }
}
