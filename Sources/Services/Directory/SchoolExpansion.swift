import Core
import Domain
import Repositories

// What `expand` adds to a school: what holds there on a day, under the rules of reading it directly.
extension Transaction {
    func expanding(_ school: Encoded, _ names: [String], on day: LocalDate, for actor: Actor) throws -> Encoded {
        let visibility = Visibility(of: actor)
        return try school.adding(
            names.map { name in
                switch name {
                case "stage":
                    let stage = try facts(Stage.self, where: "schoolId", is: school.id, on: day).first
                    let isVisible = Permission.stagesRead.isHeld(by: actor) && stage.map { visibility.allows($0) } ?? false
                    return (name, isVisible ? try stage.map(JSONCodec.encode) : nil)
                case "leaders":
                    guard Permission.peopleRead.isHeld(by: actor) else { return (name, nil) }
                    return (name, try JSONCodec.encode(leaders(of: school.id, on: day, for: visibility)))
                case "membership":
                    guard Permission.membershipsRead.isHeld(by: actor) else { return (name, nil) }
                    return (name, try facts(Membership.self, where: "schoolId", is: school.id, on: day).first.map(JSONCodec.encode))
                case "inspection":
                    guard Permission.inspectionsRead.isHeld(by: actor) else { return (name, nil) }
                    return (name, try JSONCodec.encode(LatestInspection(inspections.latest(of: school.id, on: day))))
                // The contract lets nothing else be expanded.
                default: return (name, nil)
                }
            })
    }
}
