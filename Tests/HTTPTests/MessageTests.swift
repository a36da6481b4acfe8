import HTTP
import Testing

@Suite struct MessageTests {
    @Test func `headers keep their order and ignore the case of names`() {
        var headers: HTTPHeaders = ["B": "1", "a": "2", "b": "3"]
        #expect(headers["b"] == "1" && headers.values("B") == ["1", "3"])
        headers["b"] = "4"
        #expect(headers.map(\.name) == ["B", "a"] && headers["B"] == "4")
        headers["A"] = nil
        #expect(headers.count == 1 && !headers.contains("a"))
        headers.add("Accept", " X , ,y")
        headers.add("accept", "Z")
        #expect(headers.listElements("ACCEPT") == ["x", "y", "z"])
    }

    @Test(arguments: [
        ("a%20b", "a b"), ("%C3%BC", "ü"), ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("a+b", "a+b"),
        ("%ff", "\u{FFFD}"),
    ])
    func `percent-encoding is decoded, and broken escapes stay`(_ text: String, _ expected: String) {
        #expect(PercentCoding.decode(text) == expected)
    }

    @Test func `encoding and decoding are inverse`() {
        let text = "a/b c?ü&=%+~"
        #expect(PercentCoding.decode(PercentCoding.encode(text)) == text)
        #expect(PercentCoding.encode("a b/~") == "a%20b%2F~")
    }

    @Test func `a query is read as pairs`() {
        let request = HTTPRequest(method: "GET", path: "/", query: "a=1&b=x+y%26z&&c&a=2=3")
        #expect(request.queryItems.map(\.name) == ["a", "b", "c", "a"])
        #expect(request.queryItems.map(\.value) == ["1", "x y&z", "", "2=3"])
        #expect(request.queryValue("a") == "1" && request.queryValue("d") == nil)
    }

    @Test func `events and comments are formatted`() {
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        #expect(text(ServerSentEvents.data("{}")) == "data: {}\n\n")
        #expect(text(ServerSentEvents.data("a\nb\r\nc\r")) == "data: a\ndata: b\ndata: c\ndata: \n\n")
        #expect(text(ServerSentEvents.data("")) == "data: \n\n")
        #expect(text(ServerSentEvents.done) == "data: [DONE]\n\n")
        #expect(text(ServerSentEvents.comment("keep-alive")) == ": keep-alive\n\n")
        #expect(text(ServerSentEvents.event("err\nor", data: [65])) == "event: err or\ndata: A\n\n")
    }

    @Test func `an event stream is read however it is split`() {
        let stream =
            "\u{FEFF}: hello\n\ndata: one\r\n\r\nevent: x\rid: 7\rdata:two\rdata:  three\r\rdata\n\nid: 8\n\nüdata: n\n"
        let bytes = Array((stream + "data: ü\n\ndata: cut").utf8)
        let expected = [
            ServerSentEvent(data: "one"), ServerSentEvent(type: "x", data: "two\n three", id: "7"),
            ServerSentEvent(data: ""), ServerSentEvent(data: "ü"),
        ]
        for cut in 0...bytes.count {
            var parser = ServerSentEventParser()
            #expect(parser.append(bytes[..<cut]) + parser.append(bytes[cut...]) == expected)
        }
        var parser = ServerSentEventParser()
        #expect(bytes.flatMap { parser.append([$0]) } == expected)
    }

    @Test func `what is written is read back`() {
        let texts = ["", "a", "a\nb", "\n\n", "x\u{2028}y", "{\"k\":\"ü\"}"]
        var parser = ServerSentEventParser()
        let events = texts.flatMap { parser.append(ServerSentEvents.data($0) + ServerSentEvents.comment("x")) }
        #expect(events.map(\.data) == texts)
    }
}
