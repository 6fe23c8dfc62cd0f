import Testing

@Suite("Package.swift")
struct PackageTests {
    let repository = Repository.here

    /// What comes with the toolchain, or inside a product of another name.
    private static let broughtAlong: [String: String?] = [
        "Foundation": nil, "Dispatch": nil, "Glibc": nil, "Synchronization": nil, "Testing": nil, "NIOHPACK": "NIOHTTP2",
    ]

    @Test("A target depends on what its files import, and on nothing else")
    func dependenciesAreImports() throws {
        let manifest = try Manifest(repository.text("Package.swift"))
        #expect(manifest.targets.count > 20)
        for target in manifest.targets {
            let folder = (target.name.hasSuffix("Tests") ? "Tests/" : "Sources/") + target.name
            let imports = try repository.files(below: folder, withExtension: "swift").flatMap { try importLines(in: repository.text($0)) }
            // In lower case is what other languages import, in programs that tests run.
            let modules = imports.map(\.module).filter { $0 == "partnership" || $0.first?.isUppercase == true }
            let wanted = Set(modules.compactMap { Self.broughtAlong[$0] ?? $0 })
            #expect(target.dependencies.subtracting(wanted) == [], "\(target.name) depends on these and imports none of them")
            #expect(wanted.subtracting(target.dependencies) == [], "\(target.name) imports these without depending on them")
        }
    }

    @Test("Every package is there for a product that a target depends on")
    func packagesAreUsed() throws {
        let manifest = try Manifest(repository.text("Package.swift"))
        let used = Set(manifest.targets.flatMap(\.dependencies))
        for product in manifest.products { #expect(used.contains(product.name), "no target depends on \(product.name)") }
        #expect(Set(manifest.products.map(\.package)) == manifest.packages)
    }
}

/// What Package.swift says, as far as these tests ask.
private struct Manifest {
    var targets: [(name: String, dependencies: Set<String>)] = []
    var products: [(name: String, package: String)] = []
    /// Last components of their addresses.
    var packages: Set<String> = []

    init(_ text: String) {
        var meaning: [String: String] = [:]
        for match in text.matches(of: #/let (\w+) = Target\.Dependency\.product\(name: "(\w+)", package: "([\w.-]+)"\)/#) {
            meaning[String(match.1)] = String(match.2)
            products.append((String(match.2), String(match.3)))
        }
        let target =
            #/\.(?:target|executableTarget|testTarget)\(\s*name: "(\w+)"(?:,\s*dependencies: \[([^\]]*)\])?(?:,\s*\w+Settings: \w+)*\s*\)/#
        for match in text.matches(of: target) {
            let names = (match.2 ?? "").split { !$0.isLetter && !$0.isNumber }.map(String.init)
            targets.append((String(match.1), Set(names.map { meaning[$0] ?? $0 })))
        }
        for match in text.matches(of: #/\.package\(url: "[^"]*/([\w.-]+?)(?:\.git)?"/#) { packages.insert(String(match.1)) }
    }
}
