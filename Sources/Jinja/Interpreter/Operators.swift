import Glibc
import JSON

/// Python's arithmetic and comparisons. Integers beyond 64 bits are an error.
enum Operators {
    static func negate(_ value: Value) throws(TemplateError) -> Value {
        if case .float(let number) = value { return .float(-number) }
        if let number = value.integerValue { return try .integer(checked(0.subtractingReportingOverflow(number))) }
        throw unaryError("-", value)
    }

    static func affirm(_ value: Value) throws(TemplateError) -> Value {
        if case .float = value { return value }
        if let number = value.integerValue { return .integer(number) }
        throw unaryError("+", value)
    }

    private static func unaryError(_ symbol: String, _ value: Value) -> TemplateError {
        if case .undefined(let undefined) = value { return undefined.error }
        return TemplateError("bad operand type for unary \(symbol): '\(value.typeName)'")
    }

    private static func checked(_ result: (partialValue: Int, overflow: Bool)) throws(TemplateError) -> Int {
        guard !result.overflow else { throw TemplateError("an integer is beyond 64 bits") }
        return result.partialValue
    }

    // MARK: Arithmetic

    static func apply(
        _ operation: BinaryOperator, _ left: Value, _ right: Value, _ interpreter: Interpreter
    ) throws(TemplateError) -> Value {
        if operation == .remainder, case .string(let format) = left {
            return .string(try PercentFormat.format(format, right, interpreter))
        }
        if case .undefined(let undefined) = left { throw undefined.error }
        if case .undefined(let undefined) = right { throw undefined.error }
        if let left = left.integerValue, let right = right.integerValue { return try integers(operation, left, right) }
        if let left = left.numberValue, let right = right.numberValue { return try floats(operation, left, right) }
        let budget = interpreter.budget
        switch (operation, left, right) {
        case (.add, .string(let left), .string(let right)):
            try budget.allocate(left.utf8.count + right.utf8.count)
            return .string(left + right)
        case (.add, .list(let left), .list(let right)):
            try budget.allocate(left.elements.count + right.elements.count, times: 32)
            return .list(left.elements + right.elements)
        case (.add, .tuple(let left), .tuple(let right)):
            try budget.allocate(left.elements.count + right.elements.count, times: 32)
            return .tuple(left.elements + right.elements)
        case (.multiply, _, _):
            if let count = right.integerValue, let repeated = try multiply(left, count, budget) { return repeated }
            if let count = left.integerValue, let repeated = try multiply(right, count, budget) { return repeated }
        default: break
        }
        if operation == .add, case .string = left {
            throw TemplateError("can only concatenate str (not \"\(right.typeName)\") to str")
        }
        if operation == .add {
            switch left {
            case .list: throw TemplateError("can only concatenate list (not \"\(right.typeName)\") to list")
            case .tuple: throw TemplateError("can only concatenate tuple (not \"\(right.typeName)\") to tuple")
            default: break
            }
        }
        let symbol = operation == .power ? "** or pow()" : operation.rawValue
        throw TemplateError(
            "unsupported operand type(s) for \(symbol): '\(left.typeName)' and '\(right.typeName)'")
    }

    private static func multiply(_ value: Value, _ count: Int, _ budget: Budget) throws(TemplateError) -> Value? {
        let count = Swift.max(count, 0)
        switch value {
        case .string(let text):
            try budget.allocate(count, times: text.utf8.count)
            return .string(String(repeating: text, count: count))
        case .list(let sequence):
            try budget.allocate(count, times: 32 * sequence.elements.count)
            return .list(Array(repeatElement(sequence.elements, count: sequence.elements.isEmpty ? 0 : count).joined()))
        case .tuple(let sequence):
            try budget.allocate(count, times: 32 * sequence.elements.count)
            return .tuple(
                Array(repeatElement(sequence.elements, count: sequence.elements.isEmpty ? 0 : count).joined()))
        default: return nil
        }
    }

    private static func integers(
        _ operation: BinaryOperator, _ left: Int, _ right: Int
    ) throws(TemplateError) -> Value {
        switch operation {
        case .add: return .integer(try checked(left.addingReportingOverflow(right)))
        case .subtract: return .integer(try checked(left.subtractingReportingOverflow(right)))
        case .multiply: return .integer(try checked(left.multipliedReportingOverflow(by: right)))
        case .divide:
            guard right != 0 else { throw TemplateError("division by zero") }
            return .float(Double(left) / Double(right))
        case .floorDivide:
            guard right != 0 else { throw TemplateError("integer division or modulo by zero") }
            let quotient = try checked(left.dividedReportingOverflow(by: right))
            return .integer(left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient)
        case .remainder:
            guard right != 0 else { throw TemplateError("integer modulo by zero") }
            guard right != -1 else { return .integer(0) }
            let remainder = left % right
            return .integer(remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder)
        case .power:
            if right < 0 {
                guard left != 0 else { throw TemplateError("0.0 cannot be raised to a negative power") }
                return .float(pow(Double(left), Double(right)))
            }
            return .integer(try integerPower(left, right))
        }
    }

    private static func integerPower(_ base: Int, _ exponent: Int) throws(TemplateError) -> Int {
        var result = 1
        var base = base
        var exponent = exponent
        while exponent > 0 {
            if exponent & 1 == 1 { result = try checked(result.multipliedReportingOverflow(by: base)) }
            exponent >>= 1
            if exponent > 0 { base = try checked(base.multipliedReportingOverflow(by: base)) }
        }
        return result
    }

    private static func floats(
        _ operation: BinaryOperator, _ left: Double, _ right: Double
    ) throws(TemplateError) -> Value {
        switch operation {
        case .add: return .float(left + right)
        case .subtract: return .float(left - right)
        case .multiply: return .float(left * right)
        case .divide:
            guard right != 0 else { throw TemplateError("float division by zero") }
            return .float(left / right)
        case .floorDivide:
            guard right != 0 else { throw TemplateError("float floor division by zero") }
            return .float(floorDivision(left, right).quotient)
        case .remainder:
            guard right != 0 else { throw TemplateError("float modulo") }
            return .float(floorDivision(left, right).remainder)
        case .power:
            guard left != 0 || right >= 0 else { throw TemplateError("0.0 cannot be raised to a negative power") }
            let result = pow(left, right)
            guard result.isFinite || !left.isFinite || !right.isFinite else {
                throw TemplateError("(34, 'Numerical result out of range')")
            }
            return .float(result)
        }
    }

    /// CPython's `float_divmod`.
    private static func floorDivision(_ left: Double, _ right: Double) -> (quotient: Double, remainder: Double) {
        var remainder = left.truncatingRemainder(dividingBy: right)
        var quotient = (left - remainder) / right
        if remainder != 0 {
            if (right < 0) != (remainder < 0) {
                remainder += right
                quotient -= 1
            }
        } else {
            remainder = right < 0 ? -0.0 : 0.0
        }
        guard quotient != 0 else { return ((left / right).sign == .minus ? -0.0 : 0.0, remainder) }
        let floored = quotient.rounded(.down)
        return (quotient - floored > 0.5 ? floored + 1 : floored, remainder)
    }

    // MARK: Comparisons

    static func compare(
        _ operation: Comparison, _ left: Value, _ right: Value, _ interpreter: Interpreter
    ) throws(TemplateError) -> Bool {
        switch operation {
        case .equal: return try areEqual(left, right, interpreter.budget)
        case .notEqual: return !(try areEqual(left, right, interpreter.budget))
        case .contained: return try contains(right, left, interpreter)
        case .notContained: return !(try contains(right, left, interpreter))
        case .less: return try order(left, right, "<", interpreter.budget).map { $0 < 0 } ?? false
        case .lessOrEqual: return try order(left, right, "<=", interpreter.budget).map { $0 <= 0 } ?? false
        case .greater: return try order(left, right, ">", interpreter.budget).map { $0 > 0 } ?? false
        case .greaterOrEqual: return try order(left, right, ">=", interpreter.budget).map { $0 >= 0 } ?? false
        }
    }

    static func areEqual(_ left: Value, _ right: Value, _ budget: Budget) throws(TemplateError) -> Bool {
        try budget.step()
        if let left = left.integerValue, let right = right.integerValue { return left == right }
        if let left = left.numberValue, let right = right.numberValue { return left == right }
        switch (left, right) {
        case (.none, .none), (.undefined, .undefined): return true
        case (.string(let left), .string(let right)):
            guard left.utf8.count == right.utf8.count else { return false }
            try budget.step(scanning: left.utf8.count)
            return left.hasSameCodeUnits(as: right)
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            return try areEqual(left.elements, right.elements, budget)
        case (.dictionary(let left), .dictionary(let right)):
            guard left.count == right.count else { return false }
            for (key, value) in zip(left.keys, left.values) {
                guard let other = right[try HashKey(key, budget)], try areEqual(value, other, budget) else {
                    return false
                }
            }
            return true
        case (.range(let left), .range(let right)): return try areEqual(left.elements, right.elements, budget)
        case (.view(let left), .view(let right)):
            guard left.kind == right.kind, left.kind != .values else { return false }
            return try areEqual(.dictionary(left.dictionary), .dictionary(right.dictionary), budget)
        case (.generator(let left), .generator(let right)): return left === right
        case (.object(let left), .object(let right)): return left === right
        default: return false
        }
    }

    private static func areEqual(_ left: [Value], _ right: [Value], _ budget: Budget) throws(TemplateError) -> Bool {
        guard left.count == right.count else { return false }
        for (left, right) in zip(left, right) {
            guard try areEqual(left, right, budget) else { return false }
        }
        return true
    }

    /// Negative, zero or positive; nil where a NaN makes every comparison false.
    static func order(
        _ left: Value, _ right: Value, _ symbol: String = "<", _ budget: Budget
    ) throws(TemplateError) -> Int? {
        try budget.step()
        if let left = left.integerValue, let right = right.integerValue {
            return left < right ? -1 : left > right ? 1 : 0
        }
        if let left = left.numberValue, let right = right.numberValue {
            guard !left.isNaN, !right.isNaN else { return nil }
            return left < right ? -1 : left > right ? 1 : 0
        }
        switch (left, right) {
        case (.string(let left), .string(let right)):
            try budget.step(scanning: Swift.min(left.utf8.count, right.utf8.count))
            return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : left.hasSameCodeUnits(as: right) ? 0 : 1
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            for (left, right) in zip(left.elements, right.elements) {
                if try !areEqual(left, right, budget) { return try order(left, right, symbol, budget) }
            }
            return left.elements.count - right.elements.count
        case (.undefined(let undefined), _), (_, .undefined(let undefined)): throw undefined.error
        default:
            throw TemplateError(
                "'\(symbol)' not supported between instances of '\(left.typeName)' and '\(right.typeName)'")
        }
    }

    /// `element in container`.
    static func contains(
        _ container: Value, _ element: Value, _ interpreter: Interpreter
    ) throws(TemplateError) -> Bool {
        let budget = interpreter.budget
        switch container {
        case .string(let text):
            guard case .string(let part) = element else {
                if case .undefined(let undefined) = element, undefined.isForbidden { throw undefined.error }
                throw TemplateError(
                    "'in <string>' requires string as left operand, not \(element.typeName)")
            }
            try budget.step(scanning: text.utf8.count)
            return TextSearch(part).first(in: Array(text.utf8), from: 0) != nil
        case .dictionary(let dictionary): return dictionary[try HashKey(element, budget)] != nil
        case .view(let view) where view.kind == .keys:
            return view.dictionary[try HashKey(element, budget)] != nil
        case .object, .none, .boolean, .integer, .float:
            throw TemplateError("argument of type '\(container.typeName)' is not iterable")
        default:
            for candidate in try interpreter.elements(of: container) {
                if try areEqual(candidate, element, budget) { return true }
            }
            return false
        }
    }
}
