internal import JSON

extension CompletionCall {
    /// A call of /v1/responses.
    ///
    /// - Parameters:
    ///   - body: the request's JSON.
    ///   - store: where earlier responses are, and where this one goes.
    ///   - requestID: the client's own name for the request.
    package static func responses(
        body: [UInt8], context: ModelContext, store: ResponseStore, requestID: String? = nil
    ) throws(APIError) -> CompletionCall {
        let random = ModelContext.randomID()
        let fields = try FieldReader(body: body)
        let request = try ResponsesRequest(fields, id: "resp_\(random)", defaults: context.defaults, store: store)
        return try request.chat.decode { fields throws(APIError) in
            try chat(
                fields, route: .responses, context: context, requestID: requestID, responseID: random
            ) { chat in
                ItemResponses(
                    identity: chat.identity, request: request, tokenizer: context.tokenizer, store: store)
            }
        }
    }
}
