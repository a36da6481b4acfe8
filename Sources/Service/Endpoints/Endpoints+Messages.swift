internal import HTTP
internal import OpenAI

extension Endpoints {
    /// Anthropic's messages, also where DeepSeek's API has them.
    func addMessages(to router: inout Router) {
        for prefix in ["/v1", "/anthropic/v1"] {
            router.add("POST", prefix + "/messages") { request in
                var response = await complete(request) { ready throws(APIError) in
                    try CompletionCall.messages(
                        body: request.body, context: ready.context, requestID: request.clientID)
                }
                response.headers["Request-Id"] = response.headers["X-Request-Id"]
                return response
            }
            router.add("POST", prefix + "/messages/count_tokens") { request in
                await prepared(request) { ready throws(APIError) in
                    try MessageTokens.count(body: request.body, context: ready.context)
                }
            }
        }
    }
}
