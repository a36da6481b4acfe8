import Checkpoints
import Compute
import Models
import Testing

@Suite struct BuiltinModelTests {
    /// "17 + 25" in R1's template, and what transformers continues with in float32, token for token.
    @Test func `the built-in model adds step by step`() throws {
        let checkpoint = try Checkpoint.builtin()
        let model = try ModelLoader.load(
            checkpoint, configuration: checkpoint.configuration(),
            options: ModelOptions(processor: Processor(threads: 2)))
        // <|begin|><|User|>What is 17 + 25?<|Assistant|><think>\n
        let prompt: [Int32] = [0, 3, 478, 291, 237, 33, 39, 275, 237, 34, 37, 47, 4, 5, 215]
        // 17 + 25\nOnes: 7 + 5 = 12, write 2, carry 1.\nTens: 1 + 2 + 1 = 4.\nSo 17 + 25 = 42.\n</think>\n\n17 + 25 = 42
        let expected: [Int32] = [
            33, 39, 275, 237, 34, 37, 215, 311, 42, 237, 39, 275, 237, 37, 274, 237, 33, 34, 28, 396, 237, 34, 28,
            397, 237, 33, 30, 215, 315, 42, 237, 33, 275, 237, 34, 275, 237, 33, 274, 237, 36, 30, 215, 290, 237, 33,
            39, 275, 237, 34, 37, 274, 237, 36, 34, 30, 215, 6, 273, 33, 39, 275, 237, 34, 37, 274, 237, 36, 34, 1,
        ]
        let run = try ModelRun(model, promptLength: prompt.count)
        var tokens = [argmax(run.advance(prompt[...]).last ?? [])]
        while tokens.last != 1, tokens.count < 100 {
            tokens.append(argmax(run.advance([tokens[tokens.count - 1]])[0]))
        }
        #expect(tokens == expected)
    }

    @Test func `the MTP module's tensors are kept`() throws {
        let checkpoint = try Checkpoint.builtin()
        let model = try ModelLoader.load(
            checkpoint, configuration: checkpoint.configuration(),
            options: ModelOptions(processor: Processor(threads: 1)))
        let names = (model as? DeepseekV3)?.nextTokenTensors.map(\.name) ?? []
        #expect(names.contains("model.layers.5.eh_proj.weight"))
        #expect(names.allSatisfy { $0.hasPrefix("model.layers.5.") })
    }
}
