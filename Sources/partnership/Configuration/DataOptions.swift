import ArgumentParser

/// What every verb that touches the database takes.
struct DataOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The directory with the database and files; made when missing.", valueName: "dir"))
    var data = "./data"
}
