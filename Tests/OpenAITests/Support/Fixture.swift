import Engine
import FoundationEssentials
import JSON
import Jinja
import Tokenization

@testable import OpenAI

/// The built-in model's tokenizer and template, and what tests build with them.
enum Fixture {
    static let tokenizer: Tokenizer = {
        do {
            return try Tokenizer(
                tokenizerJSON: bytes(of: "tokenizer.json"),
                configuration: try JSONValue(parsing: bytes(of: "tokenizer_config.json")))
        } catch {
            fatalError("\(error)")
        }
    }()

    static let controlTokens = ControlTokens(tokenizer)

    static let tags = ReasoningTags(tokenizer: tokenizer, controlTokens: controlTokens)

    /// The tokenizer without tokens for the reasoning tags: they are spelled in letters.
    static let spelledTokenizer: Tokenizer = {
        do {
            return try tokenizer(renaming: ["<think>": "<a>", "</think>": "</a>"])
        } catch {
            fatalError("\(error)")
        }
    }()

    /// The tokenizer with other texts for some of its added tokens.
    static func tokenizer(renaming names: [String: String]) throws -> Tokenizer {
        var text = String(decoding: try bytes(of: "tokenizer.json"), as: UTF8.self)
        for (old, new) in names { text = text.replacing("\"\(old)\"", with: "\"\(new)\"") }
        return try Tokenizer(tokenizerJSON: Array(text.utf8), configuration: nil)
    }

    static let spelledTags = ReasoningTags(
        tokenizer: spelledTokenizer,
        controlTokens: ControlTokens(controlTokens.tokens.filter { !$0.text.contains("think") }))

    /// R1's own template, whose prompts end in `<think>\n`.
    static let template = tokenizer.chatTemplate ?? ""

    /// The template of R1-0528 and of R1's first weeks: the model opens `<think>` itself.
    static let bareTemplate = template.replacing("<｜Assistant｜><think>\\n", with: "<｜Assistant｜>")

    static func context(
        template: String? = nil, reasoning: ReasoningFormat = .separate(tags), maxModelLength: Int = 4096,
        defaults: SamplingDefaults = .openAI, seed: UInt64? = nil
    ) -> ModelContext {
        let prompt: ChatPrompt
        do {
            prompt = try ChatPrompt(
                source: template ?? Self.template, tokenizer: tokenizer, controlTokens: controlTokens)
        } catch {
            fatalError("\(error)")
        }
        return ModelContext(
            tokenizer: tokenizer, chatPrompt: prompt, names: ["nano", "other"], root: "built in",
            maxModelLength: maxModelLength, endTokens: [1], defaults: defaults, reasoning: reasoning, seed: seed,
            created: 1_700_000_000, systemFingerprint: "fp_test")
    }

    static func ids(_ text: String) -> [Int32] { tokenizer.encode(text) }

    /// One token per byte, whatever merges there are: characters are cut everywhere.
    static func byteTokens(_ text: String) -> [Int32] {
        text.utf8.map { byte in byteToken[byte] ?? 0 }
    }

    private static let byteToken: [UInt8: Int32] = {
        var table: [UInt8: Int32] = [:]
        for id in Int32(17)..<Int32(tokenizer.vocabularySize) {
            let bytes = tokenizer.bytes(of: id)
            if bytes.count == 1, table[bytes[0]] == nil { table[bytes[0]] = id }
        }
        return table
    }()

    private static func bytes(of name: String) throws -> [UInt8] {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return Array(try Data(contentsOf: URL(filePath: "/\(folder)/Fixtures/\(name)")))
    }
}

/// A chat request with one user message; `fields` add to it or replace.
func chatBody(_ fields: JSONObject = [:]) -> [UInt8] {
    var body: JSONObject = ["model": "nano", "messages": [["role": "user", "content": "Hi"]]]
    for (key, value) in fields { body[key] = value }
    return Array(JSONValue.object(body).serialized().utf8)
}

func textBody(_ fields: JSONObject = [:]) -> [UInt8] {
    var body: JSONObject = ["model": "nano", "prompt": "Hi"]
    for (key, value) in fields { body[key] = value }
    return Array(JSONValue.object(body).serialized().utf8)
}
