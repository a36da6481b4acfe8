import HTTP
import Testing

/// What a parser made of its input, for comparison.
struct Outcome: Equatable, CustomStringConvertible {
    var requests: [String] = []
    var error: Int?
    var leftover = 0

    var description: String { "\(requests) error \(error.map(String.init) ?? "none") leftover \(leftover)" }

    static func of(_ pieces: [[UInt8]], limits: HTTPLimits = HTTPLimits()) -> Outcome {
        var parser = HTTP1RequestParser(limits: limits)
        var outcome = Outcome()
        var head: HTTP1RequestHead?
        var body: [UInt8] = []
        do throws(HTTPProtocolError) {
            for piece in pieces {
                parser.receive(piece.span)
                while let event = try parser.next() {
                    switch event {
                    case .head(let next): head = next
                    case .body(let bytes): body += bytes
                    case .end:
                        guard let request = head?.request else { continue }
                        let fields = request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
                        let text = String(decoding: body, as: UTF8.self)
                        outcome.requests.append(
                            "\(request.method) \(request.path) \(request.query ?? "-") [\(fields)] \(text)")
                        body = []
                    }
                }
            }
        } catch {
            outcome.error = error.status
            return outcome
        }
        outcome.leftover = parser.buffered
        return outcome
    }

    static func of(_ text: String, limits: HTTPLimits = HTTPLimits()) -> Outcome {
        of([Array(text.utf8)], limits: limits)
    }
}

/// Requests that are right, with what they say.
let validRequests: [(text: String, meaning: String)] = [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / - [Host=a] "),
    ("GET / HTTP/1.0\r\n\r\n", "GET / - [] "),
    ("\r\n\r\nGET /x?y=1?2 HTTP/1.1\r\nhost:a:80\r\n\r\n", "GET /x y=1?2 [host=a:80] "),
    ("GET http://b:8/x?q HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x q [Host=b:8] "),
    ("GET HTTP://b HTTP/1.1\r\nHost: a\r\n\r\n", "GET / - [Host=b] "),
    ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * - [Host=a] "),
    ("GET / HTTP/1.7\r\nHost: a\r\n\r\n", "GET / - [Host=a] "),
    ("GET / HTTP/1.1\r\nHost: a\r\nEmpty:\r\nSpaced: \t v w\t \r\n\r\n", "GET / - [Host=a,Empty=,Spaced=v w] "),
    ("GET / HTTP/1.1\r\nHost: a\r\nX-Ü: 1\r\n\r\n", ""),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: Ü\r\n\r\n", "GET / - [Host=a,X=Ü] "),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "POST / - [Host=a,Content-Length=5] hello"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "POST / - [Host=a,Content-Length=0] "),
    (
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n00a;x=\"y\"\r\n, world...\r\n0\r\n\r\n",
        "POST / - [Host=a,Transfer-Encoding=Chunked] hello, world..."
    ),
    (
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n",
        "POST / - [Host=a,Transfer-Encoding=chunked] "
    ),
].filter { !$0.1.isEmpty }

/// Requests that are wrong, each with its status.
let invalidRequests: [(text: String, status: Int)] = [
    ("GET /\r\n\r\n", 400),
    ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
    (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET / http/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/11\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ("GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
    ("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /ü HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET http://u@a/x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    ("METHODLONGERTHANANYTHATCOULDEXISTHERE / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    ("GET / HTTP/1.1\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    ("GET / HTTP/1.1\nHost: a\n\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\n\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\u{0}\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\u{7F}\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nNoColon\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nX(y): b\r\n\r\n", 400),
    ("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\nContent-Length: 1\r\n\r\nx", 417),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999999\r\n\r\n", 413),
]

/// Messages whose length two peers could understand differently.
let smugglingRequests: [(text: String, status: Int)] = [
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nhello", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\nhello", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked,\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding:\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{B}chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a\nb\r\nhello\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nBad trailer\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n folded: x\r\n\r\n", 400),
]

@Suite struct HTTP1RequestParserTests {
    @Test(arguments: validRequests.map(\.text))
    func `a valid request means the same however it is split`(_ text: String) async {
        let meaning = validRequests.first { $0.text == text }?.meaning ?? ""
        let bytes = Array(text.utf8)
        let expected = Outcome(requests: [meaning])
        #expect(Outcome.of(text) == expected)
        for cut in 0...bytes.count {
            #expect(Outcome.of([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected, "split at \(cut)")
            await Task.yield()
        }
        #expect(Outcome.of(bytes.map { [$0] }) == expected)
    }

    @Test func `pipelined pairs mean the same however they are split`() async {
        for (index, first) in validRequests.enumerated() {
            for second in [validRequests[index], validRequests[(index * 5 + 3) % validRequests.count]] {
                let bytes = Array((first.text + second.text).utf8)
                let expected = Outcome(requests: [first.meaning, second.meaning])
                for cut in 0...bytes.count {
                    #expect(Outcome.of([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected)
                    // Other tests measure how soon something happens.
                    await Task.yield()
                }
                #expect(Outcome.of(bytes.map { [$0] }) == expected)
            }
        }
    }

    @Test(arguments: (invalidRequests + smugglingRequests).map(\.text))
    func `an invalid or ambiguous request is refused with its status however it is split`(_ text: String) async {
        let status = (invalidRequests + smugglingRequests).first { $0.text == text }?.status
        let expected = Outcome(error: status)
        let bytes = Array(text.utf8)
        #expect(Outcome.of(text) == expected)
        for cut in 0...bytes.count {
            #expect(Outcome.of([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected, "split at \(cut)")
            await Task.yield()
        }
        #expect(Outcome.of(bytes.map { [$0] }) == expected)
    }

    @Test func `limits are exact and answered with their statuses`() {
        var limits = HTTPLimits()
        limits.requestLine = 20
        limits.headerBytes = 30
        limits.headerCount = 2
        limits.body = 4
        limits.chunkLine = 8
        func status(_ text: String) -> Int? { Outcome.of(text, limits: limits).error }
        #expect(status("GET /4567890 HTTP/1.1\r\nHost: a\r\n\r\n") == 414)
        #expect(status("GET /456789 HTTP/1.1\r\nHost: a\r\n\r\n") == nil)
        #expect(status(String(repeating: "A", count: 22)) == 414)
        #expect(status(String(repeating: "A", count: 22) + "\n") == 414)
        #expect(status(String(repeating: "A", count: 21) + "\n") == 400)
        #expect(status("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nY: 2\r\n\r\n") == 431)
        #expect(status("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "v", count: 21))\r\n\r\n") == 431)
        #expect(status("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "v", count: 20))\r\n\r\n") == nil)
        #expect(status("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "v", count: 90))") == 431)
        limits.headerBytes = 200
        #expect(status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd") == nil)
        #expect(status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n") == 413)
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(status(chunked + "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n") == nil)
        #expect(status(chunked + "2\r\nab\r\n3\r\n") == 413)
        #expect(status(chunked + "2;abcdefg\r\n") == 400)
        #expect(status(chunked + "2;abcdef\r\nab\r\n0\r\n\r\n") == nil)
    }

    @Test func `connection persistence follows version and Connection`() throws {
        func head(_ text: String) throws -> HTTP1RequestHead? {
            var parser = HTTP1RequestParser(limits: HTTPLimits())
            parser.receive(Array(text.utf8).span)
            guard case .head(let head) = try parser.next() else { return nil }
            return head
        }
        #expect(try head("GET / HTTP/1.1\r\nHost: a\r\n\r\n")?.keepsAlive == true)
        #expect(try head("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n")?.keepsAlive == false)
        #expect(try head("GET / HTTP/1.0\r\n\r\n")?.keepsAlive == false)
        #expect(try head("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")?.keepsAlive == true)
        #expect(try head("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n")?.keepsAlive == false)
    }

    @Test func `random mutations never trap and never buffer without bound`() async {
        var random = SplitMix64(seed: 7)
        var limits = HTTPLimits()
        limits.requestLine = 256
        limits.headerBytes = 512
        limits.body = 1_024
        let corpus = (validRequests.map(\.text) + invalidRequests.map(\.text) + smugglingRequests.map(\.text)).map {
            Array($0.utf8)
        }
        let spice = Array("\r\n :;,0123456789abcdefGET/HTTP\u{0}\t\"".utf8) + [0xFF, 0x80]
        for _ in 0..<4_000 {
            var bytes = corpus[random.below(corpus.count)]
            if random.below(4) == 0 { bytes += corpus[random.below(corpus.count)] }
            for _ in 0..<random.below(6) where !bytes.isEmpty {
                let index = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[index] = spice[random.below(spice.count)]
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(spice[random.below(spice.count)], at: index)
                default: bytes.insert(contentsOf: bytes[index..<min(index + 9, bytes.count)], at: index)
                }
            }
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = 1 + random.below(40)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let whole = Outcome.of([bytes], limits: limits)
            #expect(whole == Outcome.of(pieces, limits: limits))
            #expect(whole.leftover <= 514)
            await Task.yield()
        }
    }
}

/// A small seeded generator, so that a failure can be repeated.
struct SplitMix64 {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
