import Glibc

/// The checksum in the last eight bytes of every page of a database, and of every frame of its log: the one SQLite made for the log.
///
/// Each step can be undone, so two runs of bytes that differ in eight bytes side by side at most, wherever, never have the same.
struct PageSum: Hashable {
    private(set) var first: UInt32
    private(set) var second: UInt32

    /// Of a page, which has to be the one with this number.
    init(page number: UInt32) { self.init(number, 0) }

    init(_ first: UInt32 = 0, _ second: UInt32 = 0) {
        (self.first, self.second) = (first, second)
    }

    /// - Parameters:
    ///   - bytes: a multiple of eight, at an address that is one of four.
    ///   - isForeign: whether the words in them are in the other byte order than this machine's.
    mutating func add(_ bytes: UnsafeRawBufferPointer, isForeign: Bool = !DatabasePage.isMachineLittleEndian) {
        guard let start = bytes.baseAddress else { return }
        let words = start.assumingMemoryBound(to: UInt32.self)
        let count = bytes.count / 4
        var (a, b) = (first, second)
        var place = 0
        // Two loops, of what even an unoptimised build does in place: a test suite reads a million pages.
        if isForeign {
            while place < count {
                a = a &+ words[place].byteSwapped &+ b
                b = b &+ words[place &+ 1].byteSwapped &+ a
                place = place &+ 2
            }
        } else {
            while place < count {
                a = a &+ words[place] &+ b
                b = b &+ words[place &+ 1] &+ a
                place = place &+ 2
            }
        }
        (first, second) = (a, b)
    }
}

/// Pages as they are in the file.
enum DatabasePage {
    static let size = 4096
    static let sumBytes = 8
    static let isMachineLittleEndian = UInt16(1).littleEndian == 1
    /// In the header of the file: how large its pages are, and how many bytes of each SQLite leaves alone.
    private static let header: [UInt8] = Array("SQLite format 3\0".utf8) + [0x10, 0x00]
    private static let reservedPlace = 20
    static let headerBytes = reservedPlace + 1

    /// SQLite takes its locks there and never has a page of it.
    static let neverUsed = UInt32(0x4000_0000 / size) + 1

    /// Whether a file that begins with these bytes has a checksum in every page.
    static func areSummed(_ start: UnsafeRawBufferPointer) -> Bool {
        start.count >= headerBytes && start[reservedPlace] == UInt8(sumBytes)
            && start.prefix(16).elementsEqual(header.prefix(16)) && start[16..<18].elementsEqual(header[16...])
    }

    /// The same of a file; false for one that can't be read.
    static func areSummed(in path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { OpenDatabases.close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: headerBytes, alignment: 8) { buffer in
            pread(descriptor, buffer.baseAddress, headerBytes, 0) == headerBytes && areSummed(UnsafeRawBufferPointer(buffer))
        }
    }

    static func sum(_ page: UnsafeRawBufferPointer, number: UInt32) -> PageSum {
        var sum = PageSum(page: number)
        sum.add(UnsafeRawBufferPointer(rebasing: page.dropLast(sumBytes)))
        return sum
    }

    static func isWhole(_ page: UnsafeRawBufferPointer, number: UInt32) -> Bool {
        let sum = sum(page, number: number)
        return page.load(fromByteOffset: size - 8, as: UInt32.self).littleEndian == sum.first
            && page.load(fromByteOffset: size - 4, as: UInt32.self).littleEndian == sum.second
    }

    static func stamp(_ page: UnsafeMutableRawBufferPointer, number: UInt32) {
        let sum = sum(UnsafeRawBufferPointer(page), number: number)
        page.storeBytes(of: sum.first.littleEndian, toByteOffset: size - 8, as: UInt32.self)
        page.storeBytes(of: sum.second.littleEndian, toByteOffset: size - 4, as: UInt32.self)
    }
}
