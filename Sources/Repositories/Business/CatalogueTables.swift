import Core
package import Domain

// How what schools can ask the central team for is kept.

extension BusinessTeam: Stored {
    package static let table = Table(
        BusinessTeam.self, members: [.required("name"), .optional("leadId"), .element("memberId", of: "memberIds"), .instant("updatedAt")])
}

extension BusinessService: Stored {
    package static let table = Table(
        BusinessService.self,
        members: [
            .required("name"), .required("area"), .required("teamId"), .optional("headOfServiceId"), .required("isOpen"),
            .instant("updatedAt"),
        ])
}

extension RequestType: Stored {
    package static let table = Table(
        RequestType.self,
        members: [
            .required("serviceId"), .required("area"), .required("name"), .optional("revisesId"), .required("state"), .instant("updatedAt"),
        ])
}
