package import Engine
internal import FoundationEssentials
internal import JSON
internal import Tokenization

/// A request of /v1/chat/completions or /v1/completions, decoded, validated and encoded: ready for the engine.
package struct CompletionCall: Sendable {
    package enum Route: String, Sendable {
        case chat, text
    }

    package let route: Route
    /// `chatcmpl-…` or `cmpl-…`
    package let id: String
    /// The served name that the request used.
    package let model: String
    package let isStreaming: Bool
    /// One for each prompt.
    package let requests: [GenerationRequest]
    let includesUsage: Bool
    let options: OutputOptions
    let dialect: any ResponseDialect
    var serving = ServingFields()
    /// The client's own name for the request.
    package var requestName: String?
    /// Choices that a response has for each prompt, the likeliest of those generated; nil: all.
    var returnedChoices: Int?

    /// Tokens of all prompts together.
    package var promptTokens: Int { requests.reduce(0) { $0 + $1.prompt.count } }

    /// - Parameters:
    ///   - body: the request's JSON.
    ///   - requestID: replaces the random part of the response's id.
    package static func chat(
        body: [UInt8], context: ModelContext, requestID: String? = nil
    ) throws(APIError) -> CompletionCall {
        let fields = try FieldReader(body: body)
        let model = try context.resolve(model: try fields.string("model"))
        let request = try ChatCompletionRequest(
            fields, defaults: context.defaults, vocabularySize: context.tokenizer.vocabularySize)
        let prompt = try context.render(request.template).tokens
        let length = try context.completionLength(
            prompt: prompt.count, requested: request.maxTokens, param: "messages")
        let ownName = try fields.requestID()
        let name = requestID ?? ownName
        let identity = context.identity("chatcmpl-", name, model: model)
        let serving = try ServingFields(fields)
        let sampling = request.sampling
        let wantsLogprobs = sampling.parameters.logprobs != nil
        var options = sampling.outputOptions(context)
        options.reasoning = context.reasoning
        options.logprobs = wantsLogprobs ? .messageTokens : nil
        var generation = try sampling.generationRequest(
            id: identity.id, prompt: prompt, maxTokens: length, options: options, context: context, param: "messages")
        serving.apply(to: &generation)
        return CompletionCall(
            route: .chat, id: identity.id, model: model, isStreaming: request.streams, requests: [generation],
            includesUsage: request.includesUsage, options: options,
            dialect: ChatResponses(
                identity: identity, tokenizer: context.tokenizer, prompt: prompt,
                returnsTokens: sampling.returnsTokens, wantsLogprobs: wantsLogprobs,
                includesUsage: request.includesUsage),
            serving: serving, requestName: name)
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
        let identity = context.identity("cmpl-", name, model: model)
        let serving = try ServingFields(fields)
        var sampling = request.sampling
        var options = sampling.outputOptions(context)
        let wantsLogprobs = sampling.parameters.logprobs != nil
        let isSelection = sampling.choices > request.returnedChoices
        if isSelection, !wantsLogprobs { sampling.parameters.logprobs = 0 }
        options.logprobs = wantsLogprobs || isSelection ? .everyToken : nil
        var prompts: [TextResponses.Prompt] = []
        var requests: [GenerationRequest] = []
        for prompt in request.prompts {
            let encoded = try context.encode(prompt, request)
            let length = try context.completionLength(
                prompt: encoded.tokens.count, requested: request.maxTokens,
                unlessRequested: CompletionRequest.defaultLength, param: "prompt")
            var generation = try sampling.generationRequest(
                id: identity.id, prompt: encoded.tokens, maxTokens: length, options: options, context: context,
                param: "prompt")
            if request.echoes, length == 0 || wantsLogprobs {
                generation.promptLogprobs = sampling.parameters.logprobs ?? 0
            }
            serving.apply(to: &generation)
            prompts.append(encoded)
            requests.append(generation)
        }
        return CompletionCall(
            route: .text, id: identity.id, model: model, isStreaming: request.streams, requests: requests,
            includesUsage: request.includesUsage, options: options,
            dialect: TextResponses(
                identity: identity, tokenizer: context.tokenizer, prompts: prompts, echoes: request.echoes,
                returnsTokens: sampling.returnsTokens, wantsLogprobs: wantsLogprobs,
                includesUsage: request.includesUsage),
            serving: serving, requestName: name, returnedChoices: isSelection ? request.returnedChoices : nil)
    }
}

extension ModelContext {
    fileprivate func identity(_ prefix: String, _ requestID: String?, model: String) -> ResponseIdentity {
        ResponseIdentity(
            id: prefix + (requestID ?? Self.randomID()), created: Int(Date().timeIntervalSince1970), model: model,
            systemFingerprint: systemFingerprint)
    }

    /// 32 hexadecimal digits.
    private static func randomID() -> String {
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
            let text = request.echoes ? tokenizer.decode(tokens, skippingSpecialTokens: false) : ""
            return TextResponses.Prompt(tokens: tokens, text: text)
        }
    }
}

extension ModelContext {
    /// A prompt with a gap before `suffix`.
    private func encode(
        _ prompt: CompletionRequest.Prompt, upTo suffix: String, _ request: CompletionRequest
    ) throws(APIError) -> TextResponses.Prompt {
        guard let gap = FillInMiddle(tokenizer) else {
            throw .invalidRequest(
                "'suffix' is not supported: this model's vocabulary has no tokens for filling gaps. Leave it out.",
                param: "suffix")
        }
        guard case .text(let text) = prompt else {
            throw .invalidRequest("'prompt' must be text where there is a 'suffix'.", param: "prompt")
        }
        return TextResponses.Prompt(
            tokens: gap.tokens(before: text, after: suffix, addsSpecialTokens: request.addsSpecialTokens), text: text)
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
