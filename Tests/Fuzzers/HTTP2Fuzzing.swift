@testable import HTTP

/// An HTTP/2 session between a client that sends anything and handlers that answer at once, or late, or in pieces.
enum HTTP2Fuzzing {
    /// Besides what every input costs: an answer's head, for the smallest frame that asks for one.
    private static let outputPerByte = 40

    static func serve(_ input: [UInt8]) {
        for pieces in Splits.all(input) { serve(pieces, count: input.count) }
    }

    private static func serve(_ pieces: [ArraySlice<UInt8>], count: Int) {
        var limits = HTTPLimits()
        limits.headerBytes = 1 << 10
        limits.requestLine = 200
        limits.body = 2_000
        var http2 = HTTP2Limits()
        http2.streams = 8
        http2.streamWindow = 1_000
        http2.connectionWindow = 100_000
        http2.resets = Allowance.Rate(burst: 4, perSecond: 1)
        http2.controlFrames = Allowance.Rate(burst: 40, perSecond: 1)
        var session = HTTP2ServerSession(limits: limits, http2: http2, memory: RequestMemory(limit: 50_000)) {
            HTTPResponse.text($0.message, status: $0.status)
        }
        var late: [Int32] = []
        var sent = 0
        let emptySettings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
        for piece in [(HTTP2Preface.bytes + emptySettings)[...]] + pieces where !session.isOver {
            session.receive(Array(piece).span)
            for event in session.takeEvents() { perform(event, &session, &late) }
            while case let bytes = session.output(4 << 10), !bytes.isEmpty { sent += bytes.count }
            precondition(session.openStreams <= http2.streams + 1)
        }
        precondition(sent <= 2_000 + outputPerByte * count, "\(sent) bytes for \(count)")
    }

    private static func perform(
        _ event: HTTP2ServerSession.Event, _ session: inout HTTP2ServerSession, _ late: inout [Int32]
    ) {
        switch event {
        case .drained, .closed: break
        case .request(let stream, let request, _):
            precondition(request.body.count <= 2_000)
            switch request.path.utf8.count % 3 {
            case 0: _ = session.respond(stream, .text(request.path))
            case 1: late.append(stream)
            default:
                guard session.respond(stream, HTTPResponse(body: .stream { _ in })) else { return }
                _ = session.write(stream, Array("data: [DONE]\n\n".utf8))
                session.endStream(stream)
            }
            if late.count > 2 { session.cutOff(late.removeFirst()) }
        }
    }
}
