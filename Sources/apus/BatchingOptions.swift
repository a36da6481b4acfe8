internal import ArgumentParser
internal import Models
internal import Service

/// Steps and memory of the commands that run many sequences.
struct BatchingOptions: ParsableArguments {
    @Option(help: "Tokens computed per step.")
    var maxNumBatchedTokens = 512

    @Option(help: "Memory for keys and values, such as 4G; a share of what is free unless given.")
    var kvCacheMemory: ByteCount?

    @Option(help: "Storage of keys and values.")
    var kvCacheDtype = KeyValueType.auto

    @Option(help: "Folder that keeps quantised weights as the kernels read them, for a faster next start.")
    var weightCache: String?

    func validate() throws {
        try require(maxNumBatchedTokens, in: 1...1_048_576, "--max-num-batched-tokens")
    }

    func apply(to configuration: inout ServerConfiguration) {
        configuration.maxBatchedTokens = maxNumBatchedTokens
        configuration.cacheMemory = kvCacheMemory?.bytes
        configuration.cacheType = kvCacheDtype
        configuration.weightCache = weightCache
    }
}
