internal import HTTP
internal import OpenAI

extension Endpoints {
    /// Texts to tokens and back, and requests to prompts.
    func addTokenizer(to router: inout Router) {
        router.addAPI("POST", "/tokenize") { request in
            await prepared(request) { ready throws(APIError) in
                try TokenizerRoutes(ready.context).tokenize(body: request.body)
            }
        }
        router.addAPI("POST", "/detokenize") { request in
            await prepared(request) { ready throws(APIError) in
                try TokenizerRoutes(ready.context).detokenize(body: request.body)
            }
        }
        router.addAPI("GET", "/tokenizer_info") { request in
            authorized(request) { .json(TokenizerRoutes($0.context).info) }
        }
        addRender("/chat/completions/render", to: &router) { routes, body throws(APIError) in
            try routes.chat(body: body)
        }
        addRender("/completions/render", to: &router) { routes, body throws(APIError) in try routes.text(body: body) }
        addRender("/chat/completions/input_tokens", to: &router) { routes, body throws(APIError) in
            try routes.count(body: body)
        }
        addRender("/apply-template", to: &router) { routes, body throws(APIError) in try routes.template(body: body) }
    }

    private func addRender(
        _ pattern: String, to router: inout Router,
        _ answer: @escaping @Sendable (RenderRoutes, [UInt8]) throws(APIError) -> [UInt8]
    ) {
        router.addAPI("POST", pattern) { request in
            await prepared(request) { ready throws(APIError) in
                try answer(RenderRoutes(ready.context), request.body)
            }
        }
    }
}
