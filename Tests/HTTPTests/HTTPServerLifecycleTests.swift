import Glibc
import HTTP
import Sockets
import Synchronization
import Testing

/// Disconnects, slow readers, drain, load and descriptors. Serial, because some count descriptors.
@Suite(.serialized) struct HTTPServerLifecycleTests {
    private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    /// A handler that computes until it is cancelled, and says when that was.
    private final class Patient: Sendable {
        let started = Counter()
        let cancelledAt = Mutex<ContinuousClock.Instant?>(nil)

        func compute() async {
            started.increment()
            do { try await Task.sleep(for: .seconds(60)) } catch { cancelledAt.withLock { $0 = .now } }
        }

        func delay(since start: ContinuousClock.Instant) async throws -> Duration {
            let isCancelled = try await eventually { self.cancelledAt.withLock { $0 != nil } }
            try #require(isCancelled)
            return cancelledAt.withLock { $0 }.map { $0 - start } ?? .seconds(99)
        }
    }

    @Test(arguments: ["computing", "streaming", "reset", "pipelined"])
    func `a client that leaves cancels its handler within milliseconds`(_ way: String) async throws {
        // The best of some tries counts: other tests may hold every thread for a while.
        var best = Duration.seconds(99)
        for _ in 0..<10 where best > .milliseconds(100) {
            best = min(best, try await cancellationDelay(way))
        }
        #expect(best < .milliseconds(100))
    }

    private func cancellationDelay(_ way: String) async throws -> Duration {
        let patient = Patient()
        let server = try TestServer { _ in
            guard way == "streaming" else {
                await patient.compute()
                return .text("late")
            }
            return .events { writer in
                try await writer.write("data: 1\n\n")
                await patient.compute()
            }
        }
        var client: RawClient? = try server.connect()
        try await client?.send(way == "pipelined" ? get + get : get)
        #expect(try await eventually { patient.started.value == 1 })
        if way == "streaming" { _ = try await client?.receive(through: "data: 1") }
        if way == "reset", let client { resetOnClose(client) }
        let start = ContinuousClock.now
        client = nil
        let delay = try await patient.delay(since: start)
        #expect(try await server.isEmpty())
        return delay
    }

    private func resetOnClose(_ client: RawClient) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(client.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }

    @Test func `a reset right behind the first bytes of a request is noticed`() async throws {
        let server = try TestServer(configure: { $0.headTime = .seconds(300) })
        for _ in 0..<50 {
            let client = try server.connect()
            try await client.send("GET / HT")
            resetOnClose(client)
        }
        #expect(try await server.isEmpty())
    }

    @Test func `a paused flood of pipelined requests hides no reset`() async throws {
        let patient = Patient()
        let server = try TestServer(configure: { $0.limits.pipelined = 1_000 }) { _ in
            await patient.compute()
            return .text("late")
        }
        var client: RawClient? = try server.connect()
        try await client?.send(String(repeating: get, count: 2_000))
        #expect(try await eventually { patient.started.value == 1 })
        resetOnClose(try #require(client))
        let start = ContinuousClock.now
        client = nil
        #expect(try await patient.delay(since: start) < .seconds(2))
    }

    @Test func `a reader that stops is dropped, and the others go on`() async throws {
        let dropped = Counter()
        let server = try TestServer(configure: {
            $0.highWater = 64 << 10
            $0.transport.lowWater = 16 << 10
            $0.transport.stallTime = .milliseconds(500)
        }) { request in
            guard request.path == "/flood" else { return .text("ok") }
            return .events { writer in
                let event = ServerSentEvents.data(String(repeating: "x", count: 4_000))
                do {
                    while true { try await writer.write(event) }
                } catch {
                    dropped.increment()
                    throw error
                }
            }
        }
        let stuck = try server.connect(receiveBuffer: 4_096)
        try await stuck.send("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n")
        let reader = try server.connect()
        while dropped.value == 0 {
            try await reader.send(get)
            _ = try await reader.receive(through: "ok")
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(dropped.value == 1)
        try await reader.send(get)
        #expect(try await reader.receive(through: "ok").hasSuffix("ok"))
    }

    @Test func `a slow reader that goes on reading gets every byte`() async throws {
        let count = 3_000
        let event = String(repeating: "y", count: 1_000)
        let server = try TestServer(configure: { $0.highWater = 64 << 10 }) { _ in
            .events { writer in
                for _ in 0..<count { try await writer.write(ServerSentEvents.data(event)) }
            }
        }
        let response = try await HTTPClient().get(server.url)
        var seen = 0
        for try await received in response.events {
            #expect(received.data.utf8.count == event.utf8.count)
            seen += 1
            if seen % 500 == 0 { try await Task.sleep(for: .milliseconds(10)) }
        }
        #expect(seen == count)
    }

    @Test func `bodies beyond the memory for them are refused, and room comes back`() async throws {
        let started = Counter()
        let gate = Counter()
        let server = try TestServer {
            $0.limits.body = 1 << 20
            $0.requestMemory = 1 << 20
        } handler: { request in
            started.increment()
            _ = try? await eventually { gate.value > 0 }
            return .text("\(request.body.count)")
        }
        let size = 1_000_000
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\nConnection: close\r\n\r\n"
        let body = String(repeating: "x", count: size)
        // The first one's body is all there, and its handler runs; the second one's has no room.
        let first = try server.connect()
        try await first.send(head + body)
        #expect(try await eventually { started.value == 1 })
        let second = try server.connect()
        _ = try await second.send(head + body)
        let refusal = try await second.receiveAll()
        #expect(refusal.hasPrefix("HTTP/1.1 503 ") && refusal.contains("Retry-After: "))
        gate.increment()
        #expect(try await first.receiveAll().hasSuffix("\(size)"))
        // A client that leaves in the middle gives its share back too.
        var third: RawClient? = try server.connect()
        try await third?.send(get)
        _ = try await third?.receive(through: "\r\n\r\n0")
        try await third?.send(head + body.dropLast(10))
        third = nil
        #expect(try await server.isEmpty())
        let fourth = try server.connect()
        try await fourth.send(head + body)
        #expect(try await fourth.receiveAll().hasSuffix("\(size)"))
    }

    @Test func `a client that pipelines and does not read is answered no further than its answers may wait`()
        async throws
    {
        let started = Counter()
        let count = 40
        let answer = String(repeating: "y", count: 1_000_000)
        let server = try TestServer { _ in
            started.increment()
            return .text(answer)
        }
        let client = try server.connect(receiveBuffer: 4_096)
        try await client.send(String(repeating: get, count: count))
        #expect(try await eventually { started.value > 0 })
        try await Task.sleep(for: .milliseconds(300))
        #expect(started.value < 20, "the kernel holds some of them")
        var seen = 0
        while seen < count * answer.utf8.count {
            seen += try await client.receive { _ in true }.utf8.count
        }
        #expect(started.value == count)
    }

    @Test func `heads that are not complete take of the memory too`() async throws {
        let server = try TestServer {
            $0.limits.body = 40_000
            $0.requestMemory = 40_000
            $0.headTime = .seconds(1)
        }
        let head = "GET / HTTP/1.1\r\nHost: a\r\nX-Large: " + String(repeating: "x", count: 30_000)
        let clients = try (0..<2).map { _ in try server.connect() }
        for client in clients { try await client.send(head) }
        var statuses: Set<Substring> = []
        for client in clients { statuses.insert(try await client.receiveAll().dropFirst(9).prefix(3)) }
        #expect(statuses == ["503", "408"])
        let third = try server.connect()
        try await third.send(head + "\r\n\r\n")
        #expect(try await third.receive(through: "ok").hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `where memory is short, pipelined requests are given up and large answers refused`() async throws {
        let started = Counter()
        let gate = Counter()
        let server = try TestServer {
            $0.limits.body = 10_000
            $0.requestMemory = 10_000
        } handler: { request in
            guard request.path != "/large" else { return .text(String(repeating: "y", count: 20_000)) }
            started.increment()
            _ = try? await eventually { gate.value > 0 }
            return .text("first")
        }
        let client = try server.connect()
        try await client.send(get + get + "X: " + String(repeating: "x", count: 20_000))
        #expect(try await eventually { started.value == 1 })
        gate.increment()
        let answer = try await client.receiveAll()
        #expect(answer.hasSuffix("first") && answer.occurrences(of: "HTTP/1.1 ") == 1 && started.value == 1)
        let large = try server.connect()
        try await large.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await large.receive(through: "\r\n\r\n").hasPrefix("HTTP/1.1 503 "))
    }

    @Test func `draining finishes what runs, closes what idles and refuses what is new`() async throws {
        let started = Counter()
        let server = try TestServer { request in
            guard request.path == "/slow" else { return .text("ok") }
            started.increment()
            try? await Task.sleep(for: .milliseconds(100))
            return .text("finished")
        }
        let idle = try server.connect()
        try await idle.send(get)
        _ = try await idle.receive(through: "ok")
        let busy = try server.connect()
        try await busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await eventually { started.value == 1 })

        async let drained = server.server.drain(timeout: .seconds(5))
        #expect(try await idle.receiveAll() == "")
        let answer = try await busy.receiveAll()
        #expect(answer.contains("Connection: close\r\n") && answer.hasSuffix("finished"))
        #expect(throws: (any Error).self) { try server.connect() }
        #expect(await drained)
        #expect(server.server.connectionCount == 0)
    }

    @Test func `draining cancels what outlasts its time`() async throws {
        let patient = Patient()
        let server = try TestServer { _ in
            await patient.compute()
            return .text("late")
        }
        let client = try server.connect()
        try await client.send(get)
        #expect(try await eventually { patient.started.value == 1 })
        let start = ContinuousClock.now
        #expect(await !server.server.drain(timeout: .milliseconds(100)))
        #expect(try await patient.delay(since: start) < .seconds(2))
    }

    @Test func `200 streams at once each get their own bytes, and every descriptor comes back`() async throws {
        let server = try TestServer { request in
            .events { writer in
                for index in 0..<20 {
                    try await writer.write(ServerSentEvents.data("\(request.path) \(index)"))
                    if index % 5 == 0 { try await Task.sleep(for: .milliseconds(2)) }
                }
                try await writer.write(ServerSentEvents.done)
            }
        }
        // The first exchange makes what the process keeps.
        _ = try await HTTPClient().get(server.url).bytes()
        #expect(try await server.isEmpty())
        let before = Self.descriptorCount()
        let client = HTTPClient()
        try await withThrowingTaskGroup { group in
            for stream in 0..<200 {
                group.addTask {
                    let response = try await client.get("\(server.url)/\(stream)")
                    var events: [String] = []
                    for try await event in response.events { events.append(event.data) }
                    #expect(events == (0..<20).map { "/\(stream) \($0)" } + ["[DONE]"])
                }
            }
            try await group.waitForAll()
        }
        client.close()
        #expect(try await server.isEmpty())
        // Other suites open and close descriptors meanwhile; a leak of these 400 would stay.
        #expect(try await eventually { Self.descriptorCount() < before + 100 })
    }

    @Test func `out of descriptors the server pauses and goes on`() async {
        // In a process of its own, since it takes every descriptor.
        await #expect(processExitsWith: .success) {
            let server = try TestServer()
            _ = try await HTTPClient().get(server.url).bytes()
            var limit = rlimit(rlim_cur: 512, rlim_max: 512)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            var clients = (0..<20).map { _ in RawClient() }
            var fillers: [Int32] = []
            while true {
                let filler = dup(0)
                if filler < 0 { break }
                fillers.append(filler)
            }
            for filler in fillers.suffix(3) { close(filler) }
            for client in clients { try client.connect(port: server.port) }
            while !clients.isEmpty {
                let client = clients.removeFirst()
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                guard try await client.receiveAll().hasSuffix("ok") else { fatalError("no answer") }
            }
        }
    }

    @Test func `connections broken off at every byte leave nothing behind`() async throws {
        let server = try TestServer { _ in .text("ok") }
        let request = Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc".utf8)
        for cut in 0...request.count {
            let client = try server.connect()
            try await client.send(String(decoding: request[..<cut], as: UTF8.self))
        }
        #expect(try await server.isEmpty())
    }

    private static func descriptorCount() -> Int {
        var count = 0
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        while readdir(directory) != nil { count += 1 }
        closedir(directory)
        return count
    }
}
