import JSON
import Testing

@testable import Tokenization

/// The families' vocabularies as GGUF files list them.
@Suite struct ListingTests {
    private static let families = [
        ("deepseek-r1", "deepseek-v3"), ("r1-distill-qwen", "deepseek-r1-qwen"), ("r1-distill-qwen", "qwen2"),
        ("r1-distill-llama", "llama-bpe"),
    ]

    private typealias Listing = VocabularyListing<[ArraySlice<UInt8>]>

    /// A tokenizer.json as llama.cpp's converter lists it: gaps are padded, added tokens that look special are control
    /// tokens.
    private static func listing(_ json: JSONValue, splitting: String) throws -> Listing {
        let added = try #require(json["added_tokens"]?.arrayValue)
        var texts: [Int: (text: String, type: Int)] = [:]
        for (text, id) in try #require(json["model"]?["vocab"]?.objectValue) { texts[id.intValue ?? -1] = (text, 1) }
        for token in added {
            let text = try #require(token["content"]?.stringValue)
            let looksSpecial =
                (text.hasPrefix("<｜") && text.hasSuffix("｜>")) || (text.hasPrefix("<|") && text.hasSuffix("|>"))
            let isControl = token["special"]?.boolValue == true || looksSpecial
            texts[token["id"]?.intValue ?? -1] = (text, isControl ? 3 : 4)
        }
        let count = try #require(texts.keys.max()) + 10
        let merges = try #require(json["model"]?["merges"]?.arrayValue).map { merge in
            merge.stringValue ?? merge.elements.compactMap(\.stringValue).joined(separator: " ")
        }
        return Listing(
            file: "model.gguf", splitting: splitting,
            tokens: (0..<count).map { Array((texts[$0]?.text ?? "[PAD\($0)]").utf8)[...] },
            types: (0..<count).map { texts[$0]?.type ?? 5 }, merges: merges.map { Array($0.utf8)[...] })
    }

    @Test(arguments: families) func `a listed vocabulary encodes and decodes as its tokenizer.json`(
        family: String, splitting: String
    ) throws {
        let fixture = try Fixture.load(family)
        let tokenizer = try Tokenizer(Self.listing(try #require(fixture["tokenizer"]), splitting: splitting))
        let reference = try Fixture.tokenizer(fixture["tokenizer"])
        #expect(tokenizer.vocabularySize == reference.vocabularySize)
        for entry in try #require(fixture["cases"]?.arrayValue) {
            let text = try #require(entry["text"]?.stringValue)
            let ids = try #require(entry["ids"]?.ids)
            #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
            #expect(
                tokenizer.encode(text, allowingSpecialTokens: false) == entry["plain"]?.ids ?? ids,
                "\(text.debugDescription)")
            for (key, skips) in [("decoded", false), ("skipped", true)] {
                let decoded = tokenizer.decode(ids, skippingSpecialTokens: skips)
                #expect(decoded.isIdentical(to: entry[key]?.stringValue ?? text), "\(text.debugDescription)")
            }
        }
        for (id, text) in reference.addedTokens {
            #expect(tokenizer.token(for: id) == text && tokenizer.isSpecial(id) == reference.isSpecial(id), "\(text)")
        }
    }

    @Test(arguments: [
        ("deepseek-r1", "deepseek-v3"), ("r1-distill-qwen", "deepseek-r1-qwen"), ("r1-distill-llama", "llama-bpe"),
        // Its own rules are none of these, but give the same ids with its small vocabulary.
        ("tiny", "deepseek-v3"),
    ])
    func `a tokenizer lists what llama.cpp's converter lists`(family: String, splitting: String) throws {
        let fixture = try Fixture.load(family)
        let tokenizer = try Fixture.tokenizer(fixture["tokenizer"])
        let expected = try Self.listing(try #require(fixture["tokenizer"]), splitting: splitting)
        let listing = try tokenizer.listing(count: expected.tokens.count, chatTemplate: "t")
        #expect(listing.splitting == splitting && listing.chatTemplate == "t")
        #expect(listing.tokens == expected.tokens && listing.types == expected.types)
        #expect(listing.merges == expected.merges)
    }

    @Test func `it lists the tokens around texts`() throws {
        let vocabulary = try #require(Fixture.load("tiny")["tokenizer"])
        let begin = "<｜begin▁of▁sentence｜>"
        for (configuration, expected) in [
            (["bos_token": .string(begin), "add_bos_token": true], [true, false]),
            (["eos_token": .string(begin), "add_eos_token": true], [false, true]),
            (["bos_token": .string(begin)], [false, false]),
        ] as [(JSONValue, [Bool])] {
            let listing = try Fixture.tokenizer(vocabulary, configuration: configuration)
                .listing(count: 512, chatTemplate: nil)
            #expect([listing.addsBegin, listing.addsEnd] == expected)
            #expect(listing.beginToken == (configuration["bos_token"] == nil ? nil : 0))
            #expect(listing.endToken == (configuration["eos_token"] == nil ? nil : 0))
        }
    }

    @Test func `what a GGUF file cannot list is refused`() throws {
        for (changes, message) in [
            (["pre_tokenizer": .null], "is no plain byte-level BPE"),
            (["pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": true]], "splits text by other rules"),
        ] as [(KeyValuePairs<String, JSONValue>, String)] {
            do {
                _ = try Fixture.tokenizer(Fixture.small(changes)).listing(count: 100, chatTemplate: nil)
                Issue.record("nothing was thrown: \(message)")
            } catch {
                #expect("\(error)".contains(message), "\(error)")
            }
        }
    }

    private static func small(_ change: (inout Listing) -> Void = { _ in }) -> Listing {
        var listing = Listing(
            file: "model.gguf", splitting: "llama-bpe",
            tokens: ["a", "b", "ab", "<s>", "[PAD4]"].map { Array($0.utf8)[...] }, types: [1, 1, 1, 3, 5],
            merges: [Array("a b".utf8)[...]])
        change(&listing)
        return listing
    }

    @Test func `the tokens around a text follow the file, or else the family`() throws {
        #expect(try Tokenizer(Self.small { $0.beginToken = 3 }).encodeWithSpecialTokens("ab") == [3, 2])
        #expect(
            try Tokenizer(
                Self.small {
                    $0.beginToken = 3; $0.addsBegin = false
                }
            ).encodeWithSpecialTokens("ab") == [2])
        #expect(
            try Tokenizer(
                Self.small {
                    $0.endToken = 3; $0.addsEnd = true
                }
            ).encodeWithSpecialTokens("ab") == [2, 3])
        let tokenizer = try Tokenizer(
            Self.small {
                $0.chatTemplate = "t"; $0.padToken = 3
            })
        #expect(tokenizer.chatTemplate == "t" && tokenizer.padToken?.text == "<s>" && tokenizer.token(for: 4) == nil)
    }

    @Test func `what is wrong is named`() {
        let cases: [(String, (inout Listing) -> Void)] = [
            ("pre: the rules \"gpt-4o\" are not supported; supported: deepseek-v3,", { $0.splitting = "gpt-4o" }),
            ("token 1 is of the kind 7", { $0.types[1] = 7 }),
            ("has 4 elements for 5 tokens", { $0.types.removeLast() }),
            ("token 1 is empty", { $0.tokens[1] = [] }),
            ("token 0 is not valid UTF-8", { $0.tokens[0] = [0xFF] }),
            ("token 1, \"a\", is there twice", { $0.tokens[1] = $0.tokens[0] }),
            ("merge 0 is not \"left right\"", { $0.merges[0] = Array("ab".utf8)[...] }),
            ("merge 0, \"a c\", has a part", { $0.merges[0] = Array("a c".utf8)[...] }),
            ("bos_token_id: is 5, but there are 5 tokens", { $0.beginToken = 5 }),
        ]
        for (message, change) in cases {
            do {
                _ = try Tokenizer(Self.small(change))
                Issue.record("nothing was thrown: \(message)")
            } catch {
                #expect("\(error)".contains(message) && "\(error)".hasPrefix("model.gguf: tokenizer.ggml."))
            }
        }
    }
}
