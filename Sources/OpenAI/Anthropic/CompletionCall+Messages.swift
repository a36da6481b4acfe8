internal import JSON

extension CompletionCall {
    /// A call of Anthropic's /v1/messages.
    ///
    /// `max_tokens` may exceed what the context has left, as there: clients always send a large one.
    ///
    /// - Parameters:
    ///   - body: the request's JSON.
    ///   - requestID: replaces the random part of the message's id.
    package static func messages(
        body: [UInt8], context: ModelContext, requestID: String? = nil
    ) throws(APIError) -> CompletionCall {
        let request = try MessagesRequest(try FieldReader(body: body))
        return try request.chat.decode { fields throws(APIError) in
            try chat(
                fields, route: .messages, context: context, requestID: requestID, shortensToContext: true
            ) { chat in
                MessageResponses(
                    identity: chat.identity, omitsThinking: request.omitsThinking,
                    isLimitedByContext: chat.maxTokens != chat.request.maxTokens)
            }
        }
    }
}
