import HTTPTypes

extension HTTPFields {
    /// What the subscript says, without its detour by a list: nearly always a field is there once or not at all.
    func value(_ name: HTTPField.Name) -> String? {
        var found: String?
        for field in self where field.name == name {
            // Several are combined.
            if found != nil { return self[name] }
            found = field.value
        }
        return found
    }
}
