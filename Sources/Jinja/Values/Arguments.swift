/// The evaluated arguments of a call.
struct Arguments {
    var positional: [Value] = []
    var keywords: [(name: String, value: Value)] = []

    /// The arguments in the order of `names`, nil where none was given.
    ///
    /// - Throws: for too many, unknown, twice given or missing ones, the first `required` of them being needed.
    func bound(to names: [String], required: Int = 0, of function: String) throws(TemplateError) -> [Value?] {
        guard positional.count <= names.count else {
            throw TemplateError(
                "\(function)() takes \(names.count) positional arguments but \(positional.count) were given")
        }
        var values: [Value?] = positional.map { $0 }
        values += Array(repeating: nil, count: names.count - positional.count)
        for (name, value) in keywords {
            guard let index = names.firstIndex(of: name) else {
                throw TemplateError("\(function)() got an unexpected keyword argument '\(name)'")
            }
            guard values[index] == nil else {
                throw TemplateError("\(function)() got multiple values for argument '\(name)'")
            }
            values[index] = value
        }
        for index in 0..<required where values[index] == nil {
            throw TemplateError("\(function)() missing 1 required positional argument: '\(names[index])'")
        }
        return values
    }
}
