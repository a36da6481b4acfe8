/// A macro, or the body of a call block as one.
struct MacroDefinition: Sendable {
    struct Parameter: Sendable {
        let name: Int
        let defaultValue: Expression?
    }

    /// Nil for the body of a call block.
    let name: Int?
    let parameters: [Parameter]
    let body: Block
    let usesCaller: Bool
    let usesKeywords: Bool
    let usesVariadics: Bool
}
