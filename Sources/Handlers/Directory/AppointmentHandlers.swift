package import Routing
package import Services

/// `/v1/appointments`.
package struct AppointmentHandlers: Sendable {
    private let operations: ResourceOperations<AppointmentService>

    package init(appointments: AppointmentService) {
        operations = ResourceOperations(appointments)
    }

    package var bindings: [Binding] {
        [
            operations.list("listAppointments"),
            operations.create("createAppointment"),
            operations.bulk("bulkAppointments"),
            operations.get("getAppointment"),
            operations.update("updateAppointment"),
            operations.delete("deleteAppointment"),
        ]
    }
}
