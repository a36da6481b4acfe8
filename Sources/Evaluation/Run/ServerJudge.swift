/// A judge at any server of OpenAI's chat completions.
package struct ServerJudge: Judge {
    private let server: ChatServer
    private let sampling: SamplingSettings

    /// Reads `URL#MODEL`; nil for anything else.
    package init?(_ text: String, apiKey: String?) {
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, parts[0].hasPrefix("http://") || parts[0].hasPrefix("https://")
        else {
            return nil
        }
        server = ChatServer(url: String(parts[0]), model: String(parts[1]), apiKey: apiKey)
        var sampling = SamplingSettings()
        sampling.temperature = 0
        sampling.topP = 1
        sampling.maxTokens = 4096
        sampling.disablesOthers = false
        self.sampling = sampling
    }

    package func ask(_ prompt: String) async throws -> String {
        try await server.answer(prompt, sampling, seed: nil).content
    }
}
