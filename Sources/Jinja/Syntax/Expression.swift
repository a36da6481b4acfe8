/// An expression of a template, with where it stands.
struct Expression: Sendable {
    indirect enum Kind: Sendable {
        case none
        case boolean(Bool)
        case integer(Int)
        case float(Double)
        case string(String)
        /// A variable, by its number in the template's table of names.
        case name(Int)
        case list([Expression])
        case tuple([Expression])
        case dictionary([(key: Expression, value: Expression)])
        case negative(Expression)
        case positive(Expression)
        case not(Expression)
        case and(Expression, Expression)
        case or(Expression, Expression)
        case binary(BinaryOperator, Expression, Expression)
        case concatenation([Expression])
        /// `a < b <= c`: each operand is evaluated once.
        case comparison(Expression, [(operation: Comparison, operand: Expression)])
        case conditional(condition: Expression, Expression, otherwise: Expression?)
        case attribute(Expression, String)
        case item(Expression, Expression)
        case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
        case call(Expression, CallArguments)
        /// Without an operand it filters the text of the block around it.
        case filter(Expression?, name: String, CallArguments)
        case test(Expression, name: String, CallArguments)
    }

    let kind: Kind
    let position: SourcePosition
}
