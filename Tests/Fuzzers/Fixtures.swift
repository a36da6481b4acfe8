import FoundationEssentials
import JSON
import Tokenization

@testable import OpenAI

/// The built-in model's tokenizer and template, and what they are tried with.
enum Fixtures {
    static let tokenizer: Tokenizer = load {
        try Tokenizer(
            tokenizerJSON: bytes(of: "tokenizer.json"),
            configuration: JSONValue(parsing: bytes(of: "tokenizer_config.json")))
    }

    static let context: ModelContext = load {
        let controlTokens = ControlTokens(tokenizer)
        let tags = ReasoningTags(tokenizer: tokenizer, controlTokens: controlTokens)
        return ModelContext(
            tokenizer: tokenizer,
            chatPrompt: try ChatPrompt(
                source: tokenizer.chatTemplate ?? "", tokenizer: tokenizer, controlTokens: controlTokens),
            names: ["nano"], root: "", maxModelLength: 4096, endTokens: [1], defaults: .openAI,
            reasoning: .separate(tags), seed: nil, created: 0, systemFingerprint: "")
    }

    /// What a chat template renders.
    static let conversation: JSONObject = [
        "messages": [
            ["role": "system", "content": "Be brief."],
            ["role": "user", "content": [["type": "text", "text": "1 < 2 & \"3\" 世界"]]],
            ["role": "assistant", "content": nil, "tool_calls": [["function": ["name": "add", "arguments": "{}"]]]],
        ],
        "tools": [["type": "function", "function": ["name": "add", "parameters": ["type": "object"]]]],
        "numbers": [3, -1, 2.5, 0], "bos_token": "<s>", "add_generation_prompt": true,
    ]

    /// A text's tokens as they are after merging; tags are tokens of their own.
    static func tokens(_ text: String) -> [Int32] {
        tokens(text) { tokenizer.encode($0, allowingSpecialTokens: false) }
    }

    /// A text's tokens, one for each byte: characters are cut everywhere.
    static func byteTokens(_ text: String) -> [Int32] {
        tokens(text) { $0.utf8.map { byteToken[$0] ?? 0 } }
    }

    private static func tokens(_ text: String, _ encode: (String) -> [Int32]) -> [Int32] {
        var tokens: [Int32] = []
        var rest = text[...]
        while let index = rest.firstIndex(of: "<") {
            let tag = ["<think>", "</think>"].first { rest[index...].hasPrefix($0) }
            let end = rest.index(index, offsetBy: tag?.count ?? 1)
            tokens += encode(String(rest[..<(tag == nil ? end : index)]))
            if let tag { tokens.append(tokenizer.id(of: tag) ?? 0) }
            rest = rest[end...]
        }
        return tokens + encode(String(rest))
    }

    private static let byteToken: [UInt8: Int32] = {
        var table: [UInt8: Int32] = [:]
        for id in 0..<Int32(tokenizer.vocabularySize) where !tokenizer.isSpecial(id) {
            let bytes = tokenizer.bytes(of: id)
            if bytes.count == 1, table[bytes[0]] == nil { table[bytes[0]] = id }
        }
        return table
    }()

    private static func bytes(of name: String) throws -> [UInt8] {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return Array(try Data(contentsOf: URL(filePath: "/\(tests)/OpenAITests/Fixtures/\(name)")))
    }

    private static func load<Value>(_ body: () throws -> Value) -> Value {
        do { return try body() } catch { fatalError("\(error)") }
    }
}
