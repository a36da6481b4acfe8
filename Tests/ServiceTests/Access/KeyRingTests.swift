import HTTP
import OpenAI
import Sockets
import Testing

@testable import Service

struct KeyRingTests {
    private func request(_ authorization: String?) -> HTTPRequest {
        var request = HTTPRequest(method: "GET", path: "/v1/models")
        if let authorization { request.headers["Authorization"] = authorization }
        return request
    }

    private func key(_ name: String, _ secret: String, _ scopes: Set<AccessScope> = [.inference]) -> AccessKey {
        AccessKey(name: name, digest: Digest.bytes(of: secret), scopes: scopes)
    }

    private func holder(
        _ ring: KeyRing, _ authorization: String?, _ scope: AccessScope = .inference
    ) throws -> KeyRing.Holder? {
        let holder = try ring.holder(of: request(authorization), for: scope)
        try holder?.check(scope, path: "/v1/models")
        return holder
    }

    @Test(arguments: [AccessScope.inference, .metrics])
    func `without keys every request passes`(scope: AccessScope) throws {
        #expect(try holder(KeyRing(), nil, scope) == nil)
        #expect(try holder(KeyRing(adminKeys: ["boss"]), "Bearer anything", scope) == nil)
    }

    @Test(arguments: ["Bearer one", "bearer two", "BEARER one", "Bearer  one"])
    func `each of the keys passes`(field: String) throws {
        #expect(try holder(KeyRing(apiKeys: ["one", "two"]), field)?.name == "api-key")
    }

    @Test(arguments: [nil, "", "Bearer", "Bearer ", "one", "Basic one", "Bearer One", "Bearer one ", "Bearer onetwo"])
    func `anything else is a 401`(field: String?) {
        for ring in [KeyRing(apiKeys: ["one", "two"]), KeyRing(listed: [key("a", "one"), key("b", "two")])] {
            let error = #expect(throws: APIError.self) { try holder(ring, field) }
            #expect(error?.status == 401)
            #expect(error?.code == "invalid_api_key")
        }
    }

    @Test func `a key may come in the field that Anthropic's clients send`() throws {
        let ring = KeyRing(apiKeys: ["one", "two"])
        var request = HTTPRequest(method: "POST", path: "/v1/messages")
        request.headers["x-api-key"] = "one"
        #expect(try ring.holder(of: request, for: .inference) != nil)
        request.headers["x-api-key"] = "three"
        #expect(throws: APIError.self) { try ring.holder(of: request, for: .inference) }
    }

    @Test func `a key of many is found by its own name`() throws {
        let keys = (0..<300).map { key("k\($0)", "secret \($0)") }
        let ring = KeyRing(apiKeys: ["given"], listed: keys)
        for index in [0, 1, 150, 299] {
            #expect(try holder(ring, "Bearer secret \(index)")?.name == "k\(index)")
        }
        #expect(try holder(ring, "Bearer given")?.name == "api-key")
        #expect(throws: APIError.self) { try holder(ring, "Bearer secret 300") }
    }

    @Test func `a key opens its scopes and nothing else`() throws {
        let ring = KeyRing(
            apiKeys: ["user"], adminKeys: ["boss"],
            listed: [key("all", "x", [.inference, .metrics, .admin]), key("monitor", "y", [.metrics])])
        let opens: [(String, Set<AccessScope>)] = [
            ("user", [.inference, .metrics]), ("boss", [.admin]), ("x", [.inference, .metrics, .admin]),
            ("y", [.metrics]),
        ]
        for (secret, scopes) in opens {
            for scope in AccessScope.allCases {
                if scopes.contains(scope) {
                    #expect(try holder(ring, "Bearer \(secret)", scope) != nil)
                } else {
                    let error = #expect(throws: APIError.self) { try holder(ring, "Bearer \(secret)", scope) }
                    #expect(error?.status == 403)
                }
            }
        }
    }

    @Test func `without an administrator's key nobody is one`() {
        for ring in [KeyRing(), KeyRing(apiKeys: ["one"]), KeyRing(listed: [key("a", "one")])] {
            let error = #expect(throws: APIError.self) { try holder(ring, "Bearer one", .admin) }
            #expect(error?.status == 403)
            #expect(error?.message.contains("--admin-api-key") == true)
        }
    }

    @Test func `a file without keys lets nobody in`() {
        #expect(throws: APIError.self) { try holder(KeyRing(listed: []), "Bearer one") }
    }

    @Test func `replaced keys open and close at once, and keep what they have used`() throws {
        var first = key("a", "one")
        first.limits.maxConcurrent = 1
        let ring = KeyRing(listed: [first, key("b", "two")])
        try #require(try holder(ring, "Bearer one")).usage.begin()
        var renewed = key("a", "three")
        renewed.limits.maxConcurrent = 1
        ring.replace([renewed])
        for secret in ["one", "two"] {
            #expect(throws: APIError.self) { try holder(ring, "Bearer \(secret)") }
        }
        let usage = try #require(try holder(ring, "Bearer three")).usage
        #expect(throws: APIError.self) { try usage.begin() }
        usage.end()
        try usage.begin()
    }
}
