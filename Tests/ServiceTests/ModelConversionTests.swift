import Checkpoints
import FoundationEssentials
import Service
import Testing
import Tokenization

@Suite struct ModelConversionTests {
    @Test func `the built-in model's file has its tokenizer and template`() throws {
        let path = "/tmp/apus-conversion-\(UUID().uuidString).gguf"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var fractions: [Double] = []
        let size = try ModelConversion.write(nil, as: .q8_0, to: path, overwrites: false, threads: 1) {
            fractions.append($0.fraction)
        }
        #expect(size > 1_000_000 && fractions.count > 50 && fractions == fractions.sorted())
        let builtin = try LoadedModel.checkpoint(nil)
        let file = try LoadedModel.checkpoint(path)
        #expect(file.chatTemplate == builtin.chatTemplate && file.chatTemplate != nil)
        #expect(try file.generationDefaults().temperature == builtin.generationDefaults().temperature)
        let before = try LoadedModel.tokenizer(of: builtin, builtin.configuration())
        let after = try LoadedModel.tokenizer(of: file, file.configuration())
        #expect(before.vocabularySize == after.vocabularySize)
        for id in 0..<Int32(before.vocabularySize) {
            #expect(before.token(for: id) == after.token(for: id) && before.isSpecial(id) == after.isSpecial(id))
        }
        let text = "<｜begin▁of▁sentence｜>What is 27 + 58?<think>\n比较 3.14, 是吗？\r\n\t(a) it's</think>"
        #expect(before.encode(text) == after.encode(text))
        #expect(before.encodeWithSpecialTokens(text) == after.encodeWithSpecialTokens(text))
        #expect(
            [before.beginToken?.id, before.endToken?.id, before.padToken?.id]
                == [after.beginToken?.id, after.endToken?.id, after.padToken?.id])
    }
}
