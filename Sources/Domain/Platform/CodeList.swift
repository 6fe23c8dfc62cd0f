/// The lists of codes. Which lists there are, the program says; what is in them is the trust's data.
package enum CodeList: String, CaseIterable, Codable, Sendable {
    case stages
    case supportTiers = "support-tiers"
    case inspectionRegimes = "inspection-regimes"
    case evaluationAreas = "evaluation-areas"
    case evaluationGrades = "evaluation-grades"
    case visitTypes = "visit-types"
    case concernCategories = "concern-categories"
    case indicatorMeasures = "indicator-measures"
    case subjects
    case keyStages = "key-stages"
    case businessAreas = "business-areas"
    case workKinds = "work-kinds"
    case dayKinds = "day-kinds"
    case decisionKinds = "decision-kinds"

    /// What an item says beside its label, in the lists that need it.
    package enum Attribute: String, Codable, Sendable {
        /// The support tier that goes with a stage.
        case tier
        /// The inspection regime an area or grade belongs to: a code is unique within it.
        case regime
        /// What a measure is counted in.
        case unit
    }

    package var title: String { entry.title }
    package var description: String { entry.description }
    /// Every item of the list has it, no item of another.
    package var attribute: Attribute? { entry.attribute }
    /// Whether its items speak of inspections between two days only.
    package var hasValidity: Bool { [.inspectionRegimes, .evaluationAreas, .evaluationGrades].contains(self) }

    private var entry: (title: String, description: String, attribute: Attribute?) {
        switch self {
        case .stages: ("Stages", "Where a school stands on its journey; each names the tier of support that goes with it.", .tier)
        case .supportTiers: ("Support tiers", "How much support a school gets.", nil)
        case .inspectionRegimes: ("Inspection regimes", "Frameworks schools are inspected under; never converted into each other.", nil)
        case .evaluationAreas: ("Evaluation areas", "What a regime judges.", .regime)
        case .evaluationGrades: ("Evaluation grades", "The grades of a regime, the best first.", .regime)
        case .visitTypes: ("Visit types", "Why inspectors came.", nil)
        case .concernCategories: ("Categories of concern", "What a school can be placed in after an inspection.", nil)
        case .indicatorMeasures: ("Indicator measures", "What is measured of schools, as aggregates only.", .unit)
        case .subjects: ("Subjects", "What is taught.", nil)
        case .keyStages: ("Key stages", "Phases of the curriculum, from the early years to sixteen plus.", nil)
        case .businessAreas: ("Business areas", "What the central team does for schools.", nil)
        case .workKinds: ("Kinds of work", "What time was spent on for a support request.", nil)
        case .dayKinds: ("Kinds of day", "What a day of the school calendar can be.", nil)
        case .decisionKinds: ("Kinds of decision", "What the leadership group decides on.", nil)
        }
    }
}
