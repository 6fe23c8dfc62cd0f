package import Core

extension SchoolCalendar.Year {
    /// More terms than this are half-terms that go by the name of terms.
    private static let mostTerms = 4

    /// The parts of the school's year that a frequency counts, in order. Where a year has six terms, two of them are what others call a term.
    package func periods(_ every: ProcessFrequency.Every) -> [ClosedRange<LocalDate>] {
        switch every {
        case .year: [days]
        case .term: pairs
        case .halfTerm: terms.flatMap(Self.halves)
        }
    }

    private var pairs: [ClosedRange<LocalDate>] {
        guard terms.count > Self.mostTerms else { return terms.map(\.days) }
        return stride(from: 0, to: terms.count, by: 2).map { index in
            terms[index].days.lowerBound...terms[min(index + 1, terms.count - 1)].days.upperBound
        }
    }

    private static func halves(of term: SchoolCalendar.Term) -> [ClosedRange<LocalDate>] {
        guard let halfTerm = term.halfTerm else { return [term.days] }
        let parts = [
            (term.days.lowerBound, halfTerm.lowerBound.adding(days: -1)), (halfTerm.upperBound.adding(days: 1), term.days.upperBound),
        ]
        return parts.filter { $0.0 <= $0.1 }.map { $0.0...$0.1 }
    }
}
