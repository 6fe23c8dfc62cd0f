import HTTPTypes

/// The path of one operation: literal segments and parameters that take a whole segment.
struct PathTemplate: Sendable {
    enum Segment: Hashable, Sendable {
        case literal([UInt8])
        case parameter(String)
    }

    let text: String
    let segments: [Segment]

    init(_ text: String) throws(ReasonedError) {
        guard text.hasPrefix("/") else { throw ReasonedError("a path begins with /") }
        var segments: [Segment] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard !part.isEmpty else { throw ReasonedError("a path has no empty segment and no slash at its end") }
            if part.hasPrefix("{"), part.hasSuffix("}"), part.utf8.count > 2 {
                segments.append(.parameter(String(part.dropFirst().dropLast())))
            } else if part.contains(where: { "{}%".contains($0) }) {
                throw ReasonedError("a path parameter takes a whole segment")
            } else {
                segments.append(.literal(Array(part.utf8)))
            }
        }
        self.text = text
        self.segments = segments
    }

    var names: [String] {
        segments.compactMap { segment in
            guard case .parameter(let name) = segment else { return nil }
            return name
        }
    }

    /// Whether some path fits both, and neither is the more exact one wherever they differ: then which of them was meant is a guess.
    func isAmbiguous(with other: PathTemplate) -> Bool {
        guard segments.count == other.segments.count else { return false }
        var isMoreExact = false
        var isLessExact = false
        for (mine, theirs) in zip(segments, other.segments) {
            switch (mine, theirs) {
            case (.literal(let left), .literal(let right)): if left != right { return false }
            case (.literal, .parameter): isMoreExact = true
            case (.parameter, .literal): isLessExact = true
            case (.parameter, .parameter): break
            }
        }
        return isMoreExact == isLessExact
    }
}

/// Finds the resource a path means. Exact: no empty segments, no slash at the end, literals byte for byte; an encoded slash stays part of
/// its segment.
struct Router: Sendable {
    /// What is at one path.
    struct Resource: Sendable {
        let template: PathTemplate
        /// Index into the contract's operations, by method.
        fileprivate(set) var operations: [(method: HTTPRequest.Method, index: Int)] = []
        /// The field `Allow`.
        fileprivate(set) var allow = ""

        func operation(for method: HTTPRequest.Method) -> Int? {
            // HEAD is GET without its body.
            let method = method == .head ? .get : method
            return operations.first { $0.method == method }?.index
        }
    }

    enum Match {
        case none
        case found(resource: Int, values: [String])
        /// A reason for 400.
        case malformed(String)
    }

    private(set) var resources: [Resource] = []
    private var byLength: [[Int]] = []
    /// Every method some path takes, for `OPTIONS *`.
    let allMethods: String

    init(_ operations: [Operation]) throws {
        for (index, operation) in operations.enumerated() {
            if let known = resources.firstIndex(where: { $0.template.text == operation.path }) {
                resources[known].operations.append((operation.method, index))
            } else {
                let template: PathTemplate
                do { template = try PathTemplate(operation.path) } catch { throw ContractError("\(operation.path): \(error.reason).") }
                if let other = resources.first(where: { $0.template.isAmbiguous(with: template) }) {
                    throw ContractError("openapi.yaml: the paths \(other.template.text) and \(template.text) can match the same request.")
                }
                resources.append(Resource(template: template, operations: [(operation.method, index)]))
            }
        }
        for index in resources.indices { resources[index].allow = Self.allow(resources[index].operations.map(\.method)) }
        allMethods = Self.allow(resources.flatMap { $0.operations.map(\.method) })
        // Among templates of one length that fit, the one whose literals come first and are most is meant.
        let order = resources.indices.sorted { Self.literals(resources[$0]) > Self.literals(resources[$1]) }
        for index in order {
            let length = resources[index].template.segments.count
            while byLength.count <= length { byLength.append([]) }
            byLength[length].append(index)
        }
    }

    private static func literals(_ resource: Resource) -> Int {
        resource.template.segments.count { segment in
            if case .literal = segment { true } else { false }
        }
    }

    private static func allow(_ methods: [HTTPRequest.Method]) -> String {
        var names: [String] = []
        for method in methods {
            if !names.contains(method.rawValue) { names.append(method.rawValue) }
            if method == .get, !names.contains("HEAD") { names.append("HEAD") }
        }
        return (names + ["OPTIONS"]).joined(separator: ", ")
    }

    /// - Parameter path: without the query, as sent.
    func match(_ path: UnsafeBufferPointer<UInt8>) -> Match {
        guard path.first == UInt8(ascii: "/") else { return .malformed("The path must begin with a slash.") }
        let segments = UnsafeBufferPointer(rebasing: path.dropFirst()).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for segment in segments where !Self.isProper(segment) {
            return .malformed("The path has a segment that is . or .., or isn't properly percent-encoded UTF-8.")
        }
        guard segments.count < byLength.count else { return .none }
        for index in byLength[segments.count] where Self.fits(resources[index].template, segments) {
            var values: [String] = []
            for (segment, bytes) in zip(resources[index].template.segments, segments) {
                guard case .parameter = segment else { continue }
                // Proper, so it can be decoded.
                values.append(PercentEncoding.decode(bytes) ?? "")
            }
            return .found(resource: index, values: values)
        }
        return .none
    }

    private static func fits(_ template: PathTemplate, _ segments: [Slice<UnsafeBufferPointer<UInt8>>]) -> Bool {
        for (segment, bytes) in zip(template.segments, segments) {
            switch segment {
            case .literal(let literal): if bytes.count != literal.count || !bytes.elementsEqual(literal) { return false }
            case .parameter: if bytes.isEmpty { return false }
            }
        }
        return true
    }

    private static func isProper(_ segment: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        if segment.allSatisfy({ $0 != UInt8(ascii: "%") && $0 < 0x80 }) { return !isDots(segment) }
        guard let decoded = PercentEncoding.decode(segment) else { return false }
        return !isDots(decoded.utf8)
    }

    /// `.` and `..`, also encoded: clients and proxies resolve them, so they can't be names.
    private static func isDots(_ segment: some Collection<UInt8>) -> Bool {
        (1...2).contains(segment.count) && segment.allSatisfy { $0 == UInt8(ascii: ".") }
    }
}
