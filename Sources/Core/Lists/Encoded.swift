/// A resource as it is sent: complete JSON of one version.
package struct Encoded: Hashable, Sendable {
    package let id: String
    package let etag: VersionTag
    package let bytes: [UInt8]
    /// Whether it says more than its version: then the version alone doesn't tell whether it has changed.
    package private(set) var saysMore = false

    package init(id: String, etag: VersionTag, bytes: [UInt8]) {
        self.id = id
        self.etag = etag
        self.bytes = bytes
    }
}

extension Encoded {
    /// The same object with further members at its end; nil bytes are null.
    package func adding(_ members: [(String, [UInt8]?)]) -> Encoded {
        guard !members.isEmpty else { return self }
        var bytes = Array(self.bytes.dropLast())
        for (name, value) in members {
            var member = JSONWriter()
            member.string(name)
            bytes += [UInt8(ascii: ",")] + member.bytes + [UInt8(ascii: ":")] + (value ?? Array("null".utf8))
        }
        bytes.append(UInt8(ascii: "}"))
        var more = Encoded(id: id, etag: etag, bytes: bytes)
        more.saysMore = true
        return more
    }
}
