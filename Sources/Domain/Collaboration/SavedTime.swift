import Core
import OrderedCollections

/// Work that was done once and spared others: hours of making, times schools that use it, less what they needed to make it fit.
package struct SavedTime: Encodable, Equatable, Sendable {
    package struct AtSchool: Encodable, Equatable, Sendable {
        package let schoolId: String
        package let adoptionIds: [String]
        /// Hours; as those who adapted it say, and null where nobody said.
        package let adaptingHours: Double?
        /// Hours; less than none where making it fit took longer than making it.
        package let savedHours: Double?
    }

    package let resourceId: String
    package let authoringHours: Double?
    /// How those hours were estimated, in the words of those who made it.
    package let authoringBasis: String?
    /// Besides the one that made it; in the order in which they took it up.
    package let schools: [AtSchool]
    package let savedHours: Double?
    /// The sum in words.
    package let explanation: String

    /// - Parameter adoptions: of the resource, also ended ones: what was spared stays spared.
    package init(of resource: SharedResource, adoptions: [Adoption]) {
        let others = adoptions.filter { $0.schoolId != resource.schoolId }.sorted { ($0.startsOn, $0.id) < ($1.startsOn, $1.id) }
        let bySchool = OrderedDictionary(grouping: others, by: \.schoolId)
        let hours = resource.authoringHours
        let schools = bySchool.map { schoolId, adoptions in
            let adapting = adoptions.compactMap(\.adaptingHours)
            let spent = adapting.isEmpty ? nil : adapting.reduce(0, +)
            return AtSchool(
                schoolId: schoolId, adoptionIds: adoptions.map(\.id), adaptingHours: spent, savedHours: hours.map { $0 - (spent ?? 0) })
        }
        resourceId = resource.id
        authoringHours = hours
        authoringBasis = resource.authoringBasis
        let saved = hours.map { _ in schools.compactMap(\.savedHours).reduce(0, +) }
        self.schools = schools
        savedHours = saved
        explanation = Self.sentence(hours, schools, saved)
    }

    private static func sentence(_ hours: Double?, _ schools: [AtSchool], _ saved: Double?) -> String {
        guard let hours, let saved else {
            return
                "Nobody has estimated how long it took to make, so nothing can be said of what it saved: set authoringHours and authoringBasis."
        }
        let (used, silent) = (schools.count, schools.filter { $0.adaptingHours == nil }.count)
        let adapting = schools.compactMap(\.adaptingHours).reduce(0, +)
        let unsaid = silent == 0 ? "" : " \(silent) of them said nothing about adapting, which is counted as none."
        return
            "Made once in \(text(hours)) hours, used by \(used) other \(used == 1 ? "school" : "schools"): \(text(hours)) × \(used) less "
            + "\(text(adapting)) hours of adapting is \(text(saved)).\(unsaid)"
    }

    private static func text(_ hours: Double) -> String { Int64(exactly: hours).map(String.init) ?? "\(hours)" }
}
