import Core
import HTTPTypes
import Synchronization
import Testing

@testable import Routing

struct RateLimiterTests {
    private final class Clock: Sendable {
        private let now = Mutex(1_000)
        var seconds: Int { now.withLock(\.self) }
        func pass(_ seconds: Int) { now.withLock { $0 += seconds } }
    }

    @Test("A token has so many requests in a minute from its first one on, and all of them again afterwards")
    func window() throws {
        let clock = Clock()
        let limiter = RateLimiter(limit: 2) { clock.seconds }
        #expect(limiter.take("a")?.share.remaining == 1)
        clock.pass(20)
        #expect(limiter.take("a")?.isAllowed == true)
        let refused = try #require(limiter.take("a"))
        #expect(!refused.isAllowed && refused.share.remaining == 0 && refused.share.seconds == 40)
        #expect(limiter.take("b")?.isAllowed == true)
        clock.pass(40)
        #expect(limiter.take("a")?.share.remaining == 1)
    }

    @Test("What is given back can be used again, no more than was taken, not in another minute, and not without end")
    func givenBack() throws {
        let clock = Clock()
        let limiter = RateLimiter(limit: 1) { clock.seconds }
        for _ in 0..<10 {
            let taken = try #require(limiter.take("a"))
            #expect(taken.isAllowed && limiter.giveBack(taken.share, "a").remaining == 1)
            #expect(limiter.giveBack(taken.share, "a").remaining == 0)
        }
        let last = try #require(limiter.take("a"))
        #expect(last.isAllowed && limiter.giveBack(last.share, "a").remaining == 0)
        #expect(limiter.take("a")?.isAllowed == false)
        clock.pass(60)
        #expect(limiter.take("a")?.isAllowed == true)
        _ = limiter.giveBack(last.share, "a")
        #expect(limiter.take("a")?.isAllowed == false)
    }

    @Test("What a request takes beyond itself counts as further ones; what is too much is owed from the next minutes, ten at most")
    func charged() throws {
        let clock = Clock()
        let limiter = RateLimiter(limit: 10) { clock.seconds }
        let first = try #require(limiter.take("a")?.share)
        #expect(limiter.charge(4, to: "a", first).remaining == 5)
        let owing = limiter.charge(20, to: "a", first)
        #expect(owing.remaining == 0 && owing.seconds == 120)
        #expect(limiter.take("b")?.share.remaining == 9)
        clock.pass(60)
        let refused = try #require(limiter.take("a"))
        #expect(!refused.isAllowed && refused.share.seconds == 60)
        clock.pass(60)
        #expect(limiter.take("a")?.share.remaining == 4)
        _ = limiter.charge(1_000, to: "a", first)
        clock.pass(540)
        #expect(limiter.take("a")?.isAllowed == false)
        clock.pass(60)
        #expect(limiter.take("a")?.share.remaining == 9)
    }

    @Test("A usual request costs itself; lines, bytes, exports and time in which nobody else writes cost more")
    func prices() {
        func requests(_ count: (RequestCost) -> Void) -> Int {
            let cost = RequestCost()
            count(cost)
            return cost.requests
        }
        let usual = requests {
            $0.count(writer: .milliseconds(50))
            $0.count(lines: 9)
            $0.count(bytes: 200_000)
        }
        #expect(usual == 0)
        #expect(requests { $0.count(lines: 10_000) } == 1_000)
        #expect(requests { $0.count(bytes: 1 << 30) } == 4_096)
        #expect(requests { $0.countExport() } == 20)
        #expect(requests { for _ in 0..<20 { $0.count(writer: .milliseconds(50)) } } == 190)
    }

    @Test("Without a limit nobody is counted")
    func unlimited() {
        #expect(RateLimiter(limit: 0).take("a") == nil)
    }

    @Test("The fields say how many there are in which time, and what is left until when")
    func fields() {
        var headers = HTTPFields()
        RateLimiter(limit: 100, seconds: { 48 }).take("a")?.share.apply(to: &headers)
        #expect(headers[.rateLimitPolicy] == "\"default\";q=100;w=60")
        #expect(headers[.rateLimit] == "\"default\";r=99;t=60")
    }
}
