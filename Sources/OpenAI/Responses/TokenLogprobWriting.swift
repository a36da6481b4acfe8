internal import Engine
internal import JSON
internal import Tokenization

extension JSONWriter {
    /// A list of OpenAI's token objects with `top_logprobs`.
    ///
    /// - Parameter byID: whether tokens are named as `token_id:17`.
    mutating func value(_ entries: [OutputDelta.TokenLogprob], _ tokenizer: Tokenizer, byID: Bool = false) {
        beginArray()
        for entry in entries {
            beginObject()
            token(entry.token, entry.logprobs.logprob, tokenizer, byID)
            key("top_logprobs")
            beginArray()
            for (token, logprob) in entry.logprobs.top {
                beginObject()
                self.token(token, logprob, tokenizer, byID)
                endObject()
            }
            endArray()
            endObject()
        }
        endArray()
    }

    private mutating func token(_ token: Int32, _ logprob: Float, _ tokenizer: Tokenizer, _ byID: Bool) {
        let bytes = tokenizer.bytes(of: token)
        field("token", byID ? "token_id:\(token)" : String(decoding: bytes, as: UTF8.self))
        key("logprob")
        self.logprob(logprob)
        key("bytes")
        beginArray()
        for byte in bytes { value(Int(byte)) }
        endArray()
    }
}
