import Core

/// The name of a file in the field `Content-Disposition` (RFC 6266).
package enum ContentDisposition {
    /// `filename*` goes before `filename` (RFC 8187: UTF-8, percent-encoded). nil when there is none that can be read.
    package static func filename(_ field: String) -> String? {
        var plain: String?
        var extended: String?
        for part in MediaType.split(field, at: ";").dropFirst() {
            guard let equals = part.firstIndex(of: "=") else { continue }
            let value = MediaType.trim(part[part.index(after: equals)...])
            switch MediaType.trim(part[..<equals]).lowercased() {
            case "filename" where plain == nil: plain = MediaType.unquote(value)
            case "filename*" where extended == nil: extended = decode(value)
            default: break
            }
        }
        return extended ?? plain
    }

    /// `UTF-8'language'percent-encoded`.
    private static func decode(_ value: Substring) -> String? {
        let parts = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
        return PercentEncoding.decode(parts[2].utf8)
    }

    /// As an attachment, with a plain name for those that don't read the other.
    static func attachment(_ filename: String) -> String {
        let plain = String(String.UnicodeScalarView(filename.unicodeScalars.map { isPlain($0) ? $0 : "_" }))
        let extended = plain == filename ? "" : "; filename*=UTF-8''\(PercentEncoding.encode(filename))"
        return "attachment; filename=\"\(plain)\"\(extended)"
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        (0x20...0x7E).contains(scalar.value) && scalar != "\"" && scalar != "\\" && scalar != "/" && scalar != "%"
    }
}
