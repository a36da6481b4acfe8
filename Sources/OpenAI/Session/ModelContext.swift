package import Tokenization

/// A served model as this room needs it: everything that turns requests into prompts and tokens into responses.
package struct ModelContext: Sendable {
    package var tokenizer: Tokenizer
    /// nil when the checkpoint has no chat template; chat requests are refused then.
    package var chatPrompt: ChatPrompt?
    /// Names that requests may use, at least one; the first stands for a request that names none.
    package var names: [String]
    /// Where the weights come from, for /v1/models.
    package var root: String
    /// Longest prompt plus completion in tokens.
    package var maxModelLength: Int
    /// The model's own ends of text.
    package var endTokens: Set<Int32>
    package var defaults: SamplingDefaults
    package var reasoning: ReasoningFormat
    package var thinking = ThinkingPolicy()
    /// What responses call the chain of thought.
    package var reasoningField = ReasoningField.reasoningContent
    package var guidance: GuidancePolicy
    package let running = RunningCompletions()
    /// Seed of requests that name none; nil: a fresh one each.
    package var seed: UInt64?
    /// When the model was loaded, in seconds since 1970.
    package var created: Int
    /// Names the weights and the configuration that outputs depend on.
    package var systemFingerprint: String
    /// Prompts of one request: no more than the engine can ever queue, since all of them are queued at once.
    package var mostPrompts = 2048

    package init(
        tokenizer: Tokenizer, chatPrompt: ChatPrompt?, names: [String], root: String, maxModelLength: Int,
        endTokens: Set<Int32>, defaults: SamplingDefaults, reasoning: ReasoningFormat, seed: UInt64?, created: Int,
        systemFingerprint: String
    ) {
        self.tokenizer = tokenizer
        self.chatPrompt = chatPrompt
        self.names = names
        self.root = root
        self.maxModelLength = maxModelLength
        self.endTokens = endTokens
        self.defaults = defaults
        self.reasoning = reasoning
        guidance = GuidancePolicy(tokenizer: tokenizer, endTokens: endTokens)
        self.seed = seed
        self.created = created
        self.systemFingerprint = systemFingerprint
    }

    /// The name that a response repeats.
    ///
    /// - Throws: 404 for a name that is not served.
    func resolve(model: String?) throws(APIError) -> String {
        guard let model else { return names.first ?? "" }
        guard names.contains(model) else { throw .modelNotFound(model) }
        return model
    }

    /// - Parameter model: the served name, which may say whether it thinks.
    /// - Throws: 400 when the checkpoint has no template, or the template refuses.
    func render(_ request: TemplateFields, model: String?) throws(APIError) -> ChatPrompt.Rendered {
        guard let chatPrompt else {
            throw .invalidRequest(
                "This model has no chat template: start the server with --chat-template, or use /v1/completions.",
                param: "messages")
        }
        var request = request
        request.isThinking = request.isThinking ?? model.flatMap { thinking.modes[$0] }
        request.foldsSystemPrompt = thinking.foldsSystemPrompt
        if thinking.foldsSystemPrompt { request.messages = request.messages.foldingSystemPrompt() }
        return try chatPrompt.render(request, enforcesThinking: thinking.isEnforced)
    }

    /// The prompt of a request with `messages`, of whose other fields only those for the template are read.
    func render(_ fields: FieldReader) throws(APIError) -> ChatPrompt.Rendered {
        let model = try resolve(model: try fields.string("model"))
        return try render(try TemplateFields(fields), model: model)
    }

    /// The prompt of a request in the shape of chat completions.
    func promptTokens(_ fields: FieldReader) throws(APIError) -> [Int32] {
        let model = try resolve(model: try fields.string("model"))
        let request = try ChatCompletionRequest(
            fields, defaults: defaults, vocabularySize: tokenizer.vocabularySize)
        return try render(request.template, model: model).tokens
    }

    /// The completion's greatest length for a prompt.
    ///
    /// - Parameter unlessRequested: the length, if the context has it, of a request that names none; nil: the model's
    ///   default.
    /// - Throws: 400 `context_length_exceeded` when the context does not hold prompt and completion.
    func completionLength(
        prompt: Int, requested: Int?, unlessRequested: Int? = nil, param: String
    ) throws(APIError) -> Int {
        let rest = maxModelLength - prompt
        guard rest >= (requested ?? 1) else {
            throw .contextLengthExceeded(
                tokens: prompt, completion: requested, limit: maxModelLength, param: param)
        }
        return requested ?? min(rest, unlessRequested ?? defaults.maxTokens ?? rest)
    }
}
