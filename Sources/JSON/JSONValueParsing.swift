extension JSONValue {
    /// The nesting of arrays and objects that the parser accepts.
    package static let depthLimit = 512

    /// Parses one document of RFC 8259, and nothing after it but white space. A byte order mark is skipped.
    ///
    /// Integers beyond `Int` become numbers; of members with one key the last stays. Errors, besides bad grammar:
    /// invalid UTF-8, lone surrogates, numbers beyond `Double`, nesting over `depthLimit`.
    package init(parsing bytes: Span<UInt8>) throws(JSONError) {
        var parser = JSONParser(bytes)
        self = try parser.parseDocument()
    }

    package init(parsing bytes: [UInt8]) throws(JSONError) {
        try self.init(parsing: bytes.span)
    }

    package init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
        try self.init(parsing: Array(bytes).span)
    }

    package init(parsing text: String) throws(JSONError) {
        try self.init(parsing: text.utf8Span.span)
    }
}
