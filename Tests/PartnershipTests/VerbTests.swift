import Foundation
import Testing

@Suite(.serialized)
struct VerbTests {
    @Test(
        "Every verb has a help that says what it is for",
        arguments: ["serve", "import", "token", "migrate", "check", "backup", "restore", "accept-loss", "purge", "openapi"])
    func help(verb: String) throws {
        let result = try Binary.run(verb, "--help")
        #expect(result.status == 0 && result.output.contains("OVERVIEW: ") && result.output.contains("USAGE: partnership \(verb)"))
    }

    @Test("openapi prints the contract")
    func openapi() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../openapi.yaml")
        #expect(try Binary.run("openapi").output == String(contentsOf: file, encoding: .utf8))
    }

    @Test("migrate, token, check, backup and restore do what their help says")
    func operations() throws {
        let directory = try TemporaryDirectory()
        let data = directory.path + "/data"
        #expect(try Binary.run("check", "--data", data).status != 0)
        #expect(try Binary.run("migrate", "--data", data).status == 0)
        #expect(try Binary.run("migrate", environment: ["PARTNERSHIP_DATA": data]).status == 0)
        #expect(try Binary.run("token", "list", "--data", data).output == "")
        let secret = try Binary.run("token", "create", "--name", "t", "--scopes", "schools:read", "--data", data)
        #expect(secret.output.hasPrefix("ptn_") && secret.output.hasSuffix("\n"))
        let list = try Binary.run("token", "list", "--data", data).output
        let id = try #require(list.split(separator: "\t").first.map(String.init))
        #expect(list.contains("schools:read") && !list.contains("ptn_"))

        let dry = try Binary.run("purge", "--dry-run", "--data", data)
        #expect(dry.status == 0 && dry.output.contains("apiToken: 0 would be removed"))
        #expect(try Binary.run("purge", "--data", data).output.contains("apiToken: 0 removed"))
        let backup = directory.path + "/backup.sqlite"
        #expect(try Binary.run("backup", backup, "--data", data).status == 0)
        #expect(try Binary.run("backup", backup, "--data", data).status != 0)
        #expect(try Binary.run("token", "revoke", id, "--data", data).status == 0)
        #expect(try Binary.run("token", "list", "--data", data).output.contains("revoked"))
        #expect(try Binary.run("restore", backup, "--data", data).status == 0)
        #expect(try !Binary.run("token", "list", "--data", data).output.contains("revoked"))
        let damaged = try directory.file("damaged.sqlite", "this is no database, but long enough to look at for a while")
        let refused = try Binary.run("restore", damaged, "--data", data)
        #expect(refused.status != 0 && !refused.errors.isEmpty)
        #expect(try Binary.run("check", "--data", data).status == 0)
    }

    @Test("import indicators reads a file of figures, reports its rows, and refuses what is no such file")
    func indicators() throws {
        let directory = try TemporaryDirectory()
        let data = directory.path + "/data"
        #expect(try Binary.run("migrate", "--data", data).status == 0)
        let header = "school,measure,period,value,comparisonValue,source,asAt\n"
        let file = try directory.file("figures.csv", header + "urn:100025,attendance,2025-26,94.5,,DfE,\n")
        let dry = try Binary.run("import", "indicators", file, "--data", data, "--dry-run")
        let real = try Binary.run("import", "indicators", file, "--data", data)
        for result in [dry, real] {
            #expect(result.status == 0 && result.output.contains("0 created, 0 updated, 0 unchanged, 1 rejected."))
            #expect(result.output.contains("line 2, school: names no school"))
        }
        #expect(dry.output.contains("Nothing is written") && !real.output.contains("Nothing is written"))
        let other = try directory.file("other.csv", "a,b\n1,2\n")
        let refused = try Binary.run("import", "indicators", other, "--data", data)
        #expect(refused.status != 0 && refused.errors.contains("lacks school, measure"))
        #expect(try Binary.run("import", "indicators", directory.path + "/none.csv", "--data", data).status != 0)
    }

    @Test("import takes bank holidays and term dates, and refuses another file with the places that don't fit")
    func calendars() throws {
        let directory = try TemporaryDirectory()
        let data = try directory.migrate("/data")
        func division(_ name: String) -> String {
            """
            "\(name)": {"division": "\(name)", "events": [{"title": "Good Friday", "date": "2027-03-26", "notes": "", "bunting": false}]}
            """
        }
        let holidays = try directory.file(
            "holidays.json", "{" + ["england-and-wales", "scotland", "northern-ireland"].map(division).joined(separator: ", ") + "}")
        let first = try Binary.run("import", "bank-holidays", holidays, "--data", data)
        #expect(first.output == "Bank holidays: 3 created, 0 updated, 0 unchanged, 0 deleted.\n", "\(first.errors)")
        #expect(try Binary.run("import", "bank-holidays", holidays, "--data", data).output.contains("3 unchanged"))
        let half = try Binary.run(
            "import", "bank-holidays", try directory.file("half.json", "{" + division("scotland") + "}"), "--data", data)
        #expect(half.status != 0 && half.errors.contains("/england-and-wales is missing"))
        let terms = try directory.file(
            "terms.json",
            """
            {"generated_at": "", "source": "", "school": "Fenmarch", "pd_days": [], "all_schooldays": [], "academic_years": [
              {"name": "2026-27", "provisional": false, "bank_holidays": [], "school_holidays": [],
               "dates": [{"date": "2026-09-01", "week": 1}, {"date": "2026-09-02", "week": 1}]}]}
            """)
        let made = try Binary.run("import", "term-dates", terms, "--data", data)
        #expect(made.output.contains("Fenmarch") && made.output.contains("terms: 1 created, 0 updated, 0 unchanged"), "\(made.errors)")
        let unknown = try Binary.run("import", "term-dates", terms, "--school", "urn:100025", "--data", data)
        #expect(unknown.status != 0 && unknown.errors.contains("urn:100025"))
        let broken = try Binary.run("import", "term-dates", try directory.file("broken.json", "{\n  ,"), "--data", data)
        #expect(broken.status != 0 && broken.errors.contains("line 2"))
    }

    @Test("restore is refused while the service runs, backup is not")
    func whileRunning() throws {
        let directory = try TemporaryDirectory()
        let data = directory.path + "/data"
        let service = try RunningService(data: data)
        let backup = directory.path + "/backup.sqlite"
        #expect(try Binary.run("backup", backup, "--data", data).status == 0)
        let refused = try Binary.run("restore", backup, "--data", data)
        #expect(refused.status != 0 && refused.errors.contains("in use"))
        #expect(try Binary.run("check", "--data", data).status == 0)
        #expect(service.stop() == 0)
    }

    @Test(
        "A token's name is one line of 1 to 200 characters, and nothing is given twice",
        arguments: [
            ("", "schools:read", "1 to 200 characters"), (String(repeating: "x", count: 201), "schools:read", "1 to 200 characters"),
            ("a\tb", "schools:read", "one line"), ("a\nb", "schools:read", "one line"),
            ("a", "schools:read,schools:read", "schools:read is given twice"),
        ])
    func tokenNames(name: String, scopes: String, sentence: String) throws {
        let directory = try TemporaryDirectory()
        try directory.migrate()
        let result = try Binary.run("token", "create", "--name", name, "--scopes", scopes, "--data", directory.path)
        #expect(result.status != 0 && result.errors.contains(sentence) && !result.errors.contains("SQLite"), "\(result.errors)")
        #expect(try Binary.run("token", "list", "--data", directory.path).output == "")
    }

    @Test("A value from the environment may begin with a hyphen")
    func hyphen() throws {
        let directory = try TemporaryDirectory()
        let result = try Binary.run("migrate", environment: ["PARTNERSHIP_DATA": "-x"], in: directory.path)
        #expect(result.status == 0, "\(result.errors)")
        #expect(FileManager.default.fileExists(atPath: directory.path + "/-x"))
    }
}
