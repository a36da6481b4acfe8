/// What a server does about the chain of thought of requests that say nothing, and about prompts that leave it open.
package struct ThinkingPolicy: Sendable, Equatable {
    /// Whether prompts end in `<think>\n`, as R1's authors recommend, also where the template leaves that to the model:
    /// R1 sometimes skips its chain of thought otherwise. Templates with a switch of their own are left alone.
    package var isEnforced = false
    /// Whether a served name thinks; a name that is absent leaves it to the template.
    package var modes: [String: Bool] = [:]
    /// Whether system messages move into the first user's.
    package var foldsSystemPrompt = false

    package init() {}
}
