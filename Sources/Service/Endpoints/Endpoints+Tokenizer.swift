internal import HTTP
internal import OpenAI

extension Endpoints {
    /// Texts to tokens and back.
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
    }
}
