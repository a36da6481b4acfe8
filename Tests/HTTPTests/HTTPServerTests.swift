import HTTP
import Sockets
import Testing

@Suite struct HTTPServerTests {
    private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `one connection serves many requests, and pipelined ones in their order`() async throws {
        let server = try TestServer { request in
            // The first is the slowest, so that an answer out of order would show.
            if request.path == "/1" { try? await Task.sleep(for: .milliseconds(30)) }
            return .text("answer \(request.path)")
        }
        let client = try server.connect()
        for _ in 0..<3 {
            try await client.send(get)
            #expect(try await client.receive(through: "answer /").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
        try await client.send(
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                + "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let answers = try await client.receiveAll()
        let order = ["answer /1", "answer /2", "answer /3"].compactMap { answers.range(of: $0)?.lowerBound }
        #expect(order.count == 3 && order == order.sorted())
    }

    @Test func `a request sent byte by byte is answered`() async throws {
        let server = try TestServer { .text(String(decoding: $0.body, as: UTF8.self)) }
        let client = try server.connect()
        let request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        for byte in (request + "5\r\nhello\r\n0\r\n\r\n").utf8 { try await client.send(String(UnicodeScalar(byte))) }
        #expect(body(of: try await client.receiveAll()) == "hello")
    }

    @Test func `the body is asked for with 100 Continue`() async throws {
        let server = try TestServer { .text(String(decoding: $0.body, as: UTF8.self)) }
        let client = try server.connect()
        try await client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
        #expect(try await client.receive(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        try await client.send("hi")
        #expect(body(of: try await client.receiveAll()) == "hi")
    }

    @Test func `errors of the codec carry the caller's body and close`() async throws {
        let server = try TestServer(configure: {
            $0.limits.body = 10
            $0.limits.headerBytes = 1_000
            $0.errorResponse = { error in
                let text = "{\"code\":\(error.status),\"path\":\"\(error.path ?? "")\"}"
                return HTTPResponse(status: error.status, contentType: "application/json", Array(text.utf8))
            }
        })
        for (request, status, path) in [
            ("BAD\r\n\r\n", 400, ""), ("POST /a?b HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", 413, "/a"),
            ("GET /b HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 2_000))\r\n\r\n", 431, "/b"),
            ("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nB\r\n", 413, "/c"),
        ] {
            let client = try server.connect()
            try await client.send(request)
            let answer = try await client.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 \(status) ") && answer.contains("Content-Type: application/json\r\n"))
            #expect(body(of: answer) == "{\"code\":\(status),\"path\":\"\(path)\"}")
        }
    }

    @Test func `a client that goes on sending a refused body still reads the answer`() async throws {
        let server = try TestServer(configure: { $0.limits.body = 1_000 })
        let client = try server.connect()
        try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n")
        try await client.send(String(repeating: "x", count: 4_000_000))
        #expect(try await client.receive(through: "limit of 1000 bytes").hasPrefix("HTTP/1.1 413 "))
    }

    @Test func `a body that drips is answered with 408`() async throws {
        let server = try TestServer(configure: { $0.bodyTime = .milliseconds(800) })
        let client = try server.connect()
        try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n")
        let dripping = Task {
            while try await client.send("x") { try await Task.sleep(for: .milliseconds(20)) }
        }
        #expect(try await client.receive(through: "\r\n\r\n").hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        dripping.cancel()
    }

    @Test func `slow heads and bodies are answered with 408, idle connections closed`() async throws {
        let server = try TestServer(configure: {
            $0.headTime = .milliseconds(300)
            $0.bodyTime = .milliseconds(300)
            $0.idleTime = .milliseconds(300)
        })
        async let head: String = {
            let client = try server.connect()
            try await client.send("GET / HT")
            return try await client.receiveAll()
        }()
        async let body: String = {
            let client = try server.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx")
            return try await client.receiveAll()
        }()
        async let idle: String = {
            let client = try server.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            return try await client.receiveAll()
        }()
        async let silent = try server.connect().receiveAll()
        #expect(try await head.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(try await body.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(try await idle.hasSuffix("\r\n\r\nok"))
        #expect(try await silent == "")
    }

    @Test func `a half-closed client gets its whole answer`() async throws {
        let server = try TestServer { request in
            if request.path == "/stream" {
                return .events { writer in
                    for index in 0..<4 {
                        try await writer.write(ServerSentEvents.data("\(index)"))
                        try await Task.sleep(for: .milliseconds(10))
                    }
                }
            }
            do { try await Task.sleep(for: .milliseconds(50)) } catch { return .text("cancelled") }
            return .text("patience")
        }
        for (path, expected) in [("/", "patience"), ("/stream", "data: 3\n\n\r\n0\r\n\r\n")] {
            let client = try server.connect()
            try await client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            client.endOutput()
            #expect(try await client.receiveAll().contains(expected))
        }
    }

    @Test func `a stream that throws is cut off, so that the client cannot take it for whole`() async throws {
        struct Broken: Error {}
        let server = try TestServer { _ in
            .events { writer in
                try await writer.write("data: 1\n\n")
                throw Broken()
            }
        }
        let client = try server.connect()
        try await client.send(get)
        let received = try? await client.receiveAll()
        #expect(received?.hasSuffix("0\r\n\r\n") != true)
        let next = try server.connect()
        try await next.send(get)
        #expect(try await next.receive(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `connections beyond the limit get 503 and others go on`() async throws {
        let server = try TestServer(configure: { $0.maxConnections = 2 })
        let first = try server.connect()
        let second = try server.connect()
        for client in [first, second] {
            try await client.send(get)
            _ = try await client.receive(through: "ok")
        }
        let third = try server.connect()
        let answer = try await third.receiveAll()
        #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("Retry-After: 1\r\n"))
        try await first.send(get)
        #expect(try await first.receive(through: "ok").hasSuffix("ok"))
    }

    @Test func `a host name and a wildcard can be listened on, a taken port is named`() async throws {
        let named = try TestServer(configure: { $0.hosts = ["localhost"] })
        #expect(try await HTTPClient().get("http://localhost:\(named.port)/").text() == "ok")
        let wildcard = try TestServer(configure: { $0.hosts = ["0.0.0.0"] })
        #expect(try await HTTPClient().get(wildcard.url).text() == "ok")
        do {
            _ = try TestServer(configure: { $0.port = wildcard.port })
            Issue.record("a taken port was bound")
        } catch {
            #expect("\(error)".contains("127.0.0.1:\(wildcard.port) failed: Address already in use"))
        }
        #expect(throws: (any Error).self) { try TestServer(configure: { $0.hosts = ["no.such.host.invalid"] }) }
    }
}
