/// A resource as it is sent: complete JSON of one version.
package struct Encoded: Hashable, Sendable {
    package let id: String
    package let etag: VersionTag
    package let bytes: [UInt8]

    package init(id: String, etag: VersionTag, bytes: [UInt8]) {
        self.id = id
        self.etag = etag
        self.bytes = bytes
    }
}
