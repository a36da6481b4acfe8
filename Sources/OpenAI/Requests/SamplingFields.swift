internal import Engine
internal import JSON

/// The fields about sampling, length and stopping that chat and text completions share.
struct SamplingFields: Sendable {
    var parameters = SamplingParameters()
    /// nil: every choice of every request gets seeds of its own.
    var seed: Int?
    var choices: Int
    var minTokens: Int
    var stopStrings: [String]
    var stopTokens: [Int32]
    var ignoresEnd: Bool
    var includesStopString: Bool
    var skipsSpecialTokens: Bool
    var returnsTokens: Bool
    var guidance: GuidanceFields
    /// Whether log-probabilities name tokens as `token_id:17`, which tells apart those with one text.
    var namesTokensByID: Bool

    static let mostStopStrings = 16
    /// All stop strings together: searching for them takes some hundred times their memory.
    static let mostStopBytes = 16 << 10

    init(_ fields: FieldReader, defaults: SamplingDefaults, vocabularySize: Int) throws(APIError) {
        parameters.temperature = Float(try fields.number("temperature", in: 0...2) ?? defaults.temperature)
        // 0 keeps the most likely token alone, as the smallest number does.
        parameters.topP = max(
            .leastNormalMagnitude, Float(try fields.number("top_p", in: 0...1) ?? defaults.topP))
        parameters.topK = max(0, try fields.integer("top_k", in: -1...Int(Int32.max)) ?? defaults.topK)
        parameters.minP = Float(try fields.number("min_p", in: 0...1) ?? defaults.minP)
        parameters.presencePenalty = Float(try fields.number("presence_penalty", in: -2...2) ?? 0)
        parameters.frequencyPenalty = Float(try fields.number("frequency_penalty", in: -2...2) ?? 0)
        parameters.repetitionPenalty = Float(
            try fields.number("repetition_penalty", in: 0.01...100) ?? defaults.repetitionPenalty)
        parameters.logitBias = try Self.logitBias(fields, vocabularySize: vocabularySize)
        seed = try fields.integer("seed", in: .min ... .max)
        let completions = try fields.integer("n_cmpl", in: 1...128)
        choices = try fields.integer("n", in: 1...128) ?? completions ?? 1
        minTokens = try fields.integer("min_tokens", in: 0...Int(Int32.max)) ?? 0
        stopStrings = try Self.stopStrings(fields)
        let stopBytes = stopStrings.reduce(0) { $0 + $1.utf8.count }
        guard stopBytes <= Self.mostStopBytes else {
            throw fields.invalid("stop", "must have at most \(Self.mostStopBytes) bytes in all, not \(stopBytes).")
        }
        stopTokens = try fields.tokens("stop_token_ids", vocabularySize: vocabularySize) ?? []
        ignoresEnd = try fields.bool("ignore_eos") ?? false
        let keepsStop = try fields.bool("no_stop_trim")
        includesStopString = try fields.bool("include_stop_str_in_output") ?? keepsStop ?? false
        skipsSpecialTokens = try fields.bool("skip_special_tokens") ?? true
        returnsTokens = try fields.bool("return_token_ids") ?? false
        guidance = try GuidanceFields(fields, vocabularySize: vocabularySize)
        namesTokensByID = try fields.bool("return_tokens_as_token_ids") ?? false
        try UnsupportedFields.refuse(in: fields)
    }

    private static func logitBias(_ fields: FieldReader, vocabularySize: Int) throws(APIError) -> [Int32: Float] {
        guard let object = try fields.object("logit_bias") else { return [:] }
        var biases: [Int32: Float] = [:]
        for (key, value) in object {
            guard let token = Int32(key), token >= 0, Int(token) < vocabularySize else {
                throw fields.invalid(
                    "logit_bias", "must have token ids below \(vocabularySize) as keys, not '\(key)'.")
            }
            guard let bias = value.doubleValue else { throw fields.mismatch("logit_bias.\(key)", "a number", value) }
            guard (-100...100).contains(bias) else {
                throw fields.invalid("logit_bias.\(key)", "must be from -100 to 100, not \(bias).")
            }
            biases[token] = Float(bias)
        }
        return biases
    }

    private static func stopStrings(_ fields: FieldReader) throws(APIError) -> [String] {
        guard let value = fields["stop"] else { return [] }
        switch value {
        case .string(let string):
            return string.isEmpty ? [] : [string]
        case .array(let elements):
            guard elements.count <= mostStopStrings else {
                throw fields.invalid("stop", "must have at most \(mostStopStrings) strings, not \(elements.count).")
            }
            var strings: [String] = []
            for (index, element) in elements.enumerated() {
                guard let string = element.stringValue else {
                    throw fields.mismatch("stop[\(index)]", "a string", element)
                }
                guard !string.isEmpty else { throw fields.invalid("stop[\(index)]", "must not be empty.") }
                strings.append(string)
            }
            return strings
        default:
            throw fields.mismatch("stop", "a string or a list of strings", value)
        }
    }
}
