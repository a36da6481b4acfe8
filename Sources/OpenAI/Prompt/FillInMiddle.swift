internal import JSON
internal import Tokenization

/// How a vocabulary marks a gap in a text that the model is to fill.
struct FillInMiddle {
    /// The texts of the tokens before the prefix, between prefix and suffix, and after the suffix.
    private typealias Marks = (begin: String, hole: String, end: String)

    /// DeepSeek-V3's and Qwen2.5's, as their model cards have them.
    private static let known: [Marks] = [
        ("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"), ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
    ]

    private let marks: Marks
    private let tokenizer: Tokenizer

    /// nil for a vocabulary without such tokens.
    init?(_ tokenizer: Tokenizer) {
        let known = Self.known.first { marks in
            [marks.begin, marks.hole, marks.end].allSatisfy { tokenizer.id(of: $0) != nil }
        }
        guard let known else { return nil }
        marks = known
        self.tokenizer = tokenizer
    }

    /// The prompt with its gap. Control texts in the two texts are encoded as text.
    ///
    /// - Parameter addsSpecialTokens: whether it begins with what the tokenizer puts before every text.
    func tokens(before prefix: String, after suffix: String, addsSpecialTokens: Bool) -> [Int32] {
        var guarded = ContentGuard(
            index: SpecialTextIndex(ControlTokens(tokenizer).tokens), taken: [],
            values: [.string(prefix), .string(suffix)])
        let text = marks.begin + guarded.escape(prefix) + marks.hole + guarded.escape(suffix) + marks.end
        let begin = addsSpecialTokens ? tokenizer.beginToken?.id : nil
        let isAdded = begin != nil && tokenizer.encodeWithSpecialTokens("").first == begin
        return (isAdded ? [begin].compactMap { $0 } : []) + guarded.encode(text, with: tokenizer)
    }
}

extension ModelContext {
    /// A prompt with a gap before `suffix`.
    func encode(
        _ prompt: CompletionRequest.Prompt, upTo suffix: String, _ request: CompletionRequest
    ) throws(APIError) -> TextResponses.Prompt {
        guard let gap = FillInMiddle(tokenizer) else {
            throw .invalidRequest(
                "'suffix' is not supported: this model's vocabulary has no tokens for filling gaps. Leave it out.",
                param: "suffix")
        }
        guard case .text(let text) = prompt else {
            throw .invalidRequest("'prompt' must be text where there is a 'suffix'.", param: "prompt")
        }
        return TextResponses.Prompt(
            tokens: gap.tokens(before: text, after: suffix, addsSpecialTokens: request.addsSpecialTokens), text: text)
    }
}
