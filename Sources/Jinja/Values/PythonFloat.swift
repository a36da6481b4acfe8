import Glibc

/// Floating-point numbers in Python's notations.
enum PythonFloat {
    /// `repr`: the shortest digits that read back, with an exponent below 1e-4 and from 1e16 on.
    static func representation(of number: Double) -> String {
        guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
        let (digits, exponent) = shortestDigits(of: number.magnitude)
        let sign = number.sign == .minus ? "-" : ""
        if exponent < -4 || exponent >= 16 {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let power = abs(exponent)
            return "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(power < 10 ? "0" : "")\(power)"
        }
        if exponent < 0 { return "\(sign)0.\(String(repeating: "0", count: -exponent - 1))\(digits)" }
        if digits.count <= exponent + 1 {
            return "\(sign)\(digits)\(String(repeating: "0", count: exponent + 1 - digits.count)).0"
        }
        return "\(sign)\(digits.prefix(exponent + 1)).\(digits.dropFirst(exponent + 1))"
    }

    /// The shortest significant digits and the decimal exponent of the first of them.
    private static func shortestDigits(of number: Double) -> (digits: String, exponent: Int) {
        guard number != 0 else { return ("0", 0) }
        let parts = number.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        let whole = String(mantissa[0])
        let all = whole + (mantissa.count > 1 ? String(mantissa[1]) : "")
        let leadingZeros = all.prefix { $0 == "0" }.count
        let exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + whole.count - 1 - leadingZeros
        var digits = all.dropFirst(leadingZeros)
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return (String(digits), exponent)
    }

    /// C's `printf` with one of the conversions e, f and g, which rounds exactly and half to even.
    static func formatted(_ number: Double, _ conversion: Character, precision: Int, alternate: Bool = false) -> String
    {
        let format = "%\(alternate ? "#" : "").*\(conversion)"
        var buffer = [CChar](repeating: 0, count: 400 + precision)
        let count = withVaList([Int32(precision), number]) { vsnprintf(&buffer, buffer.count, format, $0) }
        return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Python's `float(text)`.
    static func parse(_ text: String) -> Double? {
        var trimmed = Array(text.unicodeScalars)
        while trimmed.last?.isPythonSpace == true { trimmed.removeLast() }
        let digits = Array(trimmed.drop { $0.isPythonSpace })
        var plain = ""
        for (index, scalar) in digits.enumerated() {
            if scalar == "_" {
                guard index > 0, digits[index - 1].isASCIIDigit, index + 1 < digits.count,
                    digits[index + 1].isASCIIDigit
                else { return nil }
            } else {
                plain.unicodeScalars.append(scalar)
            }
        }
        let unsigned = plain.hasPrefix("-") || plain.hasPrefix("+") ? String(plain.dropFirst()) : plain
        switch unsigned.lowercased() {
        case "inf", "infinity": return plain.hasPrefix("-") ? -.infinity : .infinity
        case "nan": return .nan
        default:
            guard unsigned.unicodeScalars.allSatisfy({ $0.isASCIIDigit || ".eE+-".unicodeScalars.contains($0) }) else {
                return nil
            }
            if unsigned.hasSuffix(".") { return Double(plain.dropLast()) }
            return Double(unsigned.hasPrefix(".") ? (plain.hasPrefix("-") ? "-0" : "0") + unsigned : plain)
        }
    }

    /// Python's `int(text, base)`.
    static func parseInteger(_ text: String, base: Int) -> Int? {
        var digits = Array(text.unicodeScalars)
        while digits.last?.isPythonSpace == true { digits.removeLast() }
        digits = Array(digits.drop { $0.isPythonSpace })
        var isNegative = false
        if let sign = digits.first, sign == "-" || sign == "+" {
            isNegative = sign == "-"
            digits.removeFirst()
        }
        var radix = base
        if digits.count > 1, digits[0] == "0",
            let prefix = ["x": 16, "o": 8, "b": 2][String(digits[1]).lowercased()], base == prefix || base == 0
        {
            digits.removeFirst(2)
            if digits.first == "_" { digits.removeFirst() }
            radix = prefix
        }
        if radix == 0 {
            radix = 10
            guard digits.first != "0" || digits.allSatisfy({ $0 == "0" || $0 == "_" }) else { return nil }
        }
        guard (2...36).contains(radix), digits.first != "_", digits.last != "_" else { return nil }
        var plain = isNegative ? "-" : ""
        var wasSeparator = false
        for digit in digits {
            if digit == "_", wasSeparator { return nil }
            wasSeparator = digit == "_"
            if let value = digit.properties.numericType == .decimal ? digit.properties.numericValue : nil {
                plain += String(Int(value))
            } else if !wasSeparator {
                plain.unicodeScalars.append(digit)
            }
        }
        guard let first = plain.drop(while: { $0 == "-" }).first, first != "+" else { return nil }
        return Int(plain, radix: radix)
    }
}
