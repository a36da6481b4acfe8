package import JSON

/// The sampling parameters that generation_config.json recommends; nil where it is silent.
package struct GenerationDefaults: Sendable, Hashable {
    /// 0 and above.
    package let temperature: Double?
    /// Above 0, to 1.
    package let topP: Double?
    /// 0 means all tokens.
    package let topK: Int?
    /// 0 to 1.
    package let minP: Double?
    /// Above 0; 1 means none.
    package let repetitionPenalty: Double?
    /// Length of a completion in tokens, at least 1.
    package let maxNewTokens: Int?
    /// False asks for greedy decoding, whatever the temperature.
    package let samples: Bool?
    /// `eos_token_id`, one or several; checked against the vocabulary by `ModelConfiguration`.
    package let endTokens: [Int32]

    /// Throws for values out of range, naming key, value and range.
    package init(_ generationConfig: JSONValue?) throws(CheckpointError) {
        try self.init(
            ConfigurationFields(generationConfig ?? .object(JSONObject()), file: "generation_config.json"))
    }

    init(_ fields: ConfigurationFields) throws(CheckpointError) {
        let positive = Double.leastNonzeroMagnitude
        temperature = try fields.optionalNumber("temperature", in: 0...100)
        topP = try fields.optionalNumber("top_p", in: 0...1)
        // -1 is vLLM's spelling of "all".
        topK = try fields.optionalInteger("top_k", in: -1...Int(Int32.max)).map { max(0, $0) }
        minP = try fields.optionalNumber("min_p", in: 0...1)
        repetitionPenalty = try fields.optionalNumber("repetition_penalty", in: positive...100)
        maxNewTokens = try fields.optionalInteger("max_new_tokens", in: 1...Int(Int32.max))
        samples = fields["do_sample"] == nil ? nil : try fields.flag("do_sample", default: true)
        endTokens = try fields.tokens("eos_token_id", below: Int(Int32.max)) ?? []
        if topP == 0 { throw fields.invalid("top_p", "it must be above 0") }
    }

    /// Reads generation_config.json of a folder. Throws when it is missing or not valid.
    package init(folder: String) throws(CheckpointError) {
        let path = "\(folder)/generation_config.json"
        guard let bytes = FileSystem.read(path) else {
            throw CheckpointError(
                file: path, problem: "is missing or cannot be read",
                remedy: "Name a folder with that file, or choose `auto` or `vllm`.")
        }
        try self.init(JSONValue(checkpointFile: path, bytes: bytes))
    }
}
