package import Core
import OrderedCollections

/// Another resource that may help with the same, and why.
package struct RelatedResource: Equatable, Sendable {
    package let resource: SharedResource
    /// The subject they share.
    package let subject: String?
    package let keywords: [String]
    /// Schools that use both.
    package let schoolIds: [String]

    /// A subject says more than one keyword, a keyword more than one school.
    package var score: Int { (subject == nil ? 0 : 3) + 2 * keywords.count + schoolIds.count }

    /// nil where they share nothing.
    ///
    /// - Parameters:
    ///   - schools: that use the one.
    ///   - others: schools that use the other.
    package init?(_ resource: SharedResource, to one: SharedResource, usedBy schools: Set<String>, and others: [String]) {
        self.resource = resource
        subject = resource.subject == one.subject ? one.subject : nil
        let known = Set(one.keywords.map { $0.lowercased() })
        keywords = resource.keywords.filter { known.contains($0.lowercased()) }
        schoolIds = Set(others).intersection(schools).sorted()
        if score == 0 { return nil }
    }

    package var tree: JSON {
        get throws {
            [
                "resource": try resource.wireTree(), "score": .integer(Int64(score)), "subject": subject.map(JSON.string) ?? .null,
                "keywords": .array(keywords.map(JSON.string)), "schoolIds": .array(schoolIds.map(JSON.string)),
            ]
        }
    }
}
