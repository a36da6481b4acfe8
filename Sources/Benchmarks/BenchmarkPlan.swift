package import Service

/// What `apus bench latency` and `apus bench throughput` run.
package struct BenchmarkPlan: Sendable {
    package var server: ServerConfiguration
    /// Tokens of each prompt; drawn at random, so that no two share a prefix.
    package var inputLength: Int
    /// Tokens generated for each prompt, ends of text ignored.
    package var outputLength: Int

    package init(server: ServerConfiguration, inputLength: Int, outputLength: Int) {
        self.server = server
        self.inputLength = inputLength
        self.outputLength = outputLength
    }
}
