import Core
package import Routing
package import Services

/// `/v1/shared-resources`, and `/v1/schools/{id}/practice`.
package struct SharedResourceHandlers: Sendable {
    private let operations: ResourceOperations<SharedResourceService>
    private let reports: SharingReports
    private let schools: SchoolService

    package init(resources: SharedResourceService, reports: SharingReports, schools: SchoolService) {
        operations = ResourceOperations(resources)
        self.reports = reports
        self.schools = schools
    }

    package var bindings: [Binding] {
        let resources = operations.service
        return [
            operations.list("listSharedResources"),
            operations.create("createSharedResource"),
            operations.bulk("bulkSharedResources"),
            operations.get("getSharedResource"),
            operations.update("updateSharedResource"),
            operations.delete("deleteSharedResource"),
            Binding("forkSharedResource", target: operations.visible) { exchange in
                try await resources.fork(exchange.targetID, exchange.body, exchange.call)
            } answer: {
                try .created($0)
            },
            Binding("listRelatedResources", target: operations.visible) {
                .view(encoded: try await reports.related($0.targetID, $0.call).bytes)
            },
            Binding("getSavedTime", target: operations.visible) { try .view(await reports.savedTime($0.targetID, $0.call)) },
            Binding(
                "getSchoolPractice", target: { Target(id: try schools.identify($0.path("id"), $0.call).id) },
                handle: { .view(encoded: try await reports.practice(of: $0.targetID, $0.call).bytes) }),
        ] + operations.actions
    }
}
