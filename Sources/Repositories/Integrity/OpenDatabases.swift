import Glibc
import Synchronization

/// Which database files SQLite has open in this process, because of a rule of the operating system: whoever closes a descriptor of a file drops all
/// locks that the process holds on it, those of other descriptors too. SQLite wouldn't notice, and the next process that comes would think itself
/// alone. So a descriptor of ours of such a file is closed when SQLite's last one is.
enum OpenDatabases {
    /// A file, whatever it is called.
    struct File: Hashable {
        let device: UInt
        let number: UInt

        init?(_ descriptor: Int32) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return nil }
            self.init(status)
        }

        init?(path: UnsafePointer<CChar>) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            self.init(status)
        }

        private init(_ status: stat) { (device, number) = (UInt(status.st_dev), UInt(status.st_ino)) }
    }

    private struct Uses {
        var connections = 0
        var waiting: [Int32] = []
    }

    private static let uses = Mutex<[File: Uses]>([:])

    /// SQLite has opened it; it takes locks only afterwards.
    static func opened(_ file: File) { uses.withLock { $0[file, default: Uses()].connections += 1 } }

    /// SQLite has closed it.
    static func closed(_ file: File) {
        uses.withLock { uses in
            guard var current = uses[file] else { return }
            current.connections -= 1
            guard current.connections <= 0 else {
                uses[file] = current
                return
            }
            for descriptor in current.waiting { Glibc.close(descriptor) }
            uses[file] = nil
        }
    }

    /// Closes a descriptor of a database file, now or when that harms nobody.
    static func close(_ descriptor: Int32) {
        uses.withLock { uses in
            guard let file = File(descriptor), uses[file] != nil else {
                Glibc.close(descriptor)
                return
            }
            uses[file]?.waiting.append(descriptor)
        }
    }
}
