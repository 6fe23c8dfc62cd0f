import Core

/// `fields=id,name`: an encoded item with only these members, in the order asked for.
enum Projection {
    static func apply(_ fields: [String], to item: [UInt8]) throws -> [UInt8] {
        let tree = try JSON(parsing: item)
        var writer = JSONWriter(reservingCapacity: item.count)
        writer.beginObject()
        for field in fields {
            guard let value = tree[field] else { continue }
            writer.key(field)
            value.write(to: &writer)
        }
        writer.endObject()
        return writer.bytes
    }
}

/// `{"items":[…],"next":…,"seq":…,"total":…}`
enum ListEnvelope {
    static func encode(_ page: Page<[UInt8]>, next: String?) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: page.items.reduce(128) { $0 + $1.count + 1 })
        writer.beginObject()
        writer.key("items")
        writer.beginArray()
        for item in page.items { writer.raw(item) }
        writer.endArray()
        writer.key("next")
        if let next { writer.string(next) } else { writer.null() }
        writer.key("seq")
        writer.integer(page.seq)
        writer.key("total")
        if let total = page.total { writer.integer(total) } else { writer.null() }
        if let deleted = page.deleted {
            writer.key("deleted")
            writer.beginArray()
            for item in deleted { writer.raw(item) }
            writer.endArray()
        }
        if let facets = page.facets {
            writer.key("facets")
            facets.write(to: &writer)
        }
        writer.endObject()
        return writer.bytes
    }
}
