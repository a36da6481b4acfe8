import HTTP
import Sockets
import Testing

@Suite struct HTTPClientTests {
    private func echo() throws -> TestServer {
        try TestServer { request in
            HTTPResponse(
                headers: ["X-Method": request.method, "X-Query": request.query ?? ""], body: .bytes(request.body))
        }
    }

    @Test func `sized and chunked bodies go there and back`() async throws {
        let server = try echo()
        let client = HTTPClient()
        let blob = [UInt8](repeating: 1, count: 1 << 20) + (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        let sized = try await client.send(
            HTTPClientRequest(method: "POST", url: "\(server.url)/x?a=b", body: .bytes(blob)))
        #expect(sized.status == 200 && sized.headers["x-method"] == "POST" && sized.headers["X-QUERY"] == "a=b")
        #expect(try await sized.bytes() == blob)
        let chunked = try await client.send(
            HTTPClientRequest(
                method: "PUT", url: server.url,
                body: .stream { write in
                    for start in stride(from: 0, to: blob.count, by: 50_000) {
                        try await write(Array(blob[start..<min(start + 50_000, blob.count)]))
                    }
                }))
        #expect(try await chunked.bytes() == blob)
    }

    @Test func `a refused connection is told at once, every time`() async throws {
        let server = try echo()
        let url = server.url
        server.server.stop()
        let client = HTTPClient()
        // The listener's last connections are still taken and reset.
        var isRefused = false
        for _ in 0..<1000 where !isRefused {
            do { _ = try await client.get(url) } catch { isRefused = "\(error)".contains("refused") }
        }
        #expect(isRefused)
        for _ in 0..<300 {
            let error = await #expect(throws: SocketError.self) { try await client.get(url) }
            #expect(error?.description.contains("refused") == true)
        }
    }

    @Test func `a response that is cut off is told at once, every time`() async throws {
        let server = try TestServer { _ in
            .events { writer in
                try await writer.write("data: begun\n\n")
                throw CancellationError()
            }
        }
        let client = HTTPClient()
        for _ in 0..<300 {
            await #expect(throws: (any Error).self) { try await client.get(server.url).bytes() }
        }
    }

    @Test func `connections are reused, and one that the server closed is replaced`() async throws {
        let server = try TestServer(configure: { $0.idleTime = .milliseconds(250) }) { .text("\($0.peer?.port ?? 0)") }
        let client = HTTPClient()
        let first = try await client.get(server.url).text()
        #expect(try await client.get(server.url).text() == first)
        #expect(try await server.isEmpty())
        #expect(try await client.get(server.url).text() != first)
    }

    @Test func `HEAD and 204 have no body and keep the connection`() async throws {
        let server = try TestServer { $0.path == "/none" ? HTTPResponse(status: 204) : .text("body") }
        let client = HTTPClient()
        let head = try await client.send(HTTPClientRequest(method: "HEAD", url: server.url))
        #expect(head.headers["Content-Length"] == "4")
        #expect(try await head.bytes().isEmpty)
        let none = try await client.get("\(server.url)/none")
        #expect(none.status == 204)
        #expect(try await none.bytes().isEmpty)
        #expect(try await client.get(server.url).text() == "body")
        #expect(server.server.connectionCount == 1)
    }

    @Test func `cancelling a request disconnects it`() async throws {
        let cancelled = Counter()
        let server = try TestServer { _ in
            do { try await Task.sleep(for: .seconds(60)) } catch { cancelled.increment() }
            return .text("late")
        }
        let client = HTTPClient()
        let task = Task { try await client.get(server.url) }
        #expect(try await eventually { server.server.connectionCount == 1 })
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await eventually { cancelled.value == 1 })
    }

    @Test func `a body that is dropped unread disconnects`() async throws {
        let cancelled = Counter()
        let server = try TestServer { _ in
            .events { writer in
                defer { cancelled.increment() }
                while true {
                    try await writer.write("data: x\n\n")
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
        }
        let client = HTTPClient()
        for try await event in try await client.get(server.url).events {
            #expect(event.data == "x")
            break
        }
        #expect(try await eventually { cancelled.value == 1 })
    }

    @Test func `a server that is not there and a URL that is none are errors`() async throws {
        let port = try TestServer().port
        await #expect(throws: (any Error).self) { try await HTTPClient().get("http://127.0.0.1:\(port)/") }
        await #expect(throws: HTTPClientError.self) { try await HTTPClient().get("ftp://a/") }
    }

    @Test(arguments: [
        ("http://a", "a", 80, "/"), ("http://a:1/b?c#d", "a", 1, "/b?c"), ("HTTP://[::1]:8/x", "::1", 8, "/x"),
        ("http://a?q", "a", 80, "/?q"), ("https://a/b", "a", 443, "/b"),
    ])
    func `URLs are taken apart`(_ text: String, _ host: String, _ port: Int, _ target: String) throws {
        let url = try #require(HTTPURL(text))
        #expect(url.host == host && url.port == port && url.target == target)
    }

    @Test(arguments: [
        "", "a", "ftp://a", "http://", "https://", "http://a:b", "http://a:99999", "http://u@a", "http://a/ b",
    ])
    func `what is no http URL is refused`(_ text: String) {
        #expect(HTTPURL(text) == nil)
    }
}
