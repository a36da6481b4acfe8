/// A `for` loop.
struct LoopStatement: Sendable {
    let target: AssignmentTarget
    let iterable: Expression
    let filter: Expression?
    let isRecursive: Bool
    let body: Block
    let otherwise: Block
}
