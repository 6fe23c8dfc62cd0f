import Core
package import Domain
import GRDB

// How support requests, and what belongs to them, are kept.

extension SupportRequest: Stored {
    package static let table = Table(
        SupportRequest.self,
        members: [
            .required("reference"), .required("subject"), .optional("typeId"), .optional("serviceId"), .optional("area"),
            .element("schoolId", of: "schoolIds"), .optional("requesterId"), .required("priority"), .optional("teamId"),
            .optional("assigneeId"), .element("watcherId", of: "watcherIds"), .required("channel"), .element("tag", of: "tags"),
            .unique("messageId"), .element("fileId", of: "fileIds"), .required("needsAttention"), .optional("mergedIntoId"),
            .instant("openedAt"), .instant("resolvedAt", isNullable: true),
            .instant("dueBy", isNullable: true), .element("missedTarget", of: "missedTargets"), .optional("satisfaction"),
            .required("state"), .instant("updatedAt"),
        ], audience: .shown(to: "visibleTo", isIndexed: true),
        unfinished: unfinished,
        sideTables: ["supportRequestExternalRef": "externalRefs"])
}

extension SupportRequest: ExternallyReferred {}

extension SupportRequest {
    static let unfinished = Table.Unfinished(
        "state", isNot: State.allCases.filter(finished.contains).map(\.rawValue), having: ["dueBy"])
}

extension RequestMessage: Stored {
    package static let table = Table(
        RequestMessage.self,
        members: [
            .required("requestId"), .required("kind"), .optional("authorId"), .unique("messageId"), .element("fileId", of: "fileIds"),
            .instant("sentAt"), .instant("updatedAt"),
        ], audience: .shown(to: "visibleTo"), ofRequests: "requestId")
}

extension RequestLink: Stored {
    package static let table = Table(
        RequestLink.self, members: [.element("requestId", of: "requestIds"), .required("kind"), .instant("updatedAt")],
        audience: .shown(to: "visibleTo"), ofRequests: "requestIds")
}

extension RequestTimeEntry: Stored {
    package static let table = Table(
        RequestTimeEntry.self,
        members: [.required("requestId"), .optional("personId"), .required("day"), .required("kind"), .instant("updatedAt")],
        audience: .shown(to: "visibleTo"), ofRequests: "requestId")
}
