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
        return try request.whatFits { chat throws(APIError) in
            try chat.decode { fields throws(APIError) in
                try self.chat(
                    fields, route: .responses, context: context, requestID: requestID, responseID: random
                ) { chat in
                    ItemResponses(
                        identity: chat.identity, request: request, tokenizer: context.tokenizer, store: store)
                }
            }
        }
    }
}

extension ResponsesRequest {
    /// What `body` makes of the chat request, without as few of the oldest messages as it takes to fit the context.
    func whatFits<Value>(_ body: (ChatTranslation) throws(APIError) -> Value) throws(APIError) -> Value {
        do {
            return try body(chat)
        } catch {
            guard error.exceedsContext, droppable > 0 else { throw error }
            var fitting: Value?
            var range = 1..<droppable + 1
            while !range.isEmpty {
                let count = (range.lowerBound + range.upperBound) / 2
                do {
                    fitting = try body(chat(dropping: count))
                    range = range.lowerBound..<count
                } catch {
                    guard error.exceedsContext else { throw error }
                    range = count + 1..<range.upperBound
                }
            }
            guard let fitting else { throw error }
            return fitting
        }
    }
}

extension APIError {
    fileprivate var exceedsContext: Bool { code == "context_length_exceeded" }
}
