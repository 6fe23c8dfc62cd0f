import Core
package import Domain

// How what schools share is kept.

extension SharedResource: Stored {
    package static let table = Table(
        SharedResource.self,
        members: [
            .optional("schoolId"), .required("kind"), .required("title"), .optional("subject"), .element("keyStage", of: "keyStages"),
            .element("yearGroup", of: "yearGroups"), .element("phase", of: "phases"), .element("keyword", of: "keywords"),
            .element("authorId", of: "authorIds"), .required("licence"), .required("language"), .optional("adaptedFromId"),
            .required("state"), .instant("updatedAt"),
        ], searchIndex: "sharedResourceSearch", takesExpressions: true,
        audience: .whether("state", in: ["published", "retired"], .directory, else: draft))

    /// Of those who write it.
    fileprivate static let draft = AudienceColumns.partiesOfEach(["authorIds"], or: ["schoolId", "recordedBy"])
}

extension ResourceVersion: Stored {
    package static let table = Table(
        ResourceVersion.self,
        members: [
            .required("resourceId"), .optional("schoolId"), .optional("basedOnId"), .optional("takenFromId"),
            .element("fileId", of: "fileIds"), .element("authorId", of: "authorIds"), .instant("publishedAt", isNullable: true),
            .required("state"), .instant("updatedAt"),
        ], alsoIndexedBy: SharedResource.table.searchIndex,
        audience: .whether("state", in: ["published"], .directory, else: SharedResource.draft))
}

extension Adoption: StoredFact {
    package static let table = Table(
        Adoption.self,
        members: [
            .required("schoolId"), .required("resourceId"), .required("versionId"), .required("startsOn"), .optional("endsOn"),
            .optional("impact"), .required("isBehind"), .instant("updatedAt"),
        ])
    package static let exclusions = [Exclusion(sameIn: ["schoolId", "resourceId"], "has the same school use the same resource already")]
}

extension ResourceProposal: Stored {
    package static let table = Table(
        ResourceProposal.self,
        members: [
            .required("resourceId"), .optional("schoolId"), .required("adaptationId"), .required("versionId"),
            .optional("offeredBySchoolId"), .optional("acceptedVersionId"), .required("state"), .instant("updatedAt"),
        ], audience: .parties(["schoolId", "offeredBySchoolId", "recordedBy"]))
}

extension Comment: Stored {
    package static let table = Table(
        Comment.self,
        members: [
            .required("resourceId"), .optional("schoolId"), .optional("versionId"), .optional("replyToId"), .required("recordedBy"),
            .required("state"), .instant("createdAt"), .instant("updatedAt"),
        ], audience: .whether("state", in: ["visible"], .directory, else: .parties(["schoolId", "recordedBy"])))
}

extension ResourceCollection: Stored {
    package static let table = Table(
        ResourceCollection.self,
        members: [
            .optional("schoolId"), .required("title"), .element("itemId", of: "itemIds"), .required("recordedBy"), .instant("updatedAt"),
        ])
}
