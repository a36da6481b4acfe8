import JSON

/// Typed access to the members of one JSON object; errors name file, key, value and what is allowed.
///
/// A member that is null counts as absent, as in transformers.
struct ConfigurationFields {
    let file: String
    /// Path of the object within the file, `rope_scaling.`, or empty.
    let prefix: String
    let object: JSONObject
    /// What the file calls a member of this path, where that is something else.
    let names: [String: String]

    init(
        _ value: JSONValue, file: String, prefix: String = "", names: [String: String] = [:]
    ) throws(CheckpointError) {
        guard let object = value.objectValue else {
            throw CheckpointError(
                file: file,
                problem: "\(prefix.isEmpty ? "the document" : "\"\(prefix.dropLast())\"") is \(value.kind); "
                    + "it must be an object", remedy: CheckpointError.correctConfiguration)
        }
        self.file = file
        self.prefix = prefix
        self.object = object
        self.names = names
    }

    subscript(key: String) -> JSONValue? {
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    func nested(_ key: String) throws(CheckpointError) -> ConfigurationFields? {
        guard let value = self[key] else { return nil }
        return try ConfigurationFields(value, file: file, prefix: "\(prefix)\(key).", names: names)
    }

    func optionalInteger(_ key: String, in range: ClosedRange<Int>) throws(CheckpointError) -> Int? {
        guard let value = self[key] else { return nil }
        guard let integer = value.intValue ?? value.doubleValue.flatMap(Int.init(exactly:)), range.contains(integer)
        else {
            throw invalid(key, "it must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) throws(CheckpointError) -> Int
    {
        if let value = try optionalInteger(key, in: range) ?? fallback { return value }
        throw missing(key, "an integer from \(range.lowerBound) to \(range.upperBound)")
    }

    func optionalNumber(_ key: String, in range: ClosedRange<Double>) throws(CheckpointError) -> Double? {
        guard let value = self[key] else { return nil }
        guard let number = value.doubleValue, range.contains(number) else {
            throw invalid(key, "it must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func number(_ key: String, in range: ClosedRange<Double>, default fallback: Double? = nil) throws(CheckpointError)
        -> Double
    {
        if let value = try optionalNumber(key, in: range) ?? fallback { return value }
        throw missing(key, "a number from \(range.lowerBound) to \(range.upperBound)")
    }

    func flag(_ key: String, default fallback: Bool) throws(CheckpointError) -> Bool {
        guard let value = self[key] else { return fallback }
        guard let flag = value.boolValue else { throw invalid(key, "it must be true or false") }
        return flag
    }

    func string(_ key: String) throws(CheckpointError) -> String? {
        guard let value = self[key] else { return nil }
        guard let string = value.stringValue else { throw invalid(key, "it must be a string") }
        return string
    }

    /// One id or a list of ids; nil where absent.
    func tokens(_ key: String, below limit: Int) throws(CheckpointError) -> [Int32]? {
        guard let value = self[key] else { return nil }
        var tokens: [Int32] = []
        for element in value.arrayValue ?? [value] {
            guard let id = element.intValue, id >= 0, id < limit else {
                throw invalid(key, "token ids must be integers from 0 to \(limit - 1), the vocabulary's last")
            }
            tokens.append(Int32(id))
        }
        return tokens
    }

    /// Refuses every value of the key but these; an absent key passes.
    func require(_ key: String, toBe supported: JSONValue...) throws(CheckpointError) {
        guard let value = self[key], !supported.contains(value) else { return }
        throw unsupported(key, supported.map { $0.serialized() }.joined(separator: ", "))
    }

    func unsupported(_ key: String, _ supported: String) -> CheckpointError {
        CheckpointError(
            file: file, problem: "\"\(name(of: key))\" is \(text(of: key)), which is not supported",
            remedy: "Supported: \(supported).")
    }

    func invalid(_ key: String, _ expectation: String) -> CheckpointError {
        CheckpointError(
            file: file, problem: "\"\(name(of: key))\" is \(text(of: key)); \(expectation)",
            remedy: CheckpointError.correctConfiguration)
    }

    private func missing(_ key: String, _ expectation: String) -> CheckpointError {
        CheckpointError(
            file: file, problem: "\"\(name(of: key))\" is missing; it must be \(expectation)",
            remedy: CheckpointError.correctConfiguration)
    }

    private func name(of key: String) -> String { names[prefix + key] ?? prefix + key }

    private func text(of key: String) -> String {
        let text = object[key]?.serialized() ?? "missing"
        return text.count <= 80 ? text : text.prefix(77) + "..."
    }
}
