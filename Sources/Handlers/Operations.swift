package import Routing
package import Services

/// THE list of operations: every `operationId` of openapi.yaml is bound in one of these files. One missing or one too many, and the
/// service doesn't start.
package struct Operations: Sendable {
    package let bindings: [Binding]

    package init(
        contract: Contract, schools: SchoolService, trust: TrustService, tokens: TokenService, imports: ImportService,
        service: ServiceHandlers
    ) {
        bindings = [
            ContractBindings(contract).bindings,
            service.bindings,
            MeHandlers(contract: contract).bindings,
            TokenHandlers(tokens: tokens).bindings,
            TrustHandlers(trust: trust).bindings,
            SchoolHandlers(schools: schools).bindings,
            ImportHandlers(imports: imports).bindings,
        ].flatMap(\.self)
    }
}
