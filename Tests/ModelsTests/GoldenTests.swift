import Models
import Testing

@Suite struct GoldenTests {
    @Test(arguments: Fixture.allCases)
    func `one prefill gives the reference's logits`(fixture: Fixture) throws {
        let goldens = try fixture.goldens()
        let model = try fixture.model()
        let expected = rows(of: try goldens.floats("logits"), columns: model.vocabularySize)
        let run = try ModelRun(model, promptLength: 96)
        let logits = run.run(try goldens.integers("input_ids"), chunk: 96)
        #expect(logits.count == expected.count)
        #expect(largestDifference(logits, expected) < fixture.tolerance)
    }

    @Test(arguments: Fixture.allCases)
    func `generated positions one at a time give the reference's logits`(fixture: Fixture) throws {
        let goldens = try fixture.goldens()
        let model = try fixture.model()
        let expected = rows(of: try goldens.floats("logits"), columns: model.vocabularySize)
        let run = try ModelRun(model, promptLength: 5)
        let logits = run.run(try goldens.integers("input_ids"), chunk: 1)
        #expect(largestDifference(logits, expected) < fixture.tolerance)
    }

    @Test(arguments: Fixture.allCases)
    func `the greedy continuation is the reference's token for token`(fixture: Fixture) throws {
        let goldens = try fixture.goldens()
        let model = try fixture.model()
        let prompt = try goldens.integers("greedy_prompt")
        let run = try ModelRun(model, promptLength: prompt.count)
        var next = argmax(run.advance(prompt[...]).last ?? [])
        var tokens: [Int32] = []
        for _ in 0..<32 {
            tokens.append(next)
            next = argmax(run.advance([next])[0])
        }
        #expect(try tokens == goldens.integers("greedy_tokens"))
    }

    @Test(arguments: [Fixture.qwen2, .llama, .deepseekV3], [1, 513, 1100])
    func `sequences over several key ranges give the reference's logits`(fixture: Fixture, promptLength: Int) throws {
        let goldens = try fixture.goldens()
        let model = try fixture.model()
        let expected = rows(of: try goldens.floats("long_logits"), columns: model.vocabularySize)
        let run = try ModelRun(model, promptLength: promptLength)
        let logits = run.run(try goldens.integers("long_input_ids"), chunk: 1100)
        let wanted = try goldens.integers("long_rows").map { logits[Int($0)] }
        #expect(largestDifference(wanted, expected) < fixture.tolerance)
    }

    /// A rounded key may tip a near tie between two experts, which moves a row's logits by much more than rounding.
    @Test(arguments: Fixture.allCases, [(KeyValueType.bf16, Float(8e-2)), (.f16, 1e-2), (.int8, 8e-2)])
    func `rounded caches stay near the reference`(fixture: Fixture, cache: (KeyValueType, Float)) throws {
        let goldens = try fixture.goldens()
        let model = try fixture.model(keyValueType: cache.0)
        let expected = rows(of: try goldens.floats("logits"), columns: model.vocabularySize)
        let logits = try ModelRun(model, promptLength: 96).run(try goldens.integers("input_ids"), chunk: 96)
        let near = zip(logits, expected).filter { largestDifference([$0], [$1]) < cache.1 }.count
        #expect(near >= (fixture == .qwen2 || fixture == .llama ? 96 : 80))
    }
}
