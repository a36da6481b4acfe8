internal import HTTP
internal import OpenAI

extension Endpoints {
    /// OpenAI's responses.
    func addResponses(to router: inout Router) {
        router.addAPI("POST", "/responses") { request in
            let store = responses
            return await complete(request) { ready throws(APIError) in
                try CompletionCall.responses(
                    body: request.body, context: ready.context, store: store, requestID: request.clientID)
            }
        }
        router.addAPI("POST", "/responses/input_tokens") { request in
            let store = responses
            return await prepared(request) { ready throws(APIError) in
                try ResponseRoutes(ready.context, store: store).inputTokens(body: request.body)
            }
        }
        router.addAPI("GET", "/responses/{id}") { request in
            stored(request) { routes, id throws(APIError) in
                guard request.queryValue("stream") != "true" else {
                    throw .invalidRequest(
                        "'stream' is not supported here: only new responses are streamed.", param: "stream")
                }
                return try routes.response(id)
            }
        }
        router.addAPI("DELETE", "/responses/{id}") { request in
            stored(request) { routes, id throws(APIError) in try routes.delete(id) }
        }
        router.addAPI("POST", "/responses/{id}/cancel") { request in
            stored(request) { routes, id throws(APIError) in try routes.cancel(id) }
        }
        router.addAPI("GET", "/responses/{id}/input_items") { request in
            stored(request) { routes, id throws(APIError) in
                try routes.inputItems(
                    id, limit: request.queryValue("limit"), order: request.queryValue("order"),
                    after: request.queryValue("after"))
            }
        }
    }

    private func stored(
        _ request: HTTPRequest, _ body: (ResponseRoutes, _ id: String) throws(APIError) -> [UInt8]
    ) -> HTTPResponse {
        authorized(request) { ready throws(APIError) in
            .json(try body(ResponseRoutes(ready.context, store: responses), request.parameters["id"] ?? ""))
        }
    }
}
