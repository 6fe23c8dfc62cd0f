import Glibc

/// Holds the pages of a database file against their checksums, whether or not anything refers to them.
enum PageScan {
    private static let pagesAtOnce = 256
    /// What is found of a file is told up to here.
    static let limit = 20

    /// Sentences about what is wrong; none for a file of pages that carry no checksums.
    ///
    /// - Parameters:
    ///   - log: pages that are taken from the log instead: a power cut may have left those half written.
    ///   - isStill: whether nobody is writing, so that the file has to be as long as it says.
    ///   - most: look at so many pages at most, spread evenly.
    static func faults(in path: String, log: Set<UInt32> = [], isStill: Bool = true, most: Int = .max) throws -> [String] {
        guard DatabasePage.areSummed(in: path) else { return [] }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.last("open", path) }
        defer { OpenDatabases.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError.last("read", path) }
        let count = Int(status.st_size) / DatabasePage.size
        var faults: [String] = []
        if Int(status.st_size) % DatabasePage.size != 0 { faults.append("\(path) ends within a page.") }
        // One stretch in so many.
        let stretches = (count + pagesAtOnce - 1) / pagesAtOnce
        let step = max(1, (stretches + max(1, most / pagesAtOnce) - 1) / max(1, most / pagesAtOnce))
        try withUnsafeTemporaryAllocation(byteCount: pagesAtOnce * DatabasePage.size, alignment: 8) { buffer in
            for stretch in stride(from: 0, to: stretches, by: step) where faults.count < limit {
                let start = stretch * pagesAtOnce
                let pages = try read(descriptor, path, buffer, start, min(pagesAtOnce, count - start))
                for page in 0..<pages where faults.count < limit {
                    let number = UInt32(start + page) + 1
                    guard number != DatabasePage.neverUsed, !log.contains(number), !isWhole(buffer, page, number) else { continue }
                    if try isDamaged(descriptor, path, number) {
                        SummedFiles.note(number, of: SummedFiles.absolute(path))
                        faults.append("Page \(number) of \(path) is damaged, or was written by another program.")
                    }
                }
            }
        }
        // Those of the newest commits may be in the log only.
        if isStill, log.isEmpty, let missing = try missingPages(descriptor, path, count) { faults.append(missing) }
        return faults
    }

    /// Gives every page the checksum of what it holds now, whatever that is. Nobody may have the file open.
    static func accept(_ path: String) throws {
        guard DatabasePage.areSummed(in: path) else { return }
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.last("open", path) }
        defer { OpenDatabases.close(descriptor) }
        try withUnsafeTemporaryAllocation(byteCount: DatabasePage.size, alignment: 8) { buffer in
            var number: UInt32 = 1
            while try read(descriptor, path, buffer, Int(number) - 1, 1) == 1 {
                if number != DatabasePage.neverUsed, !isWhole(buffer, 0, number) {
                    DatabasePage.stamp(buffer, number: number)
                    let place = off_t(number - 1) * off_t(DatabasePage.size)
                    guard pwrite(descriptor, buffer.baseAddress, DatabasePage.size, place) == DatabasePage.size else {
                        throw FileError.last("write", path)
                    }
                }
                number += 1
            }
        }
        guard fsync(descriptor) == 0 else { throw FileError.last("write", path) }
    }

    private static func isWhole(_ buffer: UnsafeMutableRawBufferPointer, _ page: Int, _ number: UInt32) -> Bool {
        DatabasePage.isWhole(
            UnsafeRawBufferPointer(rebasing: buffer[page * DatabasePage.size..<(page + 1) * DatabasePage.size]), number: number)
    }

    /// A page that is just being written is looked at again.
    private static func isDamaged(_ descriptor: Int32, _ path: String, _ number: UInt32) throws -> Bool {
        try withUnsafeTemporaryAllocation(byteCount: DatabasePage.size, alignment: 8) { buffer in
            for _ in 0..<5 {
                usleep(2_000)
                guard try read(descriptor, path, buffer, Int(number) - 1, 1) == 1, !isWhole(buffer, 0, number) else { return false }
            }
            return true
        }
    }

    /// The header knows how many pages there are.
    private static func missingPages(_ descriptor: Int32, _ path: String, _ count: Int) throws -> String? {
        try withUnsafeTemporaryAllocation(byteCount: DatabasePage.size, alignment: 8) { buffer in
            guard try read(descriptor, path, buffer, 0, 1) == 1 else { return "\(path) ends within its first page." }
            let expected = buffer.load(fromByteOffset: 28, as: UInt32.self).bigEndian
            return count < Int(expected) ? "\(path) ends before its page \(expected)." : nil
        }
    }

    /// Returns how many pages there were still: somebody may have written a shorter file meanwhile.
    private static func read(
        _ descriptor: Int32, _ path: String, _ buffer: UnsafeMutableRawBufferPointer, _ start: Int, _ pages: Int
    ) throws -> Int {
        var filled = 0
        while filled < pages * DatabasePage.size {
            let place = off_t(start * DatabasePage.size + filled)
            let got = pread(descriptor, buffer.baseAddress! + filled, pages * DatabasePage.size - filled, place)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw FileError.last("read", path) }
            if got == 0 { break }
            filled += got
        }
        return filled / DatabasePage.size
    }
}
