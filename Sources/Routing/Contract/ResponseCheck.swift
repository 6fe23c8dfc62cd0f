package import Core

extension Contract {
    /// What of an answer breaks the contract: its status, its media type, or its members. For tests, which send every answer through it.
    ///
    /// - Parameter contentType: of the answer; nil when it has no body.
    package func errors(inAnswerOf operationId: String, status: Int, contentType: String?, body: [UInt8]) -> [FieldError] {
        guard let operation = operation(operationId) else { return [Self.error("operation", "there is no operation \(operationId)")] }
        guard let rule = operation.responses.first(where: { $0.covers(status) }) else {
            return [Self.error("status", "\(operationId) doesn't declare the status \(status)")]
        }
        guard !body.isEmpty else { return [] }
        guard let essence = contentType.flatMap({ MediaType($0) })?.essence,
            let content = rule.content.first(where: { $0.type == essence || $0.type == MediaType.any })
        else {
            return [
                Self.error("media-type", "\(operationId) doesn't declare \(contentType ?? "a body without Content-Type") for \(status)")
            ]
        }
        if essence == ListExport.Format.lines.rawValue, let lines = rule.lines {
            return Self.errors(in: body.split(separator: 0x0A).map(Array.init), lines)
        }
        guard essence.hasSuffix("json"), essence != ListExport.Format.lines.rawValue, let schema = content.schema else { return [] }
        do {
            return SchemaCheck.errors(in: try JSON(parsing: body), schema, .response)
        } catch {
            return [Self.error("json", error.reason)]
        }
    }

    private static func errors(in lines: [[UInt8]], _ schema: Schema) -> [FieldError] {
        var errors: [FieldError] = []
        for line in lines {
            do {
                errors += SchemaCheck.errors(in: try JSON(parsing: line), schema, .response)
            } catch {
                errors.append(Self.error("json", error.reason))
            }
        }
        return errors
    }

    private static func error(_ code: String, _ detail: String) -> FieldError {
        FieldError(pointer: "", code: code, detail: detail)
    }
}
