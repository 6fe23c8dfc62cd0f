import ArgumentParser
import Core
import CoreMetrics
import Domain
import HTTPClient
import Handlers
import Logging
import NIOCore
import Repositories
import Routing
import ServiceLifecycle
import Services
import TLS
import UnixSignals

/// The composition root: everything is made and wired here, by plain assignment.
struct Application {
    private let settings: Settings
    private let logger: Logger

    /// What the options come to, once they are known not to contradict each other.
    struct Settings {
        var options: ServeCommand
        var tls: TLSServerConfiguration?
    }

    /// Throws a sentence for options that contradict each other.
    static func settings(_ options: ServeCommand) throws -> Settings {
        let tls = options.tls
        if options.listening.plainHttp {
            guard !tls.isAnyGiven else { throw ValidationError("--plain-http speaks without TLS; leave out the TLS options.") }
            return Settings(options: options, tls: nil)
        }
        guard let certificate = tls.certificate, let privateKey = tls.privateKey else {
            throw ValidationError(
                "Give --certificate and --private-key, or --plain-http behind a proxy. scripts/serve makes a development certificate.")
        }
        var configuration = TLSServerConfiguration(certificateChainFile: certificate, privateKeyFile: privateKey)
        configuration.handshakeTimeout = ServerLimits.standard.handshakeTimeout
        for (name, chain, key) in tls.namedCertificates {
            configuration.additionalCertificates[name] = TLSCertificateFiles(certificateChainFile: chain, privateKeyFile: key)
        }
        if let authorities = tls.clientAuthorities {
            configuration.clientCertificates =
                tls.requireClientCertificate ? .required(caFile: authorities) : .optional(caFile: authorities)
        }
        return Settings(options: options, tls: configuration)
    }

    init(_ options: ServeCommand) throws {
        settings = try Self.settings(options)
        let level = Logger.Level(rawValue: options.logLevel) ?? .info
        LoggingSystem.bootstrap { StandardOutputLogHandler(label: $0, level: level) }
        logger = Logger(label: "partnership")
    }

    /// Serves until SIGTERM or SIGINT, then finishes what is under way and closes the database.
    func run() async throws {
        let options = settings.options
        let limits = try limitsThatFit()
        let certificates = try settings.tls.map(TLSContextStore.init)
        let store = try Store(directory: options.data.data, options: StoreOptions(role: .service, migrates: false))
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)

        let services = DomainServices(
            store: store, directory: options.data.data, eventRetention: options.eventRetentionDays,
            webhookTransport: try options.webhooks.client(), maximumFileBytes: options.maximumFileSize << 20,
            limits: options.accountLimits, base: options.publicOrigin?.text ?? "", logger: logger)
        try await ensureDefaults(services)
        if let finding = try store.clockFinding() { logger.warning("\(finding)") }
        services.files.removeUnfinished()

        let contract = try Contract()
        let operations = Operations(
            contract: contract, services: services,
            service: ServiceHandlers(
                health: services.health, limits: limits, requestsPerMinute: options.rateLimit,
                eventRetention: options.eventRetentionDays, maximumFileBytes: services.files.maximumBytes,
                accountLimits: options.accountLimits, version: Partnership.version,
                securityContact: options.securityContact))
        var rules = Responder.Settings()
        rules.streamedBodySize = max(ImportService.maximumFileBytes, services.files.maximumBytes)
        rules.requestsPerMinute = options.rateLimit
        rules.publicOrigin = options.publicOrigin
        let responder = try Responder(
            contract: contract, bindings: operations.bindings, settings: rules, logger: logger,
            authenticate: { try services.tokens.authenticate($0) },
            isGuess: { try services.tokens.isGuess($0) },
            isAllowed: { actor, permission in Permission(rawValue: permission)?.isHeld(by: actor) ?? false },
            findKeptAnswer: services.keptAnswers.find,
            problem: ProblemTable.problem)

        var configuration = HTTPServer.Configuration(host: options.listening.host, port: options.listening.port, tls: certificates)
        configuration.limits = limits
        configuration.headers = CommonHeaders(
            strictTransportSecurity: options.tls.hsts ? 31_536_000 : nil, allowedOrigins: Set(options.origins))
        configuration.accessLog = AccessLog()
        configuration.trustedProxies = TrustedProxies(options.listening.trustedProxies)
        configuration.exemptAddresses = options.listening.unlimitedAddresses
        configuration.metrics = ServerMetrics(registry: registry)
        let scheme = certificates == nil ? "http" : "https"
        let server = HTTPServer(configuration: configuration, responder: responder, logger: logger) { [logger] address in
            logger.info("Serving \(scheme)://\(options.listening.host):\(address.port ?? 0)")
        }

        var running: [any Service] = [
            Background { try await services.imports.run() }, Background { try await services.keptAnswers.run() },
            Background { try await services.events.run() }, Background { try await services.webhookSender.run() },
            Background { try await services.files.run() }, Background { try await services.requestClockwork.run() },
            Background { await anchor(store) }, Background { await lookThrough(store) },
        ]
        // Without certificates there is nothing to read again, but the signal of a closed terminal would end the service.
        running.append(Background { await reloadOnHangup(certificates) })
        if let certificates { running.append(Background { await watch(certificates) }) }
        if let metricsServer = metricsServer(registry, certificates) { running.append(metricsServer) }
        // Stopped in reverse: first the service says it isn't ready and ends its streams, then it stops listening, the rest follows.
        running += [
            server,
            Draining {
                services.health.drain()
                store.commits.close()
            },
        ]
        var group = ServiceGroupConfiguration(services: running.map { .init(service: $0) }, logger: logger)
        group.gracefulShutdownSignals = [.sigterm, .sigint]
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            try? store.close()
            throw error
        }
        try store.close()
        logger.info("Stopped")
        LineOutput.standardOutput.flush()
        LineOutput.standardError.flush()
    }

    /// What is missing can be added at the next start as well: a disk that takes nothing keeps nobody from reading.
    private func ensureDefaults(_ services: DomainServices) async throws {
        do {
            try await services.ensureDefaults()
        } catch let refusal as DomainError where [.diskFull, .unwritable].contains(refusal) {
            logger.error("Nothing can be written; serving what can be read.", metadata: ["reason": "\(refusal)"])
        }
    }

    /// Notes beside the database, and in the log, where the audit trail has come to: now, and every few minutes in which something was written.
    private func anchor(_ store: Store) async {
        while !Task.isCancelled {
            do {
                if let head = try store.anchor() {
                    logger.info("Audit trail noted", metadata: ["seq": "\(head.seq)", "head": "\(head.hexHash)"])
                }
            } catch {
                logger.warning("Where the audit trail has come to couldn't be noted.", metadata: ["error": "\(error)"])
            }
            if let page = store.damagedPages.first {
                logger.critical("The database is damaged; run `partnership check`.", metadata: ["page": "\(page)"])
            }
            try? await Task.sleep(for: .seconds(300))
        }
    }

    /// At the start a part of a large database is looked at; the rest beside the first requests.
    private func lookThrough(_ store: Store) async {
        do {
            for finding in try await store.lookThroughPages() {
                logger.critical("The database is damaged; run `partnership check`.", metadata: ["finding": "\(finding)"])
            }
        } catch {
            logger.warning("The database's pages couldn't be looked through.", metadata: ["error": "\(error)"])
        }
    }

    /// The standard limits, with as many connections as are asked for and files may be open. More asked for than fit refuses the start.
    private func limitsThatFit() throws -> ServerLimits {
        var limits = ServerLimits.standard
        limits.connectionsPerAddress = settings.options.listening.connectionsPerAddress
        let openFiles = OpenFiles.raiseLimit()
        let wanted = settings.options.listening.maximumConnections ?? limits.connections
        limits.connections = OpenFiles.connections(wanted: wanted, limit: openFiles)
        guard limits.connections < wanted else { return limits }
        if settings.options.listening.maximumConnections != nil {
            throw ValidationError(
                "--maximum-connections is \(wanted), but no more than \(openFiles) files may be open (ulimit -n, LimitNOFILE): \(limits.connections) connections fit."
            )
        }
        logger.warning(
            "Takes \(limits.connections) connections at once instead of \(wanted), because no more than \(openFiles) files may be open (ulimit -n, LimitNOFILE)"
        )
        return limits
    }

    /// `/metrics` on the loopback address, for whoever collects them on this machine.
    private func metricsServer(_ registry: PrometheusRegistry, _ certificates: TLSContextStore?) -> HTTPServer? {
        guard !settings.options.listening.noMetrics else { return nil }
        let expiry = certificates.map { certificates in
            (certificates, registry.gauge("tls_certificate_days_to_expiry", help: "Whole days until the certificate in use expires."))
        }
        let responder = MetricsResponder(registry: registry) {
            if let (certificates, gauge) = expiry { gauge.set(Double(certificates.daysToExpiry)) }
        }
        var configuration = HTTPServer.Configuration(host: "127.0.0.1", port: settings.options.listening.metricsPort)
        configuration.limits.connections = 16
        return HTTPServer(configuration: configuration, responder: responder, logger: logger) { [logger] address in
            logger.info("Metrics on http://127.0.0.1:\(address.port ?? 0)/metrics")
        }
    }

    private func watch(_ certificates: TLSContextStore) async {
        await certificates.watch(every: .seconds(10)) { report($0) }
    }

    private func reloadOnHangup(_ certificates: TLSContextStore?) async {
        for await _ in await UnixSignalsSequence(trapping: .sighup) {
            guard let certificates else { continue }
            report(Result { try certificates.reload() })
        }
    }

    private func report(_ reload: Result<Void, any Error>) {
        switch reload {
        case .success: logger.notice("Certificates read again")
        case .failure(let error): logger.error("The new certificates are not used", metadata: ["reason": "\(error)"])
        }
    }
}

/// Work beside the requests, ended with the service.
private struct Background: Service {
    let work: @Sendable () async throws -> Void

    func run() async throws {
        do { try await cancelWhenGracefulShutdown { try await work() } } catch is CancellationError {}
        // A service that returns would take the others with it.
        try? await gracefulShutdown()
    }
}

/// The first step of stopping.
private struct Draining: Service {
    let drain: @Sendable () -> Void

    func run() async throws {
        try? await gracefulShutdown()
        drain()
    }
}
