import JSON
import Testing

@testable import Tokenization

/// Small tokenizers of every supported component against what Hugging Face's `tokenizers` gives.
@Suite struct ComponentTests {
    private static func forEachCase(_ body: (Tokenizer, JSONValue, Comment) throws -> Void) throws {
        let fixture = try Fixture.load("components")
        let vocabularies = try #require(fixture["vocabularies"]?.arrayValue)
        let entries = try #require(fixture["tokenizers"]?.arrayValue)
        #expect(entries.count > 140)
        for entry in entries {
            var root = try #require(entry["tokenizer"]?.objectValue)
            var model = try #require(root["model"]?.objectValue)
            model["vocab"] = vocabularies[try #require(model["vocab"]?.intValue)]
            root["model"] = .object(model)
            let tokenizer = try Fixture.tokenizer(.object(root))
            let name = entry["name"]?.stringValue ?? ""
            for recorded in entry["cases"]?.elements ?? [] {
                let text = recorded["text"]?.stringValue?.debugDescription ?? ""
                try body(tokenizer, recorded, "\(name): \(text)")
            }
        }
    }

    @Test func `components encode as recorded`() throws {
        try Self.forEachCase { tokenizer, recorded, comment in
            let text = try #require(recorded["text"]?.stringValue)
            let ids = try #require(recorded["ids"]?.ids)
            #expect(tokenizer.encode(text) == ids, comment)
            if let plain = recorded["plain"]?.ids {
                #expect(tokenizer.encode(text, allowingSpecialTokens: false) == plain, comment)
            }
            if let surrounded = recorded["surrounded"]?.ids {
                #expect(tokenizer.encodeWithSpecialTokens(text) == surrounded, comment)
            }
        }
    }

    @Test func `components decode as recorded, at once and one by one`() throws {
        try Self.forEachCase { tokenizer, recorded, comment in
            let ids = try #require((recorded["other"] ?? recorded["ids"])?.ids)
            for (key, skips) in [("decoded", false), ("skipped", true)] {
                let expected = try #require(recorded[key]?.stringValue)
                #expect(tokenizer.decode(ids, skippingSpecialTokens: skips).isIdentical(to: expected), comment)
                let fed = IncrementalDetokenizer.text(tokenizer, ids, skippingSpecialTokens: skips)
                #expect(fed.isIdentical(to: expected), comment)
            }
        }
    }
}
