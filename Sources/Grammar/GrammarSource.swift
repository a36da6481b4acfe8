package import JSON

/// What a client asks an answer to follow.
package enum GrammarSource: Sendable {
    case jsonSchema(JSONValue, SchemaReading = .closed, JSONLayout = .flexible)
    /// Any JSON object.
    case jsonObject(JSONLayout = .flexible)
    /// The whole answer matches; see ``RegexParser`` for the dialect.
    case regex(String)
    /// One of these texts.
    case choice([String])
    /// Rules in GBNF or a simple form of Lark's notation; see ``NotationParser``.
    case grammar(String)
    /// Fixed texts and constraints in a row.
    case structure(GrammarStructure)

    /// Equal for equal sources only; the order of members matters to schemas.
    var key: String {
        switch self {
        case .jsonSchema(let schema, let reading, let layout): "schema \(reading) \(layout) \(schema.serialized())"
        case .jsonObject(let layout): "object \(layout)"
        case .regex(let text): "regex \(text)"
        case .choice(let texts): "choice \(JSONValue.array(texts.map(JSONValue.string)).serialized())"
        case .grammar(let text): "grammar \(text)"
        case .structure(let structure): "structure \(structure.key)"
        }
    }

    /// - Parameter vocabulary: for the control texts of structures; nil: none are told apart.
    func rules(_ vocabulary: TokenVocabulary? = nil) throws(GrammarError) -> RuleSet {
        switch self {
        case .jsonSchema(let schema, let reading, let layout):
            return try SchemaCompiler.rules(schema, reading, layout)
        case .jsonObject(let layout):
            return try SchemaCompiler.rules(["type": "object"], .open, layout)
        case .regex(let pattern):
            return RuleSet(try RegexParser.parse(pattern).fullMatch(.text))
        case .choice(let texts):
            guard !texts.isEmpty else { throw .invalid("the list of choices is empty; give at least one text") }
            return RuleSet(.literals(texts.map { Array($0.utf8) }))
        case .grammar(let text):
            return try NotationParser.rules(text)
        case .structure(let structure):
            return try structure.rules(vocabulary)
        }
    }
}

/// What a schema means where it is silent.
package enum SchemaReading: Sendable {
    /// As JSON Schema has it: what is not forbidden is allowed.
    case open
    /// As servers of structured output have it: objects have no members beside those that the schema names, unless
    /// it says so, and tuples no further items; a schema without a type is of the type that its keywords are about.
    case closed
}

/// The white space between the tokens of JSON.
package enum JSONLayout: Sendable {
    case compact
    /// Also a space or a line break with indentation, of bounded length.
    case flexible
}
