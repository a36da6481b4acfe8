internal import Engine
internal import JSON
internal import Tokenization

extension JSONWriter {
    /// A list of OpenAI's token objects with `top_logprobs`.
    mutating func value(_ entries: [OutputDelta.TokenLogprob], _ tokenizer: Tokenizer) {
        beginArray()
        for entry in entries {
            beginObject()
            token(entry.token, entry.logprobs.logprob, tokenizer)
            key("top_logprobs")
            beginArray()
            for (token, logprob) in entry.logprobs.top {
                beginObject()
                self.token(token, logprob, tokenizer)
                endObject()
            }
            endArray()
            endObject()
        }
        endArray()
    }

    private mutating func token(_ token: Int32, _ logprob: Float, _ tokenizer: Tokenizer) {
        let bytes = tokenizer.bytes(of: token)
        field("token", String(decoding: bytes, as: UTF8.self))
        key("logprob")
        self.logprob(logprob)
        key("bytes")
        beginArray()
        for byte in bytes { value(Int(byte)) }
        endArray()
    }
}
