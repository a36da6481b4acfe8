import Checkpoints
import JSON
import OpenAI
import Testing

@testable import Service

struct SamplingDefaultsTests {
    private func defaults(_ generationConfig: JSONValue) throws -> SamplingDefaults {
        SamplingDefaults(try GenerationDefaults(generationConfig))
    }

    @Test func `generation_config gives defaults`() throws {
        let r1 = try defaults(["do_sample": true, "temperature": 0.6, "top_p": 0.95])
        #expect(r1.temperature == 0.6)
        #expect(r1.topP == 0.95)
        #expect(r1.topK == 0)
        let other = try defaults(["top_k": 20, "repetition_penalty": 1.05, "max_new_tokens": 2048, "min_p": 0.1])
        #expect(other.topK == 20)
        #expect(other.repetitionPenalty == 1.05)
        #expect(other.maxTokens == 2048)
        #expect(other.minP == 0.1)
    }

    @Test func `a checkpoint that does not sample is greedy`() throws {
        #expect(try defaults(["do_sample": false, "temperature": 0.6]).temperature == 0)
    }

    @Test func `a silent file leaves OpenAI's defaults`() throws {
        #expect(try defaults([:]) == .openAI)
    }
}
