import Core
import Domain
import OrderedCollections
package import Routing
package import Services

/// `/livez`, `/readyz`, `/v1/meta`, `/.well-known/security.txt`.
package struct ServiceHandlers: Sendable {
    private let health: HealthService
    private let limits: ServerLimits
    private let requestsPerMinute: Int
    private let eventRetention: Int
    private let maximumFileBytes: Int
    private let accountLimits: AccountLimits
    private let version: String
    private let securityContact: String

    /// - Parameters:
    ///   - requestsPerMinute: how many an account may send; 0 is any number.
    ///   - eventRetention: how many days events are kept.
    ///   - maximumFileBytes: of an uploaded file.
    package init(
        health: HealthService, limits: ServerLimits, requestsPerMinute: Int, eventRetention: Int, maximumFileBytes: Int,
        accountLimits: AccountLimits = AccountLimits(), version: String, securityContact: String
    ) {
        self.health = health
        self.requestsPerMinute = requestsPerMinute
        self.eventRetention = eventRetention
        self.maximumFileBytes = maximumFileBytes
        self.accountLimits = accountLimits
        self.limits = limits
        self.version = version
        self.securityContact = securityContact
    }

    package var bindings: [Binding] {
        [
            Binding("getLiveness", handle: getLiveness),
            Binding("getReadiness", handle: getReadiness),
            meta,
            Binding("getSecurityContact", handle: getSecurityContact),
        ]
    }

    private func getLiveness(_ exchange: Exchange) async throws -> Answer {
        var answer = Answer.item(JSON.object(["status": "live"]).bytes)
        answer.caching = .noStore
        return answer
    }

    private func getReadiness(_ exchange: Exchange) async throws -> Answer {
        let checks = await health.checks()
        if let broken = checks.first(where: { !$0.ok }) {
            throw Problem.unavailable("Not ready: \(broken.name): \(broken.detail).", retryAfter: 5)
        }
        let list = checks.map { JSON.object(["name": .string($0.name), "ok": .bool($0.ok), "detail": .string($0.detail)]) }
        var answer = Answer.item(JSON.object(["status": "ready", "checks": .array(list)]).bytes)
        answer.caching = .noStore
        return answer
    }

    /// The same for as long as the service runs, so it is made once.
    private var meta: Binding {
        let answer = Answer.view(encoded: encodedMeta)
        return Binding("getMeta") { _ in answer }
    }

    private var encodedMeta: [UInt8] {
        let problems = ProblemCode.allCases.map { code in
            JSON.object([
                "code": .string(code.rawValue), "title": .string(code.title), "status": .integer(Int64(code.status)),
                "description": .string(code.explanation),
            ])
        }
        let meta = JSON.object([
            "version": .string(version), "apiVersion": "v1", "limits": describedLimits,
            "eventTypes": .array(EventType.all.map(JSON.string)), "problemTypes": .array(problems),
            "permissions": .array(Permission.allCases.map { .string($0.rawValue) }),
        ])
        return meta.bytes
    }

    private var describedLimits: JSON {
        let counts: [(String, Int)] = [
            ("maxBodyBytes", limits.bodySize), ("maxFileBytes", maximumFileBytes), ("maxImportFileBytes", ImportService.maximumFileBytes),
            ("maxHeaderCount", limits.headerCount),
            ("maxHeaderBytes", limits.headerListSize), ("maxTargetBytes", limits.targetSize), ("maxPageSize", ListQuery.limits.upperBound),
            ("defaultPageSize", ListQuery.defaultLimit), ("maxLookupIdentifiers", SchoolService.maximumLookup),
            ("headerSeconds", Int(limits.headTimeout.components.seconds)), ("idleSeconds", Int(limits.idleTimeout.components.seconds)),
            ("maxConnections", limits.connections), ("requestsPerMinute", requestsPerMinute),
            ("maxTokensPerPerson", accountLimits.tokensPerPerson),
            ("maxUnattachedFileBytes", max(accountLimits.unattachedFileBytes, maximumFileBytes)),
            ("maxExportsPerPerson", Responder.Settings.usualExportsPerAccount), ("maxBulkLines", BulkFile.maximumLines),
            ("maxEventStreams", StreamSlots.limit), ("maxEventStreamsPerToken", StreamSlots.limitPerToken),
            ("eventRetentionDays", eventRetention),
            ("idempotencyKeyHours", KeptAnswer.lifetimeHours), ("maxReplayedBodyBytes", KeptAnswer.maximumBody),
        ]
        return .object(JSON.Object(counts.map { ($0, .integer(Int64($1))) }) { first, _ in first })
    }

    /// RFC 9116: `Expires` is a year ahead of the question, since the file is made anew for each.
    private func getSecurityContact(_ exchange: Exchange) async throws -> Answer {
        let expires = Instant.now().utcDate.adding(days: 364)
        // Where this very file is, so that a copy elsewhere is known for one.
        let canonical = exchange.base.isEmpty ? "" : "Canonical: \(exchange.base)/.well-known/security.txt\n"
        let text = "Contact: \(securityContact)\nExpires: \(expires)T00:00:00Z\nPreferred-Languages: en\n\(canonical)"
        return .bytes("text/plain; charset=utf-8", Array(text.utf8), etag: .weak(of: Array(text.utf8)))
    }
}
