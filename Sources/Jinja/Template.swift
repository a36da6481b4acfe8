package import JSON

/// A chat template in jinja2's language, parsed once and rendered often.
///
/// Renders what jinja2 renders in transformers' configuration: trim_blocks, lstrip_blocks, the immutable sandbox, loop
/// controls and `{% generation %}`, with transformers' globals and `tojson`. Every rendering is bounded in time, memory
/// and output.
package struct Template: Sendable {
    private let statements: [Statement]
    private let names: NameTable
    private let undefinedNames: [[Int]]
    private let size: Int

    package init(_ source: String) throws(TemplateError) {
        let (statements, names, blocks) = try Parser.parse(source)
        self.statements = statements
        self.names = names
        undefinedNames = ScopeAnalysis(statements, blockCount: blocks).undefinedNames
        size = source.utf8.count
    }

    /// The text for these variables, which hide globals of the same name.
    ///
    /// - Parameter limits: by default what suits the size of the template and the variables it reads.
    /// - Throws: an error of kind `raised` where the template itself refuses its input.
    package func render(_ context: JSONObject, limits: RenderingLimits? = nil) throws(TemplateError) -> String {
        let scope = Scope(nil)
        var inputSize = size
        for (number, name) in names.names.enumerated() {
            if let value = context[name] {
                inputSize += value.approximateSize
                scope.set(number, Value(value))
            } else if let value = Globals.value(named: name) {
                scope.set(number, value)
            }
        }
        let interpreter = Interpreter(
            names: names, undefinedNames: undefinedNames, budget: Budget(limits ?? .standard(forInputOf: inputSize)))
        return try interpreter.run(statements, in: scope)
    }
}

extension JSONValue {
    /// Bytes of text and a few for every other value.
    fileprivate var approximateSize: Int {
        switch self {
        case .string(let text): 16 + text.utf8.count
        case .array(let elements): elements.reduce(16) { $0 + $1.approximateSize }
        case .object(let members): members.reduce(16) { $0 + 16 + $1.key.utf8.count + $1.value.approximateSize }
        default: 8
        }
    }
}
