// swift-tools-version:6.2
import PackageDescription

// Every target is held to the same rules; docs/ARCHITECTURE.md has the table of targets and arrows.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
    // scripts/test builds once and tests what is served, and tests reach what is inside a module there too; see ADR 32.
    .unsafeFlags(["-enable-testing"], .when(configuration: .release)),
]
// To optimise tests takes longer than to run them as they are.
let strictTest = strict + [.unsafeFlags(["-Onone"], .when(configuration: .release))]
// Names of functions stay, for backtraces; what a debugger needs is in a debug build.
let stripped: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "--strip-debug"], .when(configuration: .release))]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
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
    .target(name: "COpenAPI", exclude: ["openapi.json"]),
    .target(name: "Cryptography", dependencies: ["COpenSSL"], swiftSettings: strict),
    .target(name: "TLS", dependencies: ["COpenSSL", nioCore, nioTLS], swiftSettings: strict),
    .target(name: "HTTPClient", dependencies: ["TLS", nioCore, nioPosix, nioTLS, nioHTTP1], swiftSettings: strict),
    .target(name: "Core", dependencies: ["Cryptography", collections, yams], swiftSettings: strict),
    .target(name: "Domain", dependencies: ["Core", collections], swiftSettings: strict),
    .target(
        name: "Repositories", dependencies: ["Cryptography", "Core", "Domain", collections, deque, grdb, sqlite], swiftSettings: strict),
    .target(
        name: "Services", dependencies: ["Cryptography", "HTTPClient", "Core", "Domain", "Repositories", logging, collections],
        swiftSettings: strict),
    .target(
        name: "Routing",
        dependencies: [
            "CZlib", "COpenAPI", "Cryptography", "TLS", "Core", nioCore, nioPosix, nioTLS, nioHTTP1, nioHTTP2, httpTypes, lifecycle,
            logging, metricsCore, collections,
        ], swiftSettings: strict),
    .target(name: "Handlers", dependencies: ["Core", "Domain", "Services", "Routing", httpTypes, collections], swiftSettings: strict),
    .executableTarget(
        name: "partnership",
        dependencies: [
            "TLS", "HTTPClient", "Core", "Domain", "Repositories", "Services", "Routing", "Handlers", nioCore, lifecycle, unixSignals,
            logging, metricsCore, arguments,
        ], swiftSettings: strict, linkerSettings: stripped),
    .testTarget(name: "CoreTests", dependencies: ["Core", collections], swiftSettings: strictTest),
    .testTarget(name: "CryptographyTests", dependencies: ["Cryptography"], swiftSettings: strictTest),
    .testTarget(name: "TLSTests", dependencies: ["TLS", nioCore, nioPosix, nioTLS, nioEmbedded], swiftSettings: strictTest),
    .testTarget(name: "HTTPClientTests", dependencies: ["TLS", "HTTPClient", nioCore, nioPosix], swiftSettings: strictTest),
    .testTarget(name: "DomainTests", dependencies: ["Core", "Domain", collections], swiftSettings: strictTest),
    .testTarget(
        name: "RepositoriesTests", dependencies: ["Cryptography", "Core", "Domain", "Repositories", collections, grdb, sqlite],
        swiftSettings: strictTest),
    .testTarget(
        name: "ServicesTests", dependencies: ["Core", "Domain", "Repositories", "Services", "Routing", logging, collections],
        swiftSettings: strictTest),
    .testTarget(
        name: "RoutingTests",
        dependencies: [
            "CZlib", "TLS", "Core", "Routing", nioCore, nioPosix, nioEmbedded, nioHTTP2, httpTypes, lifecycle, logging, metricsCore,
        ], swiftSettings: strictTest),
    .testTarget(
        name: "HandlersTests",
        dependencies: [
            "Cryptography", "HTTPClient", "Core", "Domain", "Repositories", "Services", "Routing", "Handlers", nioCore, httpTypes, logging,
            collections, grdb,
        ], swiftSettings: strictTest),
    .testTarget(name: "HouseTests", swiftSettings: strictTest),
    .testTarget(name: "PartnershipTests", dependencies: ["partnership", arguments], swiftSettings: strictTest),
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
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: targets,
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)
