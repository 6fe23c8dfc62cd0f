import Core
import Glibc
import Services
import Testing

/// Registers and calendars as others publish them. They aren't part of this repository: `PARTNERSHIP_SHARED_DATA` says where they are, else
/// `../shared/data` beside it is looked at.
enum SharedData {
    private static let directory: String = {
        if let path = getenv("PARTNERSHIP_SHARED_DATA") { return String(cString: path) }
        // <package>/Tests/ServicesTests/<this file>
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let resolved = realpath("/" + root, nil)
        defer { free(resolved) }
        return (resolved.map { String(cString: $0) } ?? "/" + root) + "/../shared/data"
    }()

    static let isThere = access(path("gias/edubasealldata_2026_1924_schools.csv"), R_OK) == 0
    static let absence: Comment = "the published registers and calendars aren't there; PARTNERSHIP_SHARED_DATA says where they are"

    static func path(_ name: String) -> String { directory + "/" + name }

    static var register: RegisterImport.Files {
        RegisterImport.Files(
            establishments: path("gias/edubasealldata_2026_1924_schools.csv"),
            groupLinks: path("gias/alllinksdata_2026_1465_memberships.csv"), groups: path("gias/allgroupsdata_2026_7176_groups.csv"))
    }

    static func json(_ name: String) throws -> JSON { try JSON(parsing: bytes(name)) }

    static func bytes(_ name: String) throws -> [UInt8] {
        let file = try #require(fopen(path(name), "r"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return bytes
    }
}
