package import Engine
internal import FoundationEssentials
internal import JSON
internal import Tokenization

/// A request of one of the generating routes, decoded, validated and encoded: ready for the engine.
package struct CompletionCall: Sendable {
    package enum Route: String, Sendable {
        case chat, text
        /// OpenAI's /v1/responses.
        case responses
        /// Anthropic's /v1/messages.
        case messages
    }

    package let route: Route
    /// `chatcmpl-…`, `cmpl-…`, `resp_…` or `msg_…`
    package let id: String
    /// The served name that the request used.
    package let model: String
    package let isStreaming: Bool
    /// One for each prompt.
    package let requests: [GenerationRequest]
    let options: OutputOptions
    let dialect: any ResponseDialect
    var serving = ServingFields()
    /// The client's own name for the request.
    package var requestName: String?
    /// Whether each chunk of a stream tells what the request has cost so far.
    var continuesUsage = false
    /// Choices that a response has for each prompt, the likeliest of those generated; nil: all.
    var returnedChoices: Int?

    /// What clients may call it by.
    var names: Set<String> { Set([id, requestName].compactMap(\.self)) }

    /// The prompts as the model reads them.
    package func promptTexts(_ context: ModelContext) -> [String] {
        requests.map { context.tokenizer.decode($0.prompt, skippingSpecialTokens: false) }
    }

    /// Tokens of all prompts together.
    package var promptTokens: Int { requests.reduce(0) { $0 + $1.prompt.count } }

    /// - Parameters:
    ///   - body: the request's JSON.
    ///   - requestID: replaces the random part of the response's id.
    package static func chat(
        body: [UInt8], context: ModelContext, requestID: String? = nil
    ) throws(APIError) -> CompletionCall {
        try chat(FieldReader(body: body), route: .chat, context: context, requestID: requestID) { chat in
            let request = chat.request
            var options = ResponseOptions(request.sampling, request.stream, request.prompt)
            options.namesServiceTier = request.client.namesServiceTier
            options.reasoningField = context.reasoningField
            return ChatResponses(
                identity: chat.identity, tokenizer: context.tokenizer,
                prompt: TextResponses.Prompt(tokens: chat.prompt, text: chat.promptText), options: options,
                calls: ToolCallWriter(isLegacy: request.template.tools.isLegacy))
        }
    }

    /// A chat request as the writer of its responses sees it.
    struct Chat: Sendable {
        var identity: ResponseIdentity
        var request: ChatCompletionRequest
        var prompt: [Int32]
        var promptText: String
        /// Greatest length of the completion.
        var maxTokens: Int
    }

    /// A call of a route whose requests are those of chat completions, or are translated into such.
    ///
    /// - Parameters:
    ///   - fields: the request in the shape of chat completions.
    ///   - responseID: the random part of the response's id, where that is no name of the client's.
    ///   - shortensToContext: whether a completion longer than what the context has left is cut there, not refused.
    ///   - makeDialect: gives what writes the responses.
    static func chat(
        _ fields: FieldReader, route: Route, context: ModelContext, requestID: String?, responseID: String? = nil,
        shortensToContext: Bool = false,
        makeDialect: (Chat) -> any ResponseDialect
    ) throws(APIError) -> CompletionCall {
        let model = try context.resolve(model: try fields.string("model"))
        let request = try ChatCompletionRequest(
            fields, defaults: context.defaults, vocabularySize: context.tokenizer.vocabularySize)
        let rendered = try context.render(request.template, model: model)
        let prompt = request.prompt.truncate(
            rendered.tokens, room: context.maxModelLength - (request.maxTokens ?? 1))
        let rest = max(1, context.maxModelLength - prompt.count)
        let length = try context.completionLength(
            prompt: prompt.count,
            requested: shortensToContext ? request.maxTokens.map { min($0, rest) } : request.maxTokens,
            param: "messages")
        let ownName = try fields.requestID()
        let name = requestID ?? ownName
        let identity = context.identity(route, responseID ?? name, model: model)
        let serving = try ServingFields(fields)
        let sampling = request.sampling
        var options = sampling.outputOptions(context)
        options.reasoning = context.reasoning
        options.tools = try context.toolReading(request.template.tools)
        options.logprobs = sampling.parameters.logprobs == nil ? nil : .messageTokens
        options.echo = request.echo
        request.reasoning.apply(to: &options)
        var generation = try sampling.generationRequest(
            id: identity.id, prompt: prompt, maxTokens: length, options: options, context: context, param: "messages")
        generation.promptLogprobs = request.prompt.logprobs
        generation.cacheSalt = request.prompt.cacheSalt
        serving.apply(to: &generation)
        var guidance = try context.guidance(sampling.guidance, prompt: prompt, length: length, reasons: true)
        let content = sampling.guidance.constraint
        if let answer = try context.answerGuide(request.template.tools, content: content) { guidance.answer = answer }
        generation.guidance = guidance
        let chat = Chat(
            identity: identity, request: request, prompt: prompt, promptText: rendered.text, maxTokens: length)
        return CompletionCall(
            route: route, id: identity.id, model: model, isStreaming: request.stream.streams, requests: [generation],
            options: options, dialect: makeDialect(chat), serving: serving, requestName: name,
            continuesUsage: request.stream.continuesUsage)
    }

    /// - Parameters:
    ///   - body: the request's JSON.
    ///   - requestID: replaces the random part of the response's id.
    package static func text(
        body: [UInt8], context: ModelContext, requestID: String? = nil
    ) throws(APIError) -> CompletionCall {
        let fields = try FieldReader(body: body)
        let model = try context.resolve(model: try fields.string("model"))
        let request = try CompletionRequest(
            fields, defaults: context.defaults, vocabularySize: context.tokenizer.vocabularySize,
            mostPrompts: context.mostPrompts)
        let ownName = try fields.requestID()
        let name = requestID ?? ownName
        let identity = context.identity(.text, name, model: model)
        let serving = try ServingFields(fields)
        var sampling = request.sampling
        var options = sampling.outputOptions(context)
        let wantsLogprobs = sampling.parameters.logprobs != nil
        let isSelection = sampling.choices > request.returnedChoices
        let responseOptions = ResponseOptions(sampling, request.stream, request.prompt)
        if isSelection, !wantsLogprobs { sampling.parameters.logprobs = 0 }
        options.logprobs = wantsLogprobs || isSelection ? .everyToken : nil
        var prompts: [TextResponses.Prompt] = []
        var requests: [GenerationRequest] = []
        for prompt in request.prompts {
            var encoded = try context.encode(prompt, request)
            let room = context.maxModelLength - (request.maxTokens ?? CompletionRequest.defaultLength)
            encoded.tokens = request.prompt.truncate(encoded.tokens, room: room)
            let length = try context.completionLength(
                prompt: encoded.tokens.count, requested: request.maxTokens,
                unlessRequested: CompletionRequest.defaultLength, param: "prompt")
            var generation = try sampling.generationRequest(
                id: identity.id, prompt: encoded.tokens, maxTokens: length, options: options, context: context,
                param: "prompt")
            let echoed = request.echoes && wantsLogprobs ? sampling.parameters.logprobs : nil
            generation.promptLogprobs = [echoed, request.prompt.logprobs, length == 0 ? 0 : nil].compactMap(\.self)
                .max()
            generation.cacheSalt = request.prompt.cacheSalt
            serving.apply(to: &generation)
            generation.guidance = try context.guidance(
                sampling.guidance, prompt: encoded.tokens, length: length, reasons: false)
            prompts.append(encoded)
            requests.append(generation)
        }
        return CompletionCall(
            route: .text, id: identity.id, model: model, isStreaming: request.stream.streams, requests: requests,
            options: options,
            dialect: TextResponses(
                identity: identity, tokenizer: context.tokenizer, prompts: prompts, echoes: request.echoes,
                options: responseOptions),
            serving: serving, requestName: name, continuesUsage: request.stream.continuesUsage,
            returnedChoices: isSelection ? request.returnedChoices : nil)
    }
}

extension ModelContext {
    fileprivate func identity(
        _ route: CompletionCall.Route, _ requestID: String?, model: String
    ) -> ResponseIdentity {
        ResponseIdentity(
            id: route.idPrefix + (requestID ?? Self.randomID()), created: Int(Date().timeIntervalSince1970),
            model: model,
            systemFingerprint: systemFingerprint)
    }

    /// 32 hexadecimal digits.
    static func randomID() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    fileprivate func encode(
        _ prompt: CompletionRequest.Prompt, _ request: CompletionRequest
    ) throws(APIError) -> TextResponses.Prompt {
        if let suffix = request.suffix { return try encode(prompt, upTo: suffix, request) }
        switch prompt {
        case .text(let text):
            let tokens =
                request.addsSpecialTokens ? tokenizer.encodeWithSpecialTokens(text) : tokenizer.encode(text)
            return TextResponses.Prompt(tokens: tokens, text: text)
        case .tokens(let tokens):
            let text =
                request.echoes || request.prompt.returnsText
                ? tokenizer.decode(tokens, skippingSpecialTokens: false) : ""
            return TextResponses.Prompt(tokens: tokens, text: text)
        }
    }
}

extension CompletionCall.Route {
    fileprivate var idPrefix: String {
        switch self {
        case .chat: "chatcmpl-"
        case .text: "cmpl-"
        case .responses: "resp_"
        case .messages: "msg_"
        }
    }

    /// The request's field that the prompt comes from.
    var promptField: String {
        switch self {
        case .chat, .messages: "messages"
        case .text: "prompt"
        case .responses: "input"
        }
    }
}

extension SamplingFields {
    fileprivate func outputOptions(_ context: ModelContext) -> OutputOptions {
        OutputOptions(
            stopStrings: StopStrings(stopStrings), minTokens: minTokens, includesStopString: includesStopString,
            skipsSpecialTokens: skipsSpecialTokens, endTokens: ignoresEnd ? [] : context.endTokens,
            stopTokens: Set(stopTokens))
    }

    fileprivate func generationRequest(
        id: String, prompt: [Int32], maxTokens: Int, options: OutputOptions, context: ModelContext, param: String
    ) throws(APIError) -> GenerationRequest {
        guard !prompt.isEmpty else {
            throw .invalidRequest("'\(param)' gives no tokens: it must not be empty.", param: param)
        }
        guard minTokens <= maxTokens else {
            throw .invalidRequest(
                "'min_tokens' (\(minTokens)) must not exceed the completion's length (\(maxTokens)).",
                param: "min_tokens")
        }
        var request = GenerationRequest(id: id, prompt: prompt, maxTokens: maxTokens)
        request.choices = choices
        request.sampling = parameters
        request.sampling.seed =
            seed.map { UInt64(bitPattern: Int64($0)) } ?? context.seed ?? UInt64.random(in: .min ... .max)
        request.minTokens = minTokens
        request.stopTokens = options.endTokens.union(options.stopTokens)
        guard minTokens == 0 || request.stopTokens.count < context.tokenizer.vocabularySize else {
            throw .invalidRequest(
                "'stop_token_ids' leaves no token for the first 'min_tokens' (\(minTokens)).", param: "stop_token_ids")
        }
        return request
    }
}
