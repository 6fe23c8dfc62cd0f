import Core
import Domain
import Logging
import Repositories

// A change of a calendar, a service or a team may concern thousands of requests. What follows for them is done after the change, in pieces between
// which others write; what is left when the service ends is found again by the clockwork.

extension WriteTransaction {
    /// Has it done once this write is committed, before it is answered.
    func follow(_ aftermath: RequestAftermath) throws {
        try supportRequests.begin(aftermath)
        followUp = { [call] in await $0.doAftermath(by: call) }
    }
}

extension Store {
    /// Requests looked up at a time.
    private static let chunk = 100

    /// Does what changes have left to be done with requests, as the service, since it may be several callers'. What the database doesn't take now is done later.
    func doAftermath(by cause: Call) async {
        let call = Call(actor: .system, requestId: cause.requestId, cost: cause.cost)
        while (try? await patiently({ try await write(call, isLarge: true, within: .piece, Self.doSome) })) == true {}
    }

    /// Returns whether there may be more.
    @Sendable private static func doSome(_ transaction: WriteTransaction) throws -> Bool {
        guard let (aftermath, requests) = try transaction.supportRequests.aftermath(limit: chunk) else { return false }
        var promises = KnownPromises()
        var last: String?
        for request in requests {
            do {
                try transaction.attempt { try transaction.perform(aftermath.work, request, &promises) }
            } catch {
                guard !error.endsTransaction else { throw error }
                logger.error("A support request couldn't follow a change.", metadata: ["request": "\(request.id)", "error": "\(error)"])
                // One that can't be done keeps no other waiting, but for this: who is to see no more of what is confidential mustn't go on seeing it.
                guard aftermath.work != .showConfidential else { throw error }
            }
            last = request.id
            if transaction.isTimeUp { break }
        }
        try transaction.supportRequests.note(aftermath, doneUpTo: last)
        return true
    }
}

private let logger = Logger(label: "partnership.requests")

extension WriteTransaction {
    fileprivate func perform(_ work: RequestAftermath.Work, _ request: SupportRequest, _ promises: inout KnownPromises) throws {
        switch work {
        case .schedule: try schedule(request, &promises)
        case .showConfidential: try showConfidential(request)
        case .showLinks: try showLinks(of: request)
        }
    }

    /// Works out anew when it is due: hours, promises or the calendar have changed.
    fileprivate func schedule(_ request: SupportRequest, _ promises: inout KnownPromises) throws {
        var changed = request
        changed.schedule(try promises.promise(of: request, self))
        try update(from: request, to: changed, verb: "rescheduled", isTarget: false)
    }
}
