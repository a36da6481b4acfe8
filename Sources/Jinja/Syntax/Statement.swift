/// A statement of a template, with where it stands.
struct Statement: Sendable {
    indirect enum Kind: Sendable {
        case text(String)
        case output(Expression)
        case conditional([ConditionalBranch], otherwise: [Statement])
        case loop(LoopStatement)
        case set(AssignmentTarget, Expression)
        case setBlock(AssignmentTarget, filter: Expression?, Block)
        case macro(MacroDefinition)
        /// `{% call(…) macro(…) %}`: a call whose body the macro gets as `caller`.
        case callBlock(Expression, caller: MacroDefinition)
        case filterBlock(Expression, Block)
        case with([(target: AssignmentTarget, value: Expression)], Block)
        case breakLoop
        case continueLoop
    }

    let kind: Kind
    let position: SourcePosition
}
