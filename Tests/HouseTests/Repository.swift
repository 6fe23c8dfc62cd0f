import Foundation

/// The repository these tests stand in, as files.
struct Repository {
    let root: URL

    static let here = Repository(
        root: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent())

    func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    /// Names of the folders directly in `path`, sorted.
    func folders(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(at: root.appending(path: path), includingPropertiesForKeys: [.isDirectoryKey])
            .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map(\.lastPathComponent)
            .sorted()
    }

    /// Paths, relative to the root, of all files with this extension below `path`, sorted. Hidden folders are left out.
    func files(below path: String, withExtension wanted: String) -> [String] {
        let base = root.appending(path: path).path
        let found = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
        return
            found
            .filter { $0.hasSuffix("." + wanted) && !$0.split(separator: "/").contains { $0.hasPrefix(".") } }
            .map { path + "/" + $0 }
            .sorted()
    }
}
