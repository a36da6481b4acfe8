internal import Engine
internal import JSON
internal import Tokenization

/// Writes vLLM's `prompt_logprobs`: for each of the prompt's tokens an object that has the token itself and the most
/// likely ones at its place as `"ID": {"logprob", "rank", "decoded_token"}`; null for the first, which follows nothing.
struct PromptLogprobsWriter: Sendable {
    let tokenizer: Tokenizer
    /// Alternatives for each token.
    let count: Int

    func write(_ logprobs: [TokenLogprobs?], of prompt: [Int32], to writer: inout JSONWriter) {
        writer.key("prompt_logprobs")
        writer.beginArray()
        for (token, logprobs) in zip(prompt, logprobs) {
            if let logprobs { write(logprobs, of: token, to: &writer) } else { writer.null() }
        }
        writer.endArray()
    }

    private func write(_ logprobs: TokenLogprobs, of token: Int32, to writer: inout JSONWriter) {
        writer.beginObject()
        write(token, logprobs.logprob, rank: logprobs.rank, to: &writer)
        for (index, alternative) in logprobs.top.prefix(count).enumerated() where alternative.token != token {
            write(alternative.token, alternative.logprob, rank: index + 1, to: &writer)
        }
        writer.endObject()
    }

    private func write(_ token: Int32, _ logprob: Float, rank: Int, to writer: inout JSONWriter) {
        writer.key(String(token))
        writer.beginObject()
        writer.key("logprob")
        writer.logprob(logprob)
        writer.field("rank", rank)
        writer.field("decoded_token", tokenizer.text(of: token))
        writer.endObject()
    }
}
