/// `namespace(…)`: the one thing whose attributes a template can set, from any scope.
final class Namespace: TemplateObject, Releasable {
    private var attributes: Value.Dictionary

    let typeName = "namespace"
    let isCallable = false

    init(_ attributes: Value.Dictionary) {
        self.attributes = attributes
    }

    func attribute(_ name: String) -> Value? { attributes[name] }

    func set(_ name: String, _ value: Value) {
        attributes.set(name, value)
    }

    func clear() {
        attributes = Value.Dictionary()
    }

    func represent(_ writer: inout Representation) throws(TemplateError) {
        try writer.append("<Namespace ")
        try writer.representation(of: .dictionary(attributes))
        try writer.append(">")
    }
}
