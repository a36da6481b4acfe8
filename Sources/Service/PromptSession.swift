internal import Engine
package import JSON
internal import OpenAI

/// A model loaded for one terminal, without a network.
package struct PromptSession: Sendable {
    /// A piece of an answer.
    package enum Piece: Sendable, Equatable {
        case reasoning(String)
        case content(String)
    }

    private let model: LocalModel

    /// Throws what loading the model throws.
    package init(_ configuration: ServerConfiguration) throws {
        model = try LocalModel(configuration)
    }

    /// Answers a request as /v1/chat/completions takes it, or /v1/completions where it has a `prompt`. Throws
    /// `APIError`, and what `piece` throws.
    package func answer(_ request: JSONObject, piece: (Piece) throws -> Void) async throws {
        var request = request
        request["stream"] = true
        let body = Array(JSONValue.object(request).serialized().utf8)
        let call =
            request["prompt"] == nil
            ? try CompletionCall.chat(body: body, context: model.context)
            : try CompletionCall.text(body: body, context: model.context)
        let run = try call.start(on: model.engine, context: model.context)
        for await payload in run.chunks where payload != .done {
            let chunk = try JSONValue(parsing: payload.data)
            if let message = chunk["error"]?["message"]?.stringValue { throw APIError.internal(message) }
            let choice = chunk["choices"]?.arrayValue?.first
            if let text = choice?["delta"]?["reasoning_content"]?.stringValue { try piece(.reasoning(text)) }
            if let text = (choice?["delta"]?["content"] ?? choice?["text"])?.stringValue { try piece(.content(text)) }
        }
    }
}
