import HTTP
import Testing

/// A session driven by hand.
private struct Driver {
    var session: HTTP1ServerSession
    var sent = ""
    var handled: [HTTPRequest] = []
    var others: [String] = []

    init(limits: HTTPLimits = HTTPLimits(), refuse: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil) {
        session = HTTP1ServerSession(limits: limits, refuse: refuse) { .text($0.message, status: $0.status) }
    }

    mutating func perform(_ actions: [HTTP1ServerSession.Action]) {
        for action in actions {
            switch action {
            case .send(let bytes): sent += String(decoding: bytes, as: UTF8.self)
            case .handle(let request): handled.append(request)
            case .setReading(let enabled): others.append(enabled ? "read" : "pause")
            case .cancel: others.append("cancel")
            case .probeSoon: others.append("probe")
            case .watchPeer: others.append("watch")
            case .finish(let lingering): others.append(lingering ? "finish" : "close")
            }
        }
    }

    mutating func receive(_ text: String) {
        perform(session.receive(Array(text.utf8).span))
    }

    mutating func respond(_ response: HTTPResponse) {
        perform(session.respond(response).actions)
    }

    mutating func takeSent() -> String {
        defer { sent = "" }
        return sent
    }
}

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
private let stream = HTTPResponse(body: .stream { _ in })

@Suite struct HTTP1ServerSessionTests {
    @Test func `pipelined requests are handled one after the other`() {
        var driver = Driver()
        driver.receive(get + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(driver.handled.map(\.path) == ["/"])
        driver.respond(.text("one"))
        #expect(driver.handled.map(\.path) == ["/", "/2"])
        driver.respond(.text("two"))
        #expect(driver.sent.hasSuffix("two"))
        #expect(driver.session.phase == .idle)
        #expect(driver.others.isEmpty)
    }

    @Test func `a flood of pipelined requests pauses reading until it is answered`() {
        var limits = HTTPLimits()
        limits.pipelined = 100
        var driver = Driver(limits: limits)
        driver.receive(String(repeating: get, count: 5))
        #expect(driver.others == ["pause"])
        while driver.session.phase == .handling { driver.respond(.text("")) }
        #expect(driver.handled.count == 5)
        #expect(driver.others == ["pause", "read"])
    }

    @Test func `reading pauses when enough requests wait, wherever their bytes are cut`() {
        var limits = HTTPLimits()
        limits.pipelinedRequests = 3
        let post = "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n\r\n\r\n"
        let input = get + get + post + get + get
        let inputs = (0...input.utf8.count).map { [String(input.prefix($0)), String(input.dropFirst($0))] }
        for pieces in inputs + [input.map(String.init)] {
            var driver = Driver(limits: limits)
            for piece in pieces { driver.receive(piece) }
            #expect(driver.others == ["pause"])
            driver.respond(.text(""))
            #expect(driver.others == ["pause"], "the body's empty line counts too")
            driver.respond(.text(""))
            #expect(driver.others == ["pause", "read"])
            while driver.session.phase == .handling { driver.respond(.text("")) }
            #expect(driver.handled.map(\.path) == ["/", "/", "/2", "/", "/"])
            #expect(driver.others == ["pause", "read"])
        }
    }

    @Test func `fewer requests than the limit wait without a pause`() {
        var limits = HTTPLimits()
        limits.pipelinedRequests = 3
        var driver = Driver(limits: limits)
        for character in get + get + get { driver.receive(String(character)) }
        driver.receive("GET / HTTP/1.1\r\nHost: a\r\n\r")
        #expect(driver.others.isEmpty)
        driver.receive("\n")
        #expect(driver.others == ["pause"])
    }

    @Test func `pipelined requests get the same answers wherever their bytes are cut`() {
        let input =
            "\r\n" + get + "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n0\r\n"
            + "\r\nHEAD /3 HTTP/1.1\r\nHost: a\r\n\r\nPOST /4 HTTP/1.1\r\nHost: a\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nX: y\r\n\r\n\r\n"
        let bytes = Array(input.utf8)
        func outcome(_ pieces: [ArraySlice<UInt8>]) -> [String] {
            var driver = Driver()
            var answers: [String] = []
            for piece in pieces {
                driver.perform(driver.session.receive(Array(piece).span))
                while driver.session.phase == .handling, let request = driver.handled.last {
                    if request.path == "/4" {
                        driver.respond(stream)
                        driver.perform([.send(driver.session.encode(request.body) ?? [])])
                        driver.perform(driver.session.endStream())
                    } else {
                        driver.respond(HTTPResponse(headers: ["X-Path": request.path], body: .bytes(request.body)))
                    }
                    let lines = driver.takeSent().split(separator: "\r\n", omittingEmptySubsequences: false)
                    answers.append(lines.filter { !$0.hasPrefix("Date: ") }.joined(separator: "\n"))
                }
            }
            return answers + ["\(driver.session.phase)"] + driver.others
        }
        let expected = outcome([bytes[...]])
        #expect(expected.count == 5 && expected.last == "idle")
        #expect(expected[1].hasSuffix("\n\n0\n") && expected[3].hasSuffix("3\nabc\n0\n\n"))
        for cut in 0...bytes.count {
            #expect(outcome([bytes[..<cut], bytes[cut...]]) == expected, "split at \(cut)")
        }
        #expect(outcome(bytes.indices.map { bytes[$0...$0] }) == expected)
    }

    @Test func `trailers follow a stream for clients that take them`() {
        let trailers: HTTPHeaders = ["Server-Timing": "decode;dur=1", "Content-Length": "3"]
        for (fields, end) in [
            ("TE: trailers\r\n", "0\r\nServer-Timing: decode;dur=1\r\n\r\n"), ("", "0\r\n\r\n"),
            ("TE: gzip\r\n", "0\r\n\r\n"),
        ] {
            var driver = Driver()
            driver.receive("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
            driver.respond(stream)
            _ = driver.takeSent()
            driver.session.trail(trailers)
            driver.perform(driver.session.endStream())
            #expect(driver.takeSent() == end)
            driver.receive(get)
            driver.respond(stream)
            _ = driver.takeSent()
            driver.perform(driver.session.endStream())
            #expect(driver.takeSent() == "0\r\n\r\n")
        }
    }

    @Test func `100 Continue is sent only when the body is wanted and has not come`() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
        var waiting = Driver()
        waiting.receive(head)
        #expect(waiting.takeSent() == "HTTP/1.1 100 Continue\r\n\r\n")
        waiting.receive("hi")
        #expect(waiting.handled.map { String(decoding: $0.body, as: UTF8.self) } == ["hi"])

        var eager = Driver()
        eager.receive(head + "h")
        #expect(eager.sent.isEmpty)

        var limits = HTTPLimits()
        limits.body = 1
        var refused = Driver(limits: limits)
        refused.receive(head)
        #expect(refused.sent.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        #expect(refused.others == ["finish"])
    }

    @Test func `a request may be refused before its body is read`() {
        var driver = Driver { $0.path == "/no" ? .text("no", status: 401) : nil }
        driver.receive("POST /yes HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
        driver.respond(.text("ok"))
        driver.receive("GET /no HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(driver.handled.map(\.path) == ["/yes", "/no"], "there is no body to be read")
        driver.respond(.text("ok"))
        _ = driver.takeSent()
        driver.receive("POST /no HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
        #expect(driver.sent.hasPrefix("HTTP/1.1 401 Unauthorized\r\n") && driver.sent.contains("Connection: close"))
        #expect(driver.others == ["finish"] && driver.handled.count == 2)
    }

    @Test func `HEAD gets the head of GET and no body`() {
        var driver = Driver()
        driver.receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        driver.respond(.text("four"))
        let sent = driver.takeSent()
        #expect(sent.contains("Content-Length: 4\r\n") && sent.hasSuffix("\r\n\r\n"))
        driver.receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        driver.respond(stream)
        #expect(driver.sent.hasSuffix("\r\n\r\n") && !driver.sent.contains("chunked"))
        #expect(driver.session.phase == .idle)
    }

    @Test func `a 204 has neither body nor length`() {
        var driver = Driver()
        driver.receive(get)
        driver.respond(.text("dropped", status: 204))
        #expect(!driver.sent.contains("Content-Length") && !driver.sent.contains("dropped"))
    }

    @Test func `a stream is chunked on 1.1 and ends the connection on 1.0`() {
        var driver = Driver()
        driver.receive(get)
        driver.respond(stream)
        #expect(driver.takeSent().contains("Transfer-Encoding: chunked\r\n"))
        #expect(driver.session.encode(Array("0123456789abcdefXYZ".utf8)) == Array("13\r\n0123456789abcdefXYZ\r\n".utf8))
        driver.perform(driver.session.endStream())
        #expect(driver.takeSent() == "0\r\n\r\n")
        driver.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        driver.respond(stream)
        let head = driver.takeSent()
        #expect(!head.contains("chunked") && head.contains("Connection: close\r\n"))
        #expect(driver.session.encode([65]) == [65])
        driver.perform(driver.session.endStream())
        #expect(driver.sent.isEmpty && driver.others == ["finish"])
    }

    @Test func `1.0 keeps the connection only when asked`() {
        var driver = Driver()
        driver.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        driver.respond(.text("x"))
        #expect(driver.takeSent().contains("Connection: keep-alive\r\n"))
        driver.receive("GET / HTTP/1.0\r\n\r\n")
        driver.respond(.text("x"))
        #expect(driver.sent.contains("Connection: close\r\n") && driver.others == ["finish"])
    }

    @Test func `an error closes after its answer and ends parsing`() {
        var driver = Driver()
        driver.receive("BAD\r\n\r\n" + get)
        #expect(driver.sent.hasPrefix("HTTP/1.1 400 ") && driver.sent.contains("Connection: close"))
        #expect(driver.others == ["finish"] && driver.handled.isEmpty)
        driver.receive(get)
        #expect(driver.handled.isEmpty)
    }

    @Test func `draining closes idle connections at once and others after their response`() {
        var idle = Driver()
        idle.perform(idle.session.drain())
        #expect(idle.others == ["close"])

        var busy = Driver()
        busy.receive(get + get)
        busy.perform(busy.session.drain())
        #expect(busy.others.isEmpty)
        busy.respond(.text("last"))
        #expect(busy.sent.contains("Connection: close\r\n") && busy.others == ["finish"] && busy.handled.count == 1)

        var partial = Driver()
        partial.receive("GET / HT")
        partial.perform(partial.session.drain())
        partial.receive("TP/1.1\r\nHost: a\r\n\r\n")
        #expect(partial.handled.count == 1)
    }

    @Test func `the end of input probes for a peer that left, harmlessly`() {
        var handling = Driver()
        handling.receive(get + get)
        handling.perform(handling.session.receiveEnd())
        handling.perform(handling.session.probe())
        #expect(handling.takeSent() == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(handling.others == ["probe", "watch"])
        handling.respond(.text("one"))
        #expect(handling.handled.count == 2)
        handling.respond(.text("two"))
        #expect(handling.others == ["probe", "watch", "close"])

        var streaming = Driver()
        streaming.receive(get)
        streaming.respond(stream)
        _ = streaming.takeSent()
        streaming.perform(streaming.session.receiveEnd())
        streaming.perform(streaming.session.probe())
        streaming.perform([.send(streaming.session.encode([65]) ?? [])])
        #expect(streaming.sent == "01\r\nA\r\n")

        var old = Driver()
        old.receive("GET / HTTP/1.0\r\n\r\n")
        old.perform(old.session.receiveEnd())
        old.respond(.text("still"))
        #expect(old.sent.hasSuffix("still") && old.others == ["cancel", "finish"])

        var cut = Driver()
        cut.receive("GET / HT")
        cut.perform(cut.session.receiveEnd())
        #expect(cut.others == ["finish"])
    }

    @Test func `a handler's fields cannot split the response or its framing`() {
        var driver = Driver()
        driver.receive(get)
        driver.respond(
            HTTPResponse(headers: [
                "X-Evil": "a\r\nSet-Cookie: b", "X\r\nY": "z", "Content-Length": "99", "transfer-encoding": "chunked",
            ]))
        #expect(driver.sent.contains("X-Evil: a  Set-Cookie: b\r\n"))
        #expect(!driver.sent.contains("99") && !driver.sent.contains("chunked") && !driver.sent.contains("\r\nY"))
    }

    @Test func `random input and answers keep the session sound`() async {
        var random = SplitMix64(seed: 11)
        var limits = HTTPLimits()
        limits.requestLine = 256
        limits.headerBytes = 512
        limits.pipelined = 200
        let corpus = validRequests.map { Array($0.text.utf8) } + smugglingRequests.prefix(3).map { Array($0.text.utf8) }
        for _ in 0..<1_500 {
            var driver = Driver(limits: limits)
            for _ in 0..<12 {
                switch (random.below(8), driver.session.phase) {
                case (0, .handling): driver.respond(.text("x"))
                case (1, .handling): driver.respond(stream)
                case (0...2, .streaming): driver.perform(driver.session.endStream())
                case (6, _) where random.below(6) == 0: driver.perform(driver.session.receiveEnd())
                case (7, _) where random.below(6) == 0: driver.perform(driver.session.drain())
                default:
                    var bytes = corpus[random.below(corpus.count)]
                    if random.below(8) == 0 { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
                    driver.perform(driver.session.receive(bytes.span))
                }
            }
            await Task.yield()
            let finishes = driver.others.count { $0 == "finish" || $0 == "close" }
            #expect(finishes == (driver.session.phase == .closing ? 1 : 0))
        }
    }
}
