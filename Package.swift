// swift-tools-version:6.2
import PackageDescription

// Every target is held to the same rules; docs/ARCHITECTURE.md has the table of targets and arrows.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypes1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTPTypes2 = Target.Dependency.product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let metricsCore = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

var targets: [Target] = [
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "COpenAPI"),
    .target(name: "Cryptography", dependencies: ["COpenSSL"], swiftSettings: strict),
    .target(name: "TLS", dependencies: ["COpenSSL", nioCore, nioTLS], swiftSettings: strict),
    .target(name: "HTTPClient", dependencies: ["TLS", nioCore, nioPosix, nioTLS, nioHTTP1], swiftSettings: strict),
    .target(name: "Core", dependencies: ["Cryptography", collections, yams], swiftSettings: strict),
    .target(name: "Domain", dependencies: ["Core", collections], swiftSettings: strict),
    .target(
        name: "Repositories", dependencies: ["Domain", "Core", "Cryptography", grdb, sqlite, collections, deque], swiftSettings: strict),
    .target(
        name: "Services", dependencies: ["Domain", "Core", "Cryptography", "Repositories", "HTTPClient", collections, logging],
        swiftSettings: strict),
    .target(
        name: "Routing",
        dependencies: [
            "Core", "Cryptography", "TLS", "CZlib", "COpenAPI", nioCore, nioPosix, nioTLS, nioHTTP1, nioHTTP2, nioHTTPTypes, nioHTTPTypes1,
            nioHTTPTypes2, httpTypes, hummingbird, lifecycle, logging, metrics, metricsCore, collections,
        ],
        swiftSettings: strict),
    .target(name: "Handlers", dependencies: ["Routing", "Services", "Domain", "Core", collections], swiftSettings: strict),
    .executableTarget(
        name: "partnership",
        dependencies: [
            "Handlers", "Routing", "Services", "Repositories", "Domain", "Core", "HTTPClient", "TLS", "Cryptography", arguments, lifecycle,
            unixSignals,
            logging,
            metricsCore, nioCore,
        ],
        swiftSettings: strict),
    .testTarget(name: "CoreTests", dependencies: ["Core", collections], swiftSettings: strict),
    .testTarget(name: "CryptographyTests", dependencies: ["Cryptography"], swiftSettings: strict),
    .testTarget(
        name: "TLSTests", dependencies: ["TLS", "Cryptography", nioCore, nioPosix, nioTLS, nioEmbedded], swiftSettings: strict),
    .testTarget(name: "HTTPClientTests", dependencies: ["HTTPClient", "TLS", nioCore, nioPosix, nioTLS], swiftSettings: strict),
    .testTarget(name: "DomainTests", dependencies: ["Domain", "Core", collections], swiftSettings: strict),
    .testTarget(
        name: "RepositoriesTests", dependencies: ["Repositories", "Domain", "Core", "Cryptography", grdb, sqlite], swiftSettings: strict),
    .testTarget(
        name: "ServicesTests",
        dependencies: ["Services", "Routing", "HTTPClient", "Repositories", "Domain", "Core", "Cryptography", logging, collections],
        swiftSettings: strict),
    .testTarget(
        name: "RoutingTests",
        dependencies: [
            "Routing", "Core", "TLS", nioCore, nioPosix, nioEmbedded, nioHTTP1, nioHTTP2, nioHTTPTypes, nioHTTPTypes1, httpTypes,
            hummingbird,
            lifecycle, logging, metrics, metricsCore, collections,
        ],
        swiftSettings: strict),
    .testTarget(
        name: "HandlersTests",
        dependencies: [
            "Handlers", "Routing", "Services", "HTTPClient", "Repositories", "Domain", "Core", "Cryptography", httpTypes, hummingbird,
            nioCore,
            logging, collections, grdb,
        ],
        swiftSettings: strict),
    .testTarget(name: "HouseTests", swiftSettings: strict),
    .testTarget(name: "PartnershipTests", dependencies: ["partnership"], swiftSettings: strict),
]

// Only for scripts/bench: the TLS layer alone under a bare handler.
if Context.environment["PARTNERSHIP_BENCH"] != nil {
    targets.append(
        .executableTarget(
            name: "BareTLS", dependencies: ["TLS", nioCore, nioPosix, nioTLS], path: "scripts/benchmarks/BareTLS", swiftSettings: strict))
}

let package = Package(
    name: "partnership",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: targets,
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)
