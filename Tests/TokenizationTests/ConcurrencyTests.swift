import JSON
import Testing

@testable import Tokenization

@Suite struct ConcurrencyTests {
    @Test func `many tasks use one tokenizer at once`() async throws {
        let fixture = try Fixture.load("r1-distill-qwen")
        let tokenizer = try Fixture.tokenizer(fixture["tokenizer"])
        let texts = (fixture["cases"]?.elements ?? []).compactMap { $0["text"]?.stringValue }
        let expected = texts.map { tokenizer.encode($0) }
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    texts.indices.allSatisfy { index in
                        let place = (index + 7 * task) % texts.count
                        return tokenizer.encode(texts[place]) == expected[place]
                    }
                }
            }
            for await isEqual in group { #expect(isEqual) }
        }
    }
}
