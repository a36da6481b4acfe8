internal import JSON

/// The fields about the prompt as tokens, which chat and text completions share.
struct PromptFields: Sendable, Equatable {
    enum Truncation: Sendable, Equatable {
        /// To so many tokens.
        case length(Int)
        /// To what the context holds beside the completion.
        case context
    }

    /// Alternatives for each of the prompt's tokens; nil: their log-probabilities are not wanted.
    var logprobs: Int?
    var truncation: Truncation?
    /// Whether truncation keeps the prompt's end, and not its beginning.
    var keepsEnd = true
    /// Keeps equal prefixes of different tenants apart; 0: shared with all.
    var cacheSalt: UInt64 = 0
    /// Whether the response repeats the prompt's text.
    var returnsText = false

    static let mostLogprobs = 20

    /// What holds for requests that say nothing.
    init() {}

    init(_ fields: FieldReader) throws(APIError) {
        logprobs = try fields.integer("prompt_logprobs", in: 0...Self.mostLogprobs)
        if let length = try fields.integer("truncate_prompt_tokens", in: -1...Int(Int32.max)) {
            guard length != 0 else {
                throw fields.invalid(
                    "truncate_prompt_tokens", "must be at least 1, or -1 for what the context holds, not 0.")
            }
            truncation = length < 0 ? .context : .length(length)
        }
        keepsEnd = try fields.word("truncation_side", ["left", "right"]) != "right"
        returnsText = try fields.bool("return_prompt_text") ?? false
        let salts = [try Self.salt("cache_salt", fields), try Self.salt("extra_key", fields)]
        if salts.contains(where: { $0 != nil }) { cacheSalt = CacheSalt.number(of: salts.map { $0 ?? "" }) }
    }

    private static func salt(_ field: String, _ fields: FieldReader) throws(APIError) -> String? {
        let salt = try fields.string(field)
        if salt?.isEmpty == true { throw fields.invalid(field, "must not be empty.") }
        return salt
    }

    /// The prompt, cut if the request wants that.
    ///
    /// - Parameter room: tokens that the context holds beside the completion.
    func truncate(_ prompt: [Int32], room: Int) -> [Int32] {
        let length: Int
        switch truncation {
        case nil: return prompt
        case .length(let wanted): length = wanted
        case .context: length = max(1, room)
        }
        return Array(keepsEnd ? prompt.suffix(length) : prompt.prefix(length))
    }
}
