import Testing

@testable import HTTP

/// What a parser makes of a response in pieces: its head, body and end, or its error.
private func outcome(_ pieces: [ArraySlice<UInt8>], to method: String, closes: Bool) -> [String] {
    var limits = HTTPLimits()
    limits.headerBytes = 200
    limits.body = 100
    var parser = HTTP1ResponseParser(limits: limits)
    parser.expectResponse(to: method)
    var events: [String] = []
    var body: [UInt8] = []
    func take(_ event: HTTP1ResponseParser.Event) {
        switch event {
        case .head(let head): events.append("\(head.status) \(head.headers.count) \(head.keepsAlive)")
        case .body(let bytes): body += bytes
        case .end:
            events.append(String(decoding: body, as: UTF8.self))
            body = []
        }
    }
    do throws(HTTPProtocolError) {
        for piece in pieces {
            parser.receive(Array(piece).span)
            while let event = try parser.next() { take(event) }
        }
        if closes { take(try parser.receiveEnd()) }
    } catch {
        events.append("error")
    }
    return events
}

private struct Case {
    let text: String
    var method = "GET"
    var closes = false
    let events: [String]
}

private let cases: [String: Case] = [
    "sized": Case(
        text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello", events: ["200 2 true", "hello"]),
    "chunked": Case(
        text: "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nab\r\n01\r\nc\r\n0\r\nX: y\r\n\r\n",
        events: ["200 1 true", "abc"]),
    "until the close": Case(
        text: "HTTP/1.0 200 OK\r\n\r\nall of it", closes: true, events: ["200 0 false", "all of it"]),
    "interim": Case(
        text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103\r\nLink: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        events: ["204 0 true", ""]),
    "to HEAD": Case(
        text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n", method: "HEAD",
        events: ["200 2 false", ""]),
    "two": Case(
        text: "HTTP/1.1 429 Wait\r\nContent-Length: 1\r\n\r\naHTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\nb",
        events: ["429 1 true", "a", "500 1 true", "b"]),
    "cut off": Case(
        text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", closes: true, events: ["200 1 true", "error"]),
    "no status line": Case(text: "HTTP/2 200 OK\r\n\r\n", events: ["error"]),
    "two lengths": Case(
        text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", events: ["error"]),
    "a chunk without an end": Case(
        text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", events: ["200 1 true", "error"]),
    "more than may be": Case(
        text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n", events: ["200 1 true", "error"]),
]

@Suite struct HTTP1ResponseParserTests {
    @Test(arguments: cases.keys.sorted())
    func `a response means the same wherever its bytes are cut`(_ name: String) throws {
        let example = try #require(cases[name])
        let bytes = Array(example.text.utf8)
        for cut in 0...bytes.count {
            let pieces = [bytes[..<cut], bytes[cut...]]
            #expect(
                outcome(pieces, to: example.method, closes: example.closes) == example.events, "split at \(cut)")
        }
        let single = bytes.indices.map { bytes[$0...$0] }
        #expect(outcome(single, to: example.method, closes: example.closes) == example.events)
    }
}
