/// The operations Routing answers by itself: the contract and the problem pages.
package struct ContractBindings: Sendable {
    private let contract: Contract

    package init(_ contract: Contract) {
        self.contract = contract
    }

    package var bindings: [Binding] {
        [
            document("getContractAsYAML", "application/yaml", contract.yaml),
            document("getContractAsJSON", "application/json", contract.json),
            Binding("getProblemPage", handle: Self.getProblemPage),
        ]
    }

    /// It changes with the binary only, but then at once: five minutes are enough.
    private static let caching = Answer.Caching.shared(seconds: 300)

    private func document(_ operationId: String, _ type: String, _ bytes: [UInt8]) -> Binding {
        let answer = Answer.constant(type, ConstantBody(bytes), etag: .strong(of: bytes), caching: Self.caching)
        return Binding(operationId) { _ in answer }
    }

    private static func getProblemPage(_ exchange: Exchange) async throws -> Answer {
        guard let code = ProblemCode(rawValue: exchange.path("code")) else { throw Problem(.notFound, "There is no such kind of problem.") }
        let isJSON = exchange.accepts == "application/json"
        let page = isJSON ? ProblemPage.json(code) : ProblemPage.html(code)
        return .bytes(isJSON ? "application/json" : "text/html; charset=utf-8", page, etag: .strong(of: page), caching: caching)
    }
}
