internal import Engine
internal import JSON

/// A decoded and validated request of /v1/chat/completions.
///
/// Fields that mean nothing to a text model on one's own machine (`user`, `metadata`, `store`, `service_tier`, …) are
/// ignored like unknown ones.
struct ChatCompletionRequest: Sendable {
    /// nil: the first served model.
    var model: String?
    var template: TemplateFields
    var sampling: SamplingFields
    /// Longest completion in tokens, reasoning included; nil: what the context has left.
    var maxTokens: Int?
    var streams: Bool
    var includesUsage: Bool

    init(_ fields: FieldReader, defaults: SamplingDefaults, vocabularySize: Int) throws(APIError) {
        model = try fields.string("model")
        template = try TemplateFields(fields)
        sampling = try SamplingFields(fields, defaults: defaults, vocabularySize: vocabularySize)
        let newer = try fields.integer("max_completion_tokens", in: 1...Int(Int32.max))
        let older = try fields.integer("max_tokens", in: 1...Int(Int32.max))
        maxTokens = newer ?? older
        (streams, includesUsage) = try fields.streaming()
        sampling.parameters.logprobs = try Self.logprobs(fields)
        for (index, modality) in (try fields.array("modalities") ?? []).enumerated() where modality != "text" {
            throw fields.invalid("modalities[\(index)]", "must be 'text': this model writes text alone.")
        }
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
    /// `stream` and `stream_options.include_usage`.
    func streaming() throws(APIError) -> (streams: Bool, includesUsage: Bool) {
        let streams = try bool("stream") ?? false
        guard let options = try reader("stream_options") else { return (streams, false) }
        guard streams else { throw invalid("stream_options", "needs 'stream' to be true.") }
        return (streams, try options.bool("include_usage") ?? false)
    }
}
