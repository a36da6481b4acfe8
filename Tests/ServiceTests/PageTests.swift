import HTTP
import Testing

@testable import Service

struct PageTests {
    private let router: Router

    init() {
        var router = Router()
        Page().addRoutes(to: &router) { .text("no \($0.path)", status: 404) }
        self.router = router
    }

    private func get(_ path: String, method: String = "GET", known: String? = nil) async -> HTTPResponse {
        var request = HTTPRequest(method: method, path: path)
        if let known { request.headers["If-None-Match"] = known }
        return await router.handle(request)
    }

    private func bytes(_ response: HTTPResponse) throws -> [UInt8] {
        guard case .bytes(let bytes) = response.body else { throw Failure.streamed }
        return bytes
    }

    private enum Failure: Error { case streamed }

    /// What the documents load, such as `page/0123456789abcdef/chat.js`.
    private func references(_ path: String) async throws -> [String] {
        String(decoding: try bytes(await get(path)), as: UTF8.self).split(separator: "\"").map(String.init)
            .filter { $0.hasPrefix("page/") }
    }

    @Test(arguments: ["/", "/status"]) func `a document forbids all but its own origin`(path: String) async throws {
        let response = await get(path)
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == "text/html; charset=utf-8")
        #expect(response.headers["Cache-Control"] == "no-cache")
        #expect(response.headers["X-Content-Type-Options"] == "nosniff")
        #expect(response.headers["Referrer-Policy"] == "no-referrer")
        let policy = try #require(response.headers["Content-Security-Policy"]).split(separator: "; ").map(String.init)
        #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
        for rule in policy { #expect(!rule.contains("*") && !rule.contains("unsafe") && !rule.contains("http")) }
    }

    @Test(arguments: ["/", "/status"]) func `what a document loads is there and kept for good`(path: String)
        async throws
    {
        let references = try await references(path)
        #expect(references.count > 3)
        for reference in references {
            let response = await get("/" + reference)
            #expect(response.status == 200, "\(reference)")
            #expect(response.headers["Cache-Control"] == "public, max-age=31536000, immutable")
            #expect(response.headers["X-Content-Type-Options"] == "nosniff")
            #expect(!(try bytes(response)).isEmpty)
        }
    }

    @Test func `types follow the names`() async throws {
        let types = ["js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"]
        for reference in try await references("/") {
            let type = try #require(types[String(reference.split(separator: ".").last ?? "")])
            #expect(await get("/" + reference).headers["Content-Type"] == type)
        }
    }

    @Test func `a client that has a file gets 304`() async throws {
        let tag = try #require(await get("/").headers["ETag"])
        for known in [tag, "\"other\", \(tag)", "W/\(tag)", "*"] {
            let response = await get("/", known: known)
            #expect(response.status == 304)
            #expect(try bytes(response).isEmpty)
            #expect(response.headers["ETag"] == tag)
        }
        #expect(await get("/", known: "\"other\"").status == 200)
        #expect(await get("/status").headers["ETag"] != tag)
    }

    @Test func `other versions, names and documents are not found`() async throws {
        let reference = try #require(await references("/").first)
        let parts = reference.split(separator: "/").map(String.init)
        for path in [
            "/page/0000000000000000/\(parts[2])", "/page/\(parts[1])/none.js", "/page/\(parts[1])/index.html",
            "/page/\(parts[1])/..%2Findex.html", "/page/\(parts[1])",
        ] {
            #expect(await get(path).status == 404, "\(path)")
        }
    }

    @Test func `the dashboard's address has no slash at its end`() async {
        let response = await get("/status/")
        #expect(response.status == 308)
        #expect(response.headers["Location"] == "../status")
    }
}
