import JSON
import Jinja
import Tokenization

/// JSON, tokens and templates.
enum TextFuzzing {
    /// What is written reads back as the same value.
    static func readJSON(_ input: [UInt8]) {
        guard let value = try? JSONValue(parsing: input) else { return }
        for pretty in [false, true] {
            let text = value.serialized(pretty: pretty)
            guard let again = try? JSONValue(parsing: text) else { fatalError("no JSON: \(text)") }
            precondition(again == value && again.serialized() == value.serialized(), text)
        }
    }

    /// Tokens of a text give the text back, byte for byte.
    static func encode(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        for takesSpecialTokens in [false, true] {
            let ids = Fixtures.tokenizer.encode(text, allowingSpecialTokens: takesSpecialTokens)
            check(ids, gives: text)
        }
    }

    /// Two bytes are a token; whatever the tokens, one by one they give what they give at once.
    static func decode(_ input: [UInt8]) {
        let size = Fixtures.tokenizer.vocabularySize
        let ids = stride(from: 0, to: input.count - 1, by: 2).map { index in
            Int32((Int(input[index]) << 8 | Int(input[index + 1])) % size)
        }
        check(ids, gives: Fixtures.tokenizer.decode(ids, skippingSpecialTokens: false))
    }

    private static func check(_ ids: [Int32], gives text: String) {
        let whole = Fixtures.tokenizer.decode(ids, skippingSpecialTokens: false)
        var detokenizer = IncrementalDetokenizer(Fixtures.tokenizer, skippingSpecialTokens: false)
        let pieces = ids.map { detokenizer.append($0) }.joined() + detokenizer.finish()
        precondition(whole.utf8.elementsEqual(text.utf8), "\(whole.debugDescription)")
        precondition(whole.utf8.elementsEqual(pieces.utf8), "\(pieces.debugDescription)")
    }

    /// A rendering ends within its limits.
    static func render(_ input: [UInt8]) {
        let limits = RenderingLimits(steps: 20_000, bytes: 1 << 20, output: 1 << 16)
        guard let template = try? Template(String(decoding: input, as: UTF8.self)),
            let text = try? template.render(Fixtures.conversation, limits: limits)
        else { return }
        precondition(text.utf8.count <= limits.output)
    }
}
