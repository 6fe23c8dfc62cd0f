import Core
import Domain
import OrderedCollections
package import Routing
package import Services

/// `/v1/tokens`. A token's header tag is weak: `lastUsedAt` changes without a new version.
package struct TokenHandlers: Sendable {
    private let tokens: TokenService

    package init(tokens: TokenService) {
        self.tokens = tokens
    }

    package var bindings: [Binding] {
        [
            Binding("listTokens", listOf: tokens),
            Binding("createToken", write: createToken) { token, secret in
                try Self.created(token, showing: secret)
            } kept: {
                try Self.created($0, showing: nil)
            },
            Binding("getToken", target: token, handle: getToken),
            Binding("rotateToken", target: token, write: rotateToken) { token, secret in
                .item(try Self.document(token, showing: secret))
            } kept: {
                .item(try Self.document($0, showing: nil))
            },
            Binding("revokeToken", target: token, write: revokeToken) { try .view($0) },
        ]
    }

    private func token(_ exchange: Exchange) async throws -> Target? {
        let (id, etag) = try tokens.identify(exchange.path("id"), exchange.call)
        return Target(id: id, etag: etag)
    }

    private func createToken(_ exchange: Exchange) async throws -> (ApiToken, secret: String) {
        try await tokens.create(JSONCodec.decode(TokenService.Request.self, from: exchange.body), exchange.call)
    }

    private func getToken(_ exchange: Exchange) async throws -> Answer {
        try .view(tokens.find(exchange.targetID, exchange.call))
    }

    private func rotateToken(_ exchange: Exchange) async throws -> (ApiToken, secret: String) {
        let overlap = exchange.body["overlapMinutes"]?.integerValue.map { Int($0) } ?? TokenService.defaultOverlapMinutes
        return try await tokens.rotate(id: exchange.targetID, overlapMinutes: overlap, exchange.call)
    }

    private func revokeToken(_ exchange: Exchange) async throws -> ApiToken {
        try await tokens.revoke(id: exchange.targetID, exchange.call)
    }

    private static func created(_ token: ApiToken, showing secret: String?) throws -> Answer {
        // The tag is that of the token as it is read, without its secret.
        let etag = try EntityTag.weak(token.etag, of: JSONCodec.encode(token))
        let location = ResourceType.apiToken.href(id: token.id)
        return try .item(document(token, showing: secret), etag: etag, status: .created, location: location)
    }

    /// The token with its secret as the member `token`. What is kept for a request that comes again has none: only digests are stored.
    private static func document(_ token: ApiToken, showing secret: String?) throws -> [UInt8] {
        var members = try JSONCodec.tree(token).objectValue ?? [:]
        members["token"] = secret.map(JSON.string) ?? .null
        return JSON.object(members).bytes
    }
}
