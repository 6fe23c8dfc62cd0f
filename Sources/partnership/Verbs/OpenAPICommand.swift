import ArgumentParser
import Foundation
import Routing

/// `partnership openapi`
struct OpenAPICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Print the contract this binary serves.",
        discussion: "The same bytes as /openapi.yaml, without starting anything: for generating clients and for checking in CI.")

    func run() {
        FileHandle.standardOutput.write(Data(Contract.document))
    }
}
