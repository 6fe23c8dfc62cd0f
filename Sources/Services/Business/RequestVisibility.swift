import Core
import Domain
import Repositories

// Who sees a support request, and with it what belongs to it: messages, links, time spent, files.

extension Transaction {
    /// Whom it concerns and who serves it; a confidential one only those who are named.
    func visibleTo(_ request: SupportRequest) throws -> [String] {
        let named = [request.requesterId, request.recordedBy].compactMap(\.self) + request.watcherIds
        // Whoever was told that a promise is late may look at what it is; of what is confidential only who is named is told.
        let others = request.isConfidential ? [] : request.schoolIds + request.escalations.compactMap(\.personId)
        return Set(named + others + (try serving(request))).sorted()
    }

    /// Those on the team's side: who sees notes and the time spent.
    func serving(_ request: SupportRequest) throws -> Set<String> {
        var named = Set([request.assigneeId].compactMap(\.self) + request.brokenGlass.map(\.letInId))
        if request.isConfidential {
            // Elsewhere the lead is one of the team.
            if let lead = try request.teamId.flatMap({ try find(BusinessTeam.self, id: $0)?.leadId }) { named.insert(lead) }
            return named
        }
        let team = [request.teamId, request.area.map(Audience.area) ?? "role:specialist"].compactMap(\.self)
        return named.union(team + Audience.administrators)
    }

    /// Who sees both of two: by the same name, or as one of the team that serves the other.
    func visibleToBoth(_ request: SupportRequest, _ other: SupportRequest) throws -> [String] {
        func names(_ request: SupportRequest) throws -> Set<String> {
            let team = try request.isConfidential ? nil : request.teamId.flatMap { try find(BusinessTeam.self, id: $0) }
            return Set(request.visibleTo + (team?.people ?? []))
        }
        return try names(request).intersection(names(other)).sorted()
    }
}

extension WriteTransaction {
    /// The message as those see it who see the request; a note, only on the team's side and whoever wrote it.
    func shown(_ message: RequestMessage, as request: SupportRequest) throws -> RequestMessage {
        var message = message
        message.isConfidential = request.isConfidential
        message.visibleTo =
            message.kind == .reply ? request.visibleTo : try serving(request).union([message.recordedBy]).sorted()
        return message
    }

    func shown(_ entry: RequestTimeEntry, as request: SupportRequest) throws -> RequestTimeEntry {
        var entry = entry
        entry.isConfidential = request.isConfidential
        entry.visibleTo = try serving(request).union([entry.recordedBy]).sorted()
        return entry
    }

    /// Seen by who sees both; whoever linked them is among those while what is confidential names them.
    func shown(_ link: RequestLink, between request: SupportRequest, and other: SupportRequest) throws -> RequestLink {
        var link = link
        link.isConfidential = request.isConfidential || other.isConfidential
        link.visibleTo = try visibleToBoth(request, other)
        let strict = [request, other].filter(\.isConfidential)
        if !strict.isEmpty, strict.allSatisfy({ $0.visibleTo.contains(link.recordedBy) }), !link.visibleTo.contains(link.recordedBy) {
            link.visibleTo.append(link.recordedBy)
        }
        return link
    }

    /// Another leads the team: what is confidential names them, also what has ended.
    func showConfidential(_ request: SupportRequest) throws {
        var shown = request
        shown.visibleTo = try visibleTo(shown)
        guard shown.visibleTo != request.visibleTo else { return }
        try showBelongings(of: update(from: request, to: shown, isTarget: false))
    }

    /// What is confidential has become so with what was merged with it, in both directions.
    func keepConfidential(with request: SupportRequest) throws {
        let merged = try request.mergedIntoId.flatMap { try find(SupportRequest.self, id: $0) }
        for other in try all(SupportRequest.self, where: "mergedIntoId", is: request.id) + [merged].compactMap(\.self)
        where !other.isConfidential {
            var stricter = other
            stricter.isConfidential = true
            stricter.visibleTo = try visibleTo(stricter)
            let stored = try update(from: other, to: stricter, isTarget: false)
            try showBelongings(of: stored)
            try keepConfidential(with: stored)
        }
    }

    /// Who sees a request has changed: what belongs to it is seen by the same.
    func showBelongings(of request: SupportRequest) throws {
        for message in try all(RequestMessage.self, where: "requestId", is: request.id) {
            try update(from: message, to: shown(message, as: request), isTarget: false)
            try showFiles(message.fileIds)
        }
        for entry in try all(RequestTimeEntry.self, where: "requestId", is: request.id) {
            try update(from: entry, to: shown(entry, as: request), isTarget: false)
        }
        try narrowDeleted(ownedBy: request)
        try showLinks(of: request)
        try showFiles(request.fileIds)
    }

    /// Who of the team sees both of two follows from the team.
    func showLinks(of request: SupportRequest) throws {
        for link in try all(RequestLink.self, with: "requestId", is: request.id) {
            guard let other = try find(SupportRequest.self, id: link.fromId == request.id ? link.toId : link.fromId) else { continue }
            try update(from: link, to: shown(link, between: request, and: other), isTarget: false)
        }
    }

    /// A file is seen by whoever sees a request or a message that has it.
    func showFiles(_ ids: [String]) throws {
        for id in ids {
            guard let file = try find(File.self, id: id) else { continue }
            let requests = try all(SupportRequest.self, with: "fileId", is: id)
            let messages = try all(RequestMessage.self, with: "fileId", is: id)
            var shown = file
            shown.show(
                to: Set(requests.flatMap(\.visibleTo) + messages.flatMap(\.visibleTo)),
                isConfidential: requests.contains(where: \.isConfidential) || messages.contains(where: \.isConfidential))
            try update(from: file, to: shown, isTarget: false)
        }
    }
}
