import Engine
import Testing

struct StopStringFilterTests {
    private func run(
        _ stops: [String], _ pieces: [String], includesStop: Bool = false
    ) -> (text: String, matched: String?) {
        var filter = StopStringFilter(StopStrings(stops), includesStop: includesStop)
        var text = ""
        for piece in pieces {
            let (emit, stopped) = filter.append(piece)
            text += emit
            if stopped { return (text, filter.matched) }
        }
        return (text + filter.finish(), nil)
    }

    @Test func `text before a stop string comes through, nothing of it and after it`() {
        let (text, matched) = run(["END"], ["one E", "ND two"])
        #expect(text == "one ")
        #expect(matched == "END")
    }

    @Test func `the stop string can be let through too`() {
        #expect(run(["END"], ["one E", "ND two"], includesStop: true).text == "one END")
    }

    @Test func `a beginning that comes to nothing is let through`() {
        var filter = StopStringFilter(StopStrings(["END"]))
        #expect(filter.append("E").emit == "")
        #expect(filter.append("N").emit == "")
        #expect(filter.append("EN").emit == "EN")
        #expect(filter.append("o").emit == "ENo")
        #expect(filter.finish() == "")
    }

    @Test func `what is held back comes at the end`() {
        #expect(run(["END"], ["the E", "N"]).text == "the EN")
    }

    @Test func `the match that is complete first wins, and the longest of those`() {
        #expect(run(["abcd", "bc"], ["xabcd"]).text == "xa")
        #expect(run(["bc", "abc"], ["xabcd"]).matched == "abc")
        #expect(run(["one", "two"], ["a two one"]).matched == "two")
    }

    @Test func `a stop string that overlaps itself is found`() {
        #expect(run(["aab"], ["a", "a", "a", "b"]).text == "a")
        #expect(run(["\n\n"], ["x\n", "y\n", "\nz"]).text == "x\ny")
    }

    @Test func `characters of several bytes stay whole`() {
        let (text, matched) = run(["日本"], ["a日", "曜日", "本b"])
        #expect(text == "a日曜")
        #expect(matched == "日本")
        // The stop string's first bytes are those of another character too.
        #expect(run(["日"], ["旦", "x"]).text == "旦x")
    }

    @Test func `nothing follows a stop`() {
        var filter = StopStringFilter(StopStrings(["."]))
        _ = filter.append("a.b")
        let (emit, stopped) = filter.append("c")
        #expect(emit == "" && stopped)
        #expect(filter.finish() == "")
    }

    @Test func `without stop strings text passes at once`() {
        #expect(run([], ["a", "b"]).text == "ab")
        #expect(run([""], ["a", "b"]).text == "ab")
    }

    @Test(arguments: 0..<300) func `any cut of the text gives the same as searching it whole`(seed: Int) {
        var source = RequestSource(seed: UInt64(seed))
        let alphabet = ["a", "b", "é", "日"]
        let word = { (source: inout RequestSource, length: Int) in
            (0..<length).map { _ in alphabet[source.next(alphabet.count)] }.joined()
        }
        let stops = (0..<1 + source.next(3)).map { _ in word(&source, 1 + source.next(4)) }
        let text = word(&source, 30)
        var pieces: [String] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            let piece = rest.prefix(1 + source.next(4))
            pieces.append(String(piece))
            rest = rest.dropFirst(piece.count)
        }
        // The definition: the shortest beginning of the text that ends in a stop string; the longest such string.
        var expected = text
        search: for end in 0...text.count {
            let beginning = text.prefix(end)
            let matches = stops.filter { beginning.hasSuffix($0) }
            guard let longest = matches.map(\.count).max() else { continue }
            expected = String(beginning.dropLast(longest))
            break search
        }
        #expect(run(stops, pieces).text == expected)
    }

    @Test func `a hundred thousand beginnings take linear time`() {
        let stop = String(repeating: "a", count: 500) + "b"
        var filter = StopStringFilter(StopStrings([stop]))
        var length = 0
        for _ in 0..<1000 { length += filter.append(String(repeating: "a", count: 100)).emit.utf8.count }
        #expect(length == 100_000 - 500)
    }
}
