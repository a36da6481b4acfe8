import Sockets
import Testing

@testable import HTTP

/// A session and its client, without a network.
private final class Driver {
    private var session: HTTP2ServerSession
    let peer = HTTP2Peer()
    private(set) var requests: [(stream: Int32, request: HTTPRequest)] = []
    private(set) var closed: [Int32] = []
    private(set) var drained: [Int32] = []
    private var shares: [Int32: RequestMemory.Share] = [:]
    private let configuration: HTTPServerConfiguration
    private let start = ContinuousClock.now
    /// Bytes of output that the network takes.
    var room = Int.max

    init(_ configure: (inout HTTPServerConfiguration) -> Void = { _ in }, begins: Bool = true) {
        var configuration = HTTPServerConfiguration()
        configure(&configuration)
        self.configuration = configuration
        session = HTTP2ServerSession(
            limits: configuration.limits, http2: configuration.http2,
            memory: RequestMemory(limit: configuration.requestMemory), refuse: configuration.refuse,
            errorResponse: { .text($0.message, status: $0.status) })
        if begins { receive(HTTP2Peer.preface) }
    }

    var isOver: Bool { session.isOver }

    func receive(_ frames: HTTP2Frame...) {
        receive(frames.flatMap(\.bytes))
    }

    func receive(_ bytes: [UInt8]) {
        session.receive(bytes.span)
        settle()
    }

    func settle() {
        while true {
            let events = session.takeEvents()
            for event in events {
                switch event {
                case .request(let stream, let request, let memory):
                    requests.append((stream, request))
                    shares[stream] = memory
                case .drained(let stream): drained.append(stream)
                case .closed(let stream): closed.append(stream)
                }
            }
            let bytes = room > 0 ? session.output(16 << 10) : []
            room -= bytes.count
            peer.receive(bytes)
            if events.isEmpty, bytes.isEmpty { return }
        }
    }

    @discardableResult
    func respond(_ stream: Int32, _ response: HTTPResponse) -> Bool {
        shares[stream] = nil
        let streams = session.respond(stream, response)
        settle()
        return streams
    }

    @discardableResult
    func write(_ stream: Int32, _ count: Int) -> Bool {
        let isTaken = session.write(stream, [UInt8](repeating: 120, count: count))
        settle()
        return isTaken
    }

    func trail(_ stream: Int32, _ fields: HTTPHeaders) {
        session.trail(stream, fields)
    }

    func endStream(_ stream: Int32) {
        session.endStream(stream)
        settle()
    }

    func waiting(_ stream: Int32) -> Int { session.waiting(stream) }

    func tick(_ seconds: Double) {
        session.tick(start + .seconds(seconds), configuration)
        settle()
    }

    func drain() {
        session.drain()
        settle()
    }
}

private let stream = HTTPResponse(body: .stream { _ in })
private let calm: UInt32 = 11

@Suite struct HTTP2ServerSessionTests {
    @Test(arguments: [1, 2, 3, 10, 1_000])
    func `requests come through in pieces of any size`(_ piece: Int) {
        let driver = Driver(begins: false)
        let input =
            HTTP2Peer.preface + HTTP2Frame.request(1, "GET", "/a%20b?c=d", more: [("x-name", "value")]).bytes
            + HTTP2Frame.request(3, "POST", "/", ends: false).bytes
            + HTTP2Frame.data(3, Array("hello ".utf8)).bytes + HTTP2Frame.data(3, Array("world".utf8), ends: true).bytes
        for start in stride(from: 0, to: input.count, by: piece) {
            driver.receive(Array(input[start..<min(input.count, start + piece)]))
        }
        #expect(driver.requests.map(\.stream) == [1, 3])
        let (first, second) = (driver.requests[0].request, driver.requests[1].request)
        #expect(first.path == "/a%20b" && first.query == "c=d" && first.version == .http2)
        #expect(first.headers["Host"] == "a" && first.headers["X-Name"] == "value")
        #expect(second.method == "POST" && second.body == Array("hello world".utf8))
        driver.respond(3, .text("three"))
        driver.respond(1, .text("one"))
        #expect(driver.peer.status(1) == "200" && driver.peer.text(1) == "one" && driver.peer.text(3) == "three")
        #expect(driver.peer.value("content-length", 3) == "5" && driver.peer.value("date", 3) != nil)
        #expect(driver.peer.ended == [1, 3] && driver.closed == [3, 1])
    }

    @Test func `requests get the same answers wherever their bytes are cut`() {
        let block = HTTP2Frame.block([
            (":method", "POST"), (":scheme", "https"), (":path", "/5"), (":authority", "a"), ("x-name", "value"),
        ])
        let frames = [
            HTTP2Frame.request(1, "GET", "/1"), HTTP2Frame(.ping, [0, 1, 2, 3, 4, 5, 6, 7]),
            HTTP2Frame.request(3, "POST", "/3", ends: false), HTTP2Frame.data(3, Array("hello ".utf8)),
            HTTP2Frame(.headers, stream: 5, Array(block.prefix(30))),
            HTTP2Frame(.continuation, flags: HTTP2Frame.endHeaders, stream: 5, Array(block.dropFirst(30))),
            HTTP2Frame.data(3, Array("world".utf8), ends: true), HTTP2Frame.data(5, [65], ends: true),
            HTTP2Frame(.windowUpdate, HTTP2Frame.big(1_000)), HTTP2Frame.request(7, "GET", "/7", ends: false),
            HTTP2Frame(.reset, stream: 7, HTTP2Frame.big(8)),
        ]
        let input = HTTP2Peer.preface + frames.flatMap(\.bytes)
        func outcome(_ pieces: [ArraySlice<UInt8>]) -> [String] {
            let driver = Driver(begins: false)
            for piece in pieces { driver.receive(Array(piece)) }
            let requests = driver.requests
            for (id, request) in requests {
                driver.respond(id, HTTPResponse(headers: ["x-path": request.path], body: .bytes(request.body)))
            }
            let answers = requests.map { id, _ in
                let id = UInt32(id)
                return "\(id) \(driver.peer.value("x-path", id) ?? "") \(driver.peer.text(id))"
            }
            return answers + ["\(driver.closed) \(driver.peer.frames(.ping).map(\.payload)) \(driver.isOver)"]
        }
        let expected = outcome([input[...]])
        #expect(
            expected == [
                "1 /1 ", "3 /3 hello world", "5 /5 A", "[7, 1, 3, 5] [[0, 1, 2, 3, 4, 5, 6, 7]] false",
            ])
        for cut in 0...input.count {
            #expect(outcome([input[..<cut], input[cut...]]) == expected, "split at \(cut)")
        }
        // In single bytes nghttp2 takes the nine of a CONTINUATION's head for nine such frames, one more than it allows.
        let pieces = stride(from: 0, to: input.count, by: 3).map { input[$0..<min($0 + 3, input.count)] }
        #expect(outcome(pieces) == expected)
    }

    @Test func `the header fields of all open streams together have a limit`() {
        let driver = Driver { $0.http2.headerBytes = 5_000 }
        let large = [("x-large", String(repeating: "x", count: 2_000))]
        driver.receive(.request(1, more: large), .request(3, more: large), .request(5, more: large))
        driver.receive(.request(7))
        #expect(driver.requests.map(\.stream) == [1, 3, 7])
        #expect(driver.peer.status(5) == "431" && driver.closed == [5])
        driver.respond(1, .text(""))
        driver.receive(.request(9, more: large))
        #expect(driver.requests.map(\.stream) == [1, 3, 7, 9])
    }

    @Test func `heads and bodies share one memory, whose want is answered with 503, and which comes back`() {
        let driver = Driver { $0.requestMemory = 40_000 }
        let large = [("x-large", String(repeating: "x", count: 12_000))]
        let body = HTTP2Frame.data(3, [UInt8](repeating: 65, count: 14_000), ends: true)
        driver.receive(.request(1, more: large), .request(3, "POST", ends: false), body)
        driver.receive(.request(5, more: large))
        #expect(driver.requests.map(\.stream) == [1, 3] && driver.peer.status(5) == "503")
        driver.receive(.request(7, "POST", ends: false), .data(7, [UInt8](repeating: 65, count: 14_000), ends: true))
        #expect(driver.requests.map(\.stream) == [1, 3] && driver.peer.status(7) == "503")
        driver.respond(3, .text(""))
        driver.receive(.request(9, more: large))
        #expect(driver.requests.map(\.stream) == [1, 3, 9])
        driver.receive(.request(11, more: large))
        #expect(driver.peer.status(11) == "503")
        driver.receive(HTTP2Frame(.reset, stream: 1, HTTP2Frame.big(8)))
        driver.receive(.request(13, more: large))
        #expect(driver.requests.map(\.stream) == [1, 3, 9, 13])
    }

    @Test func `requests beyond the streams of a client that never learned their number are counted`() {
        let driver = Driver { $0.http2.streams = 2 }
        driver.room = 0
        for id in stride(from: UInt32(1), to: 10_001, by: 2) { driver.receive(.request(id)) }
        driver.room = .max
        driver.settle()
        #expect(driver.peer.frames(.goAway).last?.error == calm && driver.isOver)
    }

    @Test func `a stream's pieces leave at once, and its end ends it`() {
        let driver = Driver()
        driver.receive(.request(1))
        #expect(driver.respond(1, .events { _ in }))
        #expect(driver.peer.value("content-type", 1)?.hasPrefix("text/event-stream") == true)
        for count in 1...3 {
            driver.write(1, 10)
            #expect(driver.peer.frames(.data).count == count && driver.peer.ended.isEmpty)
        }
        driver.endStream(1)
        #expect(driver.peer.ended == [1] && driver.peer.text(1).utf8.count == 30)
        #expect(!driver.write(1, 1))
    }

    @Test func `trailers follow a stream for clients that take them`() {
        let driver = Driver()
        driver.receive(.request(1, more: [("te", "trailers")]), .request(3))
        for id: Int32 in [1, 3] {
            driver.respond(id, .events { _ in })
            driver.write(id, 10)
            driver.trail(id, ["Server-Timing": "decode;dur=1"])
            driver.endStream(id)
        }
        #expect(driver.peer.ended == [1, 3] && driver.closed == [1, 3])
        #expect(driver.peer.text(1).utf8.count == 10 && driver.peer.text(3).utf8.count == 10)
        #expect(driver.peer.value("server-timing", 1) == "decode;dur=1")
        #expect(driver.peer.value("server-timing", 3) == nil)
    }

    @Test func `HEAD and 204 have no body, and fields of one connection are left out`() {
        let driver = Driver()
        driver.receive(.request(1, "HEAD"), .request(3), .request(5, "HEAD"))
        driver.respond(1, .text("four"))
        driver.respond(3, HTTPResponse(status: 204, headers: ["Connection": "close", "X-Evil": "a\r\nb: c"]))
        #expect(!driver.respond(5, stream))
        #expect(driver.peer.frames(.data).isEmpty && driver.peer.ended == [1, 3, 5])
        #expect(driver.peer.value("content-length", 1) == "4")
        #expect(driver.peer.value("connection", 3) == nil && driver.peer.value("x-evil", 3) == "a  b: c")
    }

    @Test func `a slow reader's window stops its own stream alone`() {
        let driver = Driver()
        driver.receive(.request(1), .request(3))
        driver.respond(1, stream)
        driver.respond(3, stream)
        driver.write(1, 100_000)
        #expect(driver.peer.bodies[1]?.count == 65_535 && driver.waiting(1) == 100_000 - 65_535)
        // The connection's window is its own; the client gives room to it, and none to stream 1.
        driver.receive(HTTP2Frame(.windowUpdate, HTTP2Frame.big(1 << 20)))
        driver.write(3, 1_000)
        #expect(driver.peer.bodies[3]?.count == 1_000 && driver.waiting(3) == 0)
        #expect(driver.peer.bodies[1]?.count == 65_535)
        driver.receive(HTTP2Frame(.windowUpdate, stream: 1, HTTP2Frame.big(1 << 20)))
        #expect(driver.peer.bodies[1]?.count == 100_000 && driver.drained == [1])
    }

    @Test func `a stream whose client gives no window is dropped after the stall time`() {
        let driver = Driver { $0.transport.stallTime = .seconds(2) }
        driver.receive(.request(1), .request(3))
        driver.respond(1, stream)
        driver.respond(3, stream)
        driver.receive(HTTP2Frame(.windowUpdate, HTTP2Frame.big(1 << 20)))
        driver.write(1, 100_000)
        for second in stride(from: 0.0, through: 1.8, by: 0.2) { driver.tick(second) }
        #expect(driver.closed.isEmpty)
        for second in stride(from: 2.0, through: 2.4, by: 0.2) { driver.tick(second) }
        #expect(driver.closed == [1] && driver.peer.frames(.reset).map(\.error) == [8])
        #expect(!driver.write(1, 1) && driver.write(3, 1) && !driver.isOver)
    }

    @Test func `a stream whose client gives no room for its end is dropped after the stall time`() {
        let driver = Driver { $0.transport.stallTime = .seconds(2) }
        driver.receive(.request(1))
        driver.respond(1, stream)
        driver.write(1, 65_535)
        driver.tick(0)
        driver.tick(10)
        #expect(driver.waiting(1) == 0 && driver.closed.isEmpty, "the handler is busy")
        driver.endStream(1)
        for second in stride(from: 10.2, through: 12.0, by: 0.2) { driver.tick(second) }
        #expect(driver.peer.ended.isEmpty && driver.closed.isEmpty)
        for second in stride(from: 12.2, through: 12.6, by: 0.2) { driver.tick(second) }
        #expect(driver.closed == [1])
    }

    @Test func `an answer that took long has the whole stall time to be read`() {
        let driver = Driver { $0.transport.stallTime = .seconds(2) }
        driver.receive(.request(1))
        driver.tick(0)
        driver.tick(10)
        driver.respond(1, .text(String(repeating: "x", count: 100_000)))
        driver.tick(10.2)
        #expect(driver.closed.isEmpty && driver.waiting(1) > 0)
        driver.receive(HTTP2Frame(.windowUpdate, HTTP2Frame.big(50_000)))
        driver.receive(HTTP2Frame(.windowUpdate, stream: 1, HTTP2Frame.big(50_000)))
        #expect(driver.peer.ended == [1] && driver.peer.bodies[1]?.count == 100_000)
    }

    @Test func `uploads get room as they are taken`() {
        let driver = Driver()
        driver.receive(.request(1, "POST", ends: false))
        for _ in 0..<200 { driver.receive(.data(1, [UInt8](repeating: 1, count: 16_384))) }
        driver.receive(.data(1, [], ends: true))
        #expect(driver.requests.first?.request.body.count == 200 * 16_384)
        #expect(!driver.peer.frames(.windowUpdate).filter { $0.stream == 1 }.isEmpty)
        #expect(driver.peer.frames(.windowUpdate).filter { $0.stream == 0 }.count > 1)
    }

    @Test(arguments: [true, false])
    func `uploads that come to nothing leave the connection its room`(_ areBrokenOff: Bool) {
        let driver = Driver {
            $0.http2.connectionWindow = 128 << 10
            // Else there is memory for the heads alone.
            if !areBrokenOff { $0.requestMemory = 12 << 10 }
        }
        for id in stride(from: UInt32(1), to: 60, by: 2) {
            let upload = [HTTP2Frame.request(id, "POST", ends: false), .data(id, [UInt8](repeating: 1, count: 16_384))]
            let reset = areBrokenOff ? [HTTP2Frame(.reset, stream: id, HTTP2Frame.big(8))] : []
            driver.receive((upload + reset).flatMap(\.bytes))
        }
        #expect(driver.peer.frames(.goAway).isEmpty && driver.closed.count == 30)
    }

    @Test(arguments: [true, false])
    func `a body beyond the limit is refused, announced or not`(_ isAnnounced: Bool) {
        let driver = Driver { $0.limits.body = 10 }
        driver.receive(.request(1, "POST", more: isAnnounced ? [("content-length", "20")] : [], ends: false))
        driver.receive(.data(1, [UInt8](repeating: 1, count: 11)))
        #expect(driver.peer.status(1) == "413" && driver.requests.isEmpty)
        #expect(driver.peer.frames(.reset).map(\.error) == [0], "the rest of the body is not wanted")
        driver.receive(.request(3))
        #expect(driver.requests.map(\.stream) == [3])
    }

    @Test func `100 Continue is sent where it is expected`() {
        let driver = Driver()
        driver.receive(.request(1, "POST", more: [("expect", "100-continue")], ends: false))
        #expect(driver.peer.status(1) == "100")
        driver.receive(.data(1, [65], ends: true))
        driver.respond(1, .text("ok"))
        #expect(driver.peer.status(1) == "200")
        driver.receive(.request(3, "POST", more: [("expect", "tea")], ends: false))
        #expect(driver.peer.status(3) == "417")
    }

    @Test func `a request may be refused before its body is read`() {
        let driver = Driver { $0.refuse = { $0.path == "/no" ? .text("no", status: 401) : nil } }
        driver.receive(.request(1, "POST", "/no", ends: false), .request(3, "POST", "/yes", ends: false))
        driver.receive(.data(3, [1], ends: true), .request(5, "GET", "/no"))
        #expect(driver.peer.status(1) == "401" && driver.peer.frames(.reset).map(\.stream) == [1])
        #expect(driver.requests.map(\.stream) == [3, 5])
    }

    @Test func `heads that no request may have are refused on their stream`() {
        let driver = Driver()
        driver.receive(
            .head(1, [(":method", "GET"), (":scheme", "http"), (":path", "no slash"), (":authority", "a")]),
            .request(3, more: [("host", "b")]), .request(5, more: [("connection", "close")]),
            .head(7, [(":method", "GET"), (":path", "/")]), .request(9, more: [("Upper", "x")]),
            .request(11, more: [("transfer-encoding", "chunked")]),
            .request(13, "POST", more: [("content-length", "5")]))
        #expect(driver.peer.status(3) == "400")
        #expect(Set(driver.peer.frames(.reset).map(\.stream)) == [1, 5, 7, 9, 11, 13])
        #expect(driver.requests.isEmpty && !driver.isOver)
    }

    @Test func `a head beyond the limits is refused, and a bomb ends the connection`() {
        let driver = Driver {
            $0.limits.headerBytes = 4_000
            $0.limits.requestLine = 4_000
        }
        driver.receive(.request(1, more: (0..<20).map { ("x-\($0)", String(repeating: "v", count: 700)) }))
        #expect(driver.peer.status(1) == "431" && !driver.isOver)
        // One entry of the table, named again and again by one byte each.
        let entry: [UInt8] = [0x40, 1, UInt8(ascii: "x"), 127, 0xA1, 0x1E] + [UInt8](repeating: 65, count: 4_000)
        let bomb = HTTP2Frame.block([(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")])
        driver.receive(
            HTTP2Frame(
                .headers, flags: 5, stream: 3, bomb + entry + [UInt8](repeating: 0xBE, count: 10_000)))
        #expect(driver.isOver && driver.requests.isEmpty)
        #expect(driver.peer.frames(.goAway).last?.error == calm)
    }

    @Test(arguments: [0, 8] as [UInt32])
    func `streams opened and reset in a row end the connection, and run no handler`(_ code: UInt32) {
        let driver = Driver()
        var flood: [UInt8] = []
        for index in 0..<400 {
            let id = UInt32(index * 2 + 1)
            flood += HTTP2Frame.request(id).bytes + HTTP2Frame(.reset, stream: id, HTTP2Frame.big(code)).bytes
        }
        driver.receive(flood)
        #expect(driver.requests.isEmpty && driver.isOver)
        #expect(driver.peer.frames(.goAway).last?.error == calm)
    }

    @Test func `resets that a client provokes count like its own`() {
        let driver = Driver { $0.http2.resets = Allowance.Rate(burst: 10, perSecond: 1) }
        for index in 0..<20 {
            driver.receive(.request(UInt32(index * 2 + 1), more: [("connection", "close")]))
        }
        #expect(driver.isOver && driver.peer.frames(.goAway).last?.error == calm)
    }

    @Test func `requests that are answered are no resets`() {
        let driver = Driver { $0.http2.resets = Allowance.Rate(burst: 10, perSecond: 1) }
        for index in 0..<20 {
            let id = UInt32(index * 2 + 1)
            driver.receive(.request(id, "POST", ends: index % 2 == 0))
            driver.respond(Int32(id), .text("answer"))
        }
        #expect(!driver.isOver && driver.closed.count == 20)
    }

    @Test func `cancelling now and then is allowed`() {
        let driver = Driver { $0.http2.resets = Allowance.Rate(burst: 10, perSecond: 10) }
        driver.tick(0)
        for index in 0..<100 {
            let id = UInt32(index * 2 + 1)
            driver.receive(.request(id))
            driver.receive(HTTP2Frame(.reset, stream: id, HTTP2Frame.big(8)))
            driver.tick(Double(index + 1) * 0.15)
        }
        #expect(!driver.isOver && driver.closed.count == 100)
    }

    @Test(arguments: [HTTP2Frame.Kind.settings, .ping, .priority, .windowUpdate, .data])
    func `floods of frames without use end the connection`(_ kind: HTTP2Frame.Kind) {
        let driver = Driver { $0.http2.controlFrames = Allowance.Rate(burst: 500, perSecond: 100) }
        driver.receive(.request(1, "POST", ends: false))
        var frame = HTTP2Frame(kind)
        switch kind {
        case .ping: frame.payload = [0, 0, 0, 0, 0, 0, 0, 0]
        case .priority: (frame.stream, frame.payload) = (1, [0, 0, 0, 0, 16])
        case .windowUpdate: frame.payload = HTTP2Frame.big(1)
        case .data: frame.stream = 1
        default: break
        }
        for _ in 0..<600 where !driver.isOver { driver.receive(frame) }
        #expect(driver.isOver)
        // nghttp2 has limits of its own on some of these.
        #expect([1, 7, calm].contains(driver.peer.frames(.goAway).last?.error))
    }

    @Test func `answers nobody reads have an end`() {
        let driver = Driver()
        driver.room = 0
        for _ in 0..<1_500 where !driver.isOver {
            driver.receive(HTTP2Frame(.ping, [0, 0, 0, 0, 0, 0, 0, 0]))
        }
        #expect(driver.isOver)
    }

    @Test func `a head that goes on for ever ends the connection`() {
        let driver = Driver { $0.headTime = .seconds(5) }
        var head = HTTP2Frame.request(1)
        head.flags = HTTP2Frame.endStream
        driver.receive(head)
        driver.tick(0)
        driver.tick(4)
        #expect(!driver.isOver)
        driver.tick(6)
        #expect(driver.isOver)

        let flooded = Driver()
        flooded.receive(head)
        for _ in 0..<100 where !flooded.isOver {
            flooded.receive(HTTP2Frame(.continuation, stream: 1, HTTP2Frame.block([("x", "y")])))
        }
        #expect(flooded.isOver && flooded.requests.isEmpty)
    }

    @Test func `a body that stops arriving is answered with 408, and a silent connection is closed`() {
        let driver = Driver {
            $0.bodyTime = .seconds(2)
            $0.headTime = .seconds(3)
            $0.idleTime = .seconds(9)
        }
        driver.receive(.request(1, "POST", ends: false))
        driver.tick(0)
        driver.tick(1.9)
        driver.receive(.data(1, [UInt8](repeating: 1, count: 1_000)))
        driver.tick(3)
        #expect(driver.peer.status(1) == nil)
        driver.tick(5.1)
        #expect(driver.peer.status(1) == "408" && !driver.isOver)
        driver.tick(5.2)
        driver.tick(8.1)
        #expect(!driver.isOver)
        driver.tick(8.3)
        #expect(driver.isOver && driver.peer.frames(.goAway).last?.error == 0)
    }

    @Test func `a body that drips is answered with 408`() {
        let driver = Driver { $0.bodyTime = .seconds(2) }
        driver.receive(.request(1, "POST", ends: false), .request(3, "POST", ends: false))
        for second in 0..<5 {
            driver.receive(.data(1, [1]), .data(3, [UInt8](repeating: 1, count: 300)))
            driver.tick(Double(second))
        }
        #expect(driver.peer.status(1) == "408" && driver.peer.status(3) == nil)
    }

    @Test func `draining an idle connection ends it`() {
        let driver = Driver()
        driver.receive(.request(1))
        driver.respond(1, .text("one"))
        driver.drain()
        #expect(
            driver.isOver && driver.peer.frames(.goAway).map { $0.payload.prefix(8) } == [[0, 0, 0, 1, 0, 0, 0, 0]])
    }

    @Test func `draining disturbs no stream that runs, and says goodbye after the last one`() {
        let driver = Driver()
        driver.receive(.request(1), .request(3))
        driver.respond(1, stream)
        driver.respond(3, stream)
        driver.drain()
        driver.write(1, 5)
        driver.endStream(1)
        #expect(driver.peer.frames(.goAway).isEmpty && !driver.isOver)
        driver.endStream(3)
        #expect(driver.isOver && driver.peer.ended == [1, 3] && driver.peer.frames(.goAway).last?.error == 0)
    }

    @Test func `draining tells a client that opens another stream that nobody looked at it`() {
        let driver = Driver()
        driver.receive(.request(1))
        driver.respond(1, stream)
        driver.drain()
        driver.receive(.request(3))
        #expect(driver.requests.map(\.stream) == [1])
        #expect(driver.peer.frames(.goAway).map { $0.payload.prefix(8) } == [[0, 0, 0, 1, 0, 0, 0, 0]])
        driver.receive(.request(5))
        driver.endStream(1)
        #expect(driver.isOver && driver.peer.ended == [1] && driver.requests.count == 1)
    }

    @Test func `what is no HTTP/2 ends the session, and random bytes do no harm`() {
        let plain = Driver(begins: false)
        plain.receive(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(plain.isOver)
        var random = SplitMix64(seed: 5)
        let valid =
            HTTP2Frame.request(1, "POST", ends: false).bytes + HTTP2Frame.data(1, [1, 2, 3], ends: true).bytes
            + HTTP2Frame(.ping, [0, 0, 0, 0, 0, 0, 0, 0]).bytes + HTTP2Frame.request(3).bytes
            + HTTP2Frame(.windowUpdate, HTTP2Frame.big(1_000)).bytes
        for _ in 0..<2_000 {
            let driver = Driver()
            var bytes = valid
            for _ in 0...random.below(4) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            driver.receive(Array(bytes.prefix(random.below(bytes.count + 1))))
            for (stream, _) in driver.requests { driver.respond(stream, .text("x")) }
            driver.tick(Double(random.below(100)))
        }
    }
}

@Suite struct AllowanceTests {
    @Test func `what is spent comes back with time, up to the burst`() {
        var allowance = Allowance(Allowance.Rate(burst: 3, perSecond: 2))
        for _ in 0..<3 { allowance.spend() }
        #expect(!allowance.isExhausted)
        allowance.spend()
        #expect(allowance.isExhausted)
        allowance.refill(.milliseconds(500))
        #expect(!allowance.isExhausted)
        allowance.refill(.seconds(60))
        for _ in 0..<4 { allowance.spend() }
        #expect(allowance.isExhausted)
    }
}
