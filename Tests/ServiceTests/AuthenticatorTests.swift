import HTTP
import OpenAI
import Testing

@testable import Service

struct AuthenticatorTests {
    private func request(_ authorization: String?) -> HTTPRequest {
        var request = HTTPRequest(method: "GET", path: "/v1/models")
        if let authorization { request.headers["Authorization"] = authorization }
        return request
    }

    @Test func `without keys every request passes`() throws {
        try Authenticator(keys: []).check(request(nil))
        try Authenticator(keys: []).check(request("Bearer anything"))
    }

    @Test(arguments: ["Bearer one", "bearer two", "BEARER one", "Bearer  one"])
    func `each of the keys passes`(field: String) throws {
        try Authenticator(keys: ["one", "two"]).check(request(field))
    }

    @Test(arguments: [nil, "", "Bearer", "Bearer ", "one", "Basic one", "Bearer One", "Bearer one ", "Bearer onetwo"])
    func `anything else is a 401`(field: String?) {
        let error = #expect(throws: APIError.self) { try Authenticator(keys: ["one", "two"]).check(request(field)) }
        #expect(error?.status == 401)
        #expect(error?.code == "invalid_api_key")
    }

    @Test func `a key may come in the field that Anthropic's clients send`() throws {
        var request = HTTPRequest(method: "POST", path: "/v1/messages")
        request.headers["x-api-key"] = "one"
        try Authenticator(keys: ["one", "two"]).check(request)
        request.headers["x-api-key"] = "three"
        #expect(throws: APIError.self) { try Authenticator(keys: ["one", "two"]).check(request) }
    }
}
