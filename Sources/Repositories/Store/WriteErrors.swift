import Domain
import GRDB
import Glibc

extension DomainError {
    /// What an error of the database or of the operating system means to whoever wanted to write: that nothing can be written now is a refusal that passes, whatever it was that
    /// they wanted. Any other error stays what it is.
    static func refusing(_ error: any Error) -> any Error {
        if case StoreError.system(_, _, let code) = error { return DomainError(writing: code) ?? error }
        guard let error = error as? DatabaseError else { return error }
        switch error.resultCode {
        case .SQLITE_BUSY: return DomainError.busy
        case .SQLITE_FULL: return DomainError.diskFull
        case .SQLITE_READONLY, .SQLITE_CANTOPEN: return DomainError.unwritable
        case .SQLITE_IOERR: return writing.contains(error.extendedResultCode) ? DomainError.unwritable : error
        default: return error
        }
    }

    /// What goes wrong with a disk that can still be read.
    private static let writing: [ResultCode] = [
        .SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC, .SQLITE_IOERR_TRUNCATE, .SQLITE_IOERR_SHMOPEN,
        .SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_SHMMAP, .SQLITE_IOERR_DELETE, .SQLITE_IOERR_LOCK,
    ]

    /// The same of an error of the operating system, where a file is written; nil for one that says nothing of the disk.
    package init?(writing code: Int32) {
        switch code {
        case ENOSPC, EDQUOT: self = .diskFull
        case EROFS, EFBIG, EIO: self = .unwritable
        default: return nil
        }
    }
}

extension Error {
    /// Whether nothing of the transaction it was met in is worth going on with: whatever is next would meet it as well.
    package var endsTransaction: Bool {
        if let error = self as? DomainError { return [.busy, .diskFull, .unwritable].contains(error) }
        guard let error = self as? DatabaseError else { return false }
        // A damaged page concerns whoever asked for it, and none of the others.
        if error.extendedResultCode == .SQLITE_IOERR_DATA { return false }
        switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_NOMEM, .SQLITE_READONLY, .SQLITE_CANTOPEN: return true
        default: return false
        }
    }
}
