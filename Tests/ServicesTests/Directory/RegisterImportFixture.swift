import Core
import Domain
import Glibc
import Repositories
import Services
import Testing

/// A store and a folder for files, both gone with the test.
final class RegisterImportFixture: Sendable {
    static let schoolHeader =
        "URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (code),TypeOfEstablishment (name),"
        + "EstablishmentStatus (code),PhaseOfEducation (code),NumberOfPupils,Town,Playground"
    static let linkHeader =
        "URN,Group UID,Group ID,Group Name,Companies House Number,Group Type (code),Group Type,Group Status (code),Joined date"
    static let groupHeader = "Group UID,Group ID,Group Name,Companies House Number,Group Type (code),Group Type,Group Status (code),UKPRN"

    let directory: String
    let store: Store

    /// - Parameter now: what the store takes for the time; nil for the system's clock.
    init(now: Instant? = nil) throws {
        var template = Array("/tmp/partnership-register-XXXXXX".utf8CString)
        let path = try template.withUnsafeMutableBufferPointer { template in
            let base = try #require(template.baseAddress)
            return String(cString: try #require(mkdtemp(base)))
        }
        directory = path
        store = try Store(directory: path + "/data", options: now.map { now in StoreOptions(clock: { now }) } ?? StoreOptions())
    }

    deinit {
        try? store.close()
        Self.remove(directory)
    }

    private static func remove(_ path: String) {
        if let stream = opendir(path) {
            while let entry = readdir(stream) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(stream)
        }
        Glibc.remove(path)
    }

    static func school(_ urn: Int, name: String? = nil, pupils: String = "100", town: String = "Leeds") -> String {
        "\(urn),383,Leeds,\(urn % 10_000),\(name ?? "School \(urn)"),34,Academy converter,1,2,\(pupils),\(town),big"
    }

    static func link(
        _ urn: Int, _ uid: Int = 3320, name: String = "HARRIS FEDERATION", type: String = "06", status: String = "OPEN"
    ) -> String {
        "\(urn),\(uid),TR0\(uid),\(name),06228587,\(type),Type \(type),\(status),01-09-2019"
    }

    static func group(_ uid: Int = 3320, name: String = "HARRIS FEDERATION", type: String = "06", status: String = "OPEN") -> String {
        "\(uid),TR0\(uid),\(name),06228587,\(type),Type \(type),\(status),10055126"
    }

    func write(_ name: String, bytes: [UInt8]) throws -> String {
        let path = directory + "/" + name
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        return path
    }

    func write(_ name: String, _ lines: [String]) throws -> String {
        try write(name, bytes: Array((lines.joined(separator: "\r\n") + "\r\n").utf8))
    }

    func files(schools: [String], links: [String] = [], groups: [String]? = nil) throws -> RegisterImport.Files {
        RegisterImport.Files(
            establishments: try write("establishments.csv", [Self.schoolHeader] + schools),
            groupLinks: try write("links.csv", [Self.linkHeader] + links),
            groups: try groups.map { try write("groups.csv", [Self.groupHeader] + $0) })
    }

    static let call = Call(actor: .commandLine, requestId: "test")

    @discardableResult
    func run(_ files: RegisterImport.Files, groupUid: String? = nil, call: Call = call) async throws -> RegisterReport {
        try await RegisterImport(store: store).run(files, groupUid: groupUid, call)
    }

    @discardableResult
    func run(schools: [String], links: [String] = [], groups: [String]? = nil, groupUid: String? = nil) async throws -> RegisterReport {
        try await run(files(schools: schools, links: links, groups: groups), groupUid: groupUid)
    }

    func school(_ urn: Int) throws -> School? { try store.readNow { try $0.schools.find(urn: String(urn)) } }

    /// The refusal's sentence; an import that isn't refused is an issue.
    func refusal(_ files: RegisterImport.Files, groupUid: String? = nil) async -> String {
        do {
            let report = try await run(files, groupUid: groupUid)
            Issue.record("not refused: \(report)")
            return ""
        } catch {
            return "\(error)"
        }
    }

    func isEmpty() throws -> Bool {
        try store.readNow { try $0.schools.urns().isEmpty && $0.register.urns().isEmpty && $0.trust.find() == nil }
    }
}

extension RegisterReport {
    /// `created updated unchanged rejected`
    var counts: [Int] { [created, updated, unchanged, rejected] }
    var reasons: [String] { rejections.map { "\($0.file) \($0.line) \($0.column ?? "-") \($0.reason)" } }
}
