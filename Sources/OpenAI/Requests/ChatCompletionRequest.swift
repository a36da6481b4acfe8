internal import Engine
internal import JSON

/// A decoded and validated request of /v1/chat/completions. <doc:RequestFields> lists the fields.
struct ChatCompletionRequest: Sendable {
    /// nil: the first served model.
    var model: String?
    var template: TemplateFields
    var sampling: SamplingFields
    /// Longest completion in tokens, reasoning included; nil: what the context has left.
    var maxTokens: Int?
    var stream: StreamFields
    var prompt: PromptFields
    var reasoning: ReasoningFields
    var client: ClientFields
    /// Whether the response begins with the last message, if that is the assistant's.
    var echoes: Bool

    init(_ fields: FieldReader, defaults: SamplingDefaults, vocabularySize: Int) throws(APIError) {
        model = try fields.string("model")
        template = try TemplateFields(fields)
        sampling = try SamplingFields(fields, defaults: defaults, vocabularySize: vocabularySize)
        let newer = try fields.integer("max_completion_tokens", in: 1...Int(Int32.max))
        let older = try fields.integer("max_tokens", in: 1...Int(Int32.max))
        let predicted = try fields.predictedLength()
        maxTokens = newer ?? older ?? predicted
        stream = try StreamFields(fields)
        prompt = try PromptFields(fields)
        reasoning = try ReasoningFields(fields)
        client = try ClientFields(fields)
        echoes = try fields.bool("echo") ?? false
        sampling.parameters.logprobs = try Self.logprobs(fields)
    }

    /// What the response repeats of the conversation; empty unless that is wanted.
    var echo: String {
        guard echoes, let last = template.messages.last, last.role == .assistant else { return "" }
        return last.content ?? ""
    }

    private static func logprobs(_ fields: FieldReader) throws(APIError) -> Int? {
        let wanted = try fields.bool("logprobs") ?? false
        let alternatives = try fields.integer("top_logprobs", in: 0...20)
        guard wanted else {
            if let alternatives, alternatives > 0 {
                throw fields.invalid("top_logprobs", "needs 'logprobs' to be true.")
            }
            return nil
        }
        return alternatives ?? 0
    }
}

extension FieldReader {
    /// llama.cpp's `n_predict`, where -1 sets no limit.
    func predictedLength() throws(APIError) -> Int? {
        guard let length = try integer("n_predict", in: -1...Int(Int32.max)) else { return nil }
        guard length != 0 else { throw invalid("n_predict", "must be at least 1, or -1 for no limit, not 0.") }
        return length < 0 ? nil : length
    }
}
