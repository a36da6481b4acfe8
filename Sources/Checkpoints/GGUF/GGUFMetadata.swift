/// Typed access to the metadata of a GGUF file; errors name file, key, value and what is allowed.
struct GGUFMetadata: Sendable {
    let file: String
    let values: [String: GGUFValue]

    func integer(_ key: String) throws(CheckpointError) -> Int? {
        switch values[key] {
        case nil: return nil
        case .integer(let value): return value
        case let other?: throw wrongKind(key, other, "an integer")
        }
    }

    func number(_ key: String) throws(CheckpointError) -> Double? {
        switch values[key] {
        case nil: return nil
        case .number(let value):
            guard value.isFinite else { throw invalid(key, "is \(value); it must be finite") }
            return value
        case .integer(let value): return Double(value)
        case let other?: throw wrongKind(key, other, "a number")
        }
    }

    func boolean(_ key: String) throws(CheckpointError) -> Bool? {
        switch values[key] {
        case nil: return nil
        case .boolean(let value): return value
        case let other?: throw wrongKind(key, other, "a boolean")
        }
    }

    func string(_ key: String) throws(CheckpointError) -> String? {
        switch values[key] {
        case nil: return nil
        case .string(let value): return value
        case let other?: throw wrongKind(key, other, "a string")
        }
    }

    func integers(_ key: String) throws(CheckpointError) -> [Int]? {
        switch values[key] {
        case nil: return nil
        case .integers(let value): return value
        case let other?: throw wrongKind(key, other, "an array of integers")
        }
    }

    func strings(_ key: String) throws(CheckpointError) -> PackedStrings? {
        switch values[key] {
        case nil: return nil
        case .strings(let value): return value
        case let other?: throw wrongKind(key, other, "an array of strings")
        }
    }

    func required<Value>(_ key: String, _ value: Value?) throws(CheckpointError) -> Value {
        if let value { return value }
        throw CheckpointError(
            file: file, problem: "has no metadata \"\(key)\"",
            remedy: "Convert the model again with a current llama.cpp, or download another file of it.")
    }

    /// `problem` continues "the metadata KEY".
    func invalid(_ key: String, _ problem: String) -> CheckpointError {
        CheckpointError(
            file: file, problem: "its metadata \"\(key)\" \(problem)", remedy: CheckpointError.downloadAgain)
    }

    func unsupported(_ key: String, _ value: String, supported: String) -> CheckpointError {
        CheckpointError(
            file: file, problem: "its metadata \"\(key)\" is \(value), which is not supported",
            remedy: "Supported: \(supported).")
    }

    private func wrongKind(_ key: String, _ value: GGUFValue, _ expected: String) -> CheckpointError {
        invalid(key, "is \(value.kind); it must be \(expected)")
    }
}
