import Testing

@testable import Domain

struct ProcessFrequencyTests {
    @Test("The one for the stage goes before the one for its tier, that before the one for all others; without any there is none")
    func order() {
        let stage = ProcessFrequency(stage: "repair", every: .halfTerm, times: 1)
        let tier = ProcessFrequency(tier: "intensive", every: .term, times: 1)
        let others = ProcessFrequency(every: .year, times: 2)
        func found(_ stage: String?, _ tier: String?, _ all: [ProcessFrequency]) -> ProcessFrequency.Every? {
            ProcessFrequency.frequency(for: stage, tier: tier, among: all)?.every
        }
        for all in [[stage, tier, others], [others, tier, stage], [tier, others, stage]] {
            #expect(found("repair", "intensive", all) == .halfTerm)
            #expect(found("stabilise", "intensive", all) == .term)
            #expect(found("sustain", "universal", all) == .year && found(nil, nil, all) == .year)
        }
        #expect(found("sustain", "universal", [stage, tier]) == nil && found(nil, nil, [stage, tier]) == nil)
        #expect(ProcessFrequency.frequency(for: nil, tier: nil, among: [others])?.times == 2)
    }
}
