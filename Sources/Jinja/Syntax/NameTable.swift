/// The variable names of a template, each with a number.
struct NameTable: Sendable {
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]

    subscript(number: Int) -> String { names[number] }

    func existingNumber(of name: String) -> Int? { numbers[name] }

    mutating func number(of name: String) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = names.count
        names.append(name)
        return names.count - 1
    }
}
