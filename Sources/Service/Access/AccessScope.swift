/// What a key opens. None includes another.
package enum AccessScope: String, Sendable, CaseIterable {
    /// The API: models, completions, responses, messages, the tokenizer.
    case inference
    /// Numbers about the server and its requests: /metrics, /load and /v1/requests.
    case metrics
    /// What changes the server: /reset_prefix_cache.
    case admin
}
