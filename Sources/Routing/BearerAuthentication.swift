import Core
import HTTPTypes

/// `Authorization: Bearer …` (RFC 6750). A token in the address is not looked for: addresses end up in logs.
struct BearerAuthentication: Sendable {
    let authenticate: @Sendable (String) throws -> Actor?
    /// Whether a token that is no good is a guess.
    let isGuess: @Sendable (String) throws -> Bool
    let attempts: AttemptLimiter

    private static let realm = "Bearer realm=\"partnership\""

    func actor(for headers: HTTPFields, from address: String) throws -> Actor {
        guard let field = headers.value(.authorization) else {
            throw Self.refusal("The operation needs a token, as Authorization: Bearer and the token.")
        }
        let token = try Self.token(in: field)
        if let actor = try authenticate(token) { return actor }
        // A program whose token has run out asks on and on, but guesses nothing.
        if try isGuess(token), let seconds = attempts.failed(address) { throw Self.slowDown(seconds) }
        throw Self.refusal(
            "The token is unknown, expired or revoked.", ", error=\"invalid_token\", error_description=\"unknown, expired or revoked\"")
    }

    /// Whether the token still gives this caller: neither ended nor changed in what it may do.
    func gives(_ actor: Actor, for headers: HTTPFields) -> Bool {
        guard let field = headers.value(.authorization), let token = try? Self.token(in: field) else { return false }
        return (try? authenticate(token)) == actor
    }

    private static func token(in field: String) throws(Problem) -> String {
        let bytes = Array(field.utf8)
        let scheme = bytes.prefix { $0 != Ascii.space }
        guard Ascii.equals(scheme, "bearer") else { throw refusal("The only scheme understood is Bearer.") }
        let token = bytes[scheme.endIndex...].drop { $0 == Ascii.space }
        guard !token.isEmpty, token.allSatisfy(isTokenCharacter) else {
            throw refusal("The field Authorization must be Bearer, a space, and one token.", ", error=\"invalid_request\"")
        }
        return String(decoding: token, as: UTF8.self)
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._~+/=".utf8.contains(byte)
        }
    }

    private static func refusal(_ detail: String, _ error: String = "") -> Problem {
        Problem(.unauthenticated, detail, headers: [.wwwAuthenticate: realm + error])
    }

    private static func slowDown(_ seconds: Int) -> Problem {
        Problem(.tooManyRequests, "Too many unknown tokens came from this address.", headers: [.retryAfter: String(seconds)])
    }

    /// 403 for a token that lacks a permission.
    static func insufficient(_ permission: String) -> Problem {
        Problem(
            .forbidden, "The operation needs the permission \(permission), which this token doesn't have.",
            headers: [.wwwAuthenticate: realm + ", error=\"insufficient_scope\", scope=\"\(permission)\""])
    }
}

extension Actor {
    /// Whoever calls a public operation.
    static let anonymous = Actor(kind: .system, id: "anonymous", name: "Anonymous")
}
