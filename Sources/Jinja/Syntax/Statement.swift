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

struct ConditionalBranch: Sendable {
    let condition: Expression
    let body: [Statement]
}

/// Statements with a scope of their own.
struct Block: Sendable {
    /// The block's number in the template, by which its scope's analysis is found.
    let number: Int
    let statements: [Statement]
}

struct LoopStatement: Sendable {
    let target: AssignmentTarget
    let iterable: Expression
    let filter: Expression?
    let isRecursive: Bool
    let body: Block
    let otherwise: Block
}

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

indirect enum AssignmentTarget: Sendable {
    case name(Int)
    case namespaceAttribute(Int, String)
    case tuple([AssignmentTarget])
}
