/// One `if` or `elif`.
struct ConditionalBranch: Sendable {
    let condition: Expression
    let body: [Statement]
}
