package import Core

/// Who does what in a team, and who while somebody is away.
extension BusinessTeam {
    /// Who is asked to do a request, and for whom if not as usual.
    package struct Suggestion: Hashable, Sendable {
        package let personId: String
        package let insteadOfId: String?
    }

    /// By the first assignment that fits and whose person, or else cover, is there on the day. nil leaves it to all.
    package func suggestion(area: String?, schoolIds: [String], on day: LocalDate) -> Suggestion? {
        for assignment in assignments where assignment.fits(area: area, schoolIds: schoolIds) {
            let usual = assignment.personId
            guard let away = absence(of: usual, on: day) else { return Suggestion(personId: usual, insteadOfId: nil) }
            guard let cover = away.coverId ?? assignment.coverId, absence(of: cover, on: day) == nil else { continue }
            return Suggestion(personId: cover, insteadOfId: usual)
        }
        return nil
    }

    package func absence(of personId: String, on day: LocalDate) -> Away? {
        away.first { $0.personId == personId && $0.startsOn <= day && ($0.endsOn.map { $0 >= day } ?? true) }
    }

    /// Who does a person's work on a day on which the person is away; nil when nobody was named, or that one is away as well.
    package func cover(for personId: String, on day: LocalDate) -> String? {
        guard let away = absence(of: personId, on: day) else { return nil }
        let cover = away.coverId ?? assignments.first { $0.personId == personId && $0.coverId != nil }?.coverId
        return cover.flatMap { absence(of: $0, on: day) == nil ? $0 : nil }
    }

    package func has(_ personId: String) -> Bool { leadId == personId || memberIds.contains(personId) }

    /// Everybody in it, each once.
    package var people: [String] { [leadId].compactMap { $0 }.filter { !memberIds.contains($0) } + memberIds }

    var assignmentErrors: [FieldError] {
        assignments.enumerated().flatMap { index, assignment in
            errors(assignment.personId, cover: assignment.coverId, at: "/assignments/\(index)")
        }
    }

    var awayErrors: [FieldError] {
        away.enumerated().flatMap { index, absence -> [FieldError] in
            let place = "/away/\(index)"
            var errors = errors(absence.personId, cover: absence.coverId, at: place)
            if let end = absence.endsOn, end < absence.startsOn {
                errors.append(
                    FieldError(pointer: place + "/endsOn", code: "before-start", detail: "must not be before \(absence.startsOn)"))
            }
            return errors
        }
    }

    private func errors(_ personId: String, cover: String?, at place: String) -> [FieldError] {
        var errors: [FieldError] = []
        if !has(personId) { errors.append(FieldError(pointer: place + "/personId", code: "not-in-team", detail: "is nobody of the team")) }
        if let cover, !has(cover) {
            errors.append(FieldError(pointer: place + "/coverId", code: "not-in-team", detail: "is nobody of the team"))
        }
        if cover == personId {
            errors.append(FieldError(pointer: place + "/coverId", code: "same-person", detail: "must be somebody else"))
        }
        return errors
    }
}

extension BusinessTeam.Assignment {
    func fits(area: String?, schoolIds: [String]) -> Bool {
        (self.area == nil || self.area == area) && (self.schoolIds.isEmpty || self.schoolIds.contains(where: schoolIds.contains))
    }
}
