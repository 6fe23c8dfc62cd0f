import GRDBSQLite
import Glibc
import Synchronization

/// SQLite's way to the disk, with a checksum in every page of a database file: put there when a page is written, held against the page whenever it is
/// read. A page that isn't what was written is an error of input and output (`SQLITE_IOERR_DATA`), never an answer.
///
/// SQLite calls a file system through a table of functions, a VFS; this one stands in front of the usual one and changes eight bytes that SQLite
/// leaves alone. Databases whose header doesn't set those bytes aside, logs and temporary files pass through as they are: the log has checksums of
/// its own.
enum SummedFiles {
    /// From the first use on, every database that this process opens is read and written this way.
    static func install() { _ = isInstalled }

    private static let isInstalled: Bool = {
        guard let usual else { return false }
        // Whatever isn't replaced is the usual way's.
        let own = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        own.initialize(to: usual.pointee)
        own.pointee.pNext = nil
        own.pointee.zName = UnsafePointer(strdup("summed"))
        own.pointee.szOsFile = Int32(SummedFile.bytes) + usual.pointee.szOsFile
        own.pointee.xOpen = { _, name, file, flags, outFlags in SummedFiles.open(name, file, flags, outFlags) }
        return sqlite3_vfs_register(own, 1) == SQLITE_OK
    }()

    nonisolated(unsafe) private static let usual = sqlite3_vfs_find(nil)

    private static func open(
        _ name: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32, _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        guard let usual, let file, let open = usual.pointee.xOpen else { return SQLITE_CANTOPEN }
        guard flags & SQLITE_OPEN_MAIN_DB != 0, let name else { return open(usual, name, file, flags, outFlags) }
        file.pointee.pMethods = nil
        let summed = SummedFile(file)
        summed.inner.pointee.pMethods = nil
        let code = open(usual, name, summed.inner, flags, outFlags)
        guard code == SQLITE_OK else { return code }
        let identity = OpenDatabases.File(path: name)
        if let identity { OpenDatabases.opened(identity) }
        summed.state.initialize(to: SummedFile.State(name: name, file: identity, neverChanges: neverChanges(name)))
        file.pointee.pMethods = UnsafePointer(methods)
        return SQLITE_OK
    }

    /// Where nothing can be written SQLite couldn't make the memory its readers and writers share. Nor need it: nobody writes. Only a log
    /// that is left over has to be read.
    private static func neverChanges(_ name: UnsafePointer<CChar>) -> Bool {
        guard access(name, W_OK) != 0, errno == EROFS else { return false }
        var log = stat()
        return stat(String(cString: name) + "-wal", &log) != 0 || log.st_size == 0
    }

    // MARK: Damage

    private static let damage = Mutex<[String: Set<UInt32>]>([:])

    /// Pages of a database that this process found damaged when it read them.
    static func damagedPages(of path: String) -> Set<UInt32> { damage.withLock { $0[absolute(path)] ?? [] } }

    /// As SQLite calls it.
    static func absolute(_ path: String) -> String {
        guard let whole = realpath(path, nil) else { return path }
        defer { free(whole) }
        return String(cString: whole)
    }

    /// - Parameter path: absolute, without links.
    static func note(_ page: UInt32, of path: String) { damage.withLock { _ = $0[path, default: []].insert(page) } }

    // MARK: The table of functions

    nonisolated(unsafe) private static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
        let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        table.initialize(to: sqlite3_io_methods())
        // Without memory mapping, which would go past us.
        table.pointee.iVersion = 2
        table.pointee.xRead = { file, buffer, count, offset in SummedFile(file).read(buffer, Int(count), offset) }
        table.pointee.xWrite = { file, bytes, count, offset in SummedFile(file).write(bytes, Int(count), offset) }
        table.pointee.xDeviceCharacteristics = { SummedFile($0).characteristics }
        // The rest goes through.
        table.pointee.xClose = { SummedFile($0).close() }
        table.pointee.xTruncate = { file, size in SummedFile(file).pass { $0.xTruncate($1, size) } }
        table.pointee.xSync = { file, flags in SummedFile(file).pass { $0.xSync($1, flags) } }
        table.pointee.xFileSize = { file, size in SummedFile(file).pass { $0.xFileSize($1, size) } }
        table.pointee.xLock = { file, level in SummedFile(file).pass { $0.xLock($1, level) } }
        table.pointee.xUnlock = { file, level in SummedFile(file).pass { $0.xUnlock($1, level) } }
        table.pointee.xCheckReservedLock = { file, out in SummedFile(file).pass { $0.xCheckReservedLock($1, out) } }
        table.pointee.xFileControl = { file, operation, value in SummedFile(file).pass { $0.xFileControl($1, operation, value) } }
        table.pointee.xSectorSize = { file in SummedFile(file).pass { $0.xSectorSize($1) } }
        table.pointee.xShmMap = { file, region, size, extends, out in
            SummedFile(file).pass { $0.xShmMap($1, region, size, extends, out) }
        }
        table.pointee.xShmLock = { file, offset, count, flags in SummedFile(file).pass { $0.xShmLock($1, offset, count, flags) } }
        table.pointee.xShmBarrier = { file in
            let file = SummedFile(file)
            file.inner.pointee.pMethods.pointee.xShmBarrier(file.inner)
        }
        table.pointee.xShmUnmap = { file, deletes in SummedFile(file).pass { $0.xShmUnmap($1, deletes) } }
        return table
    }()
}

/// One open database file: what SQLite sees of it, a little of our own, and behind that the usual way's file.
private struct SummedFile {
    struct State {
        /// SQLite keeps it as long as the file is open.
        let name: UnsafePointer<CChar>
        let file: OpenDatabases.File?
        let neverChanges: Bool
        /// Once its header says so it is true for good.
        var isSummed = false
    }

    /// What comes before the usual way's file; its address is one of sixteen.
    static let bytes = 64

    // Macros that Swift doesn't see: SQLITE_IOERR_SHORT_READ, SQLITE_IOERR_DATA.
    private static let shortRead = SQLITE_IOERR | (2 << 8)
    private static let badData = SQLITE_IOERR | (32 << 8)

    let state: UnsafeMutablePointer<State>
    let inner: UnsafeMutablePointer<sqlite3_file>

    /// - Parameter file: one that SQLite opened this way.
    init(_ file: UnsafeMutablePointer<sqlite3_file>?) {
        // SQLite calls with no other.
        let start = UnsafeMutableRawPointer(file!)
        state = (start + 16).assumingMemoryBound(to: State.self)
        inner = (start + Self.bytes).assumingMemoryBound(to: sqlite3_file.self)
    }

    func pass(_ call: (sqlite3_io_methods, UnsafeMutablePointer<sqlite3_file>) -> Int32) -> Int32 {
        call(inner.pointee.pMethods.pointee, inner)
    }

    func close() -> Int32 {
        let code = pass { $0.xClose($1) }
        if let file = state.pointee.file { OpenDatabases.closed(file) }
        return code
    }

    private func readBehind(_ buffer: UnsafeMutableRawPointer, _ count: Int, _ offset: Int64) -> Int32 {
        inner.pointee.pMethods.pointee.xRead(inner, buffer, Int32(count), offset)
    }

    func read(_ buffer: UnsafeMutableRawPointer?, _ count: Int, _ offset: Int64) -> Int32 {
        guard let buffer else { return SQLITE_IOERR }
        // The header is read by itself, over and over; nothing else that is this short.
        guard count > 100, isSummed else { return readBehind(buffer, count, offset) }
        let number = UInt32(offset / Int64(DatabasePage.size)) + 1
        guard count == DatabasePage.size else { return readPart(buffer, count, offset, of: number) }
        let code = readBehind(buffer, count, offset)
        guard code == SQLITE_OK || code == SummedFile.shortRead else { return code }
        guard DatabasePage.isWhole(UnsafeRawBufferPointer(start: buffer, count: count), number: number) else { return damaged(number) }
        return SQLITE_OK
    }

    /// Newer versions of SQLite take long values from the file without the rest of the page.
    private func readPart(_ buffer: UnsafeMutableRawPointer, _ count: Int, _ offset: Int64, of number: UInt32) -> Int32 {
        let place = Int(offset % Int64(DatabasePage.size))
        guard place + count <= DatabasePage.size else { return SQLITE_IOERR }
        return withUnsafeTemporaryAllocation(byteCount: DatabasePage.size, alignment: 8) { page in
            // A whole page has an address.
            let code = read(page.baseAddress!, DatabasePage.size, offset - Int64(place))
            if code == SQLITE_OK, let start = page.baseAddress { buffer.copyMemory(from: start + place, byteCount: count) }
            return code
        }
    }

    private func damaged(_ number: UInt32) -> Int32 {
        SummedFiles.note(number, of: String(cString: state.pointee.name))
        return Self.badData
    }

    func write(_ bytes: UnsafeRawPointer?, _ count: Int, _ offset: Int64) -> Int32 {
        guard let bytes else { return SQLITE_IOERR }
        let methods = inner.pointee.pMethods.pointee
        guard count == DatabasePage.size else { return methods.xWrite(inner, bytes, Int32(count), offset) }
        if offset == 0, DatabasePage.areSummed(UnsafeRawBufferPointer(start: bytes, count: count)) { state.pointee.isSummed = true }
        guard isSummed else { return methods.xWrite(inner, bytes, Int32(count), offset) }
        return withUnsafeTemporaryAllocation(byteCount: DatabasePage.size, alignment: 8) { page in
            page.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: count))
            DatabasePage.stamp(page, number: UInt32(offset / Int64(DatabasePage.size)) + 1)
            return methods.xWrite(inner, page.baseAddress, Int32(count), offset)
        }
    }

    /// The header is asked again until it says yes: another connection may have made the database meanwhile.
    private var isSummed: Bool {
        if state.pointee.isSummed { return true }
        let isSummed = withUnsafeTemporaryAllocation(byteCount: DatabasePage.headerBytes, alignment: 8) { header in
            inner.pointee.pMethods.pointee.xRead(inner, header.baseAddress, Int32(DatabasePage.headerBytes), 0) == SQLITE_OK
                && DatabasePage.areSummed(UnsafeRawBufferPointer(header))
        }
        if isSummed { state.pointee.isSummed = true }
        return isSummed
    }

    var characteristics: Int32 {
        let usual = pass { $0.xDeviceCharacteristics($1) }
        return state.pointee.neverChanges ? usual | SQLITE_IOCAP_IMMUTABLE : usual
    }
}
