internal import Engine
internal import JSON
internal import Tokenization

/// What a request would send to the model, without sending it: vLLM's …/render, llama.cpp's /apply-template and
/// …/input_tokens.
package struct RenderRoutes: Sendable {
    private let context: ModelContext

    package init(_ context: ModelContext) {
        self.context = context
    }

    /// A chat request → its prompt as text and tokens, with the sampling parameters that it would run with.
    package func chat(body: [UInt8]) throws(APIError) -> [UInt8] {
        let call = try CompletionCall.chat(body: body, context: context)
        var writer = JSONWriter()
        if let request = call.requests.first { write(request, of: call, to: &writer) }
        return writer.bytes
    }

    /// A text request → a list with one entry a prompt.
    package func text(body: [UInt8]) throws(APIError) -> [UInt8] {
        let call = try CompletionCall.text(body: body, context: context)
        var writer = JSONWriter()
        writer.beginArray()
        for request in call.requests { write(request, of: call, to: &writer) }
        writer.endArray()
        return writer.bytes
    }

    /// `messages` → `prompt`.
    package func template(body: [UInt8]) throws(APIError) -> [UInt8] {
        let rendered = try context.render(try FieldReader(body: body))
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("prompt", rendered.text)
        writer.endObject()
        return writer.bytes
    }

    /// `messages` → `input_tokens`.
    package func count(body: [UInt8]) throws(APIError) -> [UInt8] {
        let rendered = try context.render(try FieldReader(body: body))
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("object", "response.input_tokens")
        writer.field("input_tokens", rendered.tokens.count)
        writer.endObject()
        return writer.bytes
    }

    private func write(_ request: GenerationRequest, of call: CompletionCall, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("request_id", call.id)
        writer.field("model", call.model)
        writer.field("prompt", context.tokenizer.decode(request.prompt, skippingSpecialTokens: false))
        writer.key("token_ids")
        writer.value(request.prompt)
        writer.key("sampling_params")
        writer.beginObject()
        let sampling = request.sampling
        writer.field("n", request.choices)
        writer.field("max_tokens", request.maxTokens)
        writer.field("min_tokens", request.minTokens)
        for (name, value) in [
            ("temperature", sampling.temperature), ("top_p", sampling.topP), ("min_p", sampling.minP),
            ("presence_penalty", sampling.presencePenalty), ("frequency_penalty", sampling.frequencyPenalty),
            ("repetition_penalty", sampling.repetitionPenalty),
        ] {
            writer.key(name)
            writer.value(value)
        }
        writer.field("top_k", sampling.topK)
        writer.key("stop_token_ids")
        writer.value(request.stopTokens.sorted())
        writer.endObject()
        writer.endObject()
    }
}
