import Engine
import Testing

struct EngineConfigurationTests {
    @Test(arguments: [
        "maxBatchedTokens", "maxSequences", "maxPromptLogprobRows", "maxPrefillChunk", "maxWaiting", "maxModelLength",
    ])
    func `an impossible value is named`(field: String) {
        var configuration = EngineConfiguration()
        switch field {
        case "maxBatchedTokens": configuration.maxBatchedTokens = 0
        case "maxSequences": configuration.maxSequences = 0
        case "maxPromptLogprobRows": configuration.maxPromptLogprobRows = 0
        case "maxPrefillChunk": configuration.maxPrefillChunk = 0
        case "maxWaiting": configuration.maxWaiting = -1
        default: configuration.maxModelLength = 1
        }
        let error = #expect(throws: EngineConfigurationError.self) { try configuration.validate(contextLength: 100) }
        #expect(error?.field == field)
    }

    @Test func `a length beyond the model's context is refused with both numbers`() {
        var configuration = EngineConfiguration()
        configuration.maxModelLength = 200
        let error = #expect(throws: EngineConfigurationError.self) {
            try Engine(runner: FakeRunner(contextLength: 100), configuration: configuration)
        }
        #expect(error?.description.contains("200") == true && error?.description.contains("100") == true)
    }

    @Test func `memory is counted in whole blocks`() {
        #expect(EngineConfiguration.blockCount(bytes: 1_000, cacheBytesPerToken: 10, blockSize: 32) == 3)
        #expect(EngineConfiguration.blockCount(bytes: 319, cacheBytesPerToken: 10, blockSize: 32) == 0)
        #expect(EngineConfiguration.blockCount(bytes: -1, cacheBytesPerToken: 10, blockSize: 32) == 0)
    }

    @Test func `fewer rows than sequences bound the sequences`() {
        var configuration = EngineConfiguration()
        configuration.maxBatchedTokens = 7
        let limits = SchedulerLimits(configuration, runner: FakeRunner(blockCount: 4, blockSize: 8))
        #expect(limits.maxSequences == 7)
        #expect(limits.maxLength == 32)
    }
}
