internal import Engine
internal import JSON
internal import Tokenization

extension Tokenizer {
    /// A token's text by itself; bytes that are no character alone become U+FFFD.
    func text(of token: Int32) -> String {
        String(decoding: bytes(of: token), as: UTF8.self)
    }
}

extension TokenLogprobs {
    /// JSON has no infinity; OpenAI and DeepSeek write this for a token that cannot be.
    private static let impossible: Float = -9999

    static func finite(_ logprob: Float) -> Float {
        max(logprob, impossible)
    }
}

extension JSONWriter {
    /// A log-probability.
    mutating func logprob(_ value: Float) {
        self.value(value.isNaN ? -9999 : TokenLogprobs.finite(value))
    }
}
