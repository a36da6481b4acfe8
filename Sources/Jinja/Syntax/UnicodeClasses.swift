/// Python's character classes.
extension Unicode.Scalar {
    /// `str.isspace`, also what `\s` and `strip()` mean.
    var isPythonSpace: Bool {
        switch value {
        case 0x09...0x0d, 0x1c...0x20, 0x85, 0xa0, 0x1680, 0x2000...0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000: true
        default: false
        }
    }

    var isASCIIDigit: Bool { value >= 48 && value <= 57 }

    var isIdentifierPart: Bool {
        value < 0x80
            ? isASCIIDigit || (value | 32 >= 97 && value | 32 <= 122) || value == 95 : properties.isXIDContinue
    }

    /// Ends a line for `splitlines`; `\r\n` counts as one end.
    var isLineBoundary: Bool {
        switch value {
        case 0x0a...0x0d, 0x1c...0x1e, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// `str.isprintable`, which `repr` goes by.
    var isPythonPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: value == 32
        default: true
        }
    }

    var isAlphabetic: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    var isDecimal: Bool { properties.generalCategory == .decimalNumber }

    /// `str.isdigit`: decimals and digits such as superscripts.
    var isDigit: Bool { properties.numericType == .decimal || properties.numericType == .digit }

    var isNumeric: Bool { properties.numericType != nil }

    var isUppercase: Bool { properties.isUppercase }

    var isLowercase: Bool { properties.isLowercase }

    var isTitlecase: Bool { properties.generalCategory == .titlecaseLetter }

    var isCased: Bool { isUppercase || isLowercase || isTitlecase }
}
