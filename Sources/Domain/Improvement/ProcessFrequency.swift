package struct ProcessFrequency: Codable, Hashable, Sendable {
    package enum Every: String, Codable, CaseIterable, Sendable {
        case year, term, halfTerm
    }

    package var stage: String?
    package var tier: String?
    package var every: Every
    package var times: Int

    package init(stage: String? = nil, tier: String? = nil, every: Every, times: Int) {
        self.stage = stage
        self.tier = tier
        self.every = every
        self.times = times
    }

    package static func frequency(for stage: String?, tier: String?, among all: [ProcessFrequency]) -> (every: Every, times: Int)? {
        let found =
            all.first { $0.stage != nil && $0.stage == stage } ?? all.first { $0.stage == nil && $0.tier != nil && $0.tier == tier }
            ?? all.first { $0.stage == nil && $0.tier == nil }
        return found.map { ($0.every, $0.times) }
    }
}
