internal import JSON

extension DataRow {
    /// The first of these fields that is there and not null, with its name.
    func value(_ names: [String]) -> (name: String, value: JSONValue)? {
        for name in names {
            if let value = fields[name], !value.isNull { return (name, value) }
        }
        return nil
    }

    /// The text of the first of these fields, a number as it is written; nil if there is none.
    func optionalText(_ names: String...) throws -> String? {
        try optionalText(names)
    }

    /// The text of the first of these fields; throws where there is none or it is empty.
    func text(_ names: String...) throws -> String {
        guard let text = try optionalText(names) else { throw missing(names) }
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw error(value(names)?.name ?? names[0], "it is empty; remove the row or fill it in")
        }
        return text
    }

    func missing(_ names: [String]) -> DataError {
        let others = names.dropFirst().map { "\"\($0)\"" }.joined(separator: ", ")
        return error(
            names[0],
            "it is missing" + (others.isEmpty ? "" : ", and so are \(others)")
                + "; the row has \(fields.keys.map { "\"\($0)\"" }.joined(separator: ", "))")
    }

    private func optionalText(_ names: [String]) throws -> String? {
        guard let (name, value) = value(names) else { return nil }
        guard let text = value.plainText else {
            throw error(name, "it is \(value.kind); write a string or a number")
        }
        return text
    }

    /// The file's name without its directory and extensions.
    var fileStem: String {
        let name = file.split(separator: "/").last ?? "data"
        return String(name.prefix { $0 != "." })
    }
}

extension JSONValue {
    /// A string as it is, a number as JSON writes it; nil for other kinds.
    var plainText: String? {
        switch self {
        case .string(let text): text
        case .integer, .number: serialized()
        default: nil
        }
    }
}
