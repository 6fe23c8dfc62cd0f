import Testing

/// No value ends the process: what Swift stops at when it is wrong is not in the sources, or says why it can't be wrong.
@Suite("Nothing traps unsaid") struct TotalityTests {
    /// Spelled so that this file doesn't name them.
    private static let unwanted: [(word: String, instead: String)] = [
        ("try" + "!", "handle the error"), (" as" + "! ", "use as? and say what follows"), ("fatal" + "Error(", "throw"),
        ("uniqueKeys" + "WithValues", "give uniquingKeysWith"), ("unown" + "ed", "use weak"), ("unsafely" + "Unwrapped", "unwrap"),
    ]

    @Test("What can be done without is done without", arguments: Self.unwanted.map(\.word))
    func never(word: String) throws {
        let instead = Self.unwanted.first { $0.word == word }?.instead ?? ""
        for line in try Sources.lines() where line.code.contains(word) {
            Issue.record("\(line.place): \(word) ends the process when it is wrong; \(instead)")
        }
    }

    @Test("Something is unwrapped by force only where it is a literal's, or a comment beside it says why it is there")
    func forced() throws {
        for line in try Sources.lines() where unwraps(line.code) && !line.isExplained {
            Issue.record("\(line.place): unwrapped by force without a reason beside it: \(line.code)")
        }
    }

    @Test("A condition that ends the process says in words what can't be otherwise")
    func conditions() throws {
        for line in try Sources.lines() where line.code.contains("precondition(") || line.code.contains("preconditionFailure(") {
            #expect(line.code.contains(#/\b(precondition|preconditionFailure)\(.*"[^"]+"/#), "\(line.place) has no reason: \(line.code)")
        }
    }

    @Test(
        "An unwrapping by force is found, and what only looks like one isn't",
        arguments: [
            ("let a = b!", true), ("b!.c", true), ("marks[name]!.d", true), ("f(a!)", true), ("names[0]!", true), ("a != b", false),
            ("!a", false),
            ("if !a, !b {", false), (#"HTTPField.Name("RateLimit")!"#, false), (#"Self("Last-Event-ID")!"#, false),
            (#"print("done!")"#, false),
        ])
    func found(code: String, isForced: Bool) { #expect(unwraps(code) == isForced) }
}

/// A name made of a literal is there or never was, on the first day as on any other. A buffer in which there is something to go on to has an
/// address, and the loops that add to it go on as long as there is.
private func unwraps(_ code: String) -> Bool {
    guard code.utf8.contains(UInt8(ascii: "!")) else { return false }
    let bare = code.replacing(#/\("[^"]*"\)!|baseAddress! \+/#, with: "").replacing(#/"(\\.|[^"\\])*"/#, with: "\"\"")
    return bare.contains(#/[A-Za-z0-9_)\]]!(?!=)/#)
}

/// The sources, line by line, without what is comment.
private enum Sources {
    struct Line {
        let place: String
        let code: String
        /// Whether a comment stands beside it, or right above it or a run of lines that unwrap.
        let isExplained: Bool
    }

    static func lines() throws -> [Line] {
        let repository = Repository.here
        var lines: [Line] = []
        for file in repository.files(below: "Sources", withExtension: "swift") {
            var isBelowComment = false
            for (number, text) in try repository.text(file).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let code = String(text.drop { $0 == " " })
                let isComment = code.hasPrefix("//")
                if !isComment {
                    lines.append(Line(place: "\(file):\(number + 1)", code: code, isExplained: isBelowComment || code.contains(" // ")))
                }
                isBelowComment = isComment || isBelowComment && unwraps(code)
            }
        }
        return lines
    }
}
