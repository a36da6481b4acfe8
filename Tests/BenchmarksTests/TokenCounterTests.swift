import Testing

@testable import Benchmarks

struct TokenCounterTests {
    private static let stream = """
        data: {"choices":[{"index":0,"text":"\\"token_ids\\":[1,2]","token_ids":[5]}],"prompt_token_ids":[1,2,3]}

        data: {"choices":[{"text":"x","token_ids": [12, 345, 6]}]}

        data: {"choices":[{"text":"","token_ids":[]}],"usage":{"token_ids":null}}

        data: {"a":""token_ids":[7]}

        """

    @Test(arguments: [1, 2, 7, 1000])
    func `the elements of each list of token ids are counted, however the stream is cut`(size: Int) {
        var counter = TokenCounter()
        var counts: [Int] = []
        let bytes = Array(Self.stream.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            counter.append(bytes[start..<min(start + size, bytes.count)]) { counts.append($0) }
        }
        #expect(counts == [1, 3, 1])
    }
}
