import Core
package import Logging

/// Application logs in the same two shapes as the access log.
package struct StandardOutputLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let output: LineOutput
    private let format: LineFormat

    /// - Parameter format: nil for what suits the output.
    package init(label: String, level: Logger.Level = .info, output: LineOutput = .standardError, format: LineFormat? = nil) {
        self.label = label
        self.logLevel = level
        self.output = output
        self.format = format ?? .suited(to: output)
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        let members = all.sorted { $0.key < $1.key }
        // Warnings must not be lost with the process.
        output.write(text(event.level, event.message, members), urgently: event.level >= .warning)
    }

    private func text(_ level: Logger.Level, _ message: Logger.Message, _ members: [(key: String, value: Logger.MetadataValue)]) -> [UInt8]
    {
        switch format {
        case .json:
            var line = JSONWriter(reservingCapacity: 256)
            line.beginObject()
            line.member("time", Instant.now().description)
            line.member("level", level.rawValue)
            line.member("message", message.description)
            line.member("logger", label)
            for member in members where !["time", "level", "message", "logger"].contains(member.key) {
                line.key(member.key)
                line.string(member.value.description)
            }
            line.endObject()
            return line.bytes
        case .readable:
            let details = members.map { " \($0.key)=\($0.value)" }.joined()
            let plain = "\(message)\(details)".replacingControlCharacters()
            return Array("\(Instant.now()) \(level.rawValue) \(plain)".utf8)
        }
    }
}

extension String {
    /// What comes from outside must not move the cursor or forge a line.
    fileprivate func replacingControlCharacters() -> String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
    }
}
