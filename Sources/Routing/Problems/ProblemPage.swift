import Core

/// The page behind a problem's `type`: HTML for people, JSON when asked for.
enum ProblemPage {
    static func html(_ code: ProblemCode) -> [UInt8] {
        let title = escape(code.title)
        return Array(
            """
            <!DOCTYPE html>
            <html lang="en-GB">
            <head><meta charset="utf-8"><title>\(title)</title><meta name="viewport" content="width=device-width"></head>
            <body>
            <h1>\(title)</h1>
            <p><code>\(code.rawValue)</code>, status \(code.status)</p>
            <p>\(marked(escape(code.explanation)))</p>
            </body>
            </html>

            """.utf8)
    }

    static func json(_ code: ProblemCode) -> [UInt8] {
        let tree: JSON = [
            "code": .string(code.rawValue), "title": .string(code.title), "status": .integer(Int64(code.status)),
            "description": .string(code.explanation),
        ]
        return tree.bytes
    }

    private static func escape(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }

    /// `text` in backticks is code.
    private static func marked(_ text: String) -> String {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .map { $0.offset % 2 == 1 ? "<code>\($0.element)</code>" : String($0.element) }
            .joined()
    }
}
