import Checkpoints
import Testing

struct BuiltinCheckpointTests {
    @Test func `the built-in model opens and has every tensor that its configuration asks for`() throws {
        let checkpoint = try Checkpoint.builtin()
        let configuration = try checkpoint.configuration()
        let plan = TensorPlan(configuration)
        try plan.check(checkpoint.tensors)
        #expect(checkpoint.isBuiltin)
        #expect(configuration.architecture == .deepseekV3)
        #expect(plan.hasNextTokenLayers(in: checkpoint.tensors))
        #expect(checkpoint.chatTemplate?.contains("<think>") == true)
        #expect(configuration.endTokens == [1])
        #expect(try checkpoint.generationDefaults().temperature == 0.6)
    }
}
