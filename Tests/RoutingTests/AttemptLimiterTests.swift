import Synchronization
import Testing

@testable import Routing

@Suite("Slowing down")
struct AttemptLimiterTests {
    private final class Clock: Sendable {
        let now = Mutex(100)
    }

    @Test("The wait ends with the minute")
    func ends() {
        let clock = Clock()
        let limiter = AttemptLimiter(limit: 2) { clock.now.withLock { $0 } }
        #expect(limiter.failed("a") == nil)
        #expect(limiter.failed("a") == nil)
        #expect(limiter.failed("a") == 20)
        #expect(limiter.failed("b") == nil)
        clock.now.withLock { $0 = 120 }
        #expect(limiter.failed("a") == nil)
    }

    @Test("Beyond its size the table counts all further addresses together")
    func bounded() {
        let limiter = AttemptLimiter(limit: 1) { 0 }
        for number in 0..<AttemptLimiter.maximumAddresses { _ = limiter.failed("10.0.\(number / 256).\(number % 256)") }
        #expect(limiter.failed("x") == nil)
        #expect(limiter.failed("y") == 60)
    }

    @Test(
        "An address counts as its network",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3::4", "20:1:d:b8:0:1:0:2"),
            ("2001:db8:1:2::9", "20:1:d:b8:0:1:0:2"),
            ("not:an:address", "not:an:address"),
        ])
    func networks(address: String, network: String) {
        #expect(AttemptLimiter.network(of: address) == network)
    }
}
