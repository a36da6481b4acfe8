internal import JSON

/// A function that the model may call.
struct Tool: Sendable, Equatable {
    var name: String
    /// JSON Schema of the arguments, of the type `object`.
    var parameters: JSONObject
    /// Whether the arguments of every call must satisfy the schema.
    var isStrict = false
    /// The function as the request declares it, for templates and prompts.
    var function: JSONObject
    /// Where the request has the parameters.
    var place: String

    /// `{"type": "function", "function": {…}}`
    var declaration: JSONValue { ["type": "function", "function": .object(function)] }

    static let longestName = 128

    /// - Parameter fields: a function's `name`, `description`, `parameters` and `strict`.
    init(_ fields: FieldReader) throws(APIError) {
        name = try fields.requiredString("name")
        guard Self.isName(name) else {
            throw fields.invalid(
                "name",
                "must have 1 to \(Self.longestName) letters, digits, underscores, dashes or dots, and nothing else.")
        }
        _ = try fields.string("description")
        isStrict = try fields.bool("strict") ?? false
        parameters = try fields.object("parameters") ?? [:]
        if let type = parameters["type"], type != "object" {
            throw fields.invalid("parameters", "must be a JSON Schema of type 'object', not \(type.serialized()).")
        }
        parameters["type"] = "object"
        function = fields.object
        place = fields.path(of: "parameters")
    }

    /// Whether a text can be a function's name in every dialect.
    static func isName(_ text: some StringProtocol) -> Bool {
        (1...longestName).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}
