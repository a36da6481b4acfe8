internal import JSON

/// How long a request lets the model think, in whichever of its clients' words.
///
/// A number of tokens: vLLM's `thinking_token_budget`, llama.cpp's `reasoning_budget_tokens` and
/// `thinking_budget_tokens`, SGLang's and Qwen's `thinking_budget`, Anthropic's `thinking.budget_tokens`, OpenRouter's
/// `reasoning.max_tokens`; 0 closes at once, -1 sets no limit. Or an effort, which is a share of the completion's
/// length: OpenAI's words as OpenRouter translates them, or SGLang's number.
struct ReasoningBudget: Sendable, Equatable {
    enum Amount: Sendable, Equatable {
        case tokens(Int)
        /// Of the completion's greatest length.
        case share(Double)
    }

    /// nil: no limit.
    var amount: Amount?
    /// What the model's thoughts are closed with; nil: as the server is set.
    var message: String?

    private static let shares = ["minimal": 0.1, "low": 0.2, "medium": 0.5, "high": 0.8, "xhigh": 0.95]

    init(_ fields: FieldReader) throws(APIError) {
        message = try fields.string("reasoning_budget_message")
        let places: [(FieldReader?, String)] = [
            (fields, "thinking_token_budget"), (fields, "thinking_budget"), (fields, "reasoning_budget_tokens"),
            (fields, "thinking_budget_tokens"), (try fields.nested("custom_params"), "thinking_budget"),
            (try fields.nested("thinking"), "budget_tokens"), (try fields.nested("reasoning"), "max_tokens"),
        ]
        var budgets: [(field: String, tokens: Int)] = []
        for case (let reader?, let name) in places {
            guard let tokens = try reader.integer(name, in: -1...Int(Int32.max)) else { continue }
            budgets.append((reader.path(of: name), tokens))
        }
        if let first = budgets.first {
            if let other = budgets.first(where: { $0.tokens != first.tokens }) {
                throw .invalidRequest(
                    "'\(other.field)' (\(other.tokens)) contradicts '\(first.field)' (\(first.tokens)): send one budget.",
                    param: other.field)
            }
            amount = first.tokens < 0 ? nil : .tokens(first.tokens)
        } else {
            let own = try Self.share(fields, "reasoning_effort")
            let nested = try fields.nested("reasoning").flatMap { (reader) throws(APIError) in
                try Self.share(reader, "effort")
            }
            amount = (own ?? nested).map { .share($0) }
        }
    }

    /// Tokens of a completion of up to `length`; nil: no limit.
    func tokens(of length: Int) -> Int? {
        switch amount {
        case nil: nil
        case .tokens(let tokens): tokens
        case .share(let share): Int(share * Double(length))
        }
    }

    /// nil where the effort sets no limit; `none` is the switch of thinking itself.
    private static func share(_ fields: FieldReader, _ name: String) throws(APIError) -> Double? {
        if fields[name]?.doubleValue != nil {
            guard let share = try fields.number(name, in: 0...1), share > 0, share < 1 else { return nil }
            return share
        }
        return try fields.string(name).flatMap { shares[$0] }
    }
}

extension FieldReader {
    /// The fields of an object within this one, if the field is an object.
    fileprivate func nested(_ field: String) throws(APIError) -> FieldReader? {
        guard case .object? = self[field] else { return nil }
        return try reader(field)
    }
}
