/// Whether bytes are what their media type says, as far as their beginning tells.
///
/// Types without a mark of their own are taken at their word; nothing is ever opened or unpacked. Marks: the registrations of the types with
/// IANA, and the specifications they name.
package enum FileKind {
    /// Completes “The content …”; nil when it may be what it is declared to be.
    package static func contradiction(of contentType: String, beginning: [UInt8]) -> String? {
        guard !beginning.isEmpty, contentType != "application/octet-stream" else { return nil }
        if let mark = marks[contentType] {
            return mark.contains { $0.isAt(beginning) } ? nil : "doesn't begin as \(contentType) does"
        }
        if isText(contentType) {
            if let other = kind(of: beginning) { return "is \(other), not \(contentType)" }
            return beginning.contains(0) && !isWideText(beginning) ? "has zero bytes, which \(contentType) has not" : nil
        }
        return nil
    }

    /// The declared type of what begins as one of the marked ones does; nil for anything else.
    static func kind(of beginning: [UInt8]) -> String? {
        names.first { name in marks[name, default: []].contains { $0.isAt(beginning) } }
    }

    private static func isText(_ contentType: String) -> Bool {
        contentType.hasPrefix("text/") || contentType.hasSuffix("+json") || contentType.hasSuffix("+xml")
            || ["application/json", "application/xml", "application/yaml", "application/x-ndjson"].contains(contentType)
    }

    /// UTF-16 with its byte order mark, as spreadsheets write “Unicode text”.
    private static func isWideText(_ beginning: [UInt8]) -> Bool {
        beginning.starts(with: [0xFF, 0xFE]) || beginning.starts(with: [0xFE, 0xFF])
    }

    private struct Mark {
        var bytes: [UInt8]
        var offset: Int
        /// Anywhere within so many bytes from the offset.
        var within: Int

        func isAt(_ beginning: [UInt8]) -> Bool {
            (offset...offset + within).contains { start in beginning.dropFirst(start).starts(with: bytes) }
        }

        init(bytes: [UInt8], offset: Int = 0, within: Int = 0) {
            self.bytes = bytes
            self.offset = offset
            self.within = within
        }

        init(_ text: String, at offset: Int = 0, within: Int = 0) { self.init(bytes: Array(text.utf8), offset: offset, within: within) }
    }

    private static let zip = [Mark(bytes: [0x50, 0x4B, 0x03, 0x04]), Mark(bytes: [0x50, 0x4B, 0x05, 0x06])]
    private static let compound = [Mark(bytes: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])]
    /// The box `ftyp` of ISO 14496-12.
    private static let boxes = [Mark("ftyp", at: 4)]

    private static let marks: [String: [Mark]] = [
        // Readers look for it in the first 1,024 bytes.
        "application/pdf": [Mark("%PDF-", within: 1019)],
        "image/png": [Mark(bytes: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])],
        "image/jpeg": [Mark(bytes: [0xFF, 0xD8, 0xFF])],
        "image/gif": [Mark("GIF87a"), Mark("GIF89a")],
        "image/webp": [Mark("WEBP", at: 8)],
        "image/tiff": [Mark(bytes: [0x49, 0x49, 0x2A, 0x00]), Mark(bytes: [0x4D, 0x4D, 0x00, 0x2A])],
        "image/heic": boxes,
        "video/mp4": boxes,
        "video/quicktime": boxes + [Mark("moov", at: 4), Mark("mdat", at: 4), Mark("wide", at: 4), Mark("free", at: 4)],
        "audio/mp4": boxes,
        "video/webm": [Mark(bytes: [0x1A, 0x45, 0xDF, 0xA3])],
        "audio/mpeg": [Mark("ID3"), Mark(bytes: [0xFF, 0xFB]), Mark(bytes: [0xFF, 0xF3]), Mark(bytes: [0xFF, 0xF2])],
        "audio/wav": [Mark("WAVE", at: 8)],
        "application/zip": zip,
        "application/gzip": [Mark(bytes: [0x1F, 0x8B])],
        "application/epub+zip": zip,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": zip,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": zip,
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": zip,
        "application/vnd.oasis.opendocument.text": zip,
        "application/vnd.oasis.opendocument.spreadsheet": zip,
        "application/vnd.oasis.opendocument.presentation": zip,
        "application/msword": compound,
        "application/vnd.ms-excel": compound,
        "application/vnd.ms-powerpoint": compound,
        "application/rtf": [Mark("{\\rtf")],
    ]

    /// Those that tell a file from text, the most common first.
    private static let names = [
        "application/pdf", "image/png", "image/jpeg", "image/gif", "application/zip", "application/gzip", "application/msword",
        "video/webm",
    ]
}
