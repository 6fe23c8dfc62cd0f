/// What searches count by, in as little room as it takes: a search reads a row for each resource it finds. Each value has a code of 20 bits; three
/// and two of them share a number.
let migration135 = """
    CREATE TABLE facetValue (
        code INTEGER NOT NULL PRIMARY KEY CHECK (code BETWEEN 1 AND 1048575),
        value TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE sharedResourceFacet (
        number INTEGER NOT NULL PRIMARY KEY REFERENCES sharedResource(number) ON DELETE CASCADE,
        isOpen INTEGER NOT NULL CHECK (isOpen IN (0, 1)),
        kindLicenceSubject INTEGER NOT NULL,
        keyStagesSchool INTEGER NOT NULL
    ) STRICT;
    CREATE TRIGGER sharedResourceFacetInsert AFTER INSERT ON sharedResource BEGIN \(facets(of: "new.")) END;
    CREATE TRIGGER sharedResourceFacetUpdate AFTER UPDATE OF state, kind, subject, keyStages, schoolId, licence ON sharedResource
    BEGIN \(facets(of: "new.")) END;
    INSERT OR IGNORE INTO facetValue (value) SELECT value FROM (
        SELECT kind AS value FROM sharedResource UNION SELECT subject FROM sharedResource UNION SELECT keyStages FROM sharedResource
        UNION SELECT schoolId FROM sharedResource UNION SELECT licence FROM sharedResource) WHERE value IS NOT NULL;
    INSERT INTO sharedResourceFacet SELECT number, \(codes("")) FROM sharedResource;
    """

private func facets(of row: String) -> String {
    """
    INSERT OR IGNORE INTO facetValue (value) SELECT value FROM (
        SELECT \(row)kind AS value UNION SELECT \(row)subject UNION SELECT \(row)keyStages UNION SELECT \(row)schoolId UNION SELECT \(row)licence
    ) WHERE value IS NOT NULL;
    INSERT OR REPLACE INTO sharedResourceFacet SELECT \(row)number, \(codes(row));
    """
}

private func codes(_ row: String) -> String {
    func code(_ column: String) -> String { "coalesce((SELECT code FROM facetValue WHERE value = \(row)\(column)), 0)" }
    return """
        \(row)state IN ('published', 'retired'), (\(code("kind")) << 40) | (\(code("licence")) << 20) | \(code("subject")),
        (\(code("keyStages")) << 20) | \(code("schoolId"))
        """
}
