import JSON
import Testing

@testable import Tokenization

/// The R1 family's vocabularies against what Hugging Face's `tokenizers` gives for the same texts.
@Suite struct FamilyTests {
    @Test(arguments: Fixture.families) func `every recorded text has its recorded ids`(family: String) throws {
        let fixture = try Fixture.load(family)
        let tokenizer = try Fixture.tokenizer(fixture["tokenizer"])
        let cases = try #require(fixture["cases"]?.arrayValue)
        #expect(cases.count > 300)
        for entry in cases {
            let text = try #require(entry["text"]?.stringValue)
            let ids = try #require(entry["ids"]?.ids)
            #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
            let plain = entry["plain"]?.ids ?? ids
            #expect(tokenizer.encode(text, allowingSpecialTokens: false) == plain, "\(text.debugDescription)")
        }
    }

    @Test(arguments: Fixture.families) func `recorded ids decode to their recorded text, at once and one by one`(
        family: String
    ) throws {
        let fixture = try Fixture.load(family)
        let tokenizer = try Fixture.tokenizer(fixture["tokenizer"])
        for entry in try #require(fixture["cases"]?.arrayValue) {
            let text = try #require(entry["text"]?.stringValue)
            let ids = try #require(entry["ids"]?.ids)
            for (key, skips) in [("decoded", false), ("skipped", true)] {
                let expected = entry[key]?.stringValue ?? text
                let decoded = tokenizer.decode(ids, skippingSpecialTokens: skips)
                #expect(decoded.isIdentical(to: expected), "\(text.debugDescription)")
                let fed = IncrementalDetokenizer.text(tokenizer, ids, skippingSpecialTokens: skips)
                #expect(fed.isIdentical(to: expected), "\(text.debugDescription)")
            }
        }
    }

    @Test func `deepseek-r1 splits numbers before letters and CJK before both`() throws {
        let tokenizer = try Fixture.family("deepseek-r1")
        let text = "  5"
        #expect(tokenizer.encode(text).count == 2)
        #expect(tokenizer.encode("<｜begin▁of▁sentence｜><think>") == [0, 128798])
        #expect(tokenizer.vocabularySize == 128_815)
        #expect(tokenizer.isSpecial(0))
        #expect(!tokenizer.isSpecial(128_798))
    }
}
