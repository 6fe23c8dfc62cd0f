import Core
import Domain
import Repositories
import Testing

struct ReadingTogetherTests {
    @Test("Reads that block their thread and reads that wait never wait for each other")
    func mixed() async throws {
        let test = try TestStore()
        let store = test.store
        // Far more than there are connections or threads: with connections in common this stood still for good.
        let total = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<2000 {
                group.addTask {
                    number.isMultiple(of: 2) ? try store.readNow { try $0.lastSeq() } : try await store.read { try $0.lastSeq() }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(total == 0)
    }
}
