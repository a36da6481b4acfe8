@testable import HTTP

/// HTTP/1.1 and event streams: however an input is cut, the same comes out.
enum HTTP1Fuzzing {
    private static let limits = {
        var limits = HTTPLimits()
        limits.requestLine = 200
        limits.headerBytes = 400
        limits.headerCount = 8
        limits.body = 500
        limits.chunkLine = 30
        limits.pipelined = 60
        return limits
    }()

    static func readRequests(_ input: [UInt8]) {
        Splits.agree(input, requests)
        Splits.agree(input, exchanges)
    }

    /// What the parser makes of the pieces.
    private static func requests(_ pieces: [ArraySlice<UInt8>]) -> [String] {
        var parser = HTTP1RequestParser(limits: limits)
        var events: [String] = []
        var body: [UInt8] = []
        do throws(HTTPProtocolError) {
            for piece in pieces {
                parser.receive(Array(piece).span)
                while let event = try parser.next() {
                    switch event {
                    case .head(let head):
                        let fields = head.request.headers.map { "\($0.name): \($0.value)" }
                        events.append("\(head.request.method) \(head.request.path) \(head.framing) \(fields)")
                    case .body(let bytes): body += bytes
                    case .end:
                        precondition(body.count <= limits.body)
                        events.append("\(body)")
                        body = []
                    }
                }
                precondition(parser.buffered <= limits.headerBytes + limits.requestLine + 2)
            }
        } catch {
            events.append("\(error)")
        }
        return events
    }

    /// The requests that a session hands on when it gets every answer at once.
    private static func exchanges(_ pieces: [ArraySlice<UInt8>]) -> [String] {
        var session = HTTP1ServerSession(limits: limits) { HTTPResponse.text($0.message, status: $0.status) }
        var requests: [String] = []
        for piece in pieces {
            var actions = session.receive(Array(piece).span)
            while !actions.isEmpty {
                guard case .handle(let request) = actions.removeFirst() else { continue }
                requests.append("\(request.method) \(request.path) \(request.body)")
                let headers: HTTPHeaders = ["X-Path": request.path]
                let (next, streams) = session.respond(HTTPResponse(headers: headers, body: .stream { _ in }))
                actions += next
                guard streams else { continue }
                precondition(request.body.isEmpty || session.encode(request.body) != nil)
                actions += session.endStream()
            }
        }
        return requests + ["\(session.phase)"]
    }

    static func readResponses(_ input: [UInt8]) {
        Splits.agree(input) { pieces in
            var parser = HTTP1ResponseParser(limits: limits)
            parser.expectResponse(to: input.first == UInt8(ascii: "h") ? "HEAD" : "GET")
            var events: [String] = []
            var body: [UInt8] = []
            func take(_ event: HTTP1ResponseParser.Event) {
                switch event {
                case .head(let head): events.append("\(head.status) \(head.keepsAlive) \(head.headers.count)")
                case .body(let bytes): body += bytes
                case .end: events.append("\(body)")
                }
            }
            do throws(HTTPProtocolError) {
                for piece in pieces {
                    parser.receive(Array(piece).span)
                    while let event = try parser.next() { take(event) }
                }
                take(try parser.receiveEnd())
            } catch {
                events.append("\(error)")
            }
            return events
        }
    }

    static func readEvents(_ input: [UInt8]) {
        Splits.agree(input) { pieces in
            var parser = ServerSentEventParser()
            return pieces.flatMap { parser.append($0) }
        }
    }
}
