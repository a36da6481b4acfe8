package import JSON

/// The texts that a tokenizer recognises as single tokens wherever they stand: `<｜User｜>`, `</think>`, …
///
/// All added tokens count, whether tokenizer.json calls them special or not: R1's says no of most that steer the model.
package struct ControlTokens: Sendable {
    package let tokens: [(id: Int32, text: String)]

    package init(_ tokens: [(id: Int32, text: String)]) {
        self.tokens = tokens
    }

    /// Reads `added_tokens` of a tokenizer.json, and `added_tokens_decoder` of a tokenizer_config.json.
    package init(tokenizerJSON: [UInt8], configuration: JSONValue?) throws(JSONError) {
        let root = try JSONValue(parsing: tokenizerJSON)
        var found: [Int32: String] = [:]
        func add(_ id: Int?, _ token: JSONValue) {
            guard let id = id.flatMap(Int32.init(exactly:)), found[id] == nil else { return }
            if let text = token["content"]?.stringValue { found[id] = text }
        }
        for token in root["added_tokens"]?.arrayValue ?? [] { add(token["id"]?.intValue, token) }
        if let more = configuration?["added_tokens_decoder"]?.objectValue {
            for (id, token) in more { add(Int(id), token) }
        }
        tokens = found.sorted { $0.key < $1.key }.map { (id: $0.key, text: $0.value) }
    }
}
