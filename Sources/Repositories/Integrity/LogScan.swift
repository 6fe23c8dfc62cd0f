import Glibc

/// What is in a write-ahead log that an ended process left behind, read before SQLite reads it: SQLite stops at the first frame that isn't whole and
/// says nothing of what comes after it. The format is that of sqlite.org/walformat.html.
///
/// **A torn end is no damage.** A commit is acknowledged when its frames are on disk, and the next begins afterwards. After a power cut any of the
/// frames of the newest commit may be missing, and of no other; nobody was told that it happened.
///
/// **A torn middle is.** Each frame's checksum continues that of the one before, so behind a bad frame the others can still be held against each
/// other. Where two commits follow one another there, all but the newest were acknowledged. What an earlier log left in the same file has other salts; what a
/// commit that failed left behind the newest one doesn't continue it.
struct LogScan {
    enum Verdict: Hashable {
        case whole
        /// The last whole frame, counted from 1; 0 where there is none.
        case tornEnd(frame: Int)
        /// The first bad frame.
        case tornMiddle(frame: Int)
        /// Nothing in it can be read, though it has commits.
        case damagedHeader
    }

    private(set) var verdict = Verdict.whole
    /// Pages that SQLite takes from the log and not from the file.
    private(set) var pages: Set<UInt32> = []

    private static let headerBytes = 32
    private static let frameHeaderBytes = 24
    private static let frameBytes = frameHeaderBytes + DatabasePage.size
    private static let format: UInt32 = 3_007_000
    private static let magic: UInt32 = 0x377F_0682

    /// - Parameter database: whose log it is. Nobody else may have it open.
    init(of database: String) throws {
        let path = database + "-wal"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw FileError.last("open", path) }
            return
        }
        defer { close(descriptor) }
        try withUnsafeTemporaryAllocation(byteCount: Self.frameBytes, alignment: 8) { buffer in
            let frames = Frames(descriptor: descriptor, path: path, buffer: buffer)
            try scan(frames)
        }
    }

    private mutating func scan(_ frames: Frames) throws {
        guard let header = try frames.header() else { return }
        guard header.isWhole else {
            // A new log has new salts, both of them; and it is on disk before its first frame is.
            guard let first = try frames.next() else { return }
            if first.salts.0 == header.salts.0 || first.salts.1 == header.salts.1 { verdict = .damagedHeader }
            return
        }
        var sum = header.sum
        var written: Set<UInt32> = []
        var number = 1
        while let frame = try frames.next() {
            guard frame.belongs(to: header), frame.continues(sum, header) else {
                return try judge(from: frame, number, header, frames)
            }
            sum = frame.sum
            written.insert(frame.page)
            if frame.isCommit {
                pages.formUnion(written)
                written = []
            }
            number += 1
        }
    }

    /// Goes through what follows the last frame that SQLite takes.
    private mutating func judge(from bad: Frame, _ number: Int, _ header: Header, _ frames: Frames) throws {
        var last: Frame? = bad.belongs(to: header) ? bad : nil
        var commits = last?.isCommit ?? false ? 1 : 0
        while true {
            if commits > 0 { verdict = .tornEnd(frame: number - 1) }
            if commits > 1 {
                verdict = .tornMiddle(frame: number)
                return
            }
            guard let frame = try frames.next() else { return }
            guard frame.belongs(to: header) else {
                (last, commits) = (nil, 0)
                continue
            }
            if let last, frame.continues(last.sum, header) {
                commits += frame.isCommit ? 1 : 0
            } else {
                commits = frame.isCommit ? 1 : 0
            }
            last = frame
        }
    }

    private struct Header {
        let salts: (UInt32, UInt32)
        let sum: PageSum
        let isWhole: Bool
        let isForeign: Bool
    }

    private struct Frame {
        let page: UInt32
        let isCommit: Bool
        let salts: (UInt32, UInt32)
        /// As it says itself.
        let sum: PageSum
        private let content: UnsafeRawBufferPointer

        /// - Parameter content: valid until the next frame is read.
        init(_ content: UnsafeRawBufferPointer) {
            page = content.word(0)
            isCommit = content.word(4) != 0
            salts = (content.word(8), content.word(12))
            sum = PageSum(content.word(16), content.word(20))
            self.content = content
        }

        func belongs(to header: Header) -> Bool { salts == header.salts }

        /// Whether its checksum is that of what it holds, after the one before.
        func continues(_ before: PageSum, _ header: Header) -> Bool {
            var found = before
            found.add(UnsafeRawBufferPointer(rebasing: content[..<8]), isForeign: header.isForeign)
            found.add(UnsafeRawBufferPointer(rebasing: content[LogScan.frameHeaderBytes...]), isForeign: header.isForeign)
            return found == sum
        }
    }

    /// The file, from its beginning to its end.
    private final class Frames {
        private let descriptor: Int32
        private let path: String
        private let buffer: UnsafeMutableRawBufferPointer
        private var place = 0

        init(descriptor: Int32, path: String, buffer: UnsafeMutableRawBufferPointer) {
            (self.descriptor, self.path, self.buffer) = (descriptor, path, buffer)
        }

        /// nil where there is none: then there are no frames.
        func header() throws -> Header? {
            guard let bytes = try read(LogScan.headerBytes) else { return nil }
            let isForeign = (bytes.word(0) & 1 == 1) == DatabasePage.isMachineLittleEndian
            var sum = PageSum()
            sum.add(UnsafeRawBufferPointer(rebasing: bytes[..<24]), isForeign: isForeign)
            return Header(
                salts: (bytes.word(16), bytes.word(20)), sum: sum,
                isWhole: bytes.word(0) & ~1 == LogScan.magic && bytes.word(4) == LogScan.format
                    && bytes.word(8) == UInt32(DatabasePage.size)
                    && sum == PageSum(bytes.word(24), bytes.word(28)), isForeign: isForeign)
        }

        func next() throws -> Frame? { try read(LogScan.frameBytes).map(Frame.init) }

        private func read(_ count: Int) throws -> UnsafeRawBufferPointer? {
            var filled = 0
            while filled < count {
                let got = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(place + filled))
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw FileError.last("read", path) }
                if got == 0 { return nil }
                filled += got
            }
            place += count
            return UnsafeRawBufferPointer(rebasing: buffer[..<count])
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Big-endian, as all numbers of the format are.
    fileprivate func word(_ place: Int) -> UInt32 { load(fromByteOffset: place, as: UInt32.self).bigEndian }
}
