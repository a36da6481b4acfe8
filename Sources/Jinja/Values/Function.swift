/// A function of the library, or a method bound to its receiver.
final class Function: TemplateObject {
    typealias Body = (Arguments, Interpreter) throws(TemplateError) -> Value

    let name: String
    let depth: Int
    let typeName: String
    private let body: Body

    init(_ name: String, typeName: String = "function", depth: Int = 0, _ body: @escaping Body) {
        self.name = name
        self.typeName = typeName
        self.depth = depth
        self.body = body
    }

    func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
        try body(arguments, interpreter)
    }

    func represent(_ writer: inout Representation) throws(TemplateError) {
        try writer.append("<\(typeName) \(name)>")
    }
}
