import HTTP
import Testing

@Suite struct RouterTests {
    private func router(cors: CORSPolicy? = CORSPolicy()) -> Router {
        var router = Router(cors: cors) { status, message, _ in
            HTTPResponse(status: status, contentType: "application/json", Array("{\"message\":\"\(message)\"}".utf8))
        }
        router.add("GET", "/v1/models/{id...}") { .text("rest \($0.parameters["id"] ?? "")") }
        router.add("GET", "/v1/{kind}/list") { .text("kind \($0.parameters["kind"] ?? "")") }
        router.add("GET", "/v1/models/list") { _ in .text("literal") }
        router.add("GET", "/v1/models") { _ in .text("models") }
        router.add("POST", "/v1/models") { _ in .text("created", status: 201) }
        return router
    }

    private func text(_ response: HTTPResponse) -> String {
        guard case .bytes(let bytes) = response.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("/v1/models", "models"), ("/v1/models/", "models"), ("/v1/models/list", "literal"),
        ("/v1/other/list", "kind other"), ("/v1/models/a", "rest a"), ("/v1/models/org/name", "rest org/name"),
        ("/v1/models/org%2Fname", "rest org/name"), ("/v1/models/a%20b", "rest a b"), ("/v1/m%6Fdels", "models"),
    ])
    func `the most specific pattern answers, with decoded parameters`(_ path: String, _ expected: String) async {
        #expect(text(await router().handle(HTTPRequest(method: "GET", path: path))) == expected)
    }

    @Test(arguments: ["/", "/v1", "//v1/models", "/v1//models", "/V1/models", "/v1/models/x/../y/.."])
    func `other paths are not found, in the caller's form`(_ path: String) async {
        let response = await router().handle(HTTPRequest(method: "GET", path: path))
        guard path.hasPrefix("/v1/models/") else {
            #expect(response.status == 404 && text(response).hasPrefix("{\"message\""))
            #expect(response.headers["Access-Control-Allow-Origin"] == "*")
            return
        }
        #expect(text(response) == "rest x/../y/..")
    }

    @Test func `a method that a path lacks is 405 with Allow`() async {
        let response = await router().handle(HTTPRequest(method: "DELETE", path: "/v1/models"))
        #expect(response.status == 405 && response.headers["Allow"] == "GET, POST, HEAD, OPTIONS")
    }

    @Test func `HEAD is answered by GET`() async {
        let response = await router().handle(HTTPRequest(method: "HEAD", path: "/v1/models"))
        #expect(response.status == 200)
    }

    @Test func `a preflight is answered for the path's methods and the asked headers`() async {
        let request = HTTPRequest(
            method: "OPTIONS", path: "/v1/models",
            headers: [
                "Origin": "https://page", "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization, x-custom",
            ])
        let response = await router().handle(request)
        #expect(response.status == 204)
        #expect(response.headers["Access-Control-Allow-Origin"] == "*")
        #expect(response.headers["Access-Control-Allow-Methods"] == "GET, POST, HEAD, OPTIONS")
        #expect(response.headers["Access-Control-Allow-Headers"] == "authorization, x-custom")
        #expect(response.headers["Access-Control-Max-Age"] == "86400")
    }

    @Test func `listed origins are echoed, others get no permission`() async {
        let router = router(cors: CORSPolicy(allowedOrigins: ["https://good"]))
        func origin(_ origin: String) async -> HTTPHeaders {
            await router.handle(HTTPRequest(method: "GET", path: "/v1/models", headers: ["Origin": origin])).headers
        }
        let good = await origin("https://good")
        #expect(good["Access-Control-Allow-Origin"] == "https://good" && good["Vary"] == "Origin")
        let bad = await origin("https://bad")
        #expect(bad["Access-Control-Allow-Origin"] == nil && bad["Vary"] == "Origin")
        let none = await self.router(cors: nil).handle(HTTPRequest(method: "GET", path: "/v1/models"))
        #expect(none.headers["Access-Control-Allow-Origin"] == nil)
    }

    @Test func `OPTIONS for the whole server is answered`() async {
        #expect(await router().handle(HTTPRequest(method: "OPTIONS", path: "*")).status == 204)
    }
}
