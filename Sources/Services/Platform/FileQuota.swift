import Core
import Domain
import Synchronization

/// How many bytes an account may have in files that nothing has yet, with those that are on their way: else whoever may upload could fill the disk.
final class FileQuota: Sendable {
    let maximumBytes: Int
    private let arriving = Mutex<[String: Int]>([:])

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// - Parameter stored: what the account has by now.
    func begin(_ account: String, stored: Int) -> Arrival { Arrival(quota: self, account: account, stored: stored) }

    /// Throws `refused` when that is too much altogether.
    func check(_ bytes: Int) throws {
        guard bytes > maximumBytes else { return }
        throw DomainError.refused(
            "Files that nothing has yet may come to \(maximumBytes) bytes for each person or token.",
            [
                FieldError(
                    pointer: "", code: "file-quota", detail: "would make it \(bytes) bytes: delete some, or put them where they belong")
            ])
    }

    /// One upload. What it brought counts until it is let go.
    final class Arrival: Sendable {
        private let quota: FileQuota
        private let account: String
        private let stored: Int
        private let own = Mutex(0)

        fileprivate init(quota: FileQuota, account: String, stored: Int) {
            self.quota = quota
            self.account = account
            self.stored = stored
        }

        /// Throws `refused` when it is too much together with what the account has by now. Whatever came meanwhile still counts here or has been
        /// stored, so that two that come at a time never both pass for the last.
        func check(_ stored: () async throws -> Int) async throws {
            let all = quota.arriving.withLock { $0[account, default: 0] }
            try await quota.check(stored() + all)
        }

        /// Throws `refused` when this is too much.
        func take(_ bytes: Int) throws {
            own.withLock { $0 += bytes }
            let all = quota.arriving.withLock { arriving in
                arriving[account, default: 0] += bytes
                return arriving[account, default: 0]
            }
            try quota.check(stored + all)
        }

        deinit {
            let own = own.withLock { $0 }
            quota.arriving.withLock { arriving in
                let left = arriving[account, default: 0] - own
                arriving[account] = left > 0 ? left : nil
            }
        }
    }
}
