import FoundationEssentials
import JSON
import Tokenization

/// A recorded file of `Fixtures`.
enum Fixture {
    static let families = ["deepseek-r1", "r1-distill-qwen", "r1-distill-llama", "tiny"]

    static func load(_ name: String, file: String = #filePath) throws -> JSONValue {
        let folder = file.split(separator: "/").dropLast().joined(separator: "/")
        let data = try Data(contentsOf: URL(filePath: "/\(folder)/Fixtures/\(name).json"))
        return try JSONValue(parsing: [UInt8](data))
    }

    static func tokenizer(_ json: JSONValue?, configuration: JSONValue? = nil) throws -> Tokenizer {
        try Tokenizer(tokenizerJSON: Array((json ?? .null).serialized().utf8), configuration: configuration)
    }

    static func family(_ name: String, configuration: JSONValue? = nil) throws -> Tokenizer {
        try tokenizer(load(name)["tokenizer"], configuration: configuration)
    }

    /// A byte-level tokenizer.json with these changes at its top level.
    static func small(_ changes: KeyValuePairs<String, JSONValue> = [:]) -> JSONValue {
        var vocabulary = JSONObject()
        for byte in UInt8(0x21)...0x7E { vocabulary[String(Unicode.Scalar(byte))] = .integer(Int(byte) - 0x21) }
        for (index, token) in ["Ġ", "ab", "abc"].enumerated() { vocabulary[token] = .integer(94 + index) }
        var root: JSONObject = [
            "version": "1.0",
            "added_tokens": [["id": 97, "content": "<s>", "special": true], ["id": 98, "content": "<t>"]],
            "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false],
            "decoder": ["type": "ByteLevel"],
            "model": ["type": "BPE", "vocab": .object(vocabulary), "merges": ["a b", "ab c"]],
        ]
        for (key, value) in changes { root[key] = value }
        return .object(root)
    }
}

extension JSONValue {
    var ids: [Int32]? { arrayValue?.map { Int32($0.intValue ?? -1) } }

    var elements: [JSONValue] { arrayValue ?? [] }
}

extension IncrementalDetokenizer {
    /// The text of these ids, fed one by one.
    static func text(_ tokenizer: Tokenizer, _ ids: [Int32], skippingSpecialTokens: Bool) -> String {
        var detokenizer = IncrementalDetokenizer(tokenizer, skippingSpecialTokens: skippingSpecialTokens)
        var text = ""
        for id in ids { text += detokenizer.append(id) }
        return text + detokenizer.finish()
    }
}

extension String {
    /// Equality of the bytes: Swift's `==` takes canonically equivalent texts for equal.
    func isIdentical(to other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

/// A small deterministic generator (SplitMix64) for property tests.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
