internal import JSON

/// Other servers' fields that would change the output and have no counterpart here.
///
/// Ignored, they would give answers that the client did not ask for; so they are refused, unless they have the value
/// that changes nothing.
enum UnsupportedFields {
    private struct Field: Sendable {
        var name: String
        /// Whether the value changes nothing.
        var isNeutral: @Sendable (JSONValue) -> Bool
        /// What to do instead.
        var advice: String

        init(_ name: String, _ advice: String, isNeutral: @escaping @Sendable (JSONValue) -> Bool) {
            self.name = name
            self.isNeutral = isNeutral
            self.advice = advice
        }

        init(_ name: String, equals neutral: Double, _ advice: String) {
            self.init(name, advice) { $0.doubleValue == neutral }
        }

        init(_ name: String, atMost neutral: Double, _ advice: String) {
            self.init(name, advice) { value in value.doubleValue.map { $0 <= neutral } ?? false }
        }
    }

    private static let fields: [Field] = [
        // llama.cpp's samplers
        Field("typical_p", equals: 1, "use 'top_p' or 'min_p'"),
        Field("typ_p", equals: 1, "use 'top_p' or 'min_p'"),
        Field("top_n_sigma", atMost: 0, "use 'min_p'"),
        Field("xtc_probability", equals: 0, "use 'temperature'"),
        Field("dynatemp_range", equals: 0, "use a fixed 'temperature'"),
        Field("dry_multiplier", equals: 0, "use 'repetition_penalty' or 'frequency_penalty'"),
        Field("mirostat", equals: 0, "use 'temperature' and 'top_p'"),
        Field("adaptive_target", atMost: 0, "use 'temperature'"),
        Field("repeat_penalty", equals: 1, "use 'repetition_penalty', which counts the whole text"),
        Field("min_keep", equals: 0, "use 'top_k'"),
        Field("samplers", "the order is fixed: temperature, min_p, top_k, top_p") { $0 == [] },
        Field("n_probs", equals: 0, "use 'logprobs' and 'top_logprobs'"),
        Field("post_sampling_probs", "log-probabilities are those of the model") { $0 == false },
        Field("t_max_predict_ms", atMost: 0, "use 'max_tokens'"),
        Field("lora", "no adapters are loaded") { $0 == [] },
        // vLLM's
        Field("use_beam_search", "use 'n' with sampling") { $0 == false },
        Field("length_penalty", equals: 1, "it belongs to beam search: use 'n' with sampling"),
        Field("logprob_token_ids", "use 'top_logprobs'") { $0 == [] },
        Field("prompt_embeds", "send 'prompt' or 'messages'") { _ in false },
        // SGLang's
        Field("stop_regex", "use 'stop'") { $0 == "" || $0 == [] },
        Field("lora_path", "no adapters are loaded") { $0 == "" || $0 == [] },
        Field("custom_logit_processor", "use 'logit_bias'") { $0 == "" },
        Field("input_ids", "send token ids as 'prompt' to /v1/completions") { _ in false },
        Field("return_hidden_states", "leave it out") { $0 == false },
        Field("return_routed_experts", "leave it out") { $0 == false },
    ]

    static func refuse(in fields: FieldReader) throws(APIError) {
        for field in Self.fields {
            guard let value = fields[field.name], !field.isNeutral(value) else { continue }
            throw fields.invalid(field.name, "is not supported: \(field.advice).")
        }
    }
}
