/// The arguments of a call, a filter or a test, unevaluated.
struct CallArguments: Sendable {
    var positional: [Expression] = []
    var keywords: [(name: String, value: Expression)] = []
    /// `*expression`
    var spread: Expression?
    /// `**expression`
    var keywordSpread: Expression?
}
