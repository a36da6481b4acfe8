import JSON

/// A value inside a configuration file that knows its place, so that every complaint can name it.
struct ConfigurationNode {
    let value: JSONValue
    let file: String
    let path: String

    init(_ value: JSONValue, file: String, path: String = "") {
        self.value = value
        self.file = file
        self.path = path
    }

    func error(_ message: String) -> TokenizerError {
        TokenizerError(file: file, field: path, message: message)
    }

    private func wrongKind(_ expected: String) -> TokenizerError {
        error("is \(value.kind), expected \(expected)")
    }

    /// The member, or nil if it is absent or null.
    func optional(_ key: String) -> ConfigurationNode? {
        guard let member = value[key], !member.isNull else { return nil }
        return ConfigurationNode(member, file: file, path: path.isEmpty ? key : "\(path).\(key)")
    }

    func required(_ key: String) throws(TokenizerError) -> ConfigurationNode {
        guard value.objectValue != nil else { throw wrongKind("an object") }
        guard let member = optional(key) else { throw error("the member \"\(key)\" is missing") }
        return member
    }

    func string() throws(TokenizerError) -> String {
        guard let string = value.stringValue else { throw wrongKind("a string") }
        return string
    }

    func integer() throws(TokenizerError) -> Int {
        guard let integer = value.intValue else { throw wrongKind("an integer") }
        return integer
    }

    func boolean() throws(TokenizerError) -> Bool {
        guard let boolean = value.boolValue else { throw wrongKind("a boolean") }
        return boolean
    }

    func object() throws(TokenizerError) -> JSONObject {
        guard let object = value.objectValue else { throw wrongKind("an object") }
        return object
    }

    /// The elements of an array, each with its own path.
    func elements() throws(TokenizerError) -> [ConfigurationNode] {
        guard let array = value.arrayValue else { throw wrongKind("an array") }
        return array.enumerated().map { index, element in
            ConfigurationNode(element, file: file, path: "\(path)[\(index)]")
        }
    }

    func boolean(_ key: String, default standard: Bool) throws(TokenizerError) -> Bool {
        guard let member = optional(key) else { return standard }
        return try member.boolean()
    }

    /// The one scalar of a string member.
    func scalar(_ key: String) throws(TokenizerError) -> Unicode.Scalar {
        let member = try required(key)
        let scalars = try member.string().unicodeScalars
        guard let first = scalars.first, scalars.count == 1 else { throw member.error("is not one character") }
        return first
    }

    /// The component's `type`.
    func type() throws(TokenizerError) -> String {
        try required("type").string()
    }

    /// The complaint about a `type` that is not known.
    func unsupported(_ type: String, supported: String) -> TokenizerError {
        error("type \"\(type)\" is not supported; supported: \(supported)")
    }
}
