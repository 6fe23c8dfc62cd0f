import Core
import Domain
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
            Binding("createToken", handle: createToken),
            Binding("getToken", target: token, handle: getToken),
            Binding("rotateToken", target: token, handle: rotateToken),
            Binding("revokeToken", target: token, handle: revokeToken),
        ]
    }

    private func token(_ exchange: Exchange) async throws -> Target? {
        let (id, etag) = try tokens.identify(exchange.path("id"), exchange.call)
        return Target(id: id, etag: etag)
    }

    private func createToken(_ exchange: Exchange) async throws -> Answer {
        let request = try JSONCodec.decode(TokenService.Request.self, from: exchange.body)
        let (token, secret) = try await tokens.create(request, exchange.call)
        // The tag is that of the token as it is read, without its secret.
        let etag = try EntityTag.weak(token.etag, of: JSONCodec.encode(token))
        return try .item(showing(secret, of: token), etag: etag, status: .created, location: ResourceType.apiToken.href(id: token.id))
    }

    private func getToken(_ exchange: Exchange) async throws -> Answer {
        try .view(tokens.find(exchange.targetID, exchange.call))
    }

    private func rotateToken(_ exchange: Exchange) async throws -> Answer {
        let overlap = exchange.body["overlapMinutes"]?.integerValue.map { Int($0) } ?? TokenService.defaultOverlapMinutes
        let (token, secret) = try await tokens.rotate(id: exchange.targetID, overlapMinutes: overlap, exchange.call)
        return try .item(showing(secret, of: token))
    }

    private func revokeToken(_ exchange: Exchange) async throws -> Answer {
        try .view(await tokens.revoke(id: exchange.targetID, exchange.call))
    }

    /// The token with its secret as the member `token`.
    private func showing(_ secret: String, of token: ApiToken) throws -> [UInt8] {
        try JSONCodec.tree(token).merging(patch: ["token": .string(secret)]).bytes
    }
}
