import Domain
import Testing

@testable import Repositories

struct TurnsTests {
    /// Works that wait at a gate each, and what became of them.
    private final class Works: Sendable {
        let turns: Turns
        let order = Log()
        private let (gates, open) = AsyncStream<Void>.makeStream()

        init(_ turns: Turns) { self.turns = turns }

        /// - Parameter isHeld: whether it goes on until ``release()``.
        func begin(_ account: String, _ name: String, isHeld: Bool = false) -> Task<Void, any Error> {
            Task {
                try await turns.one(of: account) {
                    order.add(name)
                    if isHeld { for await _ in gates { break } }
                }
            }
        }

        func release() { open.yield() }

        /// One that holds its account's turn.
        func hold(_ account: String) async -> Task<Void, any Error> {
            let before = order.all.count
            let work = begin(account, "\(account) first", isHeld: true)
            while order.all.count == before { await Task.yield() }
            return work
        }

        func untilWaiting(_ count: Int) async {
            while turns.waiting < count { await Task.yield() }
        }
    }

    @Test("One work of an account at a time, and few of all; whoever has many waiting keeps the others waiting for none of them")
    func order() async throws {
        let works = Works(Turns(2))
        let first = await works.hold("a")
        let others = [works.begin("a", "a2"), works.begin("a", "a3")]
        await works.untilWaiting(2)
        try await works.begin("b", "b1").value
        #expect(works.order.all == ["a first", "b1"])
        works.release()
        try await first.value
        for other in others { try await other.value }
        #expect(Set(works.order.all) == ["a first", "b1", "a2", "a3"] && works.turns.waiting == 0)
    }

    @Test("Whoever has as many waiting as may is refused at once, and others aren't")
    func tooMany() async throws {
        let works = Works(Turns(2, perAccount: 2))
        let first = await works.hold("a")
        let waiting = [works.begin("a", "a2"), works.begin("a", "a3")]
        await works.untilWaiting(2)
        await #expect(throws: DomainError.busy) { try await works.begin("a", "a4").value }
        try await works.begin("b", "b1").value
        works.release()
        for work in [first] + waiting { try await work.value }
        #expect(!works.order.all.contains("a4"))
    }

    @Test("Who has waited for too long is refused, and takes nobody's turn")
    func longest() async throws {
        let works = Works(Turns(1, longest: .milliseconds(1)))
        let first = await works.hold("a")
        await #expect(throws: DomainError.busy) { try await works.begin("b", "b1").value }
        works.release()
        try await first.value
        #expect(works.order.all == ["a first"] && works.turns.waiting == 0)
    }

    @Test("What nobody waits for any more has no turn", arguments: [true, false])
    func cancelled(isWaiting: Bool) async throws {
        let works = Works(Turns(1))
        let first = await works.hold("a")
        let second = works.begin("b", "b1")
        if isWaiting { await works.untilWaiting(1) }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        works.release()
        try await first.value
        #expect(works.order.all == ["a first"] && works.turns.waiting == 0)
    }
}
