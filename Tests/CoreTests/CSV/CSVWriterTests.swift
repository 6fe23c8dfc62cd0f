import Core
import Testing

private func write(_ fields: [CSVWriter.Value]) -> String {
    var bytes: [UInt8] = []
    CSVWriter.append(fields, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

@Suite struct CSVWriterTests {
    @Test(
        "Fields are quoted where they must be",
        arguments: [
            ([CSVWriter.Value.text("a"), .text("b c")], "a,b c\r\n"), ([.text("a,b"), .null], "\"a,b\",\r\n"),
            ([.text("say \"yes\""), .plain("5")], "\"say \"\"yes\"\"\",5\r\n"), ([.text("one\ntwo")], "\"one\ntwo\"\r\n"),
            ([.null], "\"\"\r\n"), ([.text("")], "\"\"\r\n"), ([.null, .null], ",\r\n"), ([], "\r\n"),
        ])
    func quoting(fields: [CSVWriter.Value], line: String) {
        #expect(write(fields) == line)
    }

    @Test(
        "A text that spreadsheets would run is made harmless; a number is left alone",
        arguments: [
            (CSVWriter.Value.text("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"\r\n"), (.text("+44 20"), "'+44 20\r\n"),
            (.text("-1"), "'-1\r\n"), (.text("@SUM"), "'@SUM\r\n"), (.text("\t=1"), "'\t=1\r\n"), (.text("\r=1"), "\"'\r=1\"\r\n"),
            (.text("＝1"), "'＝1\r\n"), (.text("a=1"), "a=1\r\n"), (.plain("-1.5"), "-1.5\r\n"),
        ])
    func formulas(field: CSVWriter.Value, line: String) {
        #expect(write([field]) == line)
    }

    @Test("Members of a resource become fields")
    func json() {
        let values: [JSON] = [.null, true, 12, .double(1.5), "a,b", ["x", "=y"], ["system": "mis"]]
        #expect(
            write(values.map(CSVWriter.Value.init))
                == ",true,12,1.5,\"a,b\",\"[\"\"x\"\",\"\"=y\"\"]\",\"{\"\"system\"\":\"\"mis\"\"}\"\r\n")
    }
}
