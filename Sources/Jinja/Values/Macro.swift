/// A macro, or the body of a call block, with the scope it was defined in.
final class Macro: TemplateObject {
    let typeName = "jinja2.runtime.Macro"
    private let definition: MacroDefinition
    private let name: String?
    private let parameters: [String]
    private let scope: Scope

    init(_ definition: MacroDefinition, in scope: Scope, names: NameTable) {
        self.definition = definition
        self.scope = scope
        name = definition.name.map { names[$0] }
        parameters = definition.parameters.map { names[$0.name] }
    }

    func attribute(_ name: String) -> Value? {
        switch name {
        case "name": self.name.map(Value.string) ?? Value.none
        case "arguments": .tuple(parameters.map(Value.string))
        case "catch_kwargs": .boolean(definition.usesKeywords)
        case "catch_varargs": .boolean(definition.usesVariadics)
        case "caller": .boolean(definition.usesCaller)
        default: nil
        }
    }

    func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
        let label = name.map { "'\($0)'" } ?? "None"
        var keywords = arguments.keywords
        func takeKeyword(_ name: String) -> Value? {
            keywords.firstIndex { $0.name == name }.map { keywords.remove(at: $0).value }
        }
        var values: [Value?] = arguments.positional.prefix(parameters.count).map { $0 }
        var hasCaller = values.count == parameters.count && parameters.contains("caller")
        for name in parameters[values.count...] {
            values.append(takeKeyword(name))
            if name == "caller" { hasCaller = true }
        }
        var caller: Value?
        if definition.usesCaller, !hasCaller {
            caller = takeKeyword("caller") ?? .undefined(Undefined(hint: "No caller defined"))
        }
        if !definition.usesKeywords, let extra = keywords.first {
            throw TemplateError("macro \(label) takes no keyword argument '\(extra.name)'")
        }
        guard definition.usesVariadics || arguments.positional.count <= parameters.count else {
            throw TemplateError("macro \(label) takes not more than \(parameters.count) argument(s)")
        }
        return try interpreter.runMacro(
            definition, in: scope, values: values, caller: caller, keywords: keywords,
            variadics: Array(arguments.positional.dropFirst(parameters.count)))
    }

    func represent(_ writer: inout Representation) throws(TemplateError) {
        try writer.append("<Macro \(name.map { "'\($0)'" } ?? "anonymous")>")
    }
}
