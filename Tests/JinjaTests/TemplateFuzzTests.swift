import FoundationEssentials
import JSON
import Jinja
import Testing

/// Templates put together from pieces of others. FUZZ_SECONDS makes it longer.
struct TemplateFuzzTests {
    private static let rounds =
        ProcessInfo.processInfo.environment["FUZZ_SECONDS"].flatMap(Double.init).map { 50 * $0 } ?? 1000

    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ state >> 29) &* 0x9E37_79B9_7F4A_7C15
        }
    }

    /// Cuts after what ends a word, a tag or an expression, so that pieces fit together now and then.
    private static func pieces(_ source: String) -> [Substring] {
        var pieces: [Substring] = []
        var start = source.startIndex
        for index in source.indices where !source[index].isLetter && !source[index].isNumber {
            let end = source.index(after: index)
            pieces.append(source[start..<end])
            start = end
        }
        return pieces + [source[start...]]
    }

    @Test func `mutated templates end, with an error at worst`() throws {
        let file = try Fixture.json("cases.json")
        var sources = try #require(file["cases"]?.arrayValue).compactMap { $0["template"]?.stringValue }
        for family in ["deepseek-r1", "r1-distill"] { sources.append(try Fixture.text("templates/\(family).jinja")) }
        let words = sources.map(Self.pieces)
        let contexts = try #require(file["contexts"]?.arrayValue).compactMap(\.objectValue)
        let limits = RenderingLimits(steps: 20_000, bytes: 1 << 20, output: 1 << 18)
        var generator = Generator(state: 7)
        var parsed = 0
        var rendered = 0
        for _ in 0..<Int(Self.rounds) {
            var pieces = words.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &generator) where !pieces.isEmpty {
                let place = Int.random(in: pieces.indices, using: &generator)
                let other = words.randomElement(using: &generator)?.randomElement(using: &generator) ?? ""
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: pieces.remove(at: place)
                case 1: pieces.insert(other, at: place)
                case 2: pieces[place] = other
                default: pieces.swapAt(place, Int.random(in: pieces.indices, using: &generator))
                }
            }
            do {
                let template = try Template(pieces.joined())
                parsed += 1
                let text = try template.render(contexts.randomElement(using: &generator) ?? [:], limits: limits)
                rendered += 1
                #expect(text.utf8.count <= limits.output)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
        #expect(parsed > Int(Self.rounds) / 10 && rendered > parsed / 10)
    }
}
