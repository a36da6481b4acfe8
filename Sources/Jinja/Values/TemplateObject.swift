/// A value with attributes or a call of its own.
protocol TemplateObject: AnyObject {
    var typeName: String { get }
    var depth: Int { get }
    var isCallable: Bool { get }

    /// Nil where there is no such attribute.
    func attribute(_ name: String) -> Value?

    func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value

    /// What printing the object gives.
    func represent(_ writer: inout Representation) throws(TemplateError)
}

extension TemplateObject {
    var depth: Int { 0 }

    var isCallable: Bool { true }

    func attribute(_ name: String) -> Value? { nil }

    func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
        throw TemplateError("'\(typeName)' object is not callable")
    }
}
