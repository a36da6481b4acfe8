internal import JSON
internal import Tokenization

/// /tokenize, /detokenize and /tokenizer_info in vLLM's shapes.
package struct TokenizerRoutes: Sendable {
    private let context: ModelContext

    package init(_ context: ModelContext) {
        self.context = context
    }

    /// `prompt` or `messages` → `count`, `max_model_len`, `tokens`, `token_strs`.
    package func tokenize(body: [UInt8]) throws(APIError) -> [UInt8] {
        let fields = try FieldReader(body: body)
        let model = try context.resolve(model: try fields.string("model"))
        let wantsStrings = try fields.bool("return_token_strs") ?? false
        let tokens = try tokens(of: fields, model: model)
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("count", tokens.count)
        writer.field("max_model_len", context.maxModelLength)
        writer.key("tokens")
        writer.value(tokens)
        writer.key("token_strs")
        if wantsStrings {
            writer.beginArray()
            for token in tokens { writer.value(optional: context.tokenizer.token(for: token)) }
            writer.endArray()
        } else {
            writer.null()
        }
        writer.endObject()
        return writer.bytes
    }

    /// `tokens` → `prompt`.
    package func detokenize(body: [UInt8]) throws(APIError) -> [UInt8] {
        let fields = try FieldReader(body: body)
        _ = try context.resolve(model: try fields.string("model"))
        guard let tokens = try fields.tokens("tokens", vocabularySize: context.tokenizer.vocabularySize) else {
            throw fields.missing("tokens", "a list of token ids")
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("prompt", context.tokenizer.decode(tokens, skippingSpecialTokens: false))
        writer.endObject()
        return writer.bytes
    }

    /// What there is to know of the tokenizer and the chat template, under tokenizer_config.json's names.
    package var info: [UInt8] {
        let tokenizer = context.tokenizer
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("vocab_size", tokenizer.vocabularySize)
        writer.field("model_max_length", context.maxModelLength)
        for (name, token) in [
            ("bos_token", tokenizer.beginToken), ("eos_token", tokenizer.endToken), ("pad_token", tokenizer.padToken),
        ] {
            writer.key(name)
            writer.value(optional: token?.text)
        }
        writer.key("chat_template")
        writer.value(optional: context.chatPrompt?.source)
        writer.key("added_tokens_decoder")
        writer.beginObject()
        for (id, text) in tokenizer.addedTokens {
            writer.key(String(id))
            writer.beginObject()
            writer.field("content", text)
            writer.key("special")
            writer.value(tokenizer.isSpecial(id))
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private func tokens(of fields: FieldReader, model: String) throws(APIError) -> [Int32] {
        let addsSpecialTokens = try fields.bool("add_special_tokens")
        if fields["messages"] != nil {
            guard fields["prompt"] == nil else {
                throw fields.invalid("prompt", "and 'messages' exclude each other: send only one.")
            }
            let rendered = try context.render(try TemplateFields(fields), model: model)
            guard addsSpecialTokens == true else { return rendered.tokens }
            return context.tokenizer.encodeWithSpecialTokens("") + rendered.tokens
        }
        let prompt = try fields.requiredString("prompt")
        let tokenizer = context.tokenizer
        return addsSpecialTokens ?? true ? tokenizer.encodeWithSpecialTokens(prompt) : tokenizer.encode(prompt)
    }
}
