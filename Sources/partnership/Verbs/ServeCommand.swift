import ArgumentParser
import HTTPClient
import Logging
import Routing
import Services
import TLS

/// `partnership serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the API until told to stop.",
        discussion: """
            The database has to be there, as `partnership migrate` makes it, and what can be looked at in a moment has to be sound. Over HTTPS with --certificate and --private-key, or over plain HTTP with --plain-http behind a proxy that speaks TLS. SIGTERM and
            Ctrl-C finish what is under way and exit with 0; SIGHUP reads the certificates again (so does a change of their files), and does nothing without any.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup(title: "Listening") var listening: ListeningOptions
    @OptionGroup(title: "TLS") var tls: TLSOptions
    @OptionGroup(title: "Webhooks") var webhooks: WebhookOptions

    @Option(
        help: ArgumentHelp(
            "A web origin that browsers may call from, such as https://desk.example.org; several by commas.", valueName: "origins"))
    var corsOrigins: String?

    @Option(
        name: .customLong("public-origin"),
        help: ArgumentHelp(
            "Where clients reach the service, such as https://partnership.example.org: what links and the types of problems begin with, whatever a client calls it.",
            valueName: "origin"))
    var publicOriginText: String?

    @Option(help: ArgumentHelp("Whom to tell of a weakness, in /.well-known/security.txt: a mailto: or https: address.", valueName: "url"))
    var securityContact = "https://github.com/partnership-trusts/partnership/security"

    @Option(help: ArgumentHelp("For how many days events and deletions can be followed, 90 at least.", valueName: "days"))
    var eventRetentionDays = EventService.usualRetentionDays

    @Option(
        help: ArgumentHelp(
            "How many requests a person, with all their tokens, or a token of nobody may send in a minute; 0 is any number.",
            valueName: "requests"))
    var rateLimit = Responder.Settings.usualRequestsPerMinute

    @Option(help: ArgumentHelp("How large an uploaded file may be, in MiB.", valueName: "mebibytes"))
    var maximumFileSize = FileService.usualMaximumBytes >> 20

    @Option(help: ArgumentHelp("How many tokens a person may have that are neither revoked nor expired.", valueName: "tokens"))
    var tokensPerPerson = TokenService.usualPerPerson

    @Option(
        help: ArgumentHelp(
            "How much of files that nothing has yet a person or a token of nobody may have, in MiB; one of the largest at least.",
            valueName: "mebibytes"))
    var unattachedFiles = FileService.usualUnattachedBytes >> 20

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "info"

    /// What was given; known to be one after ``validate()``.
    var publicOrigin: PublicOrigin? { publicOriginText.flatMap(PublicOrigin.init) }

    func validate() throws {
        if let text = publicOriginText, publicOrigin == nil {
            throw ValidationError("--public-origin is an origin such as https://partnership.example.org, not \(text).")
        }
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("--log-level is trace, debug, info, notice, warning, error or critical, not \(logLevel).")
        }
        guard (EventService.leastRetentionDays...36_500).contains(eventRetentionDays) else {
            throw ValidationError(
                "--event-retention-days is \(EventService.leastRetentionDays) at least: who is away for a term goes on where they were.")
        }
        guard (1...1_048_576).contains(maximumFileSize) else {
            throw ValidationError("--maximum-file-size is a number of MiB, at least 1, not \(maximumFileSize).")
        }
        guard (1...1_073_741_824).contains(unattachedFiles) else {
            throw ValidationError("--unattached-files is a number of MiB, at least 1, not \(unattachedFiles).")
        }
        guard tokensPerPerson >= 1 else { throw ValidationError("--tokens-per-person is at least 1, not \(tokensPerPerson).") }
        guard (0...1_000_000_000).contains(rateLimit) else {
            throw ValidationError("--rate-limit is a number of requests, not \(rateLimit).")
        }
        for origin in origins where !(origin.hasPrefix("https://") || origin.hasPrefix("http://")) || origin.hasSuffix("/") {
            throw ValidationError("--cors-origins takes origins such as https://desk.example.org, not \(origin).")
        }
        guard ["mailto:", "https://", "tel:"].contains(where: securityContact.hasPrefix) else {
            throw ValidationError("--security-contact is a mailto:, https: or tel: address, not \(securityContact).")
        }
    }

    var origins: [String] {
        (corsOrigins ?? "").split(separator: ",").map { String($0.drop(while: { $0 == " " })) }
    }

    var accountLimits: AccountLimits {
        var limits = AccountLimits()
        limits.tokensPerPerson = tokensPerPerson
        limits.unattachedFileBytes = unattachedFiles << 20
        return limits
    }

    func run() async throws {
        try await Application(self).run()
    }
}

struct ListeningOptions: ParsableArguments {
    @Option(help: "The address to listen on. 0.0.0.0 is every address of this machine.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one and says which.")
    var port = 8443

    @Option(help: "The port of /metrics, on the loopback address only; 0 takes a free one.")
    var metricsPort = 9464

    @Flag(help: "Serve no /metrics.")
    var noMetrics = false

    @Flag(help: "Speak HTTP without TLS, for use behind a proxy.")
    var plainHttp = false

    @Option(
        help: ArgumentHelp(
            "The address of a proxy whose X-Forwarded-For names the client; several by commas, or given again.", valueName: "address"))
    var trustedProxy: [String] = []

    @Option(
        help: ArgumentHelp(
            "How many connections there may be at once; as many as files may be open, \(ServerLimits.standard.connections) at most, unless given. Beyond, the one idle longest makes room.",
            valueName: "connections"))
    var maximumConnections: Int?

    @Option(
        help: ArgumentHelp(
            "How many of them may come from one address, or from one /64 of IPv6; 0 is any number. Trusted proxies may have any number.",
            valueName: "connections"))
    var connectionsPerAddress = ServerLimits.standard.connectionsPerAddress

    @Option(
        help: ArgumentHelp(
            "An address that may have any number of connections, such as a school's with many behind it; several by commas, or given again.",
            valueName: "address"))
    var unlimitedAddress: [String] = []

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is a number from 0 to 65535, not \(port).") }
        guard (0...65_535).contains(metricsPort) else {
            throw ValidationError("--metrics-port is a number from 0 to 65535, not \(metricsPort).")
        }
        for address in trustedProxies where !TrustedProxies.isAddress(address) {
            throw ValidationError("--trusted-proxy is an address such as 10.0.0.2, not \(address).")
        }
        for address in unlimitedAddresses where !TrustedProxies.isAddress(address) {
            throw ValidationError("--unlimited-address is an address such as 192.0.2.7, not \(address).")
        }
        if let maximumConnections, maximumConnections < 1 {
            throw ValidationError("--maximum-connections is a number of connections, at least 1, not \(maximumConnections).")
        }
        guard connectionsPerAddress >= 0 else {
            throw ValidationError("--connections-per-address is a number of connections, not \(connectionsPerAddress).")
        }
        guard port == 0 || noMetrics || port != metricsPort else {
            throw ValidationError("--port and --metrics-port can't both be \(port).")
        }
    }

    var trustedProxies: [String] { Self.addresses(trustedProxy) }

    var unlimitedAddresses: [String] { Self.addresses(unlimitedAddress) }

    private static func addresses(_ given: [String]) -> [String] {
        given.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map { String($0.drop(while: { $0 == " " })) } }
    }
}

struct WebhookOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Addresses that webhooks may be sent to although they are not of the public internet, such as 10.1.0.0/16; several by commas.",
            valueName: "addresses"))
    var webhookAllow: String?

    @Option(help: ArgumentHelp("The authorities that receivers' certificates come from, PEM, instead of the system's.", valueName: "file"))
    var webhookCaFile: String?

    func validate() throws {
        for text in texts where AddressRange(text) == nil {
            throw ValidationError("--webhook-allow takes addresses such as 10.1.0.0/16 or fd00::1, not \(text).")
        }
    }

    /// Throws a `TLSError` when the authorities can't be read.
    func client() throws -> HTTPClient {
        try HTTPClient(trustRoots: webhookCaFile.map { .file($0) } ?? .system, allowing: texts.compactMap(AddressRange.init))
    }

    private var texts: [String] { (webhookAllow ?? "").split(separator: ",").map { String($0.drop { $0 == " " }) } }
}

struct TLSOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The certificate chain, PEM, leaf first.", valueName: "file"))
    var certificate: String?

    @Option(help: ArgumentHelp("The private key of the certificate, PEM.", valueName: "file"))
    var privateKey: String?

    @Option(
        help: ArgumentHelp(
            "A further certificate for one server name: name=chain.pem:key.pem; several by commas.", valueName: "certificates"))
    var serverNames: String?

    @Option(help: ArgumentHelp("Ask clients for a certificate of these authorities, PEM.", valueName: "file"))
    var clientAuthorities: String?

    @Flag(help: "Refuse clients without a certificate of --client-authorities.")
    var requireClientCertificate = false

    @Flag(help: "Tell browsers to use HTTPS only (HSTS). Not with a development certificate: it would pin localhost.")
    var hsts = false

    /// Whether any option here was given; contradicts `--plain-http`.
    var isAnyGiven: Bool {
        certificate != nil || privateKey != nil || serverNames != nil || clientAuthorities != nil || requireClientCertificate || hsts
    }

    func validate() throws {
        guard (certificate == nil) == (privateKey == nil) else {
            throw ValidationError("--certificate and --private-key are given together.")
        }
        if requireClientCertificate, clientAuthorities == nil {
            throw ValidationError("--require-client-certificate needs --client-authorities.")
        }
        for entry in (serverNames ?? "").split(separator: ",") where Self.parse(entry) == nil {
            throw ValidationError("--server-names takes name=chain.pem:key.pem, not \(entry).")
        }
    }

    var namedCertificates: [(name: String, chain: String, key: String)] {
        (serverNames ?? "").split(separator: ",").compactMap(Self.parse)
    }

    private static func parse(_ entry: Substring) -> (name: String, chain: String, key: String)? {
        let parts = entry.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let name = parts.first else { return nil }
        let files = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        guard files.count == 2, !files[0].isEmpty, !files[1].isEmpty else { return nil }
        return (String(name), String(files[0]), String(files[1]))
    }
}
