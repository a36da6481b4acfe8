internal import HTTP
internal import OpenAI

extension Endpoints {
    /// What is served here.
    func addModels(to router: inout Router) {
        router.addAPI("GET", "/models") { request in
            authorized(request) { .json(ModelList($0.context).response) }
        }
        router.addAPI("GET", "/models/{id...}") { request in
            authorized(request) { ready throws(APIError) in
                .json(try ModelList(ready.context).response(for: request.parameters["id"] ?? ""))
            }
        }
        router.addAPI("GET", "/user/balance") { request in authorized(request) { _ in .json(BalanceResponse.body) } }
    }
}
