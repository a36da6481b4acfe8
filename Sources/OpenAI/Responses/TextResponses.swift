internal import Engine
internal import JSON
internal import Tokenization

/// `text_completion`, streamed and whole.
struct TextResponses: ResponseDialect {
    /// A prompt with its text.
    struct Prompt: Sendable, Equatable {
        var tokens: [Int32]
        var text: String
    }

    private typealias Token = (id: Int32, logprobs: TokenLogprobs?)

    private let tokenizer: Tokenizer
    private let identity: ResponseIdentity
    private let prompts: [Prompt]
    private let echoes: Bool
    private let options: ResponseOptions
    private let head: [UInt8]

    init(
        identity: ResponseIdentity, tokenizer: Tokenizer, prompts: [Prompt], echoes: Bool, options: ResponseOptions
    ) {
        self.tokenizer = tokenizer
        self.identity = identity
        self.prompts = prompts
        self.echoes = echoes
        self.options = options
        var writer = JSONWriter()
        writer.beginObject()
        identity.write(object: "text_completion", to: &writer)
        writer.key("choices")
        head = writer.bytes
    }

    func opening(
        _ place: inout ChoicePlace, promptLogprobs: [TokenLogprobs?]?, usage: Usage
    ) -> [StreamPayload] {
        guard echoes || options.tellsOfPrompt else { return [] }
        let prompt = prompts[place.prompt]
        let tokens = echoes ? echoed(&place, promptLogprobs) : []
        let opening = chunk(&place, text: echoes ? prompt.text : "", logprobs: tokens, tokens: [], ending: nil) {
            options.write(prompt, promptLogprobs, tokenizer, to: &$0)
        }
        return [opening]
    }

    func payloads(of delta: OutputDelta, _ place: inout ChoicePlace) -> [StreamPayload] {
        var chunks: [StreamPayload] = []
        var tokens = delta.tokens
        if !delta.content.isEmpty || !delta.contentLogprobs.isEmpty {
            let entries = delta.contentLogprobs.map { Token($0.token, $0.logprobs) }
            chunks.append(chunk(&place, text: delta.content, logprobs: entries, tokens: tokens, ending: nil))
            tokens = []
        }
        if let ending = delta.ending {
            chunks.append(chunk(&place, text: "", logprobs: [], tokens: tokens, ending: ending))
        }
        return chunks
    }

    func progressChunk(_ progress: PromptProgress) -> StreamPayload? {
        .aside("prompt_progress", head: head) { progress.write(to: &$0) }
    }

    func closing(_ usage: Usage) -> [StreamPayload] {
        options.includesUsage ? [.aside("usage", head: head) { usage.write(to: &$0) }, .done] : [.done]
    }

    func response(
        _ choices: [(ChoicePlace, OutputDelta)], promptLogprobs: [[TokenLogprobs?]?], usage: Usage
    ) -> [UInt8] {
        var writer = JSONWriter(head)
        writer.beginArray()
        for (place, output) in choices {
            var place = place
            var entries = echoes ? echoed(&place, promptLogprobs[place.prompt]) : []
            entries += output.contentLogprobs.map { Token($0.token, $0.logprobs) }
            let text = echoes ? prompts[place.prompt].text + output.content : output.content
            let prompt = prompts[place.prompt]
            let logprobs = promptLogprobs[place.prompt]
            writeChoice(
                &place, text: text, logprobs: entries, tokens: output.tokens, ending: output.ending, to: &writer
            ) {
                options.write(prompt, logprobs, tokenizer, to: &$0)
            }
        }
        writer.endArray()
        writer.key("usage")
        usage.write(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// The prompt's tokens, if log-probabilities are wanted. Those that the tokenizer puts before the text stand at its
    /// start.
    private func echoed(_ place: inout ChoicePlace, _ logprobs: [TokenLogprobs?]?) -> [Token] {
        guard let count = options.logprobs else { return [] }
        let prompt = prompts[place.prompt]
        let length = prompt.tokens.reduce(0) { $0 + tokenizer.bytes(of: $1).characterCount }
        place.textOffset = min(0, prompt.text.unicodeScalars.count - length)
        return prompt.tokens.enumerated().map { position, token in
            let known = logprobs.flatMap { position < $0.count ? $0[position] : nil }
                .map { TokenLogprobs(logprob: $0.logprob, top: Array($0.top.prefix(count)), rank: $0.rank) }
            return Token(token, known)
        }
    }

    private func chunk(
        _ place: inout ChoicePlace, text: String, logprobs: [Token], tokens: [Int32], ending: OutputDelta.Ending?,
        tail: (inout JSONWriter) -> Void = { _ in }
    ) -> StreamPayload {
        var writer = StreamPayload.chunkWriter(head: head)
        writer.beginArray()
        writeChoice(
            &place, text: text, logprobs: logprobs, tokens: tokens, ending: ending, to: &writer, tail: tail)
        writer.endArray()
        if options.includesUsage {
            writer.key("usage")
            if let usage = place.usage { usage.write(to: &writer) } else { writer.null() }
        }
        writer.endObject()
        return StreamPayload(writer.bytes)
    }

    private func writeChoice(
        _ place: inout ChoicePlace, text: String, logprobs: [Token], tokens: [Int32], ending: OutputDelta.Ending?,
        to writer: inout JSONWriter, tail: (inout JSONWriter) -> Void
    ) {
        writer.beginObject()
        writer.field("index", place.index)
        writer.field("text", text)
        writer.key("logprobs")
        if options.wantsLogprobs {
            write(logprobs, offset: &place.textOffset, to: &writer)
        } else {
            writer.null()
        }
        writer.key("finish_reason")
        writer.value(optional: ending?.reason.rawValue)
        if let ending { ending.writeTrigger(to: &writer) }
        if options.returnsTokens {
            writer.key("token_ids")
            writer.value(tokens)
        }
        tail(&writer)
        writer.endObject()
    }

    /// `text_offset`, `token_logprobs`, `tokens` and `top_logprobs`: lists with one element a token.
    private func write(_ tokens: [Token], offset: inout Int, to writer: inout JSONWriter) {
        let texts = tokens.map { name(of: $0.id) }
        writer.beginObject()
        writer.key("text_offset")
        writer.beginArray()
        for token in tokens {
            let bytes = tokenizer.bytes(of: token.id)
            // A token that goes on with a character stands where the character does.
            let start = bytes.first?.continuesCharacter == true ? offset - 1 : offset
            writer.value(max(0, start))
            offset += bytes.characterCount
        }
        writer.endArray()
        writer.key("token_logprobs")
        writer.beginArray()
        for token in tokens {
            if let logprobs = token.logprobs { writer.logprob(logprobs.logprob) } else { writer.null() }
        }
        writer.endArray()
        writer.key("tokens")
        writer.beginArray()
        for text in texts { writer.value(text) }
        writer.endArray()
        writer.key("top_logprobs")
        writer.beginArray()
        for (token, text) in zip(tokens, texts) {
            if let logprobs = token.logprobs { writeTop(logprobs, text, to: &writer) } else { writer.null() }
        }
        writer.endArray()
        writer.endObject()
    }

    private func name(of token: Int32) -> String {
        options.namesTokensByID ? "token_id:\(token)" : tokenizer.text(of: token)
    }

    /// The alternatives by their texts, and the token itself if it is not among them.
    private func writeTop(_ logprobs: TokenLogprobs, _ own: String, to writer: inout JSONWriter) {
        var written: Set<String> = []
        writer.beginObject()
        for (token, logprob) in logprobs.top {
            let text = name(of: token)
            guard written.insert(text).inserted else { continue }
            writer.key(text)
            writer.logprob(logprob)
        }
        if !written.contains(own) {
            writer.key(own)
            writer.logprob(logprobs.logprob)
        }
        writer.endObject()
    }
}

extension [UInt8] {
    /// Characters that begin in these bytes of UTF-8.
    fileprivate var characterCount: Int { count { !$0.continuesCharacter } }
}

extension UInt8 {
    fileprivate var continuesCharacter: Bool { self & 0xC0 == 0x80 }
}
