internal import Engine
internal import JSON

/// A decoded and validated request of /v1/completions.
struct CompletionRequest: Sendable {
    enum Prompt: Sendable, Equatable {
        case text(String)
        case tokens([Int32])
    }

    /// nil: the first served model.
    var model: String?
    /// At least one.
    var prompts: [Prompt]
    var sampling: SamplingFields
    /// nil: ``defaultLength``, or what the context has left if that is less.
    var maxTokens: Int?
    /// The prompt comes before the completion, with its log-probabilities if those are wanted.
    var echoes: Bool
    /// Whether the tokenizer's own special tokens (a BOS) are put around a text.
    var addsSpecialTokens: Bool
    /// What comes after the gap that the model is to fill; nil: it continues the prompt.
    var suffix: String?
    /// How many of `sampling.choices`, the likeliest per token, the response has: OpenAI's `n` beside `best_of`.
    var returnedChoices: Int
    var stream: StreamFields
    var prompt: PromptFields

    /// OpenAI's default for `max_tokens`.
    static let defaultLength = 16

    init(
        _ fields: FieldReader, defaults: SamplingDefaults, vocabularySize: Int, mostPrompts: Int = 2048
    ) throws(APIError) {
        model = try fields.string("model")
        prompts = try Self.prompts(fields, vocabularySize: vocabularySize, mostPrompts: mostPrompts)
        sampling = try SamplingFields(fields, defaults: defaults, vocabularySize: vocabularySize)
        sampling.parameters.logprobs = try fields.integer("logprobs", in: 0...20)
        echoes = try fields.bool("echo") ?? false
        let predicted = try fields.predictedLength()
        maxTokens = try fields.integer("max_tokens", in: 0...Int(Int32.max)) ?? predicted
        addsSpecialTokens = try fields.bool("add_special_tokens") ?? true
        stream = try StreamFields(fields)
        prompt = try PromptFields(fields)
        _ = try fields.string("user")
        suffix = try fields.string("suffix").flatMap { $0.isEmpty ? nil : $0 }
        if suffix != nil, echoes, sampling.parameters.logprobs != nil {
            throw fields.invalid("suffix", "and 'echo' with 'logprobs' exclude each other: leave one out.")
        }
        returnedChoices = sampling.choices
        if let best = try fields.integer("best_of", in: 1...128), best != sampling.choices {
            guard best > sampling.choices else {
                throw fields.invalid("best_of", "must be at least 'n' (\(sampling.choices)), not \(best).")
            }
            guard !stream.streams else {
                throw fields.invalid("best_of", "must equal 'n' (\(sampling.choices)) where 'stream' is true.")
            }
            sampling.choices = best
        }
    }

    private static func prompts(
        _ fields: FieldReader, vocabularySize: Int, mostPrompts: Int
    ) throws(APIError) -> [Prompt] {
        let expected = "a string, a list of strings, a list of token ids or a list of such lists"
        guard let value = fields["prompt"] else { throw fields.missing("prompt", expected) }
        if let text = value.stringValue { return [.text(text)] }
        guard let elements = value.arrayValue else { throw fields.mismatch("prompt", expected, value) }
        guard let first = elements.first else { throw fields.invalid("prompt", "must not be an empty list.") }
        switch first {
        case .string, .array:
            guard elements.count <= mostPrompts else {
                throw fields.invalid("prompt", "must have at most \(mostPrompts) prompts, not \(elements.count).")
            }
            var prompts: [Prompt] = []
            for (index, element) in elements.enumerated() {
                let place = "prompt[\(index)]"
                switch (first, element) {
                case (.string, .string(let text)):
                    prompts.append(.text(text))
                case (.array, .array(let ids)):
                    prompts.append(.tokens(try fields.tokens(ids, place, vocabularySize: vocabularySize)))
                case (.string, _):
                    throw fields.mismatch(place, "a string like the first prompt", element)
                default:
                    throw fields.mismatch(place, "a list of token ids like the first prompt", element)
                }
            }
            return prompts
        case .integer, .number:
            return [.tokens(try fields.tokens(elements, "prompt", vocabularySize: vocabularySize))]
        default:
            throw fields.mismatch("prompt[0]", "a string, a token id or a list of token ids", first)
        }
    }
}
