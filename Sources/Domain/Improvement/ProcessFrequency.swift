/// How often a process comes round for schools at a stage, on a tier, or for all others.
package struct ProcessFrequency: Codable, Hashable, Sendable {
    /// What is divided by ``times``, in each school's own calendar.
    package enum Every: String, Codable, CaseIterable, Sendable {
        case year, term, halfTerm
    }

    /// A code of the list `stages`.
    package var stage: String?
    /// A code of the list `support-tiers`.
    package var tier: String?
    package var every: Every
    /// 0: not at all.
    package var times: Int

    package init(stage: String? = nil, tier: String? = nil, every: Every, times: Int) {
        self.stage = stage
        self.tier = tier
        self.every = every
        self.times = times
    }

    /// The one that holds for a school: by its stage, else by its tier, else the one for all others.
    package static func frequency(for stage: String?, tier: String?, among all: [ProcessFrequency]) -> (every: Every, times: Int)? {
        let found =
            all.first { $0.stage != nil && $0.stage == stage } ?? all.first { $0.stage == nil && $0.tier != nil && $0.tier == tier }
            ?? all.first { $0.stage == nil && $0.tier == nil }
        return found.map { ($0.every, $0.times) }
    }
}
